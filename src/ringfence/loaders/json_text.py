"""JSON text → :class:`~ringfence.model.value.Value` tree with the place of every node and key.

The standard decoder drops positions, and a YAML parser refuses some JSON (surrogate escapes,
a line break before a colon), so this is a small tokeniser with a stack; it cannot recurse.
"""

from __future__ import annotations

import math
from json.decoder import JSONDecodeError

# The C string scanner of the standard decoder; its stub leaves it out.
from json.decoder import scanstring as scan_string  # type: ignore[attr-defined]

from ringfence import late
from ringfence.loaders.limits import MAX_INTEGER_CHARACTERS, Limits
from ringfence.model.location import Location
from ringfence.model.value import NO_ORIGINS, Mapping, Scalar, Sequence, Value

_TOKEN = late.pattern(
    r'([{}\[\],:"])|(-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)|(true|false|null)'
)
_SPACE = late.pattern(r"[ \t\r\n]*")
_BLANKS = (" ", "\n", "\r", "\t")
_WORDS = {"true": True, "false": False, "null": None}


class JsonProblem(Exception):
    """The text is not JSON; ``offset`` is the character where that shows."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class JsonTooLarge(JsonProblem):
    """The text is nested deeper, or holds more values, than the limits allow."""


class _Open:
    """An object or array that is not closed yet."""

    __slots__ = ("column", "entries", "items", "key", "key_location", "keys", "line")

    def __init__(self, is_object: bool, line: int, column: int) -> None:
        self.entries: dict[str, Value] | None = {} if is_object else None
        self.keys: dict[str, Location] = {}
        self.items: list[Value] = []
        self.line = line
        self.column = column
        self.key = ""
        self.key_location: Location | None = None


class JsonReader:
    """Reads one JSON text. ``duplicates`` lists keys that an object has twice."""

    def __init__(self, text: str, file: str, limits: Limits) -> None:
        self.text = text
        self.file = file
        self.limits = limits
        self.position = 0
        self.line = 1
        self.line_start = 0
        self.stack: list[_Open] = []
        self.count = 0
        self.duplicates: list[tuple[str, Location]] = []

    def problem(self, message: str) -> JsonProblem:
        return JsonProblem(message, self.line, self.position - self.line_start + 1)

    def skip_space(self) -> None:
        if self.text[self.position : self.position + 1] not in _BLANKS:
            return
        match = _SPACE.match(self.text, self.position)
        assert match is not None  # the pattern matches the empty text
        self.advance(match.end())

    def advance(self, end: int) -> None:
        """Move on, counting line breaks between here and ``end``."""
        breaks = self.text.count("\n", self.position, end)
        if breaks:
            self.line += breaks
            self.line_start = self.text.rindex("\n", self.position, end) + 1
        self.position = end

    def read(self) -> Value:
        """The whole text as one value; raises JsonProblem."""
        while True:
            value = self.value()
            while value is not None:
                if not self.stack:
                    self.skip_space()
                    if self.position < len(self.text):
                        raise self.problem("there is more text after the end of the JSON value")
                    return value
                value = self.put(value)

    def value(self) -> Value | None:
        """The next scalar or empty collection; None when a collection was opened."""
        self.skip_space()
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise self.problem("a value is missing or not valid JSON")
        line, column = self.line, self.position - self.line_start + 1
        mark = match.group(1)
        if mark == '"':
            return self.scalar(self.string(), line, column)
        if mark in ("{", "["):
            self.position = match.end()
            return self.open(mark == "{", line, column)
        if mark:
            raise self.problem(f"unexpected '{mark}'")
        word = match.group()
        self.position = match.end()
        if match.group(5):
            return self.scalar(_WORDS[word], line, column)
        return self.scalar(_number(word, match.group(3) or match.group(4)), line, column)

    def open(self, is_object: bool, line: int, column: int) -> Value | None:
        if len(self.stack) >= self.limits.depth:
            raise JsonTooLarge(f"nested deeper than {self.limits.depth} levels", line, column)
        self.stack.append(_Open(is_object, line, column))
        self.skip_space()
        if self.text.startswith("}" if is_object else "]", self.position):
            return self.close()
        if is_object:
            self.key()
        return None

    def key(self) -> None:
        self.skip_space()
        if not self.text.startswith('"', self.position):
            raise self.problem("a key in double quotes is expected")
        frame = self.stack[-1]
        line, column = self.line, self.position - self.line_start + 1
        frame.key = self.string()
        frame.key_location = self.location(line, column)
        self.skip_space()
        if not self.text.startswith(":", self.position):
            raise self.problem("a ':' is expected after the key")
        self.position += 1

    def put(self, value: Value) -> Value | None:
        """Add a value to the open collection; the collection itself when that closes it."""
        frame = self.stack[-1]
        if frame.entries is None:
            frame.items.append(value)
        else:
            assert frame.key_location is not None
            if frame.key in frame.entries:
                self.duplicates.append((frame.key, frame.key_location))
            frame.entries[frame.key] = value
            frame.keys[frame.key] = frame.key_location
        self.skip_space()
        mark = self.text[self.position : self.position + 1]
        if mark == ",":
            self.position += 1
            if frame.entries is not None:
                self.key()
            return None
        if mark == ("]" if frame.entries is None else "}"):
            return self.close()
        raise self.problem("a ',' or the end of the list or object is expected")

    def close(self) -> Value:
        self.position += 1
        frame = self.stack.pop()
        self.counted()
        place = self.location(frame.line, frame.column)
        if frame.entries is None:
            return Sequence(frame.items, place)
        return Mapping(frame.entries, place, NO_ORIGINS, frame.keys)

    def scalar(self, value: str | int | float | bool | None, line: int, column: int) -> Scalar:
        self.counted()
        return Scalar(value, self.location(line, column))

    def counted(self) -> None:
        self.count += 1
        if self.count > self.limits.nodes:
            raise JsonTooLarge(f"more than {self.limits.nodes} values", self.line, 1)

    def location(self, line: int, column: int) -> Location:
        return Location(self.file, line, column, self.line, self.position - self.line_start + 1)

    def string(self) -> str:
        """The string whose opening quote stands here. Raw control characters are let through."""
        try:
            value, end = scan_string(self.text, self.position + 1, False)
        except JSONDecodeError as problem:
            raise self.problem(problem.msg[:1].lower() + problem.msg[1:]) from None
        if "\n" in value:  # written as an escape, or, though it is not allowed, as itself
            self.advance(end)
        else:
            self.position = end
        return value if value.isascii() else _without_lone_surrogates(value)


def _number(word: str, is_float: bool | str | None) -> int | float | str:
    """A number; text where it does not fit into 64 bits."""
    if not is_float:
        return int(word) if len(word) <= MAX_INTEGER_CHARACTERS else word
    if len(word) > 300:
        return word
    value = float(word)
    return value if math.isfinite(value) else word


def _without_lone_surrogates(value: str) -> str:
    """Lone halves of a surrogate pair cannot be written out again; they become U+FFFD."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value
