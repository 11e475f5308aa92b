"""docs/rules/ has a page for each rule that ships, up to date, and Markdown as it is meant."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from ringfence.model.rule import Rule
from ringfence.rules.checks import load_rules
from ringfence.rules.fixes import UNPROVEN, in_general

if TYPE_CHECKING:
    from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "rules"
SCRIPT = runpy.run_path(str(ROOT / "support" / "rule_pages.py"))
PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
RULES = load_rules(examples=True)
MARKUP = {"html_block", "html_inline", "em", "strong", "image", "code_block"}


def leaves(tokens: list[Token]) -> list[Token]:
    return [leaf for token in tokens for leaf in (token, *(token.children or ()))]


def test_the_pages_are_up_to_date() -> None:
    stale = SCRIPT["stale"](SCRIPT["pages"](), FOLDER)
    assert stale == [], "run `python support/rule_pages.py`"


def test_a_page_that_changed_is_missing_or_has_no_rule_is_named(tmp_path: Path) -> None:
    new = {"a.md": "a", "b.md": "b", "c.md": "c"}
    SCRIPT["write"](new, tmp_path)
    assert SCRIPT["stale"](new, tmp_path) == []
    (tmp_path / "a.md").write_text("old", encoding="utf-8")
    (tmp_path / "b.md").unlink()
    (tmp_path / "gone.md").write_text("", encoding="utf-8")
    assert SCRIPT["stale"](new, tmp_path) == ["a.md", "b.md", "gone.md"]
    SCRIPT["write"](new, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.md", "b.md", "c.md"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_is_the_markdown_that_is_meant(rule: Rule) -> None:
    tokens = leaves(PARSER.parse((FOLDER / f"{rule.id}.md").read_text(encoding="utf-8")))
    kinds = {token.type.removesuffix("_open") for token in tokens}
    assert not (kinds & MARKUP) - {"strong"}
    texts = [token.content for token in tokens]
    assert {rule.title, rule.message, *rule.why.split("\n\n"), *rule.remedy.split("\n\n")} <= shown(
        tokens
    )
    assert {example.text.strip("\n") + "\n" for example in rule.examples} <= set(texts)
    assert {
        in_general(key, text) + "\n" for key, text in rule.fix.items() if key != UNPROVEN
    } <= set(texts)
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} >= {
        *rule.references
    }


def shown(tokens: list[Token]) -> set[str]:
    """What a reader sees of each paragraph, heading and code span."""
    return {
        "".join(leaf.content for leaf in token.children or ())
        for token in tokens
        if token.type == "inline"
    } | {token.content for token in tokens if token.type == "code_inline"}


def test_every_link_of_the_index_leads_to_a_page() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    tokens = leaves(PARSER.parse(index))
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert sorted(links) == sorted(["../rules.md", *(f"{rule.id}.md" for rule in RULES)])
    assert all((FOLDER / link).is_file() for link in links)
    assert re.findall(r"^## (.*)$", index, re.MULTILINE) == sorted({rule.family for rule in RULES})
