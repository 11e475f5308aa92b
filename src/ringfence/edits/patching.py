"""Plans of functions → one patch of all files that declare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ringfence.edits.nodes import EditError
from ringfence.edits.plans import FunctionPlan
from ringfence.edits.result import Change, Note, Patch
from ringfence.errors import UsageError
from ringfence.model.application import Application

_SCRIPTS = (".ts", ".js", ".mjs", ".cjs")


def patch(
    texts: Mapping[str, str],
    plans: Sequence[FunctionPlan],
    application: Application,
    *,
    remove_unused: bool = False,
) -> Patch:
    """The patch that gives every planned function its own role with the planned statements.

    ``texts`` are the files by path, exactly as they stand (line ends and byte order marks too).
    What cannot be patched is a note of kind ``refused``; the rest is. ``remove_unused`` also takes
    away roles that nothing uses afterwards.

    Raises:
        EditError: a file cannot be read.
        UsageError: a plan names a file that is not among the texts.
    """
    changes: list[Change] = []
    notes: list[Note] = []
    after = dict(texts)
    for path in dict.fromkeys(plan.template.partition("@")[0] for plan in plans):
        own = [plan for plan in plans if plan.template.partition("@")[0] == path]
        if path not in texts:
            cure = "give the text of every template"
            raise UsageError("the template of a planned function is missing", path, cure)
        found, said = _file(path, after, own, application, remove_unused)
        after |= found
        notes += said
    for path, text in texts.items():
        if after[path] != text:
            changes.append(Change(path, text, after[path]))
    return Patch(tuple(changes), tuple(notes))


Patcher = Callable[
    [str, Mapping[str, str], Sequence[FunctionPlan], bool], tuple[dict[str, str], list[Note]]
]


def _file(
    path: str,
    texts: Mapping[str, str],
    plans: Sequence[FunctionPlan],
    application: Application,
    remove_unused: bool,
) -> tuple[dict[str, str], list[Note]]:
    """The changed files, and notes. Where all plans together cannot be written, those that can."""
    formats = {item.path.partition("@")[0]: item.format for item in application.templates}
    if path not in formats and not path.endswith(".tf"):
        what, cure = "no template declares the function", "write a template, or export a policy"
        return {}, [Note("refused", plan.logical_id, what, path, cure) for plan in plans]
    patcher = _patcher(path, formats)
    if path.endswith(_SCRIPTS):
        what = "a program makes this service; its text cannot be patched"
        cure = "move the functions' roles into a file of YAML, or write them by hand"
        return {}, [Note("refused", plan.logical_id, what, path, cure) for plan in plans]
    try:
        return patcher(path, texts, plans, remove_unused)
    except EditError:
        kept: list[FunctionPlan] = []
        result: tuple[dict[str, str], list[Note]] = ({}, [])
        refused: list[Note] = []
        for plan in plans:
            try:
                result = patcher(path, texts, [*kept, plan], remove_unused)
                kept.append(plan)
            except EditError as problem:
                note = Note("refused", plan.logical_id, problem.what, problem.where, problem.cure)
                refused.append(note)
        return result[0], [*result[1], *refused]


def _patcher(path: str, formats: Mapping[str, str]) -> Patcher:
    if path.endswith(".tf"):
        from ringfence.edits.terraform import patch_modules

        return patch_modules
    if formats.get(path) == "serverless":
        from ringfence.edits.serverless import patch_service

        return patch_service
    return _patch_template


def _patch_template(
    path: str, texts: Mapping[str, str], plans: Sequence[FunctionPlan], remove_unused: bool
) -> tuple[dict[str, str], list[Note]]:
    from ringfence.edits.cloudformation import patch_cloudformation
    from ringfence.edits.roles import left_over
    from ringfence.edits.sam import patch_sam
    from ringfence.edits.template import Template

    template = Template(texts[path], path)
    template.depend({plan.logical_id for plan in plans})
    for plan in plans:
        kind = template.resource(plan.logical_id).get("Type")
        if kind == "AWS::Serverless::Function":
            patch_sam(plan, template)
        elif kind == "AWS::Lambda::Function":
            patch_cloudformation(plan, template)
        else:
            what = "the function does not stand in the template under this name"
            cure = "write the function out, instead of making it by a loop or a macro"
            template.note("refused", plan.logical_id, what, cure=cure)
    left_over(template, remove_unused)
    return {path: template.document.text()}, template.notes
