"""Which cloud calls the interpreter sees: short programs in ``calls``, each call marked on its line.

A file holds programs one after another; each begins with ``=== name``, perhaps with ``NAME=value``
for variables of the template (``@Id`` for a reference to a resource). ``--- path`` begins another
file of the program. A program without a handler is the body of one.

A mark is ``=> service.Operation``, with ``Argument=pattern|pattern`` for arguments that are told, and
``!`` before it for a call that the function's role does not answer for; ``;`` stands between several.
``Argument`` alone means that it is given, ``...`` that more may be given. All calls are marked.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from dataflow_harness import App

from ringfence.dataflow import analyse
from ringfence.model.facts import CloudCall, Facts
from ringfence.model.value import Reference, Scalar, Value
from ringfence.rules.events import EventCatalogue, load_events
from ringfence.rules.taint import TaintCatalogue, load_taint

FOLDER = Path(__file__).parent / "calls"
MARK = re.compile(r"(?:#|//) =>(.*)$")
SUFFIXES = {"python": "py", "javascript": "js", "typescript": "ts"}

Case = tuple[str, str, list[str], str]
Wanted = tuple[str, int, str, tuple[str, ...]]


def cases() -> list[Case]:
    found: list[Case] = []
    for path in sorted(FOLDER.glob("*.case")):
        suffix = SUFFIXES[path.stem.partition("_")[0]]
        for text in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, program = text.partition("\n")
            name, *variables = head.split()
            found.append((f"{path.stem}-{name}", suffix, variables, program))
    return found


ALL = cases()


def files_of(program: str, suffix: str) -> dict[str, str]:
    """The files of a program, the first with a handler around it where it has none."""
    first, *others = re.split(r"^--- ", program, flags=re.MULTILINE)
    files = {path: text for path, _, text in (one.partition("\n") for one in others)}
    if "handler" not in first:
        lines = first.rstrip("\n").split("\n")
        if suffix == "py":
            first = (
                "def handler(event, context): " + "\n" + "\n".join(f"    {one}" for one in lines)
            )
        else:
            first = "exports.handler = async (event, context) => {\n" + "\n".join(lines) + "\n};"
    return {f"app.{suffix}": first, **files}


@cache
def tables(language: str) -> TaintCatalogue:
    return load_taint(language)


@cache
def events() -> EventCatalogue:
    return load_events()


def variable(value: str) -> Value:
    return Reference(f"t#{value[1:]}") if value.startswith("@") else Scalar(value)


def run(suffix: str, variables: list[str], program: str) -> tuple[dict[str, str], Facts]:
    files = files_of(program, suffix)
    env = {name: variable(value) for name, _, value in (one.partition("=") for one in variables)}
    app = App(files)
    for value in env.values():
        if isinstance(value, Reference):
            app.resource(value.logical_id, "table")
    app.function("F", f"app.{suffix}:handler", "invoke", env=env)
    return files, analyse(app.application, app.read, tables, events())


def wanted(files: dict[str, str]) -> list[Wanted]:
    found: list[Wanted] = []
    for path, text in files.items():
        for line, content in enumerate(text.split("\n"), 1):
            mark = MARK.search(content)
            for one in mark.group(1).split(";") if mark else ():
                name, *arguments = one.split()
                found.append((path, line, name, tuple(arguments)))
    return found


def name_of(call: CloudCall) -> str:
    return ("" if call.own_credentials else "!") + f"{call.service}.{call.operation}"


def is_given(calls: list[CloudCall], argument: str) -> bool:
    """Whether the calls of one mark have an argument, with these patterns among them all."""
    name, sign, value = argument.partition("=")
    if name == "...":
        return any(not call.complete for call in calls)
    found = [call.arguments[name] for call in calls if name in call.arguments]
    patterns = {pattern for one in found for pattern in one.patterns}
    return patterns == set(value.split("|")) if sign else bool(found)


@pytest.mark.parametrize(
    ("suffix", "variables", "program"), [case[1:] for case in ALL], ids=[case[0] for case in ALL]
)
def test_every_call_and_no_other(suffix: str, variables: list[str], program: str) -> None:
    files, facts = run(suffix, variables, program)
    assert not facts.skipped
    marks = wanted(files)
    told = {(c.location.file, c.location.line, name_of(c)) for c in facts.calls}
    assert told == {mark[:3] for mark in marks}
    for path, line, name, arguments in marks:
        calls = [
            c for c in facts.calls
            if (c.location.file, c.location.line, name_of(c)) == (path, line, name)
        ]  # fmt: skip
        for argument in arguments:
            shown = [{n: a.patterns for n, a in c.arguments.items()} for c in calls]
            assert is_given(calls, argument), (line, argument, shown)


def test_there_are_many_programs() -> None:
    assert len(ALL) >= 250
    assert len({case[0] for case in ALL}) == len(ALL)
    without = [case for case in ALL if "=>" not in case[3]]
    assert len(without) >= 25
