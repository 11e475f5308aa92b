"""The rule files: all load, the loader refuses malformed ones, a scan needs no examples."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.errors import RuleError
from ringfence.rules.checks import SHIPPED, load_rule, load_rules

GOOD = """\
id = "table-named-temp"
title = "A table is called temp"
family = "data"
on = "AWS::DynamoDB::Table"
when = "p.TableName == 'temp'"
message = "{name} is called temp."
severity = "low"
why = "Nobody knows whether it may go."
remedy = "Name it after what it holds."
references = ["https://example.com/naming"]

[[bad]]
text = '''
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {TableName: temp}}}
'''

[[good]]
text = '''
Resources: {T: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}}
'''
"""


#: Families in which not every rule has an entry of CWE that says what it says.
UNNUMBERED = ("configuration", "data", "logging", "availability")


def write(folder: Path, text: str, name: str = "table-named-temp") -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_all_shipped_rules_load_with_examples() -> None:
    rules = load_rules(examples=True)
    assert len(rules) == len(list(SHIPPED.glob("*.toml")))
    assert all({example.bad for example in rule.examples} == {True, False} for rule in rules)


def test_every_rule_names_a_weakness_a_threat_and_a_source() -> None:
    for rule in load_rules():
        assert rule.cwe or rule.family in UNNUMBERED, rule.id
        assert rule.references, rule.id
        assert all(reference.startswith("https://") for reference in rule.references), rule.id
        assert rule.message.endswith((".", "{items}")), rule.id
        assert all(
            name.startswith("SAS-") and 1 <= int(name[4:]) <= 10 for name in rule.owasp_serverless
        )
        assert all(name.startswith("CSA-") and 1 <= int(name[4:]) <= 12 for name in rule.csa)


def test_a_folder_of_ones_own_rules_is_loaded_with_its_examples(tmp_path: Path) -> None:
    rules = {rule.id: rule for rule in load_rules([write(tmp_path, GOOD)])}
    assert len(rules["table-named-temp"].examples) == 2
    assert load_rule("table-named-temp", [tmp_path]).title == "A table is called temp"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'severity = "low"',
            'severty = "low"',
            "unknown key severty (help: did you mean severity?)",
        ),
        ('id = "table-named-temp"', 'id = "other"', "id 'other' is not the file's name"),
        ("[[bad]]", "[[worse]]", "unknown key worse"),
        ("[[good]]", "[[bad]]", "needs at least one bad and one good example"),
        ('family = "data"', 'family = "stuff"', "family = 'stuff'"),
        ('severity = "low"', "", "neither severity nor effect"),
        ('on = "AWS::DynamoDB::Table"', 'on = "tables"', "on = 'tables' is no subject"),
        ('references = ["https://example.com/naming"]', "", "references is missing"),
        ('why = "Nobody', "why = [1]\nx = 'Nobody", "not valid TOML"),
        ("[[bad]]", "[fix]\nsma = 'x'\n[[bad]]", "fix has the unknown key sma"),
        ("[[bad]]", "fix = 'x'\n[[bad]]", "fix takes texts"),
        ("[[bad]]", "[fix]\nsam = 3\n[[bad]]", "fix takes texts"),
        ("[[bad]]", "[fix]\nsam = ' '\n[[bad]]", "fix.sam is empty"),
        ("[[bad]]", "[fix]\nsam = '{resource}: ['\n[[bad]]", "fix.sam is not YAML"),
        ("[[bad]]", "[fix]\nitem = 'Effect: Deny'\n[[bad]]", "fix.item is not an item"),
        ("[[bad]]", "[[bad]]\nlanguage = 'cobol'", "an example's language is 'cobol'"),
        ('title = "A table is called temp"', "title = 3", "title has the wrong type"),
    ],
)
def test_a_malformed_rule_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleError) as caught:
        load_rules([write(tmp_path, GOOD.replace(old, new))])
    assert message in str(caught.value)


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    shipped = next(iter(sorted(SHIPPED.glob("*.toml"))))
    write(tmp_path, shipped.read_text(encoding="utf-8"), shipped.stem)
    with pytest.raises(RuleError, match="two rules with the id"):
        load_rules([tmp_path])


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(RuleError, match="did you mean runtime-ended"):
        load_rule("runtime-endd")
