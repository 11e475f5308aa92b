"""Every rule's own examples through the real scan: bad ones fire it, good ones do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_scan import scan_example

from ringfence.model.rule import Example, Rule
from ringfence.rules.checks import load_rules

CASES = [
    pytest.param(rule, example, id=f"{rule.id}-{'bad' if example.bad else 'good'}-{number}")
    for rule in load_rules(examples=True)
    for number, example in enumerate(rule.examples)
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    result = scan_example(rule, example, tmp_path)
    fired = [finding for finding in result.findings if finding.rule == rule.id]
    assert bool(fired) is example.bad, [finding.rule for finding in result.findings]
    for finding in fired:
        assert finding.location.file
        assert finding.location.line > 0
        assert finding.fingerprint
        assert "?" not in finding.message.replace("${?}", ""), finding.message
