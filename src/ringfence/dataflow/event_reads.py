"""Which paths of its event a function reads, and what it checks of them.

A path is noted where a part of the event is taken: an attribute, an item, ``get``, a pattern of an
assignment, the items of a loop, a field of a model. What frameworks give in place of the event
(``request.body``) is written as the part of an HTTP event that it comes from. What conditions say
of a path is found by :mod:`.event_checks`, what models declare by :mod:`.event_models`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from ringfence.dataflow.objects import deep_taint
from ringfence.model import syntax
from ringfence.model.facts import EventRead, EventTest
from ringfence.model.location import Location
from ringfence.model.record import replace
from ringfence.rules.events import JSON_MARK, split_path

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.state import Collected
    from ringfence.dataflow.values import Taint, Value

EventPlace = tuple[str, ...]
#: Lines that vouch for one path; more say nothing more.
MAX_LINES = 6
#: Paths of one function; more are no schema that people read.
MAX_PATHS = 400
MAX_TESTS = 800
MAX_VALUES = 60
#: Parts of a request by the names that the tables give their sources.
_REQUESTS = {
    "request.body": ("body", JSON_MARK),
    "request.query": ("queryStringParameters",),
    "request.params": ("pathParameters",),
    "path parameter": ("pathParameters",),
    "request.headers": ("headers",),
    "arguments": ("arguments",),
}
#: A test that is one of presence if what it asks is a map.
HAS = "has"
#: Members that are no data.
_NO_DATA = frozenset(
    ("hasOwnProperty", "toString", "constructor", "prototype", "__proto__", "then", "toJSON")
)


class Always:
    """The branch of code that runs for every event, or for every record of it."""

    __slots__ = ()


def each(machine: Machine, value: Value) -> Callable[[], object]:
    """What makes the branch of code that runs for each item of a value."""
    if isinstance(machine.branch, Always) and any(
        path_of(atom) is not None for atom in value.taint
    ):
        return Always
    return object


#: How a function may have parted with some events before.
ANSWERED, DEALT = 1, 2


def is_sure(machine: Machine, parted: int = 0) -> bool:
    """Whether what runs now runs for every event, and its failure is one of the function.
    ``parted`` is how it may have dealt with some events before."""
    return (
        isinstance(machine.branch, Always)
        and not machine.tentative
        and all(frame.parted <= parted for frame in machine.frames)
    )


@cache
def _base(label: str) -> EventPlace | None:
    """Where the source of a table lies in an event; None where it is no part of one."""
    if label.startswith("event."):
        return split_path(label.removeprefix("event."))
    return () if label == "event" else _REQUESTS.get(label)


def path_of(atom: Taint) -> EventPlace | None:
    """The path of the function's own event that this very value is; None for everything else."""
    source = atom.source
    if atom.derived or source.kind != "event" or source.via:
        return None
    if not source.decided:
        return atom.path
    base = _base(source.label)
    if not base:
        return base if base is None else atom.path
    return (*base, *atom.path)


def note(machine: Machine, taint: Iterable[Taint], node: syntax.Node, place: Location) -> None:
    """Parts of values are read at a place."""
    if machine.unreached:
        return
    reads = machine.collected.event_reads
    for atom in taint:
        path = path_of(atom)
        if not path or path[-1] in _NO_DATA or is_method(machine, node, path[-1]):
            continue
        lines = reads.get(path)
        if lines is None:
            if len(reads) >= MAX_PATHS:
                return
            lines = reads[path] = {}
        line = (place.file, place.line)
        if not lines.get(line) and (len(lines) < MAX_LINES or line in lines):
            lines[line] = _fails_without(machine, node) and is_sure(machine)


def _fails_without(machine: Machine, node: syntax.Node) -> bool:
    """``event["id"]``, which is an error where there is none."""
    return (
        machine.language == "python"
        and isinstance(node, syntax.Index)
        and isinstance(node.key, syntax.Constant)
    )


def forget(machine: Machine, taint: Iterable[Taint], place: Location) -> None:
    """What was noted there is no reading: ``f(**event)`` reads what ``f`` has parameters for."""
    reads = machine.collected.event_reads
    for atom in taint:
        path = path_of(atom)
        lines = reads.get(path) if path else None
        if path and lines is not None:
            lines.pop((place.file, place.line), None)
            if not lines:
                del reads[path]


def is_method(machine: Machine, node: syntax.Node, name: str) -> bool:
    """``event.get`` of a plain map, which is no data."""
    if machine.language != "python" or not isinstance(node, syntax.Attribute):
        return False
    from ringfence.dataflow import builtins

    return builtins.knows("python", name)


def test(
    machine: Machine, path: EventPlace, kind: str, values: tuple[str, ...], place: Location
) -> None:
    """The code checks a path."""
    tests = machine.collected.event_tests
    if machine.unreached or not path or len(tests) >= MAX_TESTS:
        return
    made = EventTest(machine.function.id, path, kind, values[:MAX_VALUES], place)
    tests.setdefault((path, kind, values, place.file, place.line), made)


def tests_of(collected: Collected) -> list[EventTest]:
    """The tests, without their order. ``"sku" in body`` asks for a key where ``body`` is a map, and
    for a part of a text elsewhere: it is a map where something below it is read."""
    held = {path[:end] for path in collected.event_reads for end in range(len(path))}
    found = []
    for test in collected.event_tests.values():
        if test.kind != HAS:
            found.append(test)
        elif test.path[:-1] in held or test.path[-2:-1] in (("[]",), (JSON_MARK,), ()):
            found.append(replace(test, kind="required"))
    return found


def reads_of(collected: Collected, function: str) -> list[EventRead]:
    """The paths that are read for their own sake: not only on the way to others."""
    whole = dict(_handed_on(collected))
    tested = {test.path for test in tests_of(collected)}
    on_the_way = {path[:end] for path in collected.event_reads for end in range(1, len(path))}
    found = []
    for path, lines in collected.event_reads.items():
        checked = path in tested or (*path, JSON_MARK) in tested
        kept = path not in on_the_way or checked or path in whole
        for (file, line), required in lines.items() if kept else ():
            place = Location(file, line)
            found.append(EventRead(function, path, place, required, path in whole))
    for path, place in whole.items():
        if path and path not in collected.event_reads:
            found.append(EventRead(function, path, place, False, True))
    return found


def _handed_on(collected: Collected) -> Iterable[tuple[EventPlace, Location]]:
    """What is given to a cloud call as it is."""
    for record in collected.calls.values():
        for value in record.values.values():
            for atom in deep_taint(value):
                path = path_of(atom)
                if path:
                    yield path, record.call.location


def only_path(value: Value) -> EventPlace | None:
    """The one path of the event that a value is; None where it is not the very value of one."""
    found = {path_of(atom) for atom in value.taint}
    if len(found) != 1:
        return None
    return found.pop() or None
