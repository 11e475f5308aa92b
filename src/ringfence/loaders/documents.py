"""Bytes of a YAML or JSON file → :class:`~ringfence.model.value.Value` tree, under limits.

YAML comes as events of PyYAML's C parser and is composed here, with a stack instead of recursion,
so that every node keeps its exact place and short-form tags stay on the node (``!Sub x`` gives
``Scalar("x", tag="Sub")``). Plain scalars are typed as CloudFormation types them: YAML 1.1 booleans
and numbers, while dates, sexagesimal numbers and digits with leading zeros stay text. A key that
is written twice keeps its last value and is noted. Keys are always text, as written.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, NoReturn

from ringfence import late
from ringfence.errors import RingfenceError
from ringfence.loaders.limits import LIMITS, MAX_INTEGER_CHARACTERS, Limits
from ringfence.model.location import Location, Skipped
from ringfence.model.value import NO_ORIGINS, Mapping, Scalar, Sequence, Value

_INTEGER = late.pattern(r"[-+]?(?:0|[1-9][0-9_]*)\Z")
_FLOAT = late.pattern(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?\Z")
_HEXADECIMAL = late.pattern(r"[-+]?0x[0-9a-fA-F_]+\Z")
_BOOLEANS = {
    variant: value
    for words, value in (("yes true on", True), ("no false off", False))
    for word in words.split()
    for variant in (word, word.capitalize(), word.upper())
}
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_STANDARD = "tag:yaml.org,2002:"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: The most usual causes of a parser's message, with what to do about them.
_CURES = {
    "found a tab character": "indent with spaces, not tabs",
    "found character that cannot start any token": "indent with spaces, not tabs, and put text "
    "that starts with @, ` or % in quotes",
    "mapping values are not allowed": "look for a missing line break, a wrong indentation, or "
    "a ': ' inside a text that needs quotes",
    "could not find expected ':'": "look for a key without ':' or a wrong indentation",
    "did not find expected key": "look at the indentation of this line and the one before",
}


class DocumentError(RingfenceError):
    """A file that cannot be read as YAML or JSON; ``location`` is where that shows."""

    def __init__(self, what: str, location: Location, cure: str = "") -> None:
        super().__init__(what, str(location), cure or "mend the file so that its format is valid")
        self.location = location

    def skipped(self) -> Skipped:
        """The error as an entry of the report."""
        return Skipped(self.location.file, self.what, self.location, self.cure)


class DocumentTooLarge(DocumentError):
    """A file that is larger, deeper, or holds more values, than the limits allow."""


def parse_document(
    data: bytes,
    file: str,
    limits: Limits = LIMITS,
    notes: list[Skipped] | None = None,
) -> Value:
    """The first document of a YAML or JSON file; ``Scalar(None)`` when the file is empty.

    ``notes`` receives what was read but is doubtful: keys written twice, further documents, text
    that is not UTF-8.

    Raises:
        DocumentError: the file is malformed, binary, or larger than the limits.
    """
    found: list[Skipped] = []
    if len(data) > limits.document_bytes:
        size = f"{len(data) // 1_000_000} MB; at most {limits.document_bytes // 1_000_000} MB"
        raise DocumentTooLarge(
            f"too large to read ({size})", Location(file, 1), "exclude this file"
        )
    text = decode(data, file, found)
    value = _parse_text(text, file, limits, found)
    if notes is not None:
        notes.extend(found[: limits.notes])
    return value


def decode(data: bytes, file: str, notes: list[Skipped]) -> str:
    """The text of a file: UTF-8, UTF-16 or UTF-32 with a byte order mark, else Latin-1, noted."""
    for mark, encoding in (
        (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if data.startswith(mark):
            return _decode_wide(data, encoding, file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        column = problem.start - data.rfind(b"\n", 0, problem.start)
    place = Location(file, line, column)
    if _BINARY.search(data):
        raise DocumentError("not a text file", place, "exclude this file")
    notes.append(Skipped(file, "not UTF-8; read as Latin-1", place, "save the file as UTF-8"))
    return data.decode("latin-1")


def _decode_wide(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise DocumentError(
            f"not valid {encoding.upper()}", Location(file, 1), "save the file as UTF-8"
        ) from None


def _parse_text(text: str, file: str, limits: Limits, notes: list[Skipped]) -> Value:
    if text.lstrip()[:1] not in ("{", "["):
        return _Composer(text, file, limits, notes).document()
    from ringfence.loaders.json_text import JsonProblem, JsonReader, JsonTooLarge

    reader = JsonReader(text, file, limits)
    try:
        value = reader.read()
    except JsonTooLarge as problem:
        _refuse(problem.message, Location(file, problem.line, problem.column))
    except JsonProblem as problem:
        try:  # a YAML document may also begin with a bracket
            return _Composer(text, file, limits, notes).document()
        except DocumentTooLarge:
            raise
        except DocumentError:
            place = Location(file, problem.line, problem.column)
            raise DocumentError(f"not valid JSON: {problem.message}", place) from None
    notes.extend(_duplicate(key, place) for key, place in reader.duplicates)
    return value


def _duplicate(key: str, place: Location) -> Skipped:
    return Skipped(
        f"key '{key[:80]}'", "written twice; the last one counts", place, "remove one of the two"
    )


def _refuse(reason: str, place: Location) -> NoReturn:
    raise DocumentTooLarge(reason, place, "split the file, or exclude it")


class _Frame:
    """A mapping (``entries`` is not None) or sequence whose end has not been seen."""

    __slots__ = (
        "anchor", "count", "end", "entries", "height", "items", "key", "key_location", "keys",
        "mark", "merged", "tag", "waiting",
    )  # fmt: skip

    def __init__(self, event: Any, is_mapping: bool, count: int) -> None:
        self.entries: dict[str, Value] | None = {} if is_mapping else None
        self.keys: dict[str, Location] = {}
        self.items: list[Value] = []
        self.merged: list[Mapping] = []
        self.mark = event.start_mark
        self.end = event.end_mark
        self.anchor: str | None = event.anchor
        self.tag = _short(event.tag)
        self.count = count
        self.height = 0
        self.waiting = False  # a key was read and its value is next
        self.key: str | None = ""
        self.key_location: Location | None = None


class _Anchor:
    """A finished node with a name; ``count`` and ``height`` are those of the whole subtree."""

    __slots__ = ("count", "height", "value")

    def __init__(self, value: Value, count: int, height: int) -> None:
        self.value = value
        self.count = count
        self.height = height


class _Composer:
    """Events of one text → the value of its first document."""

    def __init__(self, text: str, file: str, limits: Limits, notes: list[Skipped]) -> None:
        self.text = text
        self.file = file
        self.limits = limits
        self.notes = notes
        self.anchors: dict[str, _Anchor | None] = {}
        self.stack: list[_Frame] = []
        self.count = 0

    def document(self) -> Value:
        import yaml

        try:
            return self.compose()
        except yaml.MarkedYAMLError as problem:
            raise self.marked(problem) from None
        except yaml.reader.ReaderError as problem:
            raise self.unreadable(problem) from None
        except yaml.YAMLError as problem:
            raise DocumentError(str(problem)[:200], Location(self.file, 1)) from None

    def compose(self) -> Value:
        """Handle events until the first document that is not empty ends."""
        from yaml import events as kinds

        next_event = _parser(self.text).get_event
        result: Value | None = None
        while True:
            event = next_event()
            kind = event.__class__
            node: Value | None = None
            if kind is kinds.ScalarEvent:
                node = self.scalar(event)
            elif kind is kinds.MappingStartEvent or kind is kinds.SequenceStartEvent:
                self.open(event, kind is kinds.MappingStartEvent)
            elif kind is kinds.MappingEndEvent or kind is kinds.SequenceEndEvent:
                node = self.close(event)
            elif kind is kinds.AliasEvent:
                node = self.alias(event)
            elif kind is kinds.StreamEndEvent:
                return result if result is not None else Scalar(None, Location(self.file, 1))
            elif kind is kinds.DocumentStartEvent and result is not None:
                place = self.place(event.start_mark, event.end_mark)
                self.notes.append(Skipped(self.file, "only the first document is read", place))
                return result
            if node is None:
                continue
            if self.stack:
                self.put(node, event)
            elif not (isinstance(node, Scalar) and node.value is None):
                result = node

    def place(self, start: Any, end: Any) -> Location:
        return Location(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def counted(self, number: int, event: Any) -> None:
        self.count += number
        if self.count > self.limits.nodes:
            place = self.place(event.start_mark, event.end_mark)
            _refuse(f"more than {self.limits.nodes} values once aliases are followed", place)

    def scalar(self, event: Any) -> Scalar:
        self.counted(1, event)
        place = self.place(event.start_mark, event.end_mark)
        if event.implicit[0]:
            node = Scalar(_typed(event.value), place)
        elif event.tag is None:
            node = Scalar(event.value, place)
        elif event.tag.startswith(_STANDARD) and not event.tag.endswith((":str", ":binary")):
            node = Scalar(_typed(event.value), place)
        else:
            node = Scalar(event.value, place, NO_ORIGINS, _short(event.tag))
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(node, 1, 0)
        return node

    def open(self, event: Any, is_mapping: bool) -> None:
        self.counted(1, event)
        self.check_depth(1, event)
        if event.anchor is not None:
            self.anchors[event.anchor] = None  # known, but not finished
        self.stack.append(_Frame(event, is_mapping, self.count))

    def check_depth(self, height: int, event: Any) -> None:
        if len(self.stack) + height > self.limits.depth:
            place = self.place(event.start_mark, event.end_mark)
            _refuse(f"nested deeper than {self.limits.depth} levels", place)

    def close(self, event: Any) -> Value:
        frame = self.stack.pop()
        # A block collection's end event stands at the next token; its last child ends it sooner.
        is_flow = event.end_mark.index > event.start_mark.index
        place = self.place(frame.mark, event.end_mark if is_flow else frame.end)
        node: Value
        if frame.entries is None:
            node = Sequence(frame.items, place, NO_ORIGINS, frame.tag)
        else:
            self.merge(frame, event)
            node = Mapping(frame.entries, place, NO_ORIGINS, frame.keys, frame.tag)
        frame.height += 1
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, frame.height)
        if frame.anchor is not None:
            size = self.count - frame.count + 1
            self.anchors[frame.anchor] = _Anchor(node, size, frame.height)
        event.end_mark = event.end_mark if is_flow else frame.end
        return node

    def merge(self, frame: _Frame, event: Any) -> None:
        """Add the entries of ``<<``; the mapping's own entries win, then the first merged."""
        entries = frame.entries
        assert entries is not None
        for other in frame.merged:
            self.counted(len(other.entries), event)
            for key, value in other.entries.items():
                if key not in entries:
                    entries[key] = value
                    frame.keys[key] = other.key_location(key)

    def alias(self, event: Any) -> Value:
        place = self.place(event.start_mark, event.end_mark)
        if event.anchor not in self.anchors:
            raise DocumentError(
                f"alias '*{event.anchor}' has no anchor before it",
                place,
                f"define '&{event.anchor}' earlier, or put a text that starts with * in quotes",
            )
        anchor = self.anchors[event.anchor]
        if anchor is None:
            cure = "take the alias out of its own anchor"
            raise DocumentError(f"alias '*{event.anchor}' contains itself", place, cure)
        self.counted(anchor.count, event)
        self.check_depth(anchor.height, event)
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, anchor.height)
        return anchor.value

    def put(self, node: Value, event: Any) -> None:
        """Add a finished node to the open collection."""
        frame = self.stack[-1]
        frame.end = event.end_mark
        if frame.entries is None:
            frame.items.append(node)
        elif frame.waiting:
            frame.waiting = False
            self.entry(frame, node)
        else:
            frame.waiting = True
            is_alias = not hasattr(event, "value")
            frame.key_location = (
                self.place(event.start_mark, event.end_mark) if is_alias else node.location
            )
            if isinstance(node, Scalar):
                # As written: `on`, `200` and `1.10` are the keys people mean.
                frame.key = str(node.value) if is_alias else event.value
                if frame.key == "<<" and event.implicit[0]:
                    frame.key = None
            else:
                frame.key = ""
                reason = "a key that is a list or an object cannot be read"
                self.notes.append(Skipped(self.file, reason, frame.key_location))

    def entry(self, frame: _Frame, node: Value) -> None:
        entries, key, place = frame.entries, frame.key, frame.key_location
        assert entries is not None
        assert place is not None
        if key is None:
            others = node.items if isinstance(node, Sequence) else [node]
            mappings = [other for other in others if isinstance(other, Mapping)]
            if len(mappings) < len(others):
                self.notes.append(Skipped(self.file, "'<<' needs an object to merge", place))
            frame.merged.extend(mappings)
            return
        if key in entries:
            self.notes.append(_duplicate(key, place))
        entries[key] = node
        frame.keys[key] = place

    def marked(self, problem: Any) -> DocumentError:
        mark = problem.problem_mark or problem.context_mark
        place = (
            Location(self.file, mark.line + 1, mark.column + 1) if mark else Location(self.file, 1)
        )
        message = problem.problem or problem.context or "malformed"
        cure = next((cure for start, cure in _CURES.items() if message.startswith(start)), "")
        if problem.context and problem.context_mark and problem.context_mark.line != mark.line:
            message += f" {problem.context} that starts in line {problem.context_mark.line + 1}"
        return DocumentError(f"not valid YAML: {message}", place, cure)

    def unreadable(self, problem: Any) -> DocumentError:
        """A character that YAML forbids; find it again, since the parser counts bytes."""
        match = re.search(
            "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", self.text
        )
        if match is None:
            return DocumentError(f"not valid YAML: {problem.reason}", Location(self.file, 1))
        offset = match.start()
        line = self.text.count("\n", 0, offset) + 1
        column = offset - self.text.rfind("\n", 0, offset)
        what = f"not valid YAML: the control character U+{ord(match.group()):04X} is not allowed"
        return DocumentError(what, Location(self.file, line, column), "remove it")


