"""Example texts: the shortest text that several patterns mean together."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Sequence

#: Positions visited in one search; real patterns need some hundreds.
MAX_STATES = 4_000
#: What stands for a character that no pattern prescribes.
FILLER = "x"


def common_text(patterns: Sequence[str]) -> str | None:
    """:func:`measured_text` without its cost."""
    return measured_text(tuple(patterns))[0]


@functools.lru_cache(maxsize=4096)
def measured_text(patterns: tuple[str, ...]) -> tuple[str | None, int]:
    """The shortest text that all patterns mean, and the positions visited to find it.

    None when there is none or it is too hard to find.

    Breadth first over the places in all patterns at once: a letter moves every pattern on, a ``*``
    may be left behind at no cost.
    """
    start = _skip(tuple(0 for _ in patterns), patterns)
    seen = set(start)
    queue = deque((places, "") for places in start)
    while queue and len(seen) <= MAX_STATES:
        places, text = queue.popleft()
        if all(place == len(pattern) for place, pattern in zip(places, patterns, strict=True)):
            return text, len(seen)
        for letter in _letters(places, patterns):
            for moved in _skip(_step(places, patterns, letter), patterns):
                if moved not in seen:
                    seen.add(moved)
                    queue.append((moved, text + letter))
    return None, len(seen)


def _letters(places: tuple[int, ...], patterns: Sequence[str]) -> list[str]:
    """The one letter that can come next: the prescribed one, or the filler when all are free."""
    fixed = set()
    for place, pattern in zip(places, patterns, strict=True):
        if place == len(pattern):
            return []
        if pattern[place] not in "*?":
            fixed.add(pattern[place])
    return [] if len(fixed) > 1 else list(fixed) or [FILLER]


def _step(places: tuple[int, ...], patterns: Sequence[str], _: str) -> tuple[int, ...]:
    """Every pattern one letter on; a ``*`` stays where it is."""
    pairs = zip(places, patterns, strict=True)
    return tuple(place if pattern[place] == "*" else place + 1 for place, pattern in pairs)


def _skip(places: tuple[int, ...], patterns: Sequence[str]) -> list[tuple[int, ...]]:
    """The places, and those reached by leaving stars behind."""
    found = [places]
    for index, pattern in enumerate(patterns):
        for known in list(found):
            place = known[index]
            while place < len(pattern) and pattern[place] == "*":
                place += 1
                found.append((*known[:index], place, *known[index + 1 :]))
    return found
