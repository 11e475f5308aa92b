"""The JSON report: its shape, its schema, its order."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import report_sample

from ringfence.model.finding import Comparison, Finding, ScanResult
from ringfence.report import REPORTERS, ReportSettings

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "findings.schema.json"
SETTINGS = ReportSettings(version="0.1.0")


def rendered(result: ScanResult) -> Any:
    return json.loads(REPORTERS["json"].render(result, SETTINGS))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_report_satisfies_its_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(rendered(report_sample.sample()))


def test_an_empty_report_satisfies_its_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(rendered(ScanResult()))


def test_the_schema_names_every_property(validator: jsonschema.Draft202012Validator) -> None:
    document = rendered(report_sample.sample())
    definitions = validator.schema["$defs"]
    place = set(definitions["place"]["properties"])
    assert set(document) == set(validator.schema["properties"])
    assert set(document["summary"]) == set(definitions["summary"]["properties"])
    assert set(document["findings"][0]) - place <= set(definitions["finding"]["properties"])
    assert set(document["paths"][0]) == set(definitions["path"]["properties"])
    assert set(document["connections"][0]) - place == set(definitions["connection"]["properties"])
    assert set(document["entries"][0]) - place == set(definitions["entry"]["properties"])


@pytest.mark.parametrize("missing", ["schema", "findings", "paths", "skipped", "unknowns"])
def test_the_schema_refuses_a_report_with_a_part_missing(
    validator: jsonschema.Draft202012Validator, missing: str
) -> None:
    document = rendered(report_sample.sample())
    del document[missing]
    assert not validator.is_valid(document)


def test_a_finding_in_full() -> None:
    assert rendered(report_sample.sample())["findings"][0] == {
        "rule": "os-command-injection",
        "title": "Untrusted text becomes part of a shell command",
        "family": "injection",
        "cwe": [78],
        "severity": "critical",
        "confidence": "high",
        "audience": "developer",
        "message": "The carrier of an order, which any customer chooses, becomes part of a shell command.",
        "function": "PrintLabel",
        "function_id": "template.yaml#PrintLabel",
        "trigger": "sqs",
        "trigger_id": "template.yaml#PrintLabel/sqs",
        "exposure": "authenticated",
        "subject": "PrintLabel",
        "file": "functions/print_label/app.py",
        "line": 13,
        "column": 17,
        "end_line": 13,
        "end_column": 59,
        "source": "event.Records[].body",
        "sink": "subprocess.run",
        "steps": [
            {
                "file": "functions/print_label/app.py",
                "line": 7,
                "column": 19,
                "end_line": 7,
                "end_column": 35,
                "text": "a record of the event",
            },
            {
                "file": "functions/print_label/app.py",
                "line": 8,
                "column": 21,
                "end_line": 8,
                "end_column": 47,
                "text": "its body, parsed as JSON",
            },
            {
                "file": "functions/print_label/app.py",
                "line": 13,
                "column": 27,
                "end_line": 13,
                "end_column": 43,
                "text": "the carrier, joined into the command",
            },
        ],
        "origins": [],
        "count": 1,
        "subjects": [],
        "remedy": "Pass the program and its arguments as a list and leave out shell=True.",
        "fix": "",
        "fingerprint": "a1" * 16,
    }


def test_the_summary_counts_everything() -> None:
    assert rendered(report_sample.sample())["summary"] == {
        "findings": {"critical": 1, "high": 1, "medium": 2, "low": 2, "info": 0},
        "paths": 2,
        "functions": 3,
        "entries": 3,
        "templates": ["template.yaml"],
        "files_read": 4,
        "skipped": 1,
        "unknowns": {"parameter Table has no default": 2, "imported from another stack": 1},
        "suppressed": 1,
        "baselined": 2,
        "baseline_gone": 0,
        "doubtful": 0,
        "since": None,
    }


def test_a_connection_in_full() -> None:
    assert rendered(report_sample.sample())["connections"][1] == {
        "function": "PrintLabel",
        "function_id": "template.yaml#PrintLabel",
        "kind": "http",
        "library": "requests",
        "host": "rates.example.com",
        "transport": "tls",
        "authentication": "token",
        "file": "functions/print/app.py",
        "line": 14,
        "column": 5,
        "end_line": 14,
        "end_column": 5,
    }


def test_what_was_compared_with_is_told(validator: jsonschema.Draft202012Validator) -> None:
    result = report_sample.sample()
    result.since = Comparison("origin/main", "0a" * 20, known=12, fixed=3)
    document = rendered(result)
    validator.validate(document)
    assert document["summary"]["since"] == {
        "revision": "origin/main",
        "commit": "0a" * 20,
        "known": 12,
        "fixed": 3,
    }


def test_the_order_does_not_depend_on_the_order_of_the_result() -> None:
    once = REPORTERS["json"].render(report_sample.sample(), SETTINGS)
    shuffled = report_sample.sample()
    dice = random.Random(7)
    for part in (
        shuffled.findings,
        shuffled.paths,
        shuffled.entries,
        shuffled.connections,
        shuffled.unknowns,
    ):
        dice.shuffle(part)
    shuffled.duration_s = 99.0
    assert REPORTERS["json"].render(shuffled, SETTINGS) == once


def test_a_name_used_in_two_templates_carries_its_template() -> None:
    result = ScanResult(functions={"a.yaml#Api": "Api", "b.yaml#Api": "Api", "b.yaml#Job": "Job"})
    base = report_sample.command_injection()
    result.findings = [
        _of(base, function) for function in ("a.yaml#Api", "b.yaml#Api", "b.yaml#Job")
    ]
    names = sorted(finding["function"] for finding in rendered(result)["findings"])
    assert names == ["Job", "a.yaml:Api", "b.yaml:Api"]


def _of(finding: Finding, function: str) -> Finding:
    from dataclasses import replace

    return replace(finding, function=function)


def test_hostile_text_is_escaped() -> None:
    result = ScanResult(root="evil\x1b[2J\u202e\ud800")
    text = REPORTERS["json"].render(result, SETTINGS)
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["root"] == "evil\x1b[2J\u202e\ud800"
