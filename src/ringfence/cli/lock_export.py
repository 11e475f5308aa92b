"""``ringfence lock export``: the contract in the form of those who enforce it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from ringfence.contract.exports.patches import Written
    from ringfence.model.contract import FunctionDraft, Permission
    from ringfence.permissions.minimal import Document

PATCHES = ("sam", "cloudformation", "serverless", "terraform")
FORMS = ("iam", *PATCHES, "triggers", "guard", "sandbox", "security-group", "kubernetes")

EPILOG = """\
examples:
  ringfence lock export --as iam                        the policy of every function
  ringfence lock export --as iam --format json app      one object, function to policy document
  ringfence lock export --as iam --function resize --with-platform --region eu-west-1
  ringfence lock export --as sam > smaller.patch        a patch of your own template
  ringfence lock export --as sam --write                the same, applied
  ringfence lock export --as triggers                   a patch that narrows triggers
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
        help="iam (policy documents); sam, cloudformation or serverless (a patch of your "
        "template: one role per function, comments kept); triggers (a patch that narrows what may "
        "cause a function); terraform (roles and policies); guard or sandbox (profiles); "
        "security-group (egress rules); kubernetes (network policy, security context, limits, "
        "service account)",
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
    group = parser.add_argument_group("patches of templates")
    group.add_argument("--write", action="store_true", help="change the templates themselves")
    group.add_argument(
        "--reversal", metavar="FILE", type=Path, help="write the patch that undoes it to FILE"
    )
    group.add_argument(
        "--staged", action="store_true",
        help="send a tenth of the traffic to the new version first (SAM)",
    )  # fmt: skip
    group.add_argument(
        "--remove-unused", action="store_true", help="take away roles that nothing uses any more"
    )
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
    if arguments.form == "iam":
        text = _policies(arguments, chosen)
    elif arguments.form in PATCHES:
        text = _patch(arguments, chosen)
    elif arguments.form == "triggers":
        text = _triggers(arguments, chosen)
    else:
        text = _other(arguments, chosen)
    if arguments.output is None:
        print_text(text)
    else:
        write_file(arguments.output, text)
    return EXIT_OK


def _proven(
    arguments: argparse.Namespace, chosen: list[FunctionDraft], with_platform: bool
) -> tuple[dict[str, Document], dict[str, list[Permission]]]:
    """The policies of the functions and what they hold beside the needs of the code; nothing needed
    or recorded is denied by them.

    Raises:
        RuntimeError: a document denies what its function needs; it is not shown.
    """
    from datetime import date

    from ringfence.cli.lock import known_lock, lock_file
    from ringfence.cli.tree_options import recorded_calls, say
    from ringfence.contract.exports.iam import documents_of, notes_of
    from ringfence.contract.extras import extras_of
    from ringfence.contract.replay import replay

    recorded = recorded_calls(arguments, chosen).by_key
    extra = extras_of(chosen, recorded, known_lock(lock_file(arguments.path)), date.today())
    documents = documents_of(chosen, with_platform, extra)
    calls = {key: [one for one in found if one.evidence[0].kind == "observed"]
             for key, found in extra.items()}  # fmt: skip
    proof = replay(documents, chosen, with_platform, calls)
    if proof.denied:  # no assert, which python -O leaves out
        raise RuntimeError(proof.line)
    for note in notes_of(chosen, documents, extra):
        say(note)
    say(proof.line)
    return documents, extra


def _policies(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    """Policy documents, proven before they are shown."""
    from ringfence.contract.exports.iam import json_text, plain_text

    documents, _ = _proven(arguments, chosen, arguments.with_platform)
    return json_text(documents) if arguments.format == "json" else plain_text(documents)


def _patch(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    """A unified diff of the templates; with ``--write`` they are changed, too."""
    from ringfence.cli.tree_options import say
    from ringfence.contract.exports.patches import (
        patch_of,
        templates_of,
        terraform_of,
        watch_for,
        with_work,
    )
    from ringfence.loaders import LoadOptions, load_application

    load = LoadOptions(
        env=frozenset(arguments.env),
        parameters=dict(arguments.param),
        options=dict(arguments.opt),
        exclude=tuple(arguments.exclude),
    )
    root = arguments.path if arguments.path.is_dir() else arguments.path.parent
    application = load_application(arguments.path, load)
    if arguments.form != "terraform":
        templates_of(root, application, arguments.form)
    _, extra = _proven(arguments, chosen, True)
    if arguments.form == "terraform":
        return terraform_of(application, chosen, extra)
    worked = with_work(chosen)
    if len(worked) < len(chosen):
        say(f"the smallest statements already: {len(chosen) - len(worked)} of {len(chosen)}")
    made = patch_of(
        root, application, worked, arguments.form, extra,
        staged=arguments.staged, remove_unused=arguments.remove_unused,
    )  # fmt: skip
    _apply(arguments, root, made)
    for line in watch_for(worked) if made.patch.changes else ():
        say(line)
    return made.patch.diff


def _triggers(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    """A unified diff that narrows triggers; with ``--write`` the templates are changed, too."""
    from ringfence.cli.tree_options import say
    from ringfence.contract.exports.triggers import trigger_patch
    from ringfence.report.lock_report import trigger_line

    root = arguments.path if arguments.path.is_dir() else arguments.path.parent
    made = trigger_patch(root, chosen)
    for draft in chosen:
        for one in draft.narrow:
            say(f"{draft.contract.key}: {trigger_line(one)}")
    _apply(arguments, root, made)
    return made.patch.diff


def _apply(arguments: argparse.Namespace, root: Path, made: Written) -> None:
    """Say what there is to know of a patch, write what undoes it, and apply it if asked to."""
    from ringfence.cli.output import write_file
    from ringfence.cli.tree_options import say
    from ringfence.contract.exports.patches import note_text
    from ringfence.files import write_whole

    for note in made.patch.notes:
        say(note_text(note))
    if arguments.reversal is not None:
        write_file(arguments.reversal, made.patch.reversal.diff)
    if arguments.write:
        for change in made.patch.changes:
            write_whole(root / change.path, made.bytes_of(change))
            say(f"{change.path}: written")


def _other(arguments: argparse.Namespace, chosen: list[FunctionDraft]) -> str:
    import json

    from ringfence.contract.exports import network, profiles

    contracts = [draft.contract for draft in chosen]
    if arguments.form == "kubernetes":
        import yaml

        documents = network.manifests(contracts)
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
