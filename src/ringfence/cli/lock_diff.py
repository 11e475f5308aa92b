"""``ringfence lock diff``: what a change lets each function do, in words."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ringfence.errors import UsageError
    from ringfence.model.contract import Contract
    from ringfence.scan import ScanOptions

EPILOG = """\
examples:
  ringfence lock diff origin/main                      this branch against where it parted
  ringfence lock diff origin/main --format markdown    a review comment
  ringfence lock diff old/ringfence.lock               against another lock file
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-verb and its options."""
    from ringfence.cli.tree_options import add_path, add_place, add_reading

    parser = verbs.add_parser(
        "lock diff",
        usage="ringfence lock diff BASE [PATH] [options]",
        description="Tells in words what changed between the contracts of BASE and those of today."
        "\nBASE is a commit, tag or branch, or a lock file.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    parser.add_argument("base", metavar="BASE", help="a commit, tag or branch, or a lock file")
    add_path(parser)
    group = parser.add_argument_group("report")
    group.add_argument(
        "--format", choices=("text", "markdown", "json"), default="text", metavar="FORMAT",
        help="text (default), markdown (a review comment) or json",
    )  # fmt: skip
    group.add_argument(
        "--fail-on-widening", action="store_true",
        help="exit 1 when some function may do, or be sent, more than before",
    )  # fmt: skip
    add_place(parser)
    add_reading(parser)


class Base(NamedTuple):
    """What is compared with. ``prefix`` is the path from the repository's root to the application,
    "" for a lock file; ``modules`` are folders that belong to repositories of their own."""

    contract: Contract
    prefix: str = ""
    modules: tuple[str, ...] = ()


def run(arguments: argparse.Namespace) -> int:
    """Compare, report, and give the exit code."""
    from datetime import date

    from ringfence.cli import EXIT_FOUND, EXIT_OK
    from ringfence.cli.lock import known_lock, lock_file
    from ringfence.cli.output import print_text
    from ringfence.cli.tree_options import drafts_of, say, scan_options
    from ringfence.contract.assemble import contract_of
    from ringfence.contract.diff import diff, widens
    from ringfence.contract.merge import merged
    from ringfence.model.record import replace
    from ringfence.report.lock_changes import changes_json, changes_markdown, changes_text

    base, options = _before(arguments), scan_options(arguments)
    for module in base.modules:
        say(f"{module}: not compared, it is a repository of its own")
    left_out = (*options.exclude, *(f"{module}/**" for module in base.modules))
    drafts, _ = drafts_of(arguments.path, arguments, replace(options, exclude=left_out))
    decided = known_lock(lock_file(arguments.path))
    after = merged(contract_of(drafts), decided, date.today()).contract
    changes = diff(base.contract, after)
    if arguments.format == "text":
        print_text(changes_text(changes))
    elif arguments.format == "json":
        print_text(changes_json(changes))
    else:
        print_text(changes_markdown(changes, prefix=base.prefix))
    return EXIT_FOUND if arguments.fail_on_widening and widens(changes) else EXIT_OK


def _before(arguments: argparse.Namespace) -> Base:
    """What to compare with: a lock file, or the tree at a commit."""
    from ringfence.contract.lockfile import read_lock
    from ringfence.errors import UsageError

    file = Path(arguments.base)
    if file.is_file():
        return Base(read_lock(file))
    try:
        return _at_commit(arguments)
    except UsageError as problem:
        raise _about_base(problem, arguments.base) from problem


def _about_base(problem: UsageError, base: str) -> UsageError:
    """What is wrong with the commit, in the words of this command: others name theirs by an
    option."""
    from ringfence.errors import UsageError

    what, where, cure = problem.what, problem.where, problem.cure
    if what.startswith("--since needs"):
        what = f"{base!r} is no lock file, and no git repository is here that could know it"
        cure = "name a lock file, or a folder inside of a repository"
    elif "--baseline" in cure:
        cure = "install Git, or name a lock file"
    return UsageError(what, "BASE" if where == "--since" else where, cure)


def _at_commit(arguments: argparse.Namespace) -> Base:
    """The tree as it was where both ways part."""
    from ringfence.cli.tree_options import scan_options
    from ringfence.model.record import replace
    from ringfence.since.git import Repository
    from ringfence.since.snapshot import take

    path, options = arguments.path, scan_options(arguments)
    repository = Repository.around(path if path.is_dir() else path.parent)
    commit = repository.start_of(arguments.base)
    with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
        snapshot = take(repository, commit, Path(folder), options)
        there = snapshot.root if path.is_dir() else snapshot.root / path.name
        contract = _contract_then(there, arguments, replace(options, copy_of=path))
    return Base(contract, os.fsdecode(repository.prefix), snapshot.modules)


def _contract_then(there: Path, arguments: argparse.Namespace, options: ScanOptions) -> Contract:
    """The contract worked out from the tree of then, with the decisions of its lock file."""
    from datetime import date

    from ringfence.cli.tree_options import drafts_of
    from ringfence.contract.assemble import contract_of
    from ringfence.contract.merge import merged
    from ringfence.errors import NothingToRead
    from ringfence.model.contract import Contract

    if not there.exists():
        return Contract()
    try:
        drafts, _ = drafts_of(there, arguments, options)
    except NothingToRead:
        return Contract()
    return merged(contract_of(drafts), _decided(there), date.today()).contract


def _decided(there: Path) -> Contract | None:
    """What people had decided then; None where the lock file of then cannot be read."""
    from ringfence.cli.lock import known_lock, lock_file
    from ringfence.errors import UsageError

    try:
        return known_lock(lock_file(there))
    except UsageError:
        return None
