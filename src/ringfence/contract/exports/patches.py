"""Patches of people's own templates, proven before they are shown, with what undoes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ringfence.contract.build import ELSEWHERE
from ringfence.contract.reconcile import comes_by_itself, reconcile
from ringfence.edits import FunctionPlan, Note, Patch, decode_exact, patch, plan_of, set_property
from ringfence.edits.result import Change
from ringfence.edits.terraform import terraform_module
from ringfence.errors import UsageError
from ringfence.files import read_regular
from ringfence.model.application import Application
from ringfence.model.contract import FunctionDraft, Permission
from ringfence.model.record import record, replace

#: A larger template is refused by CloudFormation, too (1 MB), with room for comments.
MAX_BYTES = 4_000_000
#: The share of the traffic that a staged change gets first, and how long.
DEPLOYMENT = {"Type": "Canary10Percent5Minutes"}
ALIAS = "live"


@record(frozen=True)
class Written:
    """A patch with the encoding of every file that it changes."""

    patch: Patch
    encodings: Mapping[str, str]

    def bytes_of(self, change: Change) -> bytes:
        """The new content of a file, in the encoding that it had."""
        return change.after.encode(self.encodings[change.path])


def patch_of(
    root: Path,
    application: Application,
    drafts: Sequence[FunctionDraft],
    form: str,
    extra: Mapping[str, Sequence[Permission]],
    *,
    staged: bool = False,
    remove_unused: bool = False,
) -> Written:
    """The patch that gives each function a role of its own with the smallest statements.

    ``extra`` are permissions by key beside those that the code needs: recorded calls, and what
    people accepted. ``staged`` sends a tenth of the traffic to the new version first.

    Raises:
        UsageError: no template has this form, a file cannot be read, or staging is not possible.
    """
    paths = templates_of(root, application, form)
    texts, encodings = {}, {}
    for path in paths:
        texts[path], encodings[path] = decode_exact(read_regular(root / path, MAX_BYTES), path)
    plans = list(_plans(application, drafts, paths, extra))
    made = patch(texts, plans, application, remove_unused=remove_unused)
    return Written(_staged(made, texts, plans, form) if staged else made, encodings)


def templates_of(root: Path, application: Application, form: str) -> list[str]:
    """The paths of the templates that have a form.

    Raises:
        UsageError: there is none.
    """
    paths = [t.path for t in application.templates if t.format == form and (root / t.path).exists()]
    if not paths:
        known = sorted({template.format for template in application.templates})
        cure = f"the templates here are {' and '.join(known)}" if known else "none was found"
        raise UsageError(f"there is no template of the form {form}", "--as", cure)
    return paths


def with_work(drafts: Sequence[FunctionDraft]) -> list[FunctionDraft]:
    """The drafts of functions whose grants can be smaller, or lack something, or are shared."""
    return [
        draft
        for draft, one in zip(drafts, reconcile(drafts), strict=True)
        if one.missing or one.shares or not all(map(comes_by_itself, one.surplus))
    ]


def terraform_of(
    application: Application,
    drafts: Sequence[FunctionDraft],
    extra: Mapping[str, Sequence[Permission]],
) -> str:
    """A file that declares a role and its policy for each function, on ARNs: no address of another
    tool's resource is known. Functions that another cloud runs have no role there."""
    plans = []
    for draft in drafts:
        contract = draft.contract
        if ELSEWHERE in contract.gaps:
            continue
        own = [*contract.permissions, *extra.get(contract.key, ())]
        bare = replace(contract, permissions=_bare(own), platform=_bare(contract.platform))
        plans.append(plan_of(bare, application))
    return terraform_module(plans)


def _bare(permissions: Sequence[Permission]) -> list[Permission]:
    return [replace(item, of="", inside="") for item in permissions]


def _plans(
    application: Application,
    drafts: Sequence[FunctionDraft],
    paths: Sequence[str],
    extra: Mapping[str, Sequence[Permission]],
) -> Iterator[FunctionPlan]:
    for draft in drafts:
        contract = draft.contract
        if contract.id.rpartition("#")[0].partition("@")[0] not in paths:
            continue
        own = [*contract.permissions, *extra.get(contract.key, ())]
        yield plan_of(replace(contract, permissions=own), application)


def _staged(
    made: Patch, texts: Mapping[str, str], plans: Sequence[FunctionPlan], form: str
) -> Patch:
    """The patch with an alias for each function that moves to the new version step by step."""
    if form != "sam":
        cure = "export without --staged, and move an alias to the new version yourself"
        raise UsageError("only SAM templates can be staged by a patch", "--staged", cure)
    after = {**texts, **made.files}
    refused = {note.function for note in made.notes if note.kind == "refused"}
    for plan in plans:
        if plan.logical_id in refused:
            continue
        base = ("Resources", plan.logical_id, "Properties")
        text = set_property(after[plan.template], (*base, "AutoPublishAlias"), ALIAS, plan.template)
        after[plan.template] = set_property(
            text, (*base, "DeploymentPreference"), DEPLOYMENT, plan.template
        )
    changes = tuple(Change(path, texts[path], after[path]) for path in texts
                    if after[path] != texts[path])  # fmt: skip
    return Patch(changes, made.notes)


def note_text(note: Note) -> str:
    """A note in one line."""
    where = f"{note.where}: " if note.where else ""
    cure = f" ({note.cure})" if note.cure else ""
    return f"{where}{note.function + ': ' if note.function else ''}{note.what}{cure}"


def watch_for(drafts: Sequence[FunctionDraft]) -> Iterator[str]:
    """What to look at after the change is out, in lines."""
    yield "after it is deployed, watch for calls that are denied:"
    yield "  CloudTrail: errorCode AccessDenied or UnauthorizedOperation, by the session name"
    for draft in drafts[:3]:
        yield (
            f"  log group /aws/lambda/{draft.contract.name}: "
            'filter pattern ?AccessDenied ?"not authorized to perform"'
        )
    more = len(drafts) - 3
    if more > 0:
        yield f"  and the log group{'s' if more > 1 else ''} of {more} more"
    yield "  one denied call: apply the reversal, then `ringfence lock --used` with the recording"
