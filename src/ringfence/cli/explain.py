"""``ringfence explain``: what a rule means, why it matters, and how to mend or silence it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.model.rule import Rule

EPILOG = """\
examples:
  ringfence explain os-command-injection
  ringfence explain sqs                  the nearest rules when there is no such id
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its options."""
    from ringfence.cli.parser import width

    parser = verbs.add_parser(
        "explain",
        help="say what a rule means and how to mend what it finds",
        usage="ringfence explain RULE [options]",
        description="Shows a rule: what is wrong, why it matters, how to mend it, with examples.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    parser.add_argument("rule", metavar="RULE", help="a rule's id, as reports print it")
    add_config(parser)
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN",
        help="auto (default), always or never; NO_COLOR is respected",
    )  # fmt: skip
    parser.add_argument("--width", metavar="COLUMNS", type=width, help="width of the text")


def add_config(parser: argparse.ArgumentParser) -> None:
    """The option that names the configuration whose own rules count too."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path,
        help="also know the rules of this configuration's folders (default: ringfence.toml here)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Print the rule."""
    from ringfence.cli import EXIT_OK
    from ringfence.cli.output import print_text, text_settings
    from ringfence.report.explain import explain
    from ringfence.rules.checks import load_rule

    folders = rule_folders(arguments.config)
    _refuse_unknown(arguments.rule, folders)
    print_text(explain(load_rule(arguments.rule, folders), text_settings(arguments)))
    return EXIT_OK


def rule_folders(config_file: Path | None) -> tuple[Path, ...]:
    """The folders of people's own rules."""
    from ringfence.config import load_config

    return load_config(Path(), config_file).rule_folders


def _refuse_unknown(rule_id: str, folders: tuple[Path, ...]) -> None:
    """Name the nearest rules when there is no such id."""
    from ringfence.errors import UsageError
    from ringfence.rules.checks import load_rules

    rules = load_rules(folders)
    if any(rule.id == rule_id for rule in rules):
        return
    near = _nearest(rule_id, rules)
    cure = f"did you mean {' or '.join(near)}?" if near else "`ringfence rules` lists them all"
    raise UsageError(f"there is no rule {rule_id!r}", cure=cure)


def _nearest(text: str, rules: Sequence[Rule]) -> list[str]:
    """Up to five ids: those spelt alike, else those that hold the text or are about it."""
    from difflib import get_close_matches

    word = "-".join(text.lower().split())
    ids = [rule.id for rule in rules]
    if near := get_close_matches(word, ids, 3) or [known for known in ids if word in known]:
        return near[:5]
    about = {rule.id: f"{rule.on} {rule.title} {rule.why}".lower() for rule in rules}
    return [known for known in ids if word in about[known].replace("::", " ").split()][:5]
