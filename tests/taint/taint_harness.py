"""Runs case files through the interpreter: each top-level function is a handler of its own."""

from __future__ import annotations

import re
from pathlib import Path

from ringfence.dataflow import analyse
from ringfence.languages import parse_source
from ringfence.model import syntax
from ringfence.model.application import Application, CodeLocation, Function, Resource
from ringfence.model.facts import Facts
from ringfence.model.location import Location
from ringfence.model.value import EMPTY
from ringfence.rules.taint import load_taint

CASES = Path(__file__).parent / "cases"
_PACKAGE = re.compile(r"\A// package\.json: (\{.*\})$", re.MULTILINE)
_MARK = re.compile(r"(?:#|//)\s*(bad|perhaps):\s*(.+)$")


class AnyPath:
    """An event catalogue in which the sender controls everything."""

    def guess(self, path: tuple[str, ...]) -> tuple[str, None]:
        return "yes", None


def handlers_of(module: syntax.Module) -> list[str]:
    names = []
    for statement in module.body:
        if isinstance(statement, syntax.Define) and not statement.name.startswith("_"):
            names.append(statement.name)
        target = getattr(statement, "target", None)
        if (
            isinstance(target, syntax.Attribute)
            and isinstance(target.value, syntax.Name)
            and target.value.name == "exports"
        ):
            names.append(target.name)
    return names


def run(file: Path, language: str) -> Facts:
    """The facts of a case file; its first line may hold the ``package.json`` that lies beside."""
    text = file.read_text(encoding="utf-8")
    module = parse_source(file.name, text, language)
    assert module.problems == []
    files = {file.name: module}
    for package in _PACKAGE.findall(text):
        files["package.json"] = parse_source(
            "package.json", f"module.exports = {package}", language
        )
    application = Application("")
    place = Location(file.name, 1)
    for name in handlers_of(module):
        resource = Resource(f"t#{name}", "AWS::Lambda::Function", "function", EMPTY, place)
        code = CodeLocation("", file.name, name)
        application.functions[resource.id] = Function(
            resource.id, name, None, resource, "", language, name, code, "", None, {}, None, None, None, place
        )  # fmt: skip
    return analyse(
        application,
        files.get,
        {language: load_taint(language)},
        AnyPath(),  # type: ignore[arg-type]  # the one method that is asked
    )


def found(facts: Facts) -> set[tuple[int, str]]:
    """(line, rule) of every flow and issue that the tables can say."""
    return {(flow.location.line, flow.rule) for flow in facts.flows} | {
        (issue.location.line, issue.rule) for issue in facts.issues
    }


def marked(file: Path, word: str = "bad") -> set[tuple[int, str]]:
    """(line, rule) of every ``# bad: rule, rule`` comment of a case file.

    ``# perhaps: rule`` tolerates a finding that would be better left out; every other line must
    stay silent.
    """
    marks = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        match = _MARK.search(line)
        if match and match.group(1) == word:
            marks |= {(number, rule.strip()) for rule in match.group(2).split(",")}
    return marks