def _parser(text: str) -> Any:
    """PyYAML's C parser; its own, sixteen times slower, where the C library is missing."""
    import yaml

    try:
        from yaml import cyaml
    except ImportError:
        return yaml.SafeLoader(text)
    return cyaml.CParser(text)  # type: ignore[attr-defined]  # its stub leaves the name out


def _short(tag: str | None) -> str:
    """The name of a local tag (``!Sub`` gives ``Sub``); "" for none and for YAML's own."""
    if tag is None or tag.startswith(_STANDARD):
        return ""
    return tag.lstrip("!")


def _typed(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar."""
    if not text:
        return None
    first = text[0]
    if first.isalpha() or first == "~":
        if text in _BOOLEANS:
            return _BOOLEANS[text]
        return None if text in _NULLS else text
    if first not in "0123456789+-." or len(text) > 300:
        return text
    if _INTEGER.match(text):
        return int(text.replace("_", "")) if len(text) <= MAX_INTEGER_CHARACTERS else text
    if _HEXADECIMAL.match(text):
        return int(text.replace("_", ""), 16) if len(text) <= 17 else text
    if _FLOAT.match(text) and text.strip("+-.") != "":
        return _finite(text)
    return text


def _finite(text: str) -> float | str:
    number = float(text.replace("_", ""))
    return text if number in (float("inf"), float("-inf")) else number
