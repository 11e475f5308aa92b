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


@record()
class Assigned:
    """Observations by contract key, and how many there were of each function that no contract
    names."""

    by_key: dict[str, list[Observation]] = field(default_factory=dict)
    unassigned: dict[str, int] = field(default_factory=dict)


def assign(observations: Iterable[Observation], functions: Iterable[FunctionContract]) -> Assigned:
    """Observations by the contracts that they belong to."""
    finder = Finder(functions)
    made = Assigned()
    for item in observations:
        keys = finder.keys(item.function)
        if not keys:
            made.unassigned[item.function] = made.unassigned.get(item.function, 0) + 1
        for key in keys:
            made.by_key.setdefault(key, []).append(item)
    return made


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
