"""Triggers that cause more than the code acts on: what is found, said, and patched."""

from __future__ import annotations

import json
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli import main
from ringfence.contract.assemble import contract_of, name_drafts
from ringfence.contract.build import harvest_for
from ringfence.contract.exports.triggers import narrowed, trigger_patch
from ringfence.contract.lockfile import lock_text, parsed
from ringfence.edits import EditError
from ringfence.model.contract import FunctionDraft, NarrowTrigger
from ringfence.permissions.physical import Place
from ringfence.report.lock_report import trigger_line
from ringfence.scan import ScanOptions, harvest

DATA = tomllib.loads((Path(__file__).parent / "triggers.toml").read_text("utf-8"))
CASES = [pytest.param(case, id=case["name"]) for case in DATA["case"]]
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}}
  Bucket: {Type: AWS::S3::Bucket}
  Queue: {Type: AWS::SQS::Queue}
  # what the shop runs
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: RUNTIME
      Handler: app.handler
      Events:
"""
PYTHON = """\
import logging
import boto3
logger = logging.getLogger()
table = boto3.resource("dynamodb").Table("t")
"""
SCRIPT = "const AWS = require('aws-sdk');\nconst table = new AWS.DynamoDB.DocumentClient();\n"


def write(folder: Path, case: dict[str, Any]) -> None:
    script = case.get("language") == "javascript"
    events = "".join(textwrap.indent(DATA["events"][one].lstrip(), " " * 8)
                     for one in case["events"])  # fmt: skip
    runtime = "nodejs20.x" if script else "python3.12"
    (folder / "template.yaml").write_text(TEMPLATE.replace("RUNTIME", runtime) + events)
    file = folder / ("app.js" if script else "app.py")
    file.write_text((SCRIPT if script else PYTHON) + case["code"])


def drafts_of(folder: Path) -> list[FunctionDraft]:
    make, key = harvest_for(Place("aws", "*", "*", "*"))
    return harvest(folder, ScanOptions(), make, key).drafts


def line(one: NarrowTrigger) -> str:
    return f"{one.by} {','.join(one.declared)} -> {','.join(one.kept)}"


def a_case(name: str) -> dict[str, Any]:
    return next(case for case in DATA["case"] if case["name"] == name)


@pytest.mark.parametrize("case", CASES)
def test_narrow(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case)
    (draft,) = drafts_of(tmp_path)
    assert [line(one) for one in draft.narrow] == case["narrow"]


@pytest.mark.parametrize("case", [one for one in CASES if one.values[0]["narrow"]])
def test_what_is_patched_is_not_found_again(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case)
    made = trigger_patch(tmp_path, drafts_of(tmp_path)).patch
    assert made.notes == ()
    for change in made.changes:
        assert "# what the shop runs" in change.after
        (tmp_path / change.path).write_text(change.after)
    assert [line(one) for one in drafts_of(tmp_path)[0].narrow] == []
    assert made.reversal.apply(made.files) == {one.path: one.before for one in made.changes}


def test_the_patch_of_a_stream(tmp_path: Path) -> None:
    write(tmp_path, a_case("a stream of which new items are taken"))
    (change,) = trigger_patch(tmp_path, drafts_of(tmp_path)).patch.changes
    added = r"""FilterCriteria: {Filters: [{Pattern: "{\"eventName\": [\"INSERT\"]}"}]}"""
    assert added in change.after


def test_the_patch_of_methods_makes_an_event_for_each(tmp_path: Path) -> None:
    write(tmp_path, a_case("two methods of any"))
    (change,) = trigger_patch(tmp_path, drafts_of(tmp_path)).patch.changes
    after = change.after
    assert "Properties: {Path: /orders, Method: GET}" in after
    assert "        AnyPost:\n          Type: Api\n" in after
    assert "Method: POST" in after


def test_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, a_case("two methods of any"))
    assert main(["lock", str(tmp_path), "--no-cache"]) == 0
    found = [one for one in capsys.readouterr().out.splitlines() if one.startswith("  trigger")]
    assert found == [
        "  trigger   template.yaml:15 ANY /orders: declared ANY, the code answers GET and POST "
        "(app.py:6)"
    ]


def test_what_is_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, a_case("a rule that no branch handles"))
    assert main(["lock", str(tmp_path), "--no-cache", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["functions"]["Fn"]["triggers"]
    assert found == {
        "trigger": "event ordered, paid, sent, shop",
        "kind": "eventbridge",
        "declared": ["ordered", "paid", "sent"],
        "handled": ["refunded"],
        "keep": [],
        "by": "detail-type",
        "reason": "no branch handles it",
        "template": "template.yaml:15",
        "where": "app.py:6",
    }


def test_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, a_case("two types of three"))
    reversal = tmp_path / "back.patch"
    arguments = ["lock", "export", "--as", "triggers", str(tmp_path), "--no-cache", "--write",
                 "--reversal", str(reversal)]  # fmt: skip
    before = (tmp_path / "template.yaml").read_text()
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("--- a/template.yaml\n+++ b/template.yaml\n")
    assert "declared ordered, paid, sent, the code acts on ordered and paid" in shown.err
    after = (tmp_path / "template.yaml").read_text()
    assert "- sent" not in after and "sent]" not in after
    assert after != before
    assert reversal.read_text().count("\n+") >= 1


def test_what_one_place_cannot_say_is_refused_with_what_to_do() -> None:
    one = NarrowTrigger("x", "s3", "bucket B", "t.yaml", 3, "s3-events", ("s3:ObjectCreated:*",),
                        ("ObjectCreated:Put",), ("s3:ObjectCreated:Put",), "app.py:3")  # fmt: skip
    text = "Resources:\n  B:\n    Type: AWS::S3::Bucket\n"
    with pytest.raises(EditError) as caught:
        narrowed(text, one)
    assert caught.value.cure == "change it by hand: let through s3:ObjectCreated:Put only"


def test_a_name_cannot_act_on_the_terminal() -> None:
    one = NarrowTrigger("x", "s3", "bucket \x1b[31m", "t.yaml", 3, "s3-events",
                        ("s3:ObjectCreated:*",), ("a",), (), "app.py:3")  # fmt: skip
    assert "\x1b" not in trigger_line(one)
    assert trigger_line(one).endswith("so no branch handles it (app.py:3)")


CHECKED = """
def handler(event, context):
    for record in event["Records"]:
        if record["eventName"] not in ("INSERT", "MODIFY"):
            continue
        image = record["dynamodb"]["NewImage"]
        if len(image["note"]["S"]) > 200:
            raise ValueError("note")
        table.put_item(Item={"id": image["id"]["S"]})
