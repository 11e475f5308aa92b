"""Rules of people's own: what is wrong with them is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.testing import scanned

TEMPLATE = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: {Runtime: python3.13, Handler: index.handler, InlineCode: "handler = print"}
    """

RULE = """\
    id = "function-without-owner"
    title = "A function has no owner"
    kind = "configuration"
    family = "configuration"
    on = "function"
    when = "!('owner' in WORD)"
    message = "{name} has no owner tag."
    severity = "low"
    why = "Nobody is called when it breaks."
    remedy = "Tag it with the team that owns it."
    references = ["https://example.com/tags"]

    [[bad]]
    language = "yaml"
    text = "Resources: {}"

    [[good]]
    language = "yaml"
    text = "Resources: {}"
    """


def with_rule(folder: Path, word: str) -> tuple[list[str], list[str]]:
    files: dict[str, str | bytes] = {
        "template.yaml": TEMPLATE,
        "ringfence.toml": '[rules]\nfolders = ["rules"]\n',
        "rules/function-without-owner.toml": RULE.replace("WORD", word),
    }
    result = scanned(folder, files)
    found = [item.message for item in result.findings if item.rule == "function-without-owner"]
    return found, [f"{item.what}: {item.reason}" for item in result.skipped]


def test_a_rule_of_ones_own_is_evaluated(tmp_path: Path) -> None:
    assert with_rule(tmp_path, "tags") == (["Work has no owner tag."], [])


@pytest.mark.parametrize("word", ["labels", "Tags"])
def test_a_name_that_no_subject_has_is_told(tmp_path: Path, word: str) -> None:
    reason = f"function-without-owner: its condition asks for {word}, which no function has"
    assert with_rule(tmp_path, word) == ([], [reason])
