"""``ringfence rules``: every rule that a scan applies."""

from __future__ import annotations

import argparse

EPILOG = """\
examples:
  ringfence rules --family permissions
  ringfence rules --format json | jq '.rules[].id'
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its options."""
    from ringfence.cli.explain import add_config
    from ringfence.cli.parser import width

    parser = verbs.add_parser(
        "rules",
        help="list the rules",
        usage="ringfence rules [options]",
        description="Lists the rules by family: severity, id and title.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    parser.add_argument("--family", metavar="FAMILY", help="only the rules of this family")
    parser.add_argument(
        "--format", choices=("terminal", "json"), default="terminal", metavar="FORMAT",
        help="terminal (default) or json",
    )  # fmt: skip
    add_config(parser)
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN",
        help="auto (default), always or never; NO_COLOR is respected",
    )  # fmt: skip
    parser.add_argument("--width", metavar="COLUMNS", type=width, help="width of the list")


def run(arguments: argparse.Namespace) -> int:
    """Print the list."""
    from ringfence.cli import EXIT_OK
    from ringfence.cli.explain import rule_folders
    from ringfence.cli.output import print_text, text_settings
    from ringfence.errors import UsageError
    from ringfence.report.explain import rules_json, rules_table
    from ringfence.rules.checks import load_rules

    rules = load_rules(rule_folders(arguments.config))
    families = sorted({rule.family for rule in rules})
    if arguments.family is not None:
        rules = [rule for rule in rules if rule.family == arguments.family]
        if not rules:
            raise UsageError(
                f"there is no rule of a family {arguments.family!r}",
                cure=f"the families are {', '.join(families)}",
            )
    show = rules_json if arguments.format == "json" else rules_table
    print_text(show(rules, text_settings(arguments)))
    return EXIT_OK
