"""Lines of styled text: wrapping, right-aligned notes, tables. All widths are terminal cells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len, set_cell_size

from ringfence.report import ReportSettings
from ringfence.report.terminal.theme import Painter
from ringfence.report.text import ASCII, UNICODE, clip, escape

#: A piece of text and the name of its style.
Span = tuple[str, str]
Line = list[Span]

MIN_WIDTH = 40
MAX_TEXT = 2_000  # characters of a name or message


class Page:
    """Collects the lines of a report.

    Callers pass text of the scanned tree through :meth:`safe`; layout measures what is shown.
    """

    def __init__(self, settings: ReportSettings) -> None:
        self.width = max(MIN_WIDTH, settings.width)
        self.unicode = settings.unicode
        self.title = settings.title
        self.verbose = settings.verbose
        self.all_suppressed = settings.verbose or settings.suppressed
        self.glyphs = UNICODE if settings.unicode else ASCII
        self._paint = Painter(settings.color)
        self._lines: list[str] = []

    def text(self) -> str:
        """The whole page, one blank line at most between parts, ending with a line feed."""
        return "\n".join(self._lines) + "\n"

    def safe(self, text: str) -> str:
        """The text with nothing left in it that could act on a terminal, of bounded length."""
        return escape(clip(text, MAX_TEXT), self.unicode)

    def prose(self, text: str) -> str:
        """A sentence made safe; its line breaks are ours to set."""
        return self.safe(" ".join(text.split()))

    @property
    def narrow(self) -> bool:
        return self.width < 80

    def blank(self) -> None:
        """A blank line, unless there is one or nothing stands above."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def line(self, *spans: Span) -> None:
        """One line as it is; what does not fit is cut off."""
        self._lines.append(self._render(self._cut(list(spans), self.width)))

    def whole(self, *spans: Span) -> None:
        """One line that is never cut, for what people copy (addresses, commands)."""
        self._lines.append(self._render(list(spans)))

    def block(self, text: str, indent: int, style: str = "code") -> None:
        """Lines that people copy: indented, never cut."""
        for line in text.split("\n"):
            self.whole((" " * indent, ""), (self.safe(line), style))

    def flow(self, parts: Sequence[Span], between: Span, first: Sequence[Span]) -> None:
        """Parts one behind the other, broken only between them, further lines indented."""
        line = [*first]
        for index, part in enumerate(parts):
            piece = [part] if index == 0 else [between, part]
            if index and _length(line) + _length(piece) > self.width:
                self.line(*line)
                line, piece = [("   ", "")], [part]
            line += piece
        self.line(*line)

    def aligned(self, left: Sequence[Span], right: Sequence[Span]) -> None:
        """One line with ``right`` at the right edge, or below when both do not fit."""
        room = self.width - _length(left) - _length(right)
        if room >= 2:
            self.line(*left, (" " * room, ""), *right)
        else:
            self.line(*left)
            self.line((" " * max(0, self.width - _length(right)), ""), *right)

    def wrapped(
        self,
        text: Sequence[Span],
        first: Sequence[Span] = (),
        rest: Sequence[Span] | None = None,
        right: Sequence[Span] = (),
    ) -> None:
        """Wrap ``text`` behind ``first``, further lines behind ``rest`` (default: as many spaces).

        ``right`` stands at the right edge of the last line, or of a line of its own.
        """
        behind = list(rest) if rest is not None else [(" " * _length(first), "")]
        room = max(16, self.width - max(_length(first), _length(behind)))
        note = _length(right) + 2
        lines = _beside(text, room, note) if right else wrap(text, room)
        for index, line in enumerate(lines):
            start = list(first) if index == 0 else behind
            if index < len(lines) - 1 or not right:
                self.line(*start, *line)
            elif _length(start) + _length(line) + note <= self.width:
                self.aligned([*start, *line], right)
            else:
                self.line(*start, *line)
                self._own_line(behind, right)

    def _own_line(self, behind: Sequence[Span], right: Sequence[Span]) -> None:
        """``right`` below the text: at the edge on wide pages, under the text on narrow ones."""
        room = self.width - _length(behind) - _length(right)
        if self.narrow or room < 0:
            for line in wrap(right, max(16, self.width - _length(behind))):
                self.line(*behind, *line)
        else:
            self.line(*behind, (" " * room, ""), *right)

    def heading(self, title: str, note: str = "") -> None:
        """A section's title over the whole width."""
        self.blank()
        tail = f" {note} " if note else ""
        size = self.width - cell_len(title) - 3 - cell_len(tail) - (2 if note else 0)
        self.line(
            (f" {title} ", "title"),
            (self.glyphs.rule * max(2, size), "faint"),
            (tail, "dim"),
            (self.glyphs.rule * 2 if note else "", "faint"),
        )
        self.blank()

    def _cut(self, spans: Line, width: int) -> Line:
        if _length(spans) <= width:
            return spans
        kept: Line = []
        left = width - cell_len(self.glyphs.ellipsis)
        for text, style in spans:
            size = cell_len(text)
            if size > left:
                kept.append((set_cell_size(text, max(0, left)), style))
                break
            kept.append((text, style))
            left -= size
        return [*kept, (self.glyphs.ellipsis, "dim")]

    def _render(self, spans: Line) -> str:
        while spans and not spans[-1][0].rstrip() and not spans[-1][1].startswith("badge"):
            spans.pop()
        if spans and not spans[-1][1].startswith("badge"):
            spans[-1] = (spans[-1][0].rstrip(), spans[-1][1])
        runs = groupby(spans, key=itemgetter(1))
        line = "".join(self._paint("".join(text for text, _ in run), style) for style, run in runs)
        return line if self._paint.enabled else line.rstrip()

    def column_widths(
        self, rows: Sequence[Sequence[Sequence[Span]]], indent: int, gap: int = 2
    ) -> list[int]:
        """The width of each column: its widest line; those with the most spaces to break at give
        way when the page is too narrow. A cell is a list of lines of one style each."""
        columns = [
            [text for row in rows for text, _ in row[index]] for index in range(len(rows[0]))
        ]
        widths = [max(map(cell_len, texts), default=0) for texts in columns]
        floors = [
            max((cell_len(word) for text in texts for word in text.split()), default=0)
            for texts in columns
        ]
        room = self.width - indent - gap * (len(widths) - 1)
        while sum(widths) > room:
            slack = [width - floor for width, floor in zip(widths, floors, strict=True)]
            ranked = slack if max(slack) > 0 else widths
            widths[ranked.index(max(ranked))] -= 1
        return widths

    def row(
        self,
        cells: Sequence[Sequence[Span]],
        widths: Sequence[int],
        indent: int,
        gap: int = 2,
    ) -> None:
        """One row of a table; the lines of a cell stand below each other and wrap in the column."""
        columns = [
            [part for line in cell for part in wrap([line], max(1, size))]
            for cell, size in zip(cells, widths, strict=True)
        ]
        for index in range(max(len(column) for column in columns)):
            spans: Line = [(" " * (indent - gap), "")]
            for column, size in zip(columns, widths, strict=True):
                line = column[index] if index < len(column) else []
                spans += [(" " * gap, ""), *line, (" " * (size - _length(line)), "")]
            self.line(*spans)