"""
#: What the lock file says of its events.
SCHEMA = """\
event = [
  {path = "Records[].dynamodb.NewImage.id.S", required = true},
  {path = "Records[].dynamodb.NewImage.note.S", maximum = "200", required = true},
  {path = "Records[].eventName", allowed = ["INSERT", "MODIFY"], required = true},
]
"""


def test_the_lock_file_holds_the_schema_and_gives_it_back(tmp_path: Path) -> None:
    write(tmp_path, {"events": ["stream"], "code": CHECKED})
    contract = contract_of(name_drafts(drafts_of(tmp_path)))
    text = lock_text(contract)
    assert SCHEMA in text
    assert parsed(text.encode()).functions["Fn"].triggers == contract.functions["Fn"].triggers
    assert lock_text(parsed(text.encode())) == text


def test_the_next_scan_remembers_the_schema(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir(mode=0o700)
    for number in range(6):  # so many that their runs are kept
        folder = tmp_path / "app" / f"part{number}"
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(PYTHON + CHECKED)
    functions = "".join(
        FUNCTION.replace("Fn", f"Fn{number}").replace("CODE", f"part{number}")
        for number in range(6)
    )
    template = tmp_path / "app" / "template.yaml"
    template.write_text(TEMPLATE.partition("  # what")[0] + functions)
    make, key = harvest_for(Place("aws", "*", "*", "*"))
    options = ScanOptions(cache=tmp_path / "cache")
    first = harvest(tmp_path / "app", options, make, key).drafts
    (tmp_path / "app" / "part0" / "app.py").write_text(PYTHON + CHECKED + "# changed\n")
    second = harvest(tmp_path / "app", options, make, key).drafts
    assert [draft.narrow for draft in second] == [draft.narrow for draft in first]
    assert [draft.contract.triggers for draft in second] == [
        draft.contract.triggers for draft in first
    ]
    assert all(len(draft.contract.triggers[0].event) == 3 for draft in first)


FUNCTION = """\
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      CodeUri: CODE
      Handler: app.handler
      Events:
        Changes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}
"""
SERVERLESS = """\
service: shop
provider: {name: aws, runtime: python3.12}
functions:
  fn:
    handler: app.handler
    events:
      - stream:
          type: dynamodb
          arn: arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026
      - http: ANY /orders
"""


def test_serverless(tmp_path: Path) -> None:
    write(tmp_path, a_case("a stream of which new items are taken"))
    (tmp_path / "template.yaml").unlink()
    (tmp_path / "serverless.yml").write_text(SERVERLESS)
    (change,) = trigger_patch(tmp_path, drafts_of(tmp_path)).patch.changes
    added = "          filterPatterns:\n            - eventName:\n                - INSERT\n"
    assert change.after == SERVERLESS.replace("      - http", added + "      - http")


def test_plain_cloudformation(tmp_path: Path) -> None:
    write(tmp_path, a_case("a stream of which new items are taken"))
    text = """\
Resources:
  Fn:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, Handler: app.handler, Code: .}
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}
  Changes:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Table.StreamArn
      FunctionName: !Ref Fn
"""
    (tmp_path / "template.yaml").write_text(text)
    (change,) = trigger_patch(tmp_path, drafts_of(tmp_path)).patch.changes
    assert change.after.startswith(text)
    assert '- Pattern: "{' in change.after
