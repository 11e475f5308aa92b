"""Whose contract an observation belongs to.

A recorder knows a function by its key (the relay), its physical name, or only its role. A contract
holds name and role as patterns with ``*`` where a deployment decides. The nearest wins: key, then
the name with the fewest unknown parts, then the role; a role that several functions share counts
for each of them, since nobody knows which of them it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.contract import FunctionContract
from ringfence.model.event import Observation
from ringfence.model.record import field, record

ROLE = "role/"


#: Different usages that are kept of one function; a bucket's keys may be without number.
MAX_USAGES = 200_000


@record()
class Usage:
    """What a function did, any number of times. ``first`` and ``last`` are ISO 8601; the other
    fields are those of :class:`~ringfence.model.event.Observation`."""

    kind: str
    value: str
    resource: str
    decision: str
    origin: str
    first: str
    last: str
    count: int = 1

    def add(self, time: str) -> None:
        """Once more, at that time."""
        self.count += 1
        if time < self.first or not self.first:
            self.first = time
        self.last = max(time, self.last)


@record()
class Assigned:
    """Usages by contract key. ``unassigned`` are functions that no contract names, ``left`` keys
    with more usages than are kept, each with the number of its observations."""

    by_key: dict[str, list[Usage]] = field(default_factory=dict)
    unassigned: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


def assign(observations: Iterable[Observation], functions: Iterable[FunctionContract]) -> Assigned:
    """Observations by the contracts that they belong to, equal ones as one usage, so that a long
    log becomes as small as its distinct lines."""
    finder = Finder(functions)
    made = Assigned()
    seen: dict[str, dict[tuple[str, ...], Usage]] = {}
    for item in observations:
        keys = finder.keys(item.function)
        if not keys:
            made.unassigned[item.function] = made.unassigned.get(item.function, 0) + 1
        for key in keys:
            if not _add(seen.setdefault(key, {}), item):
                made.left[key] = made.left.get(key, 0) + 1
    made.by_key = {key: list(usages.values()) for key, usages in sorted(seen.items())}
    return made


def _add(usages: dict[tuple[str, ...], Usage], item: Observation) -> bool:
    """Count an observation; False when there is no room for another usage."""
    same = (item.kind, item.value, item.resource, item.decision, item.origin)
    known = usages.get(same)
    if known is not None:
        known.add(item.time)
    elif len(usages) < MAX_USAGES:
        usages[same] = Usage(*same, first=item.time, last=item.time)
    else:
        return False
    return True


class Finder:
    """Keys of contracts by what recorders call a function; every answer is remembered."""

    def __init__(self, functions: Iterable[FunctionContract]) -> None:
        self._functions = tuple(functions)
        self._found: dict[str, tuple[str, ...]] = {}

    def keys(self, function: str) -> tuple[str, ...]:
        """The keys of the contracts that ``function`` means."""
        found = self._found.get(function)
        if found is None:
            found = self._found[function] = self._find(function)
        return found

    def _find(self, function: str) -> tuple[str, ...]:
        if not function:
            return ()
        if function.startswith(ROLE):
            role = function.removeprefix(ROLE)
            return self._nearest([(item.key, _last(item.role)) for item in self._functions], role)
        exact = tuple(item.key for item in self._functions if function in (item.key, item.id))
        if exact:
            return exact
        return self._nearest([(item.key, item.name) for item in self._functions], function)[:1]

    def _nearest(self, patterns: list[tuple[str, str]], text: str) -> tuple[str, ...]:
        """The keys whose pattern fits with the most letters of its own."""
        fitting = [
            (len(pattern.replace("*", "")), key) for key, pattern in patterns if fits(pattern, text)
        ]
        most = max((length for length, _ in fitting), default=0)
        return tuple(key for length, key in fitting if length == most and most)


def fits(pattern: str, text: str) -> bool:
    """Whether a name is of a pattern with ``*`` and ``?``; the empty pattern means none.

    At most as many steps as the product of both lengths.
    """
    if not pattern:
        return False
    at = place = 0
    star = mark = -1
    while place < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark, at = at, place, at + 1
        elif at < len(pattern) and pattern[at] in (text[place], "?"):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return not pattern[at:].strip("*")


def _last(role: str) -> str:
    """A role's name, of its ARN too."""
    return role.rpartition("/")[2] if role.startswith("arn:") else role