def wrap(spans: Sequence[Span], width: int) -> list[Line]:
    """Break at spaces so that no line is wider than ``width``; longer words are cut.

    There is at least one line. Styles stay with their text.
    """
    lines: list[Line] = [[]]
    room = width
    for text, style in spans:
        for word in _words(text):
            size = cell_len(word)
            if size > room and word.strip() and cell_len(word.rstrip()) <= room:
                word, size = word.rstrip(), room  # noqa: PLW2901 - the trailing space falls off
            elif size > room and lines[-1]:
                lines.append([])
                room = width
            while cell_len(word.rstrip()) > room:
                head = _head(word, room)
                lines[-1].append((head, style))
                lines.append([])
                word, room = word[len(head) :], width  # noqa: PLW2901 - the rest of a long word
                size = cell_len(word)
            if word.strip() or lines[-1]:
                lines[-1].append((word, style))
                room -= size
    return lines


def _beside(text: Sequence[Span], room: int, note: int) -> list[Line]:
    """Wrap so that a note of ``note`` cells finds its place behind the last line.

    Where that would take more lines than the note below the text does, the full width is used.
    """
    lines = wrap(text, room)
    left = room - note
    if _length(lines[-1]) <= left or left < max(MIN_WIDTH, room * 3 // 5):
        return lines
    narrower = wrap(text, left)
    return narrower if len(narrower) <= len(lines) + 1 else lines


def _words(text: str) -> list[str]:
    """The text cut after each run of spaces."""
    pieces: list[str] = []
    for word in text.split(" "):
        pieces.append(word + " ")
    pieces[-1] = pieces[-1][:-1]
    return [piece for piece in pieces if piece]


def _head(word: str, width: int) -> str:
    """The longest start of a word that fits, at least one character."""
    size = 0
    for index, character in enumerate(word):
        size += cell_len(character)
        if size > width:
            return word[: max(1, index)]
    return word


def _length(spans: Sequence[Span]) -> int:
    return sum(cell_len(text) for text, _ in spans)
