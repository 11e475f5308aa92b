"""What the code relies on in the events of each trigger: paths, types, sizes, allowed values.

In: what the interpreter saw a function read and check. Out: an :class:`EventPath` for each path,
written as findings write it (``Records[].body.sku``: what a text holds as JSON stands below it).
Of several tests of one path the narrowest counts; where they contradict each other, none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ringfence.dataflow.values import path_text
from ringfence.model.application import Trigger
from ringfence.model.contract import EventPath, Evidence
from ringfence.model.facts import EventRead, EventTest
from ringfence.model.location import Location
from ringfence.rules.events import EventCatalogue

#: Lines that vouch for one path; more say nothing more.
MAX_EVIDENCE = 4
#: Paths of one trigger; more are no schema that people read.
MAX_PATHS = 200
MAX_ALLOWED = 40
MAX_TEXT = 200
_WORDS = {
    "type": "type", "allowed": "allowed values", "pattern": "pattern", "minimum": "least size",
    "maximum": "greatest size", "required": "required", "handled": "allowed values",
    "acted": "allowed values",
}  # fmt: skip


def event_paths(
    triggers: Sequence[Trigger],
    reads: Sequence[EventRead],
    tests: Sequence[EventTest],
    events: EventCatalogue,
) -> dict[str, tuple[EventPath, ...]]:
    """The paths by trigger id. With several kinds of triggers a path belongs to those whose events
    are described to have it, and to all where none is."""
    kinds = sorted({trigger.kind for trigger in triggers})
    found: dict[str, tuple[EventPath, ...]] = {}
    for kind in kinds:
        own = _Paths()
        for read in reads:
            if kind in _kinds_of(kinds, read.path, events):
                own.read(read)
        for test in tests:
            if kind in _kinds_of(kinds, test.path, events):
                own.test(test)
        paths = own.paths()
        found.update((trigger.id, paths) for trigger in triggers if trigger.kind == kind)
    return found


def _kinds_of(kinds: Sequence[str], path: tuple[str, ...], events: EventCatalogue) -> Sequence[str]:
    if len(kinds) == 1:
        return kinds
    depths = {kind: events.depth(kind, path) for kind in kinds}
    most = max(depths.values())
    return [kind for kind in kinds if depths[kind] == most]


def shown(path: tuple[str, ...]) -> str:
    """A path as findings write it, without the word ``event``."""
    return path_text("", path).removeprefix(".")[:MAX_TEXT]


class _Paths:
    """The reads and tests of one kind of event, by the path as it is written."""

    def __init__(self) -> None:
        self.reads: dict[str, list[EventRead]] = defaultdict(list)
        self.tests: dict[str, list[EventTest]] = defaultdict(list)

    def read(self, read: EventRead) -> None:
        self.reads[shown(read.path)].append(read)

    def test(self, test: EventTest) -> None:
        self.tests[shown(test.path)].append(test)

    def paths(self) -> tuple[EventPath, ...]:
        names = sorted({*self.reads, *self.tests})[:MAX_PATHS]
        return tuple(_path(name, self.reads[name], self.tests[name]) for name in names)


def _path(name: str, reads: list[EventRead], tests: list[EventTest]) -> EventPath:
    by_kind: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for test in tests:
        by_kind[test.kind].append(test.values)
    required = "required" in by_kind or any(read.required for read in reads)
    return EventPath(
        path=name,
        type=_only(by_kind["type"]),
        allowed=_allowed(by_kind),
        pattern=_only(by_kind["pattern"]),
        minimum=_narrowest(by_kind["minimum"], 1),
        maximum=_narrowest(by_kind["maximum"], -1),
        required=required,
        evidence=_evidence(reads, tests),
    )


def _only(values: list[tuple[str, ...]]) -> str:
    """The one text that all agree on, "" where they do not."""
    found = {value for each in values for value in each[:1]}
    return found.pop()[:MAX_TEXT] if len(found) == 1 else ""


def _allowed(by_kind: dict[str, list[tuple[str, ...]]]) -> tuple[str, ...]:
    """What every test lets through; all that any does where these are different questions."""
    values = by_kind["allowed"] or by_kind["handled"] or by_kind["acted"]
    if not values or any(value.endswith("*") for each in values for value in each):
        return ()
    common = set(values[0]).intersection(*values[1:])
    every = {value for each in values for value in each}
    return tuple(sorted(common or every)[:MAX_ALLOWED])


def _narrowest(values: list[tuple[str, ...]], sign: int) -> str:
    """The strictest bound: the greatest for ``sign`` 1, the least for -1."""
    found = {value for each in values for value in each[:1]}
    numbers = {text: _number(text) for text in found}
    known = {text: number for text, number in numbers.items() if number is not None}
    return max(sorted(known), key=lambda text: sign * known[text]) if known else ""


def _number(text: str) -> float | None:
    try:
        return float(text.lstrip("<>"))
    except ValueError:
        return None


def _evidence(reads: Iterable[EventRead], tests: Iterable[EventTest]) -> tuple[Evidence, ...]:
    """The lines that check, then those that read."""
    words: dict[Location, list[str]] = defaultdict(list)
    for test in tests:
        place = Location(test.location.file, test.location.line)
        word = _WORDS[test.kind]
        if word not in words[place]:
            words[place].append(word)
    checked = [Evidence("code", _at(place), ", ".join(words[place])) for place in sorted(words)]
    known = set(words)
    read = [Location(one.location.file, one.location.line) for one in reads]
    others = [Evidence("code", _at(place)) for place in sorted(set(read) - known)]
    return tuple([*checked, *others][:MAX_EVIDENCE])


def _at(place: Location) -> str:
    return f"{place.file}:{place.line}"
