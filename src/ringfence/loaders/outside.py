"""Functions of other clouds: their code, and one trigger that nobody knows the sender of."""

from __future__ import annotations

from ringfence.loaders.code import EXTENSIONS, TYPESCRIPT, CodeFinder, CodeRequest
from ringfence.loaders.codeonly import add_undeclared, bare_function
from ringfence.loaders.template import OutsideFunction, Template
from ringfence.loaders.tree import Tree
from ringfence.model.application import Application, CodeLocation
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
    function = replace(
        bare_function(f"{template.path}#{declared.key}", declared.key, declared.location),
        language=language,
        handler=handler,
        code=code,
        code_problem="" if code is not None else problem,
        environment=declared.environment,
    )
    reason = f"what the provider {declared.provider} calls it for is not read"
    add_undeclared(application, function, reason)


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
