"""The text of a lock file as our own writer writes it, read in a third of the time.

The general parser is thorough and slow, and takes longer to import than to parse. What Ringfence
wrote has few kinds of lines; a text with any other line (a hand edit, a mistake, a merge) is left
to the general parser. Whatever this reads, the general parser reads alike; tests hold the two
against each other.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from ringfence import late

#: A basic string without the escapes that our writer does not use.
_STRING = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\nrt]|\\u(?!D[89A-Fa-f]|d[89A-Fa-f])[0-9A-Fa-f]{4})*"'
_TEXTS = rf"\[(?:{_STRING}(?:, {_STRING})*)?\]"
_HEADER = late.pattern(rf"\[\[?functions\.([A-Za-z0-9_-]+|{_STRING})(?:\.([a-z_]+)\])?\]")
_NUMBER = r"(?:0|[1-9][0-9]{0,11})"
_PAIR = late.pattern(
    rf"((?:limits\.)?[a-z_]+) = (?:({_STRING})|({_NUMBER})|(\[)|(\d{{4}}-\d\d-\d\d))"
)
_FIELD = late.pattern(rf"([a-z_]+) = (?:({_STRING})|({_TEXTS})|(true))(?:, |(}}))")
_ENTRY = late.pattern(rf"  ({_STRING}),")
_ONE = late.pattern(_STRING)
_ESCAPE = late.pattern(r'\\(?:(["\\nrt])|u(....))')
_LETTERS = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_COMMENT = late.pattern(r"#[^\x00-\x1f\x7f]*")

Tree = dict[str, Any]


class _Unusual(Exception):
    """A line that our writer would not write."""


def quick_tree(text: str) -> Tree | None:
    """What the general parser makes of the text; None for a text that it must read itself."""
    try:
        return _Lines(text.split("\n")).tree()
    except (_Unusual, ValueError):  # ValueError: a day that does not exist
        return None


class _Lines:
    """The lines of a text, the table that they fill, its function with blocks and limits,
    and the array that is open."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.root: Tree = {}
        self.functions: Tree = {}
        self.key = ""
        self.function: Tree = {}
        self.blocks: dict[str, list[Tree]] = {}
        self.limits: Tree = {}
        self.table = self.root
        self.array: list[Any] | None = None

    def tree(self) -> Tree:
        if self.lines[-1] != "":
            raise _Unusual
        for line in self.lines:
            if self.array is not None:
                self.element(line)
            elif line[:1] == "[":
                self.header(line)
            elif line and not _COMMENT.fullmatch(line):
                self.pair(line)
        if self.array is not None:
            raise _Unusual
        if self.functions:
            _put(self.root, "functions", self.functions)
        return self.root

    def header(self, line: str) -> None:
        found = _HEADER.fullmatch(line)
        if found is None or (found[2] is None) == line.startswith("[["):
            raise _Unusual
        key = _text(found[1]) if found[1][0] == '"' else found[1]
        if found[2] is None:
            self.key, self.function, self.blocks, self.limits = key, {}, {}, {}
            _put(self.functions, key, self.function)
            self.table = self.function
            return
        if key != self.key or not self.functions:
            raise _Unusual
        if found[2] not in self.blocks:
            self.blocks[found[2]] = []
            _put(self.function, found[2], self.blocks[found[2]])
        self.table = {}
        self.blocks[found[2]].append(self.table)

    def pair(self, line: str) -> None:
        found = _PAIR.fullmatch(line)
        if found is None:
            raise _Unusual
        name, text, number, opens, day = found.groups()
        table = self.table
        if name.startswith("limits."):
            if table is not self.function or not self.functions:
                raise _Unusual
            if not self.limits:
                _put(table, "limits", self.limits)
            table = self.limits
            name = name.removeprefix("limits.")
        if text is not None:
            value: Any = _text(text)
        elif number is not None:
            value = int(number)
        elif opens is not None:
            value = self.array = []
        else:
            value = date.fromisoformat(day)
        _put(table, name, value)

    def element(self, line: str) -> None:
        array = self.array
        if array is None or line == "]":
            self.array = None
        elif line.startswith("  {") and line.endswith("},"):
            array.append(_inline(line))
        elif found := _ENTRY.fullmatch(line):
            array.append(_text(found[1]))
        else:
            raise _Unusual


def _inline(line: str) -> Tree:
    """``  {path = "body.id", required = true},``"""
    found: Tree = {}
    at = 3
    closed = False
    while not closed:
        field = _FIELD.match(line, at)
        if field is None:
            raise _Unusual
        name, text, texts, _, end = field.groups()
        if text is not None:
            value: Any = _text(text)
        else:
            value = True if texts is None else [_text(one) for one in _ONE.findall(texts)]
        _put(found, name, value)
        at = field.end()
        closed = end is not None
    if at != len(line) - 1:
        raise _Unusual
    return found


def _put(table: Tree, name: str, value: Any) -> None:
    if name in table:
        raise _Unusual
    table[name] = value


def _text(quoted: str) -> str:
    text = quoted[1:-1]
    return _ESCAPE.sub(_letter, text) if "\\" in text else text


def _letter(found: Any) -> str:
    return _LETTERS[found[1]] if found[1] else chr(int(found[2], 16))
