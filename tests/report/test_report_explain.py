"""``explain`` and ``rules`` as people see them."""

from __future__ import annotations

import json
from dataclasses import replace

import report_sample

from ringfence.model.rule import Example
from ringfence.model.severity import Severity
from ringfence.report import ReportSettings
from ringfence.report.explain import explain, rules_json, rules_table

RULE = report_sample.rules()["os-command-injection"]
SETTINGS = ReportSettings(width=80, version="0.1.0")


def test_a_rule_explained() -> None:
    assert "\n" + explain(RULE, SETTINGS) == EXPLAINED


def test_the_comment_sign_is_that_of_the_language() -> None:
    script = replace(RULE, examples=(Example("eval(x)", "javascript", True),))
    assert "     // ringfence: ignore[os-command-injection] reason" in explain(script, SETTINGS)


def test_what_people_copy_is_never_cut() -> None:
    link = "https://example.com/" + "a" * 200
    line = "x = 1  # " + "b" * 90
    rule = replace(RULE, id="x" * 90, references=(link,), examples=(Example(line, "python", True),))
    text = explain(rule, replace(SETTINGS, width=40))
    assert f"   {link}\n" in text
    assert f"│ {line}\n" in text
    assert f"ignore[{'x' * 90}] reason until" in text


def test_a_rule_of_a_hostile_tree_is_escaped() -> None:
    rule = replace(
        RULE, title="a\x1b[2J", why="b\u202ec", examples=(Example("d\x07", "yaml", True),)
    )
    text = explain(rule, SETTINGS)
    assert "a\\x1b[2J" in text
    assert "b\\u202ec" in text
    assert "│ d\\x07\n" in text


def test_the_lines_to_write_name_what_a_finding_fills_in() -> None:
    fix = {
        "template": "{resource}:\n  Properties:\n    Name: {p.Name}-${Stage}",
        "javascript": "const {a} = require({sink})",
        "unproven": "never shown",
    }
    text = explain(replace(RULE, fix=fix), SETTINGS)
    start = text.index(" the lines to write")
    assert "\n" + text[start : text.index(" ✘ bad")] == TO_WRITE


def test_the_list_of_rules() -> None:
    other = replace(
        RULE, id="queue-policy-public", title="A queue's policy admits anyone", family="access",
        severity=Severity.HIGH, tier="should",
    )  # fmt: skip
    assert "\n" + rules_table([RULE, other], SETTINGS) == LISTED


def test_the_list_as_json() -> None:
    document = json.loads(rules_json([RULE], SETTINGS))
    assert document == {
        "schema": 1,
        "tool": {"name": "ringfence", "version": "0.1.0"},
        "rules": [
            {
                "id": "os-command-injection",
                "title": "Untrusted text becomes part of a shell command",
                "family": "injection",
                "kind": "flow",
                "on": "",
                "severity": None,
                "confidence": "high",
                "audience": "developer",
                "tier": "core",
                "why": "Whoever sends the event runs commands of their own with the rights of the function.",
                "remedy": "Pass the program and its arguments as a list and leave out the shell.",
                "fix": {},
                "cwe": [78],
                "owasp_serverless": ["SAS-01"],
                "csa": ["SAS-1"],
                "attack": ["T1059.004"],
                "cis": [],
                "references": ["https://cwe.mitre.org/data/definitions/78.html"],
            }
        ],
    }


EXPLAINED = """
 Untrusted text becomes part of a shell command             os-command-injection
 injection; high confidence; for the developer; severity by who can reach it and
 what it allows

 why it matters
   Whoever sends the event runs commands of their own with the rights of the
   function.

 how to mend it
   Pass the program and its arguments as a list and leave out the shell.

 ✘ bad (Python)
   │ os.system("ping " + event["host"])

 ✔ good (Python): no shell
   │ subprocess.run(["ping", event["host"]])

 also known as
   CWE               CWE-78
   OWASP Serverless  SAS-01
   CSA Serverless    SAS-1
   ATT&CK            T1059.004

 read more
   https://cwe.mitre.org/data/definitions/78.html

 how to silence it
   A comment at the end of the line, or alone on the line above:
     # ringfence: ignore[os-command-injection] reason until 2027-01-31
   Or in ringfence.toml, with a reason:
     [[suppress]]
     rule = "os-command-injection"
     path = "legacy/**"
     reason = "..."
"""

TO_WRITE = """
 the lines to write in SAM and CloudFormation
   <resource>:
     Properties:
       Name: <Name>-${Stage}

 the lines to write in JavaScript
   const {a} = require(<sink>)

"""

LISTED = """
 access ────────────────────────────────────────────────────────────────── 1 ──

  high     queue-policy-public   A queue's policy admits anyone (should)

 injection ─────────────────────────────────────────────────────────────── 1 ──

  varies   os-command-injection  Untrusted text becomes part of a shell command
"""
