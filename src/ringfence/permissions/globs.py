"""Patterns with ``*`` (any text) and ``?`` (any one character), on one side or on both.

``matches`` asks about one text. ``covers`` and ``overlaps`` ask about two patterns: whether
everything that the second means is meant by the first, and whether any text is meant by both.
All work in time proportional to the product of the lengths at worst; pairs beyond ``MAX_CELLS``
and ``MAX_STARS`` are answered on the safe side (not covered, overlapping).
"""

from __future__ import annotations

import functools

MAX_CELLS = 4_000_000
MAX_STARS = 12


def has_wildcard(pattern: str) -> bool:
    """Whether the pattern means more than one text."""
    return "*" in pattern or "?" in pattern


def matches(pattern: str, text: str) -> bool:
    """Whether ``text``, taken literally, is one of the texts that ``pattern`` means."""
    if pattern in ("*", text):
        return True
    if "*" not in pattern and "?" not in pattern:
        return False
    p = t = mark = 0
    star = -1
    while t < len(text):
        letter = pattern[p] if p < len(pattern) else ""
        if letter == "*":
            star, mark = p, t
            p += 1
        elif letter and letter in ("?", text[t]):
            p += 1
            t += 1
        elif star >= 0:
            mark += 1
            p, t = star + 1, mark
        else:
            return False
    return not pattern[p:].strip("*")


@functools.lru_cache(maxsize=4096)
def covers(pattern: str, other: str) -> bool:
    """Whether every text that ``other`` means is meant by ``pattern`` too."""
    if not has_wildcard(other):
        return matches(pattern, other)
    if pattern in ("*", other):
        return True
    if not has_wildcard(pattern) or _is_hostile(pattern, other):
        return False
    return _covers(_normal(pattern), _normal(other))


@functools.lru_cache(maxsize=4096)
def overlaps(pattern: str, other: str) -> bool:
    """Whether some text is meant by both."""
    if not has_wildcard(other):
        return matches(pattern, other)
    if not has_wildcard(pattern):
        return matches(other, pattern)
    if pattern == "*" or other == "*" or _is_hostile(pattern, other):
        return True
    if not _begin_alike(pattern, other):
        return False
    return _overlaps(_normal(pattern), _normal(other))


def _is_hostile(pattern: str, other: str) -> bool:
    stars = pattern.count("*") + other.count("*")
    return stars > MAX_STARS or len(pattern) * len(other) > MAX_CELLS


def _begin_alike(pattern: str, other: str) -> bool:
    """Whether the letters before the first wildcard of either agree: most pairs differ there."""
    for mine, theirs in zip(pattern, other, strict=False):
        if mine in "*?" or theirs in "*?":
            return True
        if mine != theirs:
            return False
    return True


def _normal(pattern: str) -> str:
    """The same meaning with ``?`` before ``*`` in every run of wildcards, and one ``*`` at most."""
    out: list[str] = []
    star = False
    for letter in pattern:
        if letter == "*":
            star = True
            continue
        if letter != "?" and star:
            out.append("*")
            star = False
        out.append(letter)
    if star:
        out.append("*")
    return "".join(out)


def _covers(pattern: str, other: str) -> bool:
    """Inclusion of two normal patterns.

    A ``*`` of ``other`` is a letter that only a ``*`` of ``pattern`` takes, a ``?`` of ``other``
    one that only ``?`` and ``*`` take. A run of k ``?`` before a ``*`` takes any part of ``other``
    that means at least k letters.
    """
    width = len(other) + 1
    lengths = [0]  # the least number of letters that each beginning of ``other`` means
    for letter in other:
        lengths.append(lengths[-1] + (letter != "*"))
    row = [True] + [False] * (width - 1)
    place = 0
    while place < len(pattern):
        run = place
        while run < len(pattern) and pattern[run] == "?":
            run += 1
        below = [False] * width
        if run < len(pattern) and pattern[run] == "*":
            least: int | None = None
            for column in range(width):
                if row[column]:
                    least = lengths[column] if least is None else min(least, lengths[column])
                below[column] = least is not None and lengths[column] - least >= run - place
            place = run + 1
        else:
            letter = pattern[place]
            for column in range(1, width):
                theirs = other[column - 1]
                below[column] = row[column - 1] and theirs != "*" and letter in ("?", theirs)
            place += 1
        row = below
    return row[-1]


def _overlaps(pattern: str, other: str) -> bool:
    """Intersection of two patterns: whether their ends can be reached together."""
    width = len(other) + 1
    row = [True] + [False] * (width - 1)
    for column in range(1, width):  # what of ``other`` an empty pattern can mean
        row[column] = row[column - 1] and other[column - 1] == "*"
    for letter in pattern:
        below = [False] * width
        if letter == "*":
            seen = False
            for column in range(width):
                seen = seen or row[column]
                below[column] = seen
        else:
            for column in range(1, width):
                theirs = other[column - 1]
                if theirs == "*":
                    below[column] = row[column] or below[column - 1] or row[column - 1]
                else:
                    below[column] = row[column - 1] and (letter in ("?", theirs) or theirs == "?")
        row = below
    return row[-1]
