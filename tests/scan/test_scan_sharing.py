"""One large application, interpreted in several processes, gives what one process gives."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ringfence.dataflow.analysis import Work
from ringfence.dataflow.runs import Run
from ringfence.model.application import Function
from ringfence.report import ReportSettings
from ringfence.report.json import document
from ringfence.scan import ScanOptions, scan
from ringfence.scan.workers import can_share
from ringfence.testing import TIME_LIMIT_S, TODAY, tree

COUNT = 70
FUNCTION = """
  Q{n}: {{Type: AWS::SQS::Queue}}
  F{n}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: f{n}.handler
      Runtime: python3.13
      Environment: {{Variables: {{NEXT: !Ref Q{after}}}}}
      Events:
        A: {{Type: HttpApi, Properties: {{Path: /f{n}, Method: post}}}}
        B: {{Type: SQS, Properties: {{Queue: !GetAtt Q{n}.Arn}}}}
"""
CODE = """
import os, boto3
from helper import command
queue = boto3.client("sqs")

def handler(event, context):
    if "Records" in event:
        os.system(command(event["Records"][0]["body"]))
    elif {n} % 9 == 0:
        queue.send_message(QueueUrl=os.environ["NEXT"], MessageBody=event["body"])
"""
BROKEN = "def handler(event, context:\n    return 1\n"

pytestmark = pytest.mark.skipif(not can_share(), reason="processes are forked on Linux only")


def folder_of(place: Path) -> Path:
    template = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
    files: dict[str, str | bytes] = {
        "src/helper.py": "def command(text):\n    return 'ls ' + text\n"
    }
    for n in range(COUNT):
        template += FUNCTION.format(n=n, after=(n + 5) % COUNT).lstrip("\n")
        files[f"src/f{n}.py"] = BROKEN if n == 33 else CODE.format(n=n)
    return tree(place, {"template.yaml": template, **files})


def report(folder: Path, jobs: int, **more: Any) -> str:
    options = ScanOptions(
        today=TODAY, time_limit_s=TIME_LIMIT_S, confidence="low", jobs=jobs, **more
    )
    result = scan(folder, options)
    result.duration_s = 0
    return json.dumps(document(result, ReportSettings()), indent=1)


def test_the_result_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "app")
    alone = report(folder, 1)
    assert "os-command-injection" in alone
    assert "syntax" in alone
    assert report(folder, 3) == alone


def test_what_processes_learnt_is_kept_for_the_next_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "app")
    first = report(folder, 3, cache=tmp_path / "cache")
    file = folder / "src" / "f7.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    names: list[str] = []
    interpreted = Work.interpreted

    def noted(self: Work, function: Function) -> Run:
        names.append(function.logical_id)
        return interpreted(self, function)

    monkeypatch.setattr(Work, "interpreted", noted)
    assert report(folder, 3, cache=tmp_path / "cache") == first
    assert set(names) == {"F7", "F33"}  # one that is not whole is not kept


def test_functions_of_a_process_that_dies_are_interpreted_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(tmp_path / "app")
    alone = report(folder, 1)
    parent = os.getpid()
    interpreted = Work.interpreted

    def dying(self: Work, function: Function) -> Run:
        if function.logical_id == "F12" and os.getpid() != parent:
            os._exit(9)
        return interpreted(self, function)

    monkeypatch.setattr(Work, "interpreted", dying)
    assert report(folder, 3) == alone
