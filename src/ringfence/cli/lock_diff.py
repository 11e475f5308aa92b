"""``ringfence lock diff``: what a change lets each function do, in words."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.model.contract import Contract

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


def run(arguments: argparse.Namespace) -> int:
    """Compare, report, and give the exit code."""
    from ringfence.cli import EXIT_FOUND, EXIT_OK
    from ringfence.cli.output import print_text
    from ringfence.cli.tree_options import drafts_of
    from ringfence.contract.assemble import contract_of
    from ringfence.contract.diff import diff, widens
    from ringfence.report.lock_changes import changes_json, changes_markdown, changes_text

    before = _before(arguments)
    drafts, _ = drafts_of(arguments.path, arguments)
    changes = diff(before, contract_of(drafts))
    if arguments.format == "text":
        print_text(changes_text(changes))
    else:
        as_json = arguments.format == "json"
        print_text(changes_json(changes) if as_json else changes_markdown(changes))
    return EXIT_FOUND if arguments.fail_on_widening and widens(changes) else EXIT_OK


def _before(arguments: argparse.Namespace) -> Contract:
    """The contract to compare with: of a lock file, or of the tree at a commit."""
    from ringfence.contract.lockfile import read_lock

    file = Path(arguments.base)
    if file.is_file():
        return read_lock(file)
    return _at_commit(arguments)


def _at_commit(arguments: argparse.Namespace) -> Contract:
    """The contract worked out from the tree as it was where both ways part."""
    from ringfence.cli.tree_options import drafts_of, scan_options
    from ringfence.contract.assemble import contract_of
    from ringfence.errors import NothingToRead
    from ringfence.model.contract import Contract
    from ringfence.model.record import replace
    from ringfence.since.git import Repository
    from ringfence.since.snapshot import take

    path, options = arguments.path, scan_options(arguments)
    repository = Repository.around(path if path.is_dir() else path.parent)
    commit = repository.start_of(arguments.base)
    with tempfile.TemporaryDirectory(prefix="ringfence-") as folder:
        snapshot = take(repository, commit, Path(folder), options)
        there = snapshot.root if path.is_dir() else snapshot.root / path.name
        if not there.exists():
            return Contract()
        try:
            drafts, _ = drafts_of(there, arguments, replace(options, copy_of=path))
        except NothingToRead:
            return Contract()
    return contract_of(drafts)
