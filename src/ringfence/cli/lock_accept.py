"""``ringfence lock accept``: let something stand that nothing needs, with a reason and an end."""

from __future__ import annotations

import argparse
from pathlib import Path

EPILOG = """\
examples:
  ringfence lock accept resize --permission s3:DeleteObject --resource 'arn:aws:s3:::originals/*' \\
      --reason 'nightly clean-up until the new job is live' --until 2027-01-31
  ringfence lock accept webhook --host api.example.com --reason 'partner test' --until 2027-02-01
"""

#: Option → the kind of item that it accepts.
_KINDS = ("permission", "host", "process", "file-read", "file-write", "environment", "secret",
          "trigger")  # fmt: skip


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-verb and its options."""
    parser = verbs.add_parser(
        "lock accept",
        usage="ringfence lock accept FUNCTION --permission ACTION --reason TEXT --until DAY",
        description="Notes in ringfence.lock that something may stand though nothing needs it.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    parser.add_argument("function", metavar="FUNCTION", help="its name in the lock file")
    group = parser.add_argument_group("what may stand (one of)")
    which = group.add_mutually_exclusive_group(required=True)
    for kind in _KINDS:
        which.add_argument(f"--{kind}", metavar="VALUE", dest=kind, help=f"this {kind}")
    group = parser.add_argument_group("the decision")
    group.add_argument(
        "--resource", metavar="ARN", default="*", help="of a permission (default: every one)"
    )
    group.add_argument("--reason", metavar="TEXT", required=True, help="why")
    group.add_argument("--until", metavar="DAY", required=True, help="last day, as 2027-01-31")
    group.add_argument(
        "--path", metavar="PATH", default=".", type=Path,
        help="the folder of the lock file (default: the folder you are in)",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Change the lock file."""
    from datetime import date

    from ringfence.cli import EXIT_OK
    from ringfence.cli.lock import lock_file
    from ringfence.cli.tree_options import say
    from ringfence.contract.accept import accept
    from ringfence.contract.lockfile import read_lock, write_lock

    file = lock_file(arguments.path)
    kind = next(kind for kind in _KINDS if getattr(arguments, kind) is not None)
    resource = arguments.resource if kind == "permission" else ""
    changed = accept(
        read_lock(file), arguments.function, kind, getattr(arguments, kind), resource,
        arguments.reason, arguments.until, date.today(),
    )  # fmt: skip
    written = write_lock(file, changed)
    say(f"{file}: {'written' if written else 'as it was'}")
    return EXIT_OK
