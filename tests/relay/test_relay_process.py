"""The relay as people run it: a process that listens, records, and is killed or ended."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from relay_harness import signed

from ringfence.cli.lock_record import add_arguments
from ringfence.errors import UsageError
from ringfence.model.event import Observation, read_observations
from ringfence.relay.deciding import decide_by, read_policies

SCRIPT = """
import argparse, sys
from ringfence.cli.lock_record import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""
SQS = {"Authorization": signed("sqs"), "X-Amz-Target": "AmazonSQS.ListQueues"}


@contextmanager
def process(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A relay process and its port."""
    command = [sys.executable, "-c", SCRIPT, "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        line = running.stderr.readline()
        try:
            yield running, int(line.strip().rpartition(":")[2])
        finally:
            running.kill()


def _call(port: int) -> tuple[int, bytes]:
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/", b"{}", SQS)
        with connection.getresponse() as answer:
            return answer.status, answer.read()


def _recorded(path: Path) -> list[Observation]:
    with path.open("rb") as file:
        return [item for item in read_observations(file, "calls") if isinstance(item, Observation)]


@pytest.mark.kill
def test_what_was_answered_is_on_disk_when_the_relay_is_killed(tmp_path: Path) -> None:
    out = tmp_path / "calls.ndjson"
    with process("--out", str(out)) as (running, port):
        for _ in range(3):
            _call(port)
        os.kill(running.pid, signal.SIGKILL)
    found = _recorded(out)
    assert [(item.function, item.value) for item in found] == [("resize", "sqs:ListQueues")] * 3


def test_an_ended_relay_says_what_it_saw(tmp_path: Path) -> None:
    with process("--out", str(tmp_path / "calls")) as (running, port):
        _call(port)
        with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("GET", "/what/is/this")
            connection.getresponse().close()
        os.kill(running.pid, signal.SIGTERM)
        _, said = running.communicate(timeout=20)
    assert running.returncode == 0
    assert said == "2 requests, 0 refused, 1 not understood and not recorded (GET /what/is/this)\n"


def test_policies_of_a_file_are_enforced(tmp_path: Path) -> None:
    policies = tmp_path / "policies.json"
    policies.write_text(json.dumps({"other": {"Statement": []}}))
    with process("--out", str(tmp_path / "c"), "--enforce", str(policies)) as (_, port):
        status, body = _call(port)
    assert (status, json.loads(body)["__type"]) == (400, "AccessDeniedException")
    assert [item.decision for item in _recorded(tmp_path / "c")] == ["denied"]


ALLOW = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}


def test_one_document_is_for_every_function(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]}))
    decide = decide_by(read_policies(path))
    assert decide("any", "sqs:ListQueues", "*", {}) == "allowed"
    assert decide("any", "sns:Publish", "*", {}) == "denied"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "holds no JSON object"),
        ('{"f": 5}', "f: there is no `Statement`"),
        ('{"f": {"Statement": 5}}', "f: a statement cannot be read"),
    ],
)
def test_files_that_are_no_policies_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "policy.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=said):
        read_policies(path)


@pytest.mark.parametrize("options", [["--port", "70000"], ["--port", "-1"], ["--account", "12"]])
def test_odd_options_are_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_arguments(parser)
    with pytest.raises((argparse.ArgumentError, SystemExit)):
        parser.parse_args(options)
