"""``ringfence lock export``: the contract in the form of those who enforce it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.model.contract import FunctionDraft

FORMS = ("iam", "guard", "sandbox", "security-group", "kubernetes")

EPILOG = """\
examples:
  ringfence lock export --as iam                        the policy of every function
  ringfence lock export --as iam --format json app      one object, function to policy document
  ringfence lock export --as iam --function resize --with-platform --region eu-west-1
  ringfence lock export --as kubernetes > manifests.yaml
"""


def add_parser(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-verb and its options."""
    from pathlib import Path

    from ringfence.cli.tree_options import add_path, add_place, add_reading, add_recordings

    parser = verbs.add_parser(
        "lock export",
        usage="ringfence lock export --as FORM [PATH] [options]",
        description="Writes what each function needs as a policy that allows it and no more.",
        epilog=EPILOG,
    )
    parser.set_defaults(run=run)
    add_path(parser)
    group = parser.add_argument_group("what to write")
    group.add_argument(
        "--as", dest="form", required=True, choices=FORMS, metavar="FORM",
        help="iam (policy documents), guard or sandbox (profiles), security-group (egress rules), "
        "kubernetes (network policy, security context, limits, service account)",
    )  # fmt: skip
    group.add_argument(
        "--format", choices=("text", "json"), default="text", metavar="FORMAT",
        help="text (default, one document after the other) or json (one object)",
    )  # fmt: skip
    group.add_argument(
        "--function", metavar="NAME", action="append", default=[],
        help="only this function, by the name that the lock file gives it; may be repeated",
    )  # fmt: skip
    group.add_argument(
        "--with-platform", action="store_true",
        help="add what event sources, the network, tracing, logs and dead letters need",
    )  # fmt: skip
    group.add_argument("--output", metavar="FILE", type=Path, help="write to FILE instead")
    add_recordings(parser)
    add_place(parser)
    add_reading(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the export."""
    from ringfence.cli import EXIT_OK
    from ringfence.cli.output import print_text, write_file
    from ringfence.cli.tree_options import drafts_of

    drafts, _ = drafts_of(arguments.path, arguments)
    chosen = _chosen(drafts, arguments.function)
    text = _policies(arguments, chosen) if arguments.form == "iam" else _other(arguments, chosen)
    if arguments.output is None:
        print_text(text)
    else:
        write_file(arguments.output, text)
    return EXIT_OK


def _policies(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    """Policy documents, proven before they are shown.

    Raises:
        AssertionError: a document denies what its function needs; it is not shown.
    """
    from ringfence.cli.tree_options import recorded_calls, say
    from ringfence.contract.exports.iam import documents_of, json_text, notes_of, plain_text
    from ringfence.contract.replay import replay

    recorded = recorded_calls(arguments, chosen).by_key
    documents = documents_of(chosen, arguments.with_platform, recorded)
    proof = replay(documents, chosen, arguments.with_platform, recorded)
    assert not proof.denied, proof.line
    for note in (*notes_of(chosen, documents), proof.line):
        say(note)
    return json_text(documents) if arguments.format == "json" else plain_text(documents)


def _other(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    import json

    from ringfence.contract.exports import network, profiles

    contracts = [draft.contract for draft in chosen]
    if arguments.form == "kubernetes":
        import yaml

        documents = [document for one in contracts for document in network.manifests(one)]
        return yaml.safe_dump_all(documents, sort_keys=False, explicit_start=True)
    if arguments.form == "security-group":
        return json.dumps(network.security_groups(contracts), indent=2) + "\n"
    make = profiles.guard_profile if arguments.form == "guard" else profiles.sandbox_profile
    return json.dumps({one.key: make(one) for one in contracts}, indent=2) + "\n"


def _chosen(drafts: list[FunctionDraft], names: list[str]) -> list[FunctionDraft]:
    """The drafts of the functions that were named, or all.

    Raises:
        UsageError: one of the names is no function's.
    """
    from difflib import get_close_matches

    from ringfence.errors import UsageError

    keys = [draft.contract.key for draft in drafts]
    for name in names:
        if name not in keys:
            near = get_close_matches(name, keys, 1) or keys[:1]
            cure = f"did you mean {near[0]!r}?" if near else "no function was found"
            raise UsageError(f"there is no function {name!r}", "--function", cure)
    return [draft for draft in drafts if not names or draft.contract.key in names]
