"""What is said of decisions about access by a field which the caller sets. The programs that make
such decisions, and those that only look like it, are ``shapes/authority_*.case``."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import Case, run

from ringfence.model.finding import Finding

RULE = "authorization-by-caller"
PYTHON = "import json, os, boto3\ntable = boto3.resource('dynamodb').Table('t')\n"


def told(folder: Path, text: str, trigger: str = "apigateway-rest") -> list[Finding]:
    findings, _ = run(Case("case", trigger, files={"app.py": PYTHON + text.lstrip("\n")}), folder)
    return [finding for finding in findings if finding.rule == RULE]


REFUSES = """
def handler(event, context):
    if event['headers'].get('x-role') != 'admin':
        return {'statusCode': 403}
"""
DELETES = REFUSES + "    table.delete_item(Key={'id': 'a'})\n"
SUGGESTS = """
def handler(event, context):
    if event['headers'].get('x-role') != 'admin':
        return None
    table.delete_item(Key={'id': 'a'})
"""
KNOWS_THE_KEY = """
def handler(event, context):
    if event['headers'].get('x-api-key') != os.environ['API_KEY']:
        return {'statusCode': 401}
    if event['headers'].get('x-role') != 'admin':
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""
SENT = """
def handler(event, context):
    if event.get('role') != 'admin':
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DELETES, ("high", "high")),
        (REFUSES, ("medium", "high")),
        (SUGGESTS, ("high", "medium")),
        (KNOWS_THE_KEY, ("medium", "low")),
    ],
    ids=["a refusal", "nothing is guarded", "no refusal in words", "a caller who knows a secret"],
)
def test_severity_and_confidence(text: str, expected: tuple[str, str], tmp_path: Path) -> None:
    (finding,) = told(tmp_path, text)
    assert (str(finding.severity), finding.confidence) == expected


def test_message_names_field_and_constant(tmp_path: Path) -> None:
    (finding,) = told(tmp_path, DELETES)
    assert finding.message == (
        "The header x-role of ANY /x, which anyone may cause, decides who is let through "
        "(compared with 'admin')."
    )
    assert finding.cwe == (285, 639, 807)
    assert [step.text for step in finding.steps] == [
        "event.headers.x-role comes from the caller of the API",
        "decides who is let through",
    ]


def test_a_program_of_the_account_may_say_what_it_is(tmp_path: Path) -> None:
    assert told(tmp_path, SENT, "invoke") == []
    assert told(tmp_path, SENT, "stepfunctions") == []


def test_the_longest_way_is_told_at_the_return_of_the_helper(tmp_path: Path) -> None:
    text = """
def is_admin(event):
    return event['headers'].get('x-role') == 'admin'

def may(event):
    return is_admin(event)

def handler(event, context):
    allowed = may(event)
    if not allowed:
        return {'statusCode': 403}
    table.delete_item(Key={'id': 'a'})
"""
    (finding,) = told(tmp_path, text)
    assert finding.location.line == 4
