"""Arguments: the parser, its errors, and the small types that options share."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import ringfence
from ringfence.cli import EXIT_USAGE, explain, policy, rules, scan
from ringfence.errors import UsageError

DESCRIPTION = "Finds what an attacker can do to a serverless application, and what to change."

VERBS = ("scan", "explain", "rules", "policy")

EPILOG = """\
examples:
  ringfence scan                         scan the folder you are in
  ringfence scan app --only entries      who may call what, and what proves it
  ringfence explain os-command-injection
                                         what a rule means and how to mend it

exit codes:
  0 nothing at or above --fail-on    1 findings at or above it
  2 wrong usage, nothing to read     3 a defect in Ringfence
"""


class Parser(argparse.ArgumentParser):
    """Reports wrong usage as every other error: ``error:`` and ``help:``, exit 2."""

    def __init__(self, **settings: Any) -> None:
        settings.setdefault("formatter_class", HelpFormatter)
        super().__init__(add_help=False, allow_abbrev=False, **settings)
        self._positionals.title = "arguments"
        # argparse's own help option says "show this help message and exit"; ours is shorter.
        self.add_argument("-h", "--help", action="help", help="show this help")

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, cure=f"`{self.prog} --help` shows what there is")

    def _print_message(self, message: str, file: Any = None) -> None:
        """As every other text: a full disk is an error, a reader that left is none.

        argparse's own version, which help and version texts go through, drops every error.
        """
        from ringfence.cli.output import print_text

        print_text(message)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """The same text for every terminal and Python version: 96 columns, short option lists."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=96)


def build_parser() -> Parser:
    """The parser of all verbs; each sets ``run``, which takes the arguments and gives the code."""
    parser = Parser(
        prog="ringfence",
        usage="ringfence [--version] [--help] COMMAND ...",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"ringfence {ringfence.__version__}",
        help="show the version",
    )
    verbs = parser.add_subparsers(
        title="commands", prog="ringfence", metavar="COMMAND", dest="command", required=False
    )
    for verb in (scan, explain, rules, policy):
        verb.add_parser(verbs)
    parser.set_defaults(run=_no_command(parser))
    return parser


def check_verb(words: Sequence[str]) -> None:
    """Name what was meant when the first word is no verb.

    Raises:
        UsageError: it is none.
    """
    first = words[0] if words else "-"
    if first.startswith("-") or first in VERBS:
        return
    near = get_close_matches(first, VERBS, 1)
    meant = f"ringfence {near[0]}" if near else f"ringfence scan {shlex.quote(first)}"
    known = near or Path(first).exists()
    cure = f"did you mean `{meant}`?" if known else "`ringfence --help` lists the commands"
    raise UsageError(f"there is no command {first!r}", cure=cure)


def _no_command(parser: Parser) -> Callable[[argparse.Namespace], int]:
    def run(_: argparse.Namespace) -> int:
        parser.print_help()
        return EXIT_USAGE

    return run


def name_value(text: str) -> tuple[str, str]:
    """``NAME=VALUE``; the value may be empty and may hold further equals signs."""
    name, equals, value = text.partition("=")
    if not name.strip() or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def day(text: str) -> date:
    """A day as ``2026-11-30``."""
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2026-11-30") from problem


def choice_list(choices: tuple[str, ...]) -> Callable[[str], frozenset[str]]:
    """A comma list out of ``choices``."""

    def parse(text: str) -> frozenset[str]:
        words = [word.strip() for word in text.split(",") if word.strip()]
        wrong = [word for word in words if word not in choices]
        if wrong or not words:
            found = f"{wrong[0]!r} is not one of" if wrong else "choose from"
            raise argparse.ArgumentTypeError(f"{found} {', '.join(choices)}")
        return frozenset(words)

    return parse


def width(text: str) -> int:
    """A number of terminal columns."""
    if not text.isdigit() or not 20 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of columns from 20 to 1000")
    return int(text)


def seconds(text: str) -> float:
    """A positive number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 86400")
    return number


def count(text: str) -> int:
    """A number of processes."""
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:4]) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 256")
    return int(text)
