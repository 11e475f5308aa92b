"""The lines that rules tell people to write: they can be pasted, and then the finding is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from check_app import check_template, rule
from example_scan import scan_example
from fix_proof import apply

from ringfence.languages import parse_source
from ringfence.model.finding import Finding
from ringfence.model.record import replace
from ringfence.model.rule import Example, Rule
from ringfence.rules.checks import load_rules
from ringfence.rules.fixes import CODE, CODE_NAMES, PLACEHOLDER, UNPROVEN

FIXED = [rule for rule in load_rules(examples=True) if rule.fix]
KEYS = [
    pytest.param(rule, key, id=f"{rule.id}-{key}")
    for rule in FIXED
    for key in rule.fix
    if key != UNPROVEN
]


def fired(rule: Rule, example: Example, folder: Path) -> list[Finding]:
    folder.mkdir()
    result = scan_example(rule, example, folder)
    return [finding for finding in result.findings if finding.rule == rule.id]


def is_made_from(finding: Finding, key: str, text: str) -> bool:
    """Whether a finding's lines are those of one text of its rule, with every value filled in."""
    known = [
        match for match in PLACEHOLDER.finditer(text) if key not in CODE or match[1] in CODE_NAMES
    ]
    pattern, at = "", 0
    for match in known:
        pattern += re.escape(text[at : match.start()]) + ".+"
        at = match.end()
    return re.fullmatch(pattern + re.escape(text[at:]), finding.fix) is not None


@pytest.mark.parametrize(("rule", "key"), KEYS)
def test_each_text_is_filled_and_mends_a_bad_example(rule: Rule, key: str, tmp_path: Path) -> None:
    met = 0
    for number, example in enumerate(rule.examples):
        if not example.bad:
            continue
        found = fired(rule, example, tmp_path / f"bad{number}")
        fixes = [finding for finding in found if is_made_from(finding, key, rule.fix[key])]
        met += len(fixes)
        for finding in fixes:
            if key in CODE:
                module = parse_source("fix", finding.fix, key)
                assert not module.problems, finding.fix
        if fixes and key not in CODE and UNPROVEN not in rule.fix:
            mended = replace(example, text=with_fixes(example, found))
            assert not fired(rule, mended, tmp_path / f"mended{number}"), mended.text
    assert met, f"no bad example of {rule.id} is mended by its fix for {key}"


def with_fixes(example: Example, found: list[Finding]) -> str:
    """The example with the lines of all its findings; from the end, so that places stay true."""
    text = example.text
    for finding in sorted(found, key=lambda item: item.location, reverse=True):
        text = apply(text, finding.fix, finding.location, example.language == "serverless")
    return text


TABLE = """
Resources:
  T: {Type: AWS::DynamoDB::Table, Properties: {TableName: %s}}
"""


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("temp", "temp"),
        ("'*'", "'*'"),
        ("'012'", "'012'"),
        ("it''s", "'it''''s'"),
        ("!Sub '${AWS::StackName}-temp'", "!Sub '${AWS::StackName}-temp'"),
        ("!Ref AWS::StackName", "!Ref AWS::StackName"),
        ("!GetAtt T.Arn", "!GetAtt T.Arn"),
        ("7", "7"),
    ],
)
def test_a_value_stands_in_yaml_as_it_must(tmp_path: Path, name: str, written: str) -> None:
    assert fix_for(tmp_path, name, "{name}: {p.TableName}") == f"T: {written}"


@pytest.mark.parametrize(
    "name", ["!ImportValue x", '"a\\nb"', '"a\\x1b"', "''", "{a: b}", "x" * 161]
)
def test_a_value_that_cannot_be_filled_leaves_the_text_out(tmp_path: Path, name: str) -> None:
    assert fix_for(tmp_path, name, "{name}: {p.TableName}") == ""


@pytest.mark.parametrize("text", ["{name}: {p.Nothing}", "{name}: ${p.TableName}-{p.Nothing}"])
def test_a_placeholder_without_a_value_leaves_the_text_out(tmp_path: Path, text: str) -> None:
    assert fix_for(tmp_path, "temp", text) == ""


def test_a_value_inside_a_text_must_need_no_quotes(tmp_path: Path) -> None:
    assert fix_for(tmp_path, "temp", "{name}: '{p.TableName}/*'") == "T: 'temp/*'"
    assert fix_for(tmp_path, "it''s", "{name}: '{p.TableName}/*'") == ""


def test_a_list_stands_in_brackets(tmp_path: Path) -> None:
    assert fix_for(tmp_path, "[a, '*']", "{name}: {p.TableName}") == "T: [a, '*']"


def test_braces_of_the_template_are_its_own(tmp_path: Path) -> None:
    text = "{name}: !Sub '${AWS::Region}/${{name}.Arn}'"
    assert fix_for(tmp_path, "temp", text) == "T: !Sub '${AWS::Region}/${T.Arn}'"


def test_the_next_text_that_can_be_filled_is_taken(tmp_path: Path) -> None:
    found = rule(
        "AWS::DynamoDB::Table", "true",
        fix={"cloudformation": "{name}: {p.Nothing}", "template": "{name}: {}"},
    )  # fmt: skip
    assert check_template(tmp_path, TABLE % "temp", [found]).findings[0].fix == "T: {}"


def test_texts_of_other_formats_are_not_shown(tmp_path: Path) -> None:
    found = rule("AWS::DynamoDB::Table", "true", fix={"sam": "a", "python": "b"})
    assert check_template(tmp_path, TABLE % "temp", [found]).findings[0].fix == ""


def fix_for(folder: Path, name: str, text: str) -> str:
    found = rule("AWS::DynamoDB::Table", "true", fix={"template": text})
    return check_template(folder, TABLE % name, [found]).findings[0].fix


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): pass"
      Events:
        Call: {Type: HttpApi, Properties: {Path: /, Method: GET}}
"""


def test_what_sam_makes_of_events_is_mended_in_globals(tmp_path: Path) -> None:
    fix = {"sam": "{resource}: {}", "globals": "Globals: {HttpApi: {}}", "cloudformation": "no"}
    found = rule("AWS::ApiGatewayV2::Api", "true", fix=fix)
    assert check_template(tmp_path, SAM, [found]).findings[0].fix == fix["globals"]


def test_the_key_of_an_event_is_known(tmp_path: Path) -> None:
    fix = {"sam": "{resource}: {Properties: {Events: {{entry}: {}}}}"}
    finding = check_template(tmp_path, SAM, [rule("trigger", "true", fix=fix)]).findings[0]
    assert finding.fix == "F: {Properties: {Events: {Call: {}}}}"
