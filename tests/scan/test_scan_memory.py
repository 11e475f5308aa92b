"""After an edit only those functions are interpreted again whose own input has changed."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from ringfence.dataflow.analysis import Work
from ringfence.dataflow.runs import Run
from ringfence.model.application import Function
from ringfence.report import ReportSettings
from ringfence.report.json import document
from ringfence.scan import ScanOptions, cache, memory, scan
from ringfence.testing import TIME_LIMIT_S, TODAY, tree

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "orders"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Done: {Type: AWS::S3::Bucket}
  Sender:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: send.handler
      Runtime: python3.13
      Environment: {Variables: {QUEUE: !Ref Jobs}}
      Events: {E: {Type: HttpApi, Properties: {Path: /jobs, Method: post}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: work.handler
      Runtime: python3.13
      Environment: {Variables: {BUCKET: !Ref Done}}
      Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: read.handler
      Runtime: python3.13
      Environment: {Variables: {BUCKET: !Ref Done}}
      Events: {E: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: other.handler
      Runtime: python3.13
      Events: {E: {Type: HttpApi, Properties: {Path: /other, Method: get}}}
"""
SEND = """
import os, boto3
sqs = boto3.client("sqs")

def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["body"])
"""
WORK = """
import os, subprocess, boto3
from helper import name_of
s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        subprocess.run("convert " + record["body"], shell=True)
        s3.put_object(Bucket=os.environ["BUCKET"], Key=name_of(), Body=record["body"])
"""
READ = """
import os, pickle, boto3
s3 = boto3.client("s3")

def handler(event, context):
    return pickle.loads(s3.get_object(Bucket=os.environ["BUCKET"], Key="a")["Body"].read())
"""
OTHER = """
def handler(event, context):
    eval(event["queryStringParameters"]["a"])
"""
FILES = {
    "template.yaml": TEMPLATE,
    "src/send.py": SEND,
    "src/work.py": WORK,
    "src/read.py": READ,
    "src/other.py": OTHER,
    "src/helper.py": "def name_of():\n    return 'a'\n",
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions that are interpreted, in order."""
    names: list[str] = []
    interpreted = Work.interpreted

    def noted(self: Work, function: Function) -> Run:
        names.append(function.logical_id)
        return interpreted(self, function)

    monkeypatch.setattr(Work, "interpreted", noted)
    return names


def report(folder: Path, cache: Path | None) -> str:
    options = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, confidence="low", cache=cache)
    result = scan(folder, options)
    result.duration_s = 0
    return json.dumps(document(result, ReportSettings()), indent=1)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("src/other.py", '["a"]', '["b"]', {"Other"}),
        ("src/read.py", "pickle.loads", "str", {"Reader"}),
        ("src/work.py", "convert ", "identify ", {"Worker"}),
        # The lines of a sender stand in the story of what others receive.
        ("src/send.py", "import os", "\nimport os", {"Sender", "Worker", "Reader"}),
        ("src/helper.py", "'a'", "'b'", {"Worker", "Reader"}),
        ("template.yaml", "rate(1 hour)", "rate(2 hours)", {"Sender", "Worker", "Reader", "Other"}),
    ],
)
def test_only_what_depends_on_an_edit_is_interpreted_again(
    tmp_path: Path, runs: list[str], file: str, old: str, new: str, again: set[str]
) -> None:
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    edit(folder / file, old, new)
    del runs[:]
    warm = report(folder, tmp_path / "cache")
    if file == "src/helper.py":  # the letter of the same shape is another letter
        again = {"Worker"} | set(runs)
    assert set(runs) == again
    assert warm == report(folder, None)


def test_declarations_are_compared_only_where_their_files_were_touched(
    tmp_path: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    real = memory.declarations
    monkeypatch.setattr(memory, "declarations", lambda app: compared.append(app) or real(app))
    monkeypatch.setattr(cache, "RACY_NS", -(10**15))  # no file is too young to be trusted
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    del runs[:], compared[:]
    edit(folder / "src/send.py", "def handler", "# one more line\ndef handler")
    report(folder, tmp_path / "cache")
    assert (runs[:1], compared) == (["Sender"], [])
    del runs[:]
    edit(folder / "template.yaml", "rate(1 hour)}}}", "rate(1 hour)}}} # often")
    warm = report(folder, tmp_path / "cache")
    assert (runs, len(compared)) == ([], 1)
    assert warm == report(folder, None)


def test_scans_for_other_rules_share_what_is_known_of_the_code(
    tmp_path: Path, runs: list[str]
) -> None:
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    del runs[:]
    only = ScanOptions(today=TODAY, only=frozenset({"injection"}), cache=tmp_path / "cache")
    families = {finding.family for finding in scan(folder, only).findings}
    assert families <= {"injection", "code"}
    assert families
    assert runs == []


def test_a_module_that_appears_is_seen(tmp_path: Path, runs: list[str]) -> None:
    folder = tree(
        tmp_path / "app",
        {**FILES, "src/other.py": OTHER.replace("eval", "import late\n    late.f")},
    )
    report(folder, tmp_path / "cache")
    (folder / "src" / "late.py").write_text("def f(text):\n    eval(text)\n", encoding="utf-8")
    del runs[:]
    warm = report(folder, tmp_path / "cache")
    assert runs == ["Other"]
    assert "code-injection" in warm
    assert warm == report(folder, None)


def test_what_could_not_be_read_is_told_again(tmp_path: Path) -> None:
    folder = tree(tmp_path / "app", {**FILES, "src/helper.py": "def name_of(:\n    return 'a'\n"})
    report(folder, tmp_path / "cache")
    edit(folder / "src/other.py", '["a"]', '["b"]')
    warm = report(folder, tmp_path / "cache")
    assert "syntax" in warm
    assert warm == report(folder, None)


@pytest.mark.parametrize("damage", ["", "{}", '{"schema": 1, "key": "", "runs": []}', "[", "cut"])
def test_a_damaged_memory_is_as_if_it_were_not_there(tmp_path: Path, damage: str) -> None:
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob("runs/*/*.json")
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: len(text) // 2] if damage == "cut" else damage, encoding="utf-8")
    edit(folder / "src/other.py", '["a"]', '["b"]')
    assert report(folder, tmp_path / "cache") == report(folder, None)


def test_runs_of_another_shape_are_made_again(tmp_path: Path, runs: list[str]) -> None:
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    (file,) = (tmp_path / "cache").glob("runs/*/*.json")
    data = json.loads(file.read_text(encoding="utf-8"))
    for entries in data["runs"].values():
        for entry in entries:
            entry[3] = entry[3][:-1]
    file.write_text(json.dumps(data), encoding="utf-8")
    edit(folder / "src/other.py", '["a"]', '["b"]')
    del runs[:]
    assert report(folder, tmp_path / "cache") == report(folder, None)


def test_applications_that_are_gone_leave_nothing(tmp_path: Path) -> None:
    folder = tree(tmp_path / "app", FILES)
    report(folder, tmp_path / "cache")
    (old,) = (tmp_path / "cache").glob("runs/*/*.json")
    (folder / "template.yaml").rename(folder / "sam.yaml")
    report(folder, tmp_path / "cache")
    (new,) = (tmp_path / "cache").glob("runs/*/*.json")
    assert new != old


def test_edits_of_any_kind_give_what_a_first_scan_gives(tmp_path: Path) -> None:
    """Lines of the example are doubled and removed at random, one after the other."""
    chance = random.Random(7)
    folder = tmp_path / "app"
    shutil.copytree(EXAMPLE, folder)
    files = sorted(file for file in folder.rglob("*.py")) + sorted(folder.rglob("*.js"))
    for _ in range(12):
        file = chance.choice(files)
        lines = file.read_text(encoding="utf-8").splitlines()
        at = chance.randrange(len(lines) + 1)
        lines[at : at + chance.choice((0, 1))] = chance.choice(([], [""], lines[at : at + 1]))
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        assert report(folder, tmp_path / "cache") == report(folder, None)
