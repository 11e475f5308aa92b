"""Source excerpts: the lines of a place, what to underline, and secrets left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringfence import late
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.report.text import escape_line

MAX_LINES = 3
MAX_LINE = 600  # characters of a line that are looked at; more is minified code
_WORD = late.pattern(r"[\w.$:/@*-]+")
# What a credential may look like: behind a quote, a colon or an equals sign, at least six of the
# characters that tokens, keys and passwords are made of, unless it is itself a key.
_SECRET = late.pattern(r"""(["'`]|[:=]\s*)([^\s"'`,;(){}\[\]]{6,}+)(?!["'`]?\s*[:=])""")
_SHOWN_OF_SECRET = 3


@record(frozen=True)
class Row:
    """One shown line: its number, its safe text, and the marked part (``start`` to ``end``).

    ``start`` equals ``end`` where nothing is marked.
    """

    number: int
    text: str
    start: int = 0
    end: int = 0


def excerpt(
    sources: Mapping[str, Sequence[str]],
    location: Location,
    *,
    context: bool = True,
    unicode: bool = True,
    secret: bool = False,
) -> list[Row]:
    """One to three lines of the place, common indentation taken off; [] when it is not known.

    ``context`` adds the line above a single line. ``secret`` shows only the first characters of
    what may be a credential.
    """
    lines = sources.get(location.file, ())
    if not 1 <= location.line <= len(lines):
        return []
    last = min(max(location.end_line, location.line), len(lines), location.line + MAX_LINES - 1)
    rows = [
        _row(lines, number, location, unicode, secret) for number in range(location.line, last + 1)
    ]
    if context and last == location.line and location.line > 1 and lines[location.line - 2].strip():
        above, _ = escape_line(lines[location.line - 2][:MAX_LINE], unicode)
        rows.insert(0, Row(location.line - 1, _hide(above) if secret else above))
    return _dedent(rows)


def _row(lines: Sequence[str], number: int, location: Location, unicode: bool, secret: bool) -> Row:
    line = lines[number - 1].rstrip("\r\n")
    start, end = _marked(line, number, location)
    if len(line) > MAX_LINE:
        line, start, end = _window(line, start, end)
    text, indexes = escape_line(line, unicode)
    if secret:
        text = _hide(text)
    text = text.rstrip()
    return Row(number, text, min(indexes[start], len(text)), min(indexes[end], len(text)))


def last_marked(location: Location) -> int:
    """The last line of a place that is marked."""
    long = location.end_line - location.line >= MAX_LINES
    return location.line if long else max(location.line, location.end_line)


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a very long line (minified code) around the start of the mark."""
    left = max(0, start - MAX_LINE // 4)
    piece = line[left : left + MAX_LINE]
    return piece, start - left, min(end - left, len(piece))


def _marked(line: str, number: int, location: Location) -> tuple[int, int]:
    """The marked part of one line of the span as indexes of the line.

    Of a long block (a whole statement or function) only the first line is marked.
    """
    if number > last_marked(location):
        return (0, 0)
    indent = len(line) - len(line.lstrip())
    size = len(line.rstrip())
    start = location.column - 1 if number == location.line else indent
    start = max(0, min(start, size))
    if number < location.end_line:
        return (start, max(start, size))
    if location.end_column > (location.column if number == location.line else 1):
        return (start, max(start, min(location.end_column - 1, size)))
    word = _WORD.match(line, start)
    return (start, word.end() if word else min(start + 1, size))


def _hide(text: str) -> str:
    return _SECRET.sub(lambda found: f"{found[1]}{found[2][:_SHOWN_OF_SECRET]}********", text)


def _dedent(rows: list[Row]) -> list[Row]:
    indents = [len(row.text) - len(row.text.lstrip()) for row in rows if row.text.strip()]
    cut = min(indents, default=0)
    return [
        Row(row.number, row.text[cut:], max(0, row.start - cut), max(0, row.end - cut))
        for row in rows
    ]
