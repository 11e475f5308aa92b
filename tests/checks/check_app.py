"""Loads a template and runs chosen rules over it, with or without facts of code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from textwrap import dedent

from ringfence.checks import Checked, check
from ringfence.config import load_config
from ringfence.loaders import LoadOptions, load_application
from ringfence.model.facts import Facts
from ringfence.model.rule import Rule
from ringfence.model.severity import Severity
from ringfence.rules.checks import load_rules

TODAY = date(2026, 11, 22)


def check_template(
    folder: Path,
    text: str,
    rules: Iterable[Rule] | None = None,
    config: str = "",
    today: date = TODAY,
) -> Checked:
    """All that the checks say about one template; ``config`` is the text of ringfence.toml."""
    (folder / "template.yaml").write_text(dedent(text), encoding="utf-8")
    if config:
        (folder / "ringfence.toml").write_text(dedent(config), encoding="utf-8")
    application = load_application(folder, LoadOptions())
    chosen = list(rules) if rules is not None else load_rules()
    return check(application, Facts(), chosen, load_config(folder), today)


def rule(on: str, when: str, message: str = "{name}.", **more: object) -> Rule:
    """A configuration rule for one test."""
    values: dict[str, object] = {
        "id": "rule-under-test",
        "title": "a title",
        "kind": "configuration",
        "family": "configuration",
        "why": "why",
        "remedy": "remedy",
        "severity": Severity.MEDIUM,
        **more,
    }
    return Rule(on=on, when=when, message=message, **values)  # type: ignore[arg-type] # test data
