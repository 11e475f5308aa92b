"""Whole runs over the example application, in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "docs" / "schemas" / "findings.schema.json"


@cache
def scan(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ringfence", "scan", "examples/orders", *words]
    return subprocess.run(
        [*command, "--today", "2026-11-22"], capture_output=True, text=True, cwd=ROOT, check=False
    )


@pytest.mark.parametrize(("words", "code"), [((), 1), (("--fail-on", "never"), 0)])
def test_the_exit_code(words: tuple[str, ...], code: int) -> None:
    done = scan(*words)
    assert (done.returncode, done.stderr) == (code, "")


def test_the_json_report_satisfies_its_schema_and_does_not_change() -> None:
    done = scan("--format", "json")
    document = json.loads(done.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    assert document["root"] == "examples/orders"
    assert {path["function"] for path in document["paths"]} >= {"PrintLabel", "PaymentWebhook"}
    assert scan("--format", "json", "--strict").stdout == done.stdout


def test_the_entries_name_every_function() -> None:
    out = scan("--only", "entries", "--fail-on", "never").stdout
    assert "ENTRY POINTS" in out
    assert "ATTACK PATHS" not in out
    for name in ("CreateOrder", "PrintLabel", "PaymentWebhook", "NightlyReport", "CheckSignUp"):
        assert name in out
