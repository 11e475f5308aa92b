"""``ringfence lock``: write each function's contract, or check that it still holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.model.contract import Contract, FunctionDraft
    from ringfence.model.contract_change import Reconciled

DESCRIPTION = """\
Works out what each function needs (permissions, hosts, processes, files, environment, triggers)
and writes it into ringfence.lock, with the line that needs it. Decisions in the file are kept.
"""

EPILOG = """\
more commands:
  ringfence lock diff BASE         what a change widens, in words
  ringfence lock accept FUNCTION   let something stand that nothing needs, with reason and end
  ringfence lock export --as FORM  policies and patches made of the contract

examples:
  ringfence lock                   write ringfence.lock for the folder you are in
  ringfence lock --check           fail where code, template and lock file disagree
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb and its options."""
    from ringfence.cli.tree_options import add_path, add_place, add_reading, add_recordings

    parser = verbs.add_parser(
        "lock",
        help="write each function's contract; diff, accept, export and check it",
        usage="ringfence lock [PATH] [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add_path(parser)
    group = parser.add_argument_group("what to do")
    group.add_argument(
        "--check", action="store_true",
        help="write nothing; exit 1 where the lock file is not what it would be written as, or "
        "the template grants what nobody needs",
    )  # fmt: skip
    group.add_argument(
        "--unused-days", metavar="DAYS", type=_days, default=90.0,
        help="name what was not called in recordings of so many days (default: 90)",
    )  # fmt: skip
    group.add_argument(
        "--format", choices=("text", "json"), default="text", metavar="FORMAT",
        help="text (default) or json",
    )  # fmt: skip
    group.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    group.add_argument(
        "-v", "--verbose", action="store_true", help="name every grant that is too much"
    )
    add_recordings(parser)
    add_place(parser)
    add_reading(parser)


def _days(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 36_500:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Write or check, report, and give the exit code."""
    from ringfence.cli.tree_options import drafts_of, recorded_calls, say
    from ringfence.contract.assemble import contract_of
    from ringfence.contract.reconcile import reconcile
    from ringfence.contract.used import unused

    drafts, skipped = drafts_of(arguments.path, arguments)
    for note in skipped if arguments.verbose else ():
        say(f"not read: {note.what}: {note.reason}")
    recorded = recorded_calls(arguments, drafts)
    reconciled = reconcile(drafts, recorded.by_key)
    for key, idle in unused([d.contract for d in drafts], recorded, arguments.unused_days).items():
        for need in idle:
            say(f"{key}: {need.action} was not used in {recorded.days:.0f} days")
    for key, calls in recorded.denied.items():
        for call in calls:
            say(f"{key}: {call.action} on {call.resource} was denied ({call.evidence[0].text})")
    contract = contract_of(drafts)
    if arguments.check:
        return _check(arguments, contract, reconciled)
    return _write(arguments, contract, drafts, reconciled)


def lock_file(path: Path) -> Path:
    """Where the lock file of a folder or template lies."""
    from ringfence.contract.lockfile import FILE_NAME

    return (path if path.is_dir() else path.parent) / FILE_NAME


def known_lock(file: Path) -> Contract | None:
    """The contract in the file; None where there is none yet."""
    from ringfence.contract.lockfile import read_lock

    return read_lock(file) if file.exists() else None


def _write(
    arguments: argparse.Namespace,
    contract: Contract,
    drafts: list[FunctionDraft],
    reconciled: list[Reconciled],
) -> int:
    from datetime import date

    from ringfence.cli import EXIT_OK
    from ringfence.cli.output import print_text
    from ringfence.cli.tree_options import say
    from ringfence.contract.lockfile import write_lock
    from ringfence.contract.merge import merged
    from ringfence.report.lock_report import report_json, report_text

    file = lock_file(arguments.path)
    result = merged(contract, known_lock(file), date.today())
    changed = write_lock(file, result.contract)
    if not arguments.quiet:
        if arguments.format == "json":
            print_text(report_json(drafts, reconciled))
        else:
            print_text(report_text(drafts, reconciled, verbose=arguments.verbose))
        say(f"{file}: {'written' if changed else 'as it was'}")
    for note in result.notes:
        say(note.line)
    return EXIT_OK


def _check(arguments: argparse.Namespace, contract: Contract, reconciled: list[Reconciled]) -> int:
    from datetime import date

    from ringfence.cli import EXIT_FOUND, EXIT_OK
    from ringfence.cli.output import print_text
    from ringfence.contract.check import check, fails
    from ringfence.contract.lockfile import read_lock
    from ringfence.report.lock_changes import differences_json, differences_text

    locked = read_lock(lock_file(arguments.path))
    surplus = [one for item in reconciled for one in item.surplus]
    differences = check(locked, contract, surplus, date.today())
    if not arguments.quiet:
        as_json = arguments.format == "json"
        print_text(differences_json(differences) if as_json else differences_text(differences))
    return EXIT_FOUND if fails(differences) else EXIT_OK
