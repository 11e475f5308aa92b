"""Template values as plain data, with what is unknown or undecided made explicit.

Nothing is reported on an unknown value. An unknown becomes a :class:`Hole` in the view; a condition
is then tried with every hole replaced in turn by nothing, a text that nobody wrote, each literal
of the condition, true, false and an empty list (supervaluation). Only what holds in all of them is
reported. A :class:`~ringfence.model.value.Choice` is followed into both worlds of its condition,
the same way everywhere in one view.
"""

from __future__ import annotations

from enum import Enum
from itertools import product
from typing import Any

from ringfence.checks.expressions import Condition, context_of
from ringfence.model.location import Location
from ringfence.model.value import Choice, Mapping, Reference, Scalar, Sequence, Text, Unknown, Value

#: Conditions followed in both directions for one subject; those beyond it stay at "true".
MAX_CONDITIONS = 4

FRESH_TEXT = "ringfence-unknown-value"
_ABSENT = object()
_BASE_STAND_INS: tuple[Any, ...] = (_ABSENT, FRESH_TEXT, True, False, [])

World = dict[str, bool]


class Hole:
    """An unknown value in a view. ``parts`` is the known text around it (None at unknown places)
    when the value is a partly known text, else empty."""

    __slots__ = ("location", "parts", "reason")

    def __init__(self, reason: str, location: Location, parts: tuple[str | None, ...] = ()) -> None:
        self.reason = reason
        self.location = location
        self.parts = parts

    def __str__(self) -> str:
        return "".join("${?}" if part is None else part for part in self.parts) or "${?}"


class Projection:
    """Turns values into plain data for one world, and notes what it met on the way.

    ``conditions`` are the names of undecided conditions that were asked about, ``holes`` the
    unknowns that were met.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.conditions: dict[str, None] = {}
        self.holes: list[Hole] = []

    def choose(self, choice: Choice) -> Value | None:
        self.conditions[choice.condition] = None
        return choice.then if self.world.get(choice.condition, True) else choice.otherwise

    def hole(self, reason: str, location: Location) -> Hole:
        found = Hole(reason, location)
        self.holes.append(found)
        return found

    def __call__(self, value: Value | None) -> Any:
        """Plain data: dictionaries, lists, scalars, ``${Name.Attribute}`` texts and holes."""
        while isinstance(value, Choice):
            value = self.choose(value)
        if value is None:
            return None
        if isinstance(value, Scalar):
            return value.value
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, Sequence):
            items = (self._present(item) for item in value.items)
            return [self(item) for item in items if item is not None]
        if isinstance(value, Text):
            return self._text(value)
        if isinstance(value, Unknown):
            return self.hole(value.reason, value.location)
        return str(value)

    def _present(self, value: Value) -> Value | None:
        found: Value | None = value
        while isinstance(found, Choice):
            found = self.choose(found)
        return found

    def _mapping(self, value: Mapping) -> dict[str, Any]:
        result = {}
        for key, item in value.entries.items():
            found = self._present(item)
            if found is not None:
                result[key] = self(found)
        return result

    def _text(self, value: Text) -> Any:
        unknown = [part for part in value.parts if isinstance(part, Unknown)]
        if not unknown:
            return str(value)
        parts = tuple(None if isinstance(part, Unknown) else _known(part) for part in value.parts)
        found = Hole(unknown[0].reason, value.location, parts)
        self.holes.append(found)
        return found


def _known(part: str | Reference | Unknown) -> str:
    return part if isinstance(part, str) else str(part)


def assignments(conditions: list[str]) -> list[World]:
    """Every way to decide up to :data:`MAX_CONDITIONS` conditions; one empty world for none."""
    names = conditions[:MAX_CONDITIONS]
    return [
        dict(zip(names, bits, strict=True)) for bits in product((True, False), repeat=len(names))
    ]


def _holds_hole(value: Any) -> bool:
    if isinstance(value, Hole):
        return True
    if isinstance(value, dict):
        return any(_holds_hole(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_hole(item) for item in value)
    return False


def _names_of_holes(view: dict[str, Any]) -> frozenset[str]:
    """The two outermost names on the way to each hole: enough to see what a condition asks."""
    names: set[str] = set()
    for key, value in view.items():
        if isinstance(value, dict):
            inner = [name for name, item in value.items() if _holds_hole(item)]
            names.update(inner)
            if inner and key != "p":
                names.add(key)
        elif _holds_hole(value):
            names.add(key)
    return frozenset(names)


def _fits(hole: Hole, text: Any) -> bool:
    """Whether a literal can be the value of a partly known text."""
    if not isinstance(text, str):
        return False
    known = [part for part in hole.parts if part]
    at = 0
    for part in known:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    first, last = hole.parts[0], hole.parts[-1]
    return (not first or text.startswith(first)) and (not last or text.endswith(last))


def _stand_in(hole: Hole, value: Any) -> Any:
    if not hole.parts:
        return value
    if _fits(hole, value):
        return value
    filler = "" if value is _ABSENT else FRESH_TEXT
    return "".join(filler if part is None else part for part in hole.parts)


def fill(value: Any, stand_in: Any) -> Any:
    """The data with every hole replaced; "absent" drops the key or the item."""
    if isinstance(value, Hole):
        return _stand_in(value, stand_in)
    if isinstance(value, dict):
        filled = {key: fill(item, stand_in) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item is not _ABSENT}
    if isinstance(value, list):
        items = [fill(item, stand_in) for item in value]
        return [item for item in items if item is not _ABSENT]
    return value


class Verdict(Enum):
    """The outcome of a condition: it holds, it does not, or it hangs on an unknown value."""

    TRUE = "true"
    FALSE = "false"
    UNDECIDED = "undecided"


class Subject:
    """One view, ready for many conditions: contexts are made once and kept."""

    __slots__ = ("_contexts", "_facts", "_plain", "names", "view")

    def __init__(
        self, view: dict[str, Any], has_holes: bool = True, words: frozenset[str] | None = None
    ) -> None:
        """``words`` are the names in the conditions to come: nothing else becomes a context."""
        self.view = view
        self._facts = view if words is None else {k: v for k, v in view.items() if k in words}
        self.names = _names_of_holes(self._facts) if has_holes else frozenset()
        self._plain: Any = None
        self._contexts: dict[tuple[type, str], Any] = {}

    def _context(self, stand_in: Any) -> Any:
        key = (type(stand_in), str(stand_in))
        found = self._contexts.get(key)
        if found is None:
            found = self._contexts[key] = context_of(fill(self._facts, stand_in))
        return found

    def decide(self, condition: Condition) -> Verdict:
        """The verdict of a condition over this view."""
        if not (self.names & condition.words):
            if self._plain is None:
                self._plain = context_of(fill(self._facts, _ABSENT) if self.names else self._facts)
            return Verdict.TRUE if condition.holds(self._plain) else Verdict.FALSE
        outcomes = {
            condition.holds(self._context(stand_in))
            for stand_in in (*_BASE_STAND_INS, *condition.literals)
        }
        if len(outcomes) > 1:
            return Verdict.UNDECIDED
        return Verdict.TRUE if True in outcomes else Verdict.FALSE


def first_hole(value: Any) -> Hole | None:
    """Some unknown value of a view, to say why a condition stays undecided."""
    if isinstance(value, Hole):
        return value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        found = first_hole(item)
        if found is not None:
            return found
    return None
