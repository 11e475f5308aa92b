"""Examples of several files: ``tests/corpus/<rule-id>/{bad,good}/`` through the real scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_scan import TODAY

from ringfence.model.finding import Finding
from ringfence.model.severity import Severity
from ringfence.scan import ScanOptions, scan

CORPUS = Path(__file__).parents[1] / "corpus"
HEALTHY = CORPUS / "healthy"
RULES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir() and path != HEALTHY)
#: Findings that a healthy application may have, all of them low.
HANDFUL = 4


def fired(rule: str, kind: str) -> list[Finding]:
    result = scan(CORPUS / rule / kind, ScanOptions(today=TODAY, confidence="low"))
    return [finding for finding in result.findings if finding.rule == rule]


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_one_fires(rule: str) -> None:
    assert fired(rule, "bad")


@pytest.mark.parametrize("rule", RULES)
def test_the_good_one_does_not(rule: str) -> None:
    assert fired(rule, "good") == []


@pytest.mark.parametrize("name", sorted(path.name for path in HEALTHY.iterdir()))
def test_a_healthy_application_is_left_alone(name: str) -> None:
    result = scan(HEALTHY / name, ScanOptions(today=TODAY, confidence="low"))
    assert result.skipped == []
    assert result.paths == []
    assert result.functions
    shown = [(f.rule, f.message) for f in result.findings if f.severity > Severity.LOW]
    assert shown == []
    assert len([f for f in result.findings if f.severity is Severity.LOW]) <= HANDFUL


def test_a_value_from_globals_shows_the_line_and_the_parameter() -> None:
    (finding,) = fired("runtime-ended", "bad")
    assert str(finding.location) == "template.yaml:8:5"
    assert [(origin.role, origin.name) for origin in finding.origins][:1] == [
        ("parameter", "Runtime")
    ]


def test_a_secret_is_never_shown_whole() -> None:
    (finding,) = fired("secret-in-environment", "bad")
    assert finding.message == (
        "DATABASE_URL of Work holds a password in an address (po…, 52 characters), "
        "from the default of parameter DatabasePassword."
    )
