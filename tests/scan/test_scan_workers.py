"""Shared work: every piece is answered once, and a process that dies costs only its piece."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import RuleError
from ringfence.model.finding import ScanResult
from ringfence.scan import ScanOptions, scan
from ringfence.scan import run as scan_run
from ringfence.scan.workers import can_share, share
from ringfence.testing import TIME_LIMIT_S, TODAY, tree

pytestmark = pytest.mark.skipif(not can_share(), reason="processes are forked on Linux only")

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      FunctionUrlConfig: {AuthType: NONE}
"""
CODE = "import os\n\ndef handler(event, context):\n    os.system(event['body'])\n"


def numbered(number: int) -> bytes:
    return str(number).encode()


def answers(count: int, pieces: int, work: Callable[[int], bytes], limit_s: float = 600.0) -> Any:
    return {a.number: a.data if a.data is not None else a.reason
            for a in share(count, pieces, work, limit_s)}  # fmt: skip


def children() -> str:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text()


@pytest.mark.parametrize(("count", "pieces"), [(1, 3), (2, 7), (3, 2), (4, 40), (2, 0)])
def test_every_piece_is_answered_once(count: int, pieces: int) -> None:
    found = [answer.number for answer in share(count, pieces, numbered, 600.0)]
    assert sorted(found) == list(range(pieces))
    assert answers(count, pieces, numbered) == {n: numbered(n) for n in range(pieces)}


def test_large_answers_arrive_whole() -> None:
    def work(number: int) -> bytes:
        return bytes([number]) * 5_000_000

    assert answers(2, 4, work) == {n: bytes([n]) * 5_000_000 for n in range(4)}


def test_processes_that_die_cost_only_their_piece() -> None:
    def work(number: int) -> bytes:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 4:
            raise KeyError("boom")
        if number == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return numbered(number)

    found = answers(2, 8, work)
    assert found.pop(2) == "its process was killed, perhaps for want of memory"
    assert found.pop(4) == "its process ended with 1"
    assert found.pop(5) == "its process ended with SIGTERM"
    assert found == {n: numbered(n) for n in (0, 1, 3, 6, 7)}


@pytest.mark.parametrize("busy", [False, True], ids=["waits", "works"])
def test_a_process_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch, busy: bool) -> None:
    monkeypatch.setattr("ringfence.scan.workers.LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("ringfence.scan.workers.IDLE_S", 600.0 if busy else 0.5)

    def work(number: int) -> bytes:
        while number == 0:
            time.sleep(0 if busy else 1)
        return numbered(number)

    found = answers(2, 3, work, limit_s=0.01)
    assert found[0] == "its process was killed, perhaps for want of memory"


def test_whoever_stops_asking_leaves_no_process_behind() -> None:
    before = children()

    def work(number: int) -> bytes:
        while number:
            time.sleep(1)
        return b""

    sharing = share(3, 9, work, 600.0)
    next(sharing)
    assert children() != before
    sharing.close()
    assert children() == before


# --- whole scans ---


def many(folder: Path, count: int = 8) -> Path:
    for number in range(count):
        tree(folder, {f"app{number}/template.yaml": TEMPLATE, f"app{number}/src/app.py": CODE})
    return folder


def told(folder: Path, jobs: int) -> tuple[ScanResult, dict[str, Any]]:
    result = scan(folder, ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, jobs=jobs))
    shown = {"findings": result.findings, "paths": result.paths, "skipped": result.skipped,
             "functions": result.functions, "entries": [entry.id for entry in result.entries],
             "sources": result.sources, "files": result.files_read}  # fmt: skip
    return result, shown


def test_processes_change_no_result(tmp_path: Path) -> None:
    many(tmp_path)
    _, alone = told(tmp_path, 1)
    result, shared = told(tmp_path, 3)
    assert alone == shared
    assert len(result.functions) == 8


def test_an_application_whose_process_dies_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = scan_run.scan_application

    def scan_application(task: Any, part: Any, *rest: Any) -> Any:
        if part.label.startswith("app3/"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(task, part, *rest)

    monkeypatch.setattr(scan_run, "scan_application", scan_application)
    result, _ = told(many(tmp_path), 2)
    assert [(item.what, item.reason) for item in result.skipped] == [
        ("app3/template.yaml", "its process was killed, perhaps for want of memory")
    ]
    assert len(result.functions) == 7


def test_a_mistake_of_the_user_ends_the_scan_from_any_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scan_application(*_: Any) -> Any:
        raise RuleError("no such view", "rule.toml:3", "use another")

    monkeypatch.setattr(scan_run, "scan_application", scan_application)
    with pytest.raises(RuleError) as caught:
        told(many(tmp_path), 2)
    assert str(caught.value) == "rule.toml:3: no such view (help: use another)"


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_whole_time_does_not_reach_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(scan_run, "WHOLE_SHARE", 1e-9)
    result, _ = told(many(tmp_path), jobs)
    (note,) = result.skipped
    assert note.what.endswith(" more applications")
    assert note.reason == "not analysed: the time of the whole scan is used up"
    assert 1 <= len(result.functions) < 8


def test_shared_outcomes_are_kept_like_others(tmp_path: Path) -> None:
    many(tmp_path / "app")
    cache = tmp_path / "cache"
    options = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, jobs=2, cache=cache)
    first = scan(tmp_path / "app", options)
    (file,) = cache.glob("*.json")
    assert len(json.loads(file.read_text())["applications"]) == 8
    assert scan(tmp_path / "app", options).findings == first.findings
