"""Places in lines of text."""

from __future__ import annotations

from ringfence.model.record import record


@record(frozen=True)
class Splice:
    """``text`` goes in place of the characters from ``start`` to ``end``; ``depth`` is that of the
    collection that it belongs to."""

    start: int
    end: int
    text: str
    depth: int = 0


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line ends, before its line break."""
    found = text.find("\n", offset)
    if found < 0:
        return len(text)
    return found - 1 if found > offset and text[found - 1] == "\r" else found


def next_line(text: str, offset: int) -> int:
    """Where the line after this one starts; the end of the text where there is none."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found + 1


def indent_at(text: str, offset: int) -> str:
    """The blanks that the line begins with."""
    start = line_start(text, offset)
    line = text[start : line_end(text, start)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def starts_line(text: str, offset: int) -> bool:
    """Whether only blanks stand before it in its line."""
    return not text[line_start(text, offset) : offset].strip(" \t")
