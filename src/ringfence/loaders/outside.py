"""Functions of other clouds that a template declares: their code and their plain triggers."""

from __future__ import annotations

from ringfence.loaders.clouds.entries import Entry, trigger_of
from ringfence.loaders.code import EXTENSIONS, TYPESCRIPT, CodeFinder, CodeRequest
from ringfence.loaders.codeonly import add_undeclared, bare_function
from ringfence.loaders.template import OutsideEvent, OutsideFunction, Template
from ringfence.loaders.tree import Tree
from ringfence.model.application import Application, CodeLocation, Function
from ringfence.model.location import Skipped
from ringfence.model.record import replace


def add_outside(application: Application, templates: list[Template], tree: Tree) -> None:
    """Add what the templates declare for other clouds."""
    finder = CodeFinder(tree.root, tree.trace)
    for template in templates:
        for declared in template.outside:
            _add(application, template, declared, finder)


def _add(
    application: Application, template: Template, declared: OutsideFunction, finder: CodeFinder
) -> None:
    code, language, handler, problem = _located(declared, template.folder, finder)
    if code is None:
        what = f"code of {declared.key}"
        application.skipped.append(Skipped(what, problem, declared.location, ""))
    if code is not None and code.file.endswith(TYPESCRIPT):
        language = "typescript"
    if code is not None:
        code = _received(code, language, declared)
    function = replace(
        bare_function(f"{template.path}#{declared.key}", declared.key, declared.location),
        language=language,
        handler=handler,
        code=code,
        code_problem="" if code is not None else problem,
        environment=declared.environment,
    )
    if not declared.events:
        reason = f"what the provider {declared.provider} calls it for is not read"
        add_undeclared(application, function, reason)
        return
    application.functions[function.id] = function
    for event in declared.events:
        add_trigger(application, function, event)


def add_trigger(application: Application, function: Function, event: OutsideEvent) -> None:
    """Add the trigger that the declaration of a function tells."""
    entry = Entry(
        function.code.file if function.code is not None else "",
        function.handler,
        function.logical_id,
        event.kind,
        event.location,
        detail=event.detail,
        level=event.level,
        method=event.method,
        path=event.path,
    )
    trigger = trigger_of(entry, function.id)
    number = len(application.triggers_of(function.id))
    if number:
        trigger = replace(trigger, id=f"{trigger.id}{number + 1}")
    application.triggers[trigger.id] = trigger


def _received(code: CodeLocation, language: str, declared: OutsideFunction) -> CodeLocation:
    """The code with what its handler receives, which the events of a function agree on."""
    if not declared.events:
        return code
    first = declared.events[0]
    return replace(code, parameters=first.python if language == "python" else first.script)


def _located(
    declared: OutsideFunction, folder: str, finder: CodeFinder
) -> tuple[CodeLocation | None, str, str, str]:
    """The code, its language, the handler that led to it, and else the problem."""
    problem = declared.problem
    if not problem and declared.language and declared.language not in EXTENSIONS:
        problem = f"language not analysed: {declared.language}"
    first = declared.handlers[0] if declared.handlers else ""
    if problem:
        return None, declared.language, first, problem
    for language in [declared.language] if declared.language else EXTENSIONS:
        for handler in declared.handlers:
            request = CodeRequest(folder, ".", handler, language)
            code, reason = finder.locate(request)
            if code is not None:
                return code, language, handler, ""
            problem = problem or reason
    return None, declared.language, first, problem
