"""Every table has its examples: the case files run each sink, issue and sanitiser at least once.

A sink or an issue is found on one line and silent on another; a sanitiser is passed through.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from taint_harness import CASES, marked, run

from ringfence.dataflow import libraries, sinks, table_conditions
from ringfence.rules import taint
from ringfence.rules.taint import FOLDER

#: Tables for which no example is there yet, as :func:`names` writes them.
WITHOUT_EXAMPLE: frozenset[str] = frozenset()

_LANGUAGES = {"python": "*.py", "javascript": "*.js"}
_CLASSES = {"sink": taint.Sink, "issue": taint.IssueTable, "sanitiser": taint.Sanitiser}


@cache
def tables() -> dict[str, taint.Entry]:
    """Every sink, issue and sanitiser by file and number."""
    found = {}
    for file in sorted(FOLDER.glob("*/*.toml")):
        where = f"{file.parent.name}/{file.name}"
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        for kind, made in _CLASSES.items():
            for number, table in enumerate(document.get(kind, ()), 1):
                found[f"{where} [[{kind}]] {number}"] = taint._entry(made, table, where)
    return found


@cache
def examples() -> tuple[frozenset[str], frozenset[str]]:
    """The tables that were found on some line, and those that were silent on some, as texts."""
    hits: set[str] = set()
    silent: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for language, pattern in _LANGUAGES.items():
            for file in sorted((CASES / language).glob(pattern)):
                told = marked(file) | marked(file, "perhaps")
                _watch(patch, told, hits, silent)
                run(file, language)
                patch.undo()
    return frozenset(hits), frozenset(silent)


def _watch(
    patch: pytest.MonkeyPatch, told: set[tuple[int, str]], hits: set[str], silent: set[str]
) -> None:
    check, report, sanitised = sinks.check, sinks.report, libraries.sanitised

    def watched_check(machine: Any, path: str, called: Any, receiver: Any, given: Any, node: Any) -> None:  # fmt: skip
        check(machine, path, called, receiver, given, node)
        line = machine.location(node).line
        for entry in (*called.sinks, *called.issues):
            if (line, entry.rule) not in told:
                silent.add(repr(entry))
        for entry in called.issues:
            if table_conditions.conditions_hold(entry.when, given, receiver):
                hits.add(repr(entry))

    def watched_report(machine: Any, sink: Any, path: str, argument: str, value: Any, node: Any) -> None:  # fmt: skip
        known = set(machine.collected.flows)
        report(machine, sink, path, argument, value, node)
        line = machine.location(node).line
        new = set(machine.collected.flows) - known
        if any(key[0] == sink.rule for key in new) or (not new and (line, sink.rule) in told):
            hits.add(repr(sink))

    def watched_sanitised(machine: Any, path: str, sanitiser: Any, *rest: Any) -> Any:
        hits.add(repr(sanitiser))
        silent.add(repr(sanitiser))
        return sanitised(machine, path, sanitiser, *rest)

    patch.setattr(sinks, "check", watched_check)
    patch.setattr(sinks, "report", watched_report)
    patch.setattr(libraries, "sanitised", watched_sanitised)


def without_example() -> Iterator[str]:
    """What is missing, as ``python/files.toml [[sink]] 3: bad``."""
    hits, silent = examples()
    for name, entry in tables().items():
        if repr(entry) not in hits:
            yield f"{name}: bad"
        if repr(entry) not in silent and not is_wrong_however_called(entry):
            yield f"{name}: good"


def is_wrong_however_called(entry: taint.Entry) -> bool:
    """An issue without a condition has no good form."""
    return isinstance(entry, taint.IssueTable) and not entry.when


def test_every_table_has_examples() -> None:
    assert sorted(set(without_example()) - WITHOUT_EXAMPLE) == []


def test_no_exception_is_left_over() -> None:
    assert sorted(set(without_example()) & WITHOUT_EXAMPLE) == sorted(WITHOUT_EXAMPLE)
