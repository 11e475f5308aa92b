"""Options that every verb shares which reads an application, and what they make of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.contract.used import Recorded
    from ringfence.model.contract import FunctionDraft
    from ringfence.model.location import Skipped
    from ringfence.scan import ScanOptions


def add_path(parser: argparse.ArgumentParser) -> None:
    """The folder or template to read."""
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", type=Path,
        help="a folder or a template (default: the folder you are in)",
    )  # fmt: skip


def add_reading(parser: argparse.ArgumentParser) -> None:
    """What to read, how long to take, and the values that templates leave open."""
    from ringfence.cli.parser import count, seconds

    group = parser.add_argument_group("what to look at")
    group.add_argument(
        "--exclude", metavar="GLOB", action="append", default=[],
        help="leave out files that match, for instance 'legacy/**'; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--config", metavar="FILE", type=Path, help="read this instead of PATH/ringfence.toml"
    )
    group.add_argument(
        "--time-limit", metavar="SECONDS", type=seconds,
        help="stop with an application after so much processor time (default: 14)",
    )  # fmt: skip
    group.add_argument(
        "--jobs", metavar="NUMBER", type=count, default=0,
        help="analyse so many applications at a time (default: one for each processor)",
    )  # fmt: skip
    group.add_argument(
        "--no-cache", action="store_true",
        help="analyse everything anew, and leave nothing for the next time",
    )  # fmt: skip
    add_values(parser)


def add_values(parser: argparse.ArgumentParser) -> None:
    """Values that templates leave open."""
    from ringfence.cli.parser import name_value

    group = parser.add_argument_group("values that templates leave open (each may be repeated)")
    group.add_argument(
        "--param", metavar="NAME=VALUE", action="append", default=[], type=name_value,
        help="a CloudFormation parameter",
    )  # fmt: skip
    group.add_argument(
        "--opt", metavar="NAME=VALUE", action="append", default=[], type=name_value,
        help="a Serverless Framework option, ${opt:NAME}",
    )  # fmt: skip
    group.add_argument(
        "--env", metavar="NAME", action="append", default=[],
        help="let templates read this variable of your environment; none is read otherwise",
    )  # fmt: skip


def add_place(parser: argparse.ArgumentParser) -> None:
    """Where the application is deployed, for names and ARNs that hang on it."""
    group = parser.add_argument_group("where it is deployed (what is not given stays open, as *)")
    group.add_argument(
        "--region", metavar="REGION", default="*", help="such as eu-central-1",
        type=_of_form("a region like eu-central-1", r"[a-z]{2,}(?:-[a-z]+)+-\d{1,2}"),
    )  # fmt: skip
    group.add_argument(
        "--account", metavar="ID", default="*", help="the account's twelve digits",
        type=_of_form("an account of 12 digits", r"[0-9]{12}"),
    )  # fmt: skip
    group.add_argument(
        "--stack-name", metavar="NAME", default="*", help="the stack, for names that it makes up",
        type=_of_form("the name of a stack", r"[A-Za-z][A-Za-z0-9-]{0,127}"),
    )  # fmt: skip
    group.add_argument(
        "--partition", metavar="NAME", default="aws", help="aws (default), aws-cn, aws-us-gov",
        type=_of_form("a partition like aws-cn", r"aws(?:-[a-z]+)*"),
    )  # fmt: skip


def _of_form(what: str, form: str) -> Callable[[str], str]:
    """A value of the place that stands in names and ARNs as it is; ``*`` leaves it open."""

    def parse(text: str) -> str:
        import re

        if text != "*" and not re.fullmatch(form, text, re.ASCII):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return text

    return parse


def add_recordings(parser: argparse.ArgumentParser) -> None:
    """Recordings of what functions called."""
    group = parser.add_argument_group("what functions really called")
    group.add_argument(
        "--used", metavar="PATH", type=Path, action="append", default=[],
        help="observations (NDJSON) or CloudTrail files, or a folder of them; may be repeated",
    )  # fmt: skip


def recorded_calls(arguments: argparse.Namespace, drafts: list[FunctionDraft]) -> Recorded:
    """The recorded calls of the functions; notes about them go to standard error."""
    from ringfence.contract.used import Recorded, read_recorded
    from ringfence.relay.needs import requirements

    if not arguments.used:
        return Recorded()
    contracts = [draft.contract for draft in drafts]
    found = read_recorded(arguments.used, contracts, requirements)
    for note in found.notes:
        say(note)
    return found


def say(line: str) -> None:
    """A line on standard error that cannot act on the terminal."""
    from ringfence.report.text import escape

    print(escape(line, unicode=False), file=sys.stderr)


def scan_options(arguments: argparse.Namespace) -> ScanOptions:
    """What the options ask of the scan."""
    from ringfence.scan import TIME_LIMIT_S, ScanOptions
    from ringfence.scan.cache import user_folder

    return ScanOptions(
        time_limit_s=arguments.time_limit or TIME_LIMIT_S,
        config_file=arguments.config,
        parameters=dict(arguments.param),
        options=dict(arguments.opt),
        env=frozenset(arguments.env),
        exclude=tuple(arguments.exclude),
        cache=None if arguments.no_cache else user_folder(),
        jobs=arguments.jobs,
    )


def drafts_of(
    path: Path, arguments: argparse.Namespace, options: ScanOptions | None = None
) -> tuple[list[FunctionDraft], list[Skipped]]:
    """The contracts as template and code have them today, and what was not read."""
    from ringfence.cli.progress import Progress, is_watched
    from ringfence.contract.assemble import name_drafts
    from ringfence.contract.build import harvest_for
    from ringfence.permissions.physical import Place
    from ringfence.scan import harvest

    where = Place(arguments.partition, arguments.region, arguments.account, arguments.stack_name)
    make, key = harvest_for(where)
    with Progress(enabled=is_watched()) as progress:
        found = harvest(path, options or scan_options(arguments), make, key, progress)
    return name_drafts(found.drafts), found.skipped
