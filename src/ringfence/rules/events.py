"""Event shapes: which parts of each trigger's event the sender controls. One TOML file per kind.

``events/<kind>.toml``, with ``kind`` one of :data:`~ringfence.model.application.TRIGGER_KINDS`:

    kind = "s3"
    title = "Amazon S3 event notification"
    default = "no"                 # for paths that no field covers: yes | no | depends
    references = ["https://…"]     # the provider's documentation of the shape
    sample = '''{"Records": […]}''' # one full event as JSON

    [[field]]
    path = "Records[].s3.object.key"   # [] any item, * any key; covers everything below it
    controlled = "yes"             # by whoever causes the event: yes | no | depends (on the setup)
    type = "text"                  # text | number | boolean | map | list | base64
    encoding = "url"               # how the value is encoded: "" | url | base64 | json | gzip
    nested = ["sns", "s3"]         # with json: kinds of event that may be inside
    sender = "whoever may put objects into the bucket"
    note = "…"

    [members.python]               # where code gets an object: its attributes and methods, by
    get_json = "body.!json"        # language (python, javascript), as paths of the event; "" is
    get_body = "body"              # the event itself

The longest path that covers a value decides. A value that contains controlled parts is controlled.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from ringfence.errors import RuleError
from ringfence.model.application import OUTSIDE_KINDS, TRIGGER_KINDS
from ringfence.model.record import field, record
from ringfence.rules import packed

FOLDER = Path(__file__).parent / "events"
CONTROL = ("no", "depends", "yes")
JSON_MARK = "!json"
_NO_NAMES = ("[]", "*", JSON_MARK)
#: So many parts of a path may be those of another event by chance.
_TELLING = 3


@record(frozen=True)
class EventField:
    """One described path of an event."""

    path: tuple[str, ...]
    controlled: str
    type: str = "text"
    encoding: str = ""
    nested: tuple[str, ...] = ()
    sender: str = ""
    note: str = ""


@record()
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    field: EventField | None = None

    def strongest(self) -> tuple[str, EventField | None]:
        """The strongest control of this place and everything below."""
        best: tuple[str, EventField | None] = ("no", None)
        if self.field is not None:
            best = (self.field.controlled, self.field)
        for child in self.children.values():
            below = child.strongest()
            if CONTROL.index(below[0]) > CONTROL.index(best[0]):
                best = below
        return best


@record()
class EventShape:
    """The event of one trigger kind."""

    kind: str
    title: str
    default: str
    fields: tuple[EventField, ...]
    sample_text: str
    references: tuple[str, ...] = ()
    members: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    root: _Node = field(default_factory=_Node)

    @property
    def sample(self) -> Any:
        """The sample event as JSON data."""
        return json.loads(self.sample_text)

    def names(self, path: tuple[str, ...], described: EventField) -> bool:
        """Whether a field or the sample has every name of a path, which may be cut off at its
        beginning, as far as it leads into no other event. A field that is as deep as no other
        event is enough."""
        if len(described.path) > _TELLING:
            return True
        own = path[: path.index(JSON_MARK)] if JSON_MARK in path else path
        return all(
            f'"{part}"' in self.sample_text or any(part in field.path for field in self.fields)
            for part in own
            if part not in _NO_NAMES
        )


Answer = tuple[str, EventField | None]


@record()
class EventCatalogue:
    """All event shapes by kind."""

    shapes: dict[str, EventShape]

    def control(self, kind: str, path: tuple[str, ...]) -> Answer:
        """Who controls ``path`` in an event of this kind: yes, no or depends, and why."""
        shape = self.shapes.get(kind)
        if shape is None:
            return "depends", None
        return self._walk(shape, path)[0]

    def depth(self, kind: str, path: tuple[str, ...]) -> int:
        """How many parts of a path the description of a kind of event has."""
        shape = self.shapes.get(kind)
        return self._walk(shape, path)[1] if shape is not None else 0

    def guess(self, path: tuple[str, ...]) -> Answer:
        """The same for a function whose triggers are not known: the best-fitting kind decides.

        One part of a path says nothing (many events have an ``id``), so two must fit. Functions of
        other clouds are known by what registers them, so their kinds are not tried.
        """
        best: Answer = ("yes", None)
        depth = 1
        for shape in self.shapes.values():
            if shape.default == "yes" or shape.kind in OUTSIDE_KINDS:
                continue
            answer, matched = self._walk(shape, path)
            if answer[1] is None or (answer[0] == "no" and not shape.names(path, answer[1])):
                continue
            stronger = CONTROL.index(answer[0]) > CONTROL.index(best[0])
            if matched > depth or (matched == depth and stronger):
                best, depth = answer, matched
        return best

    def _walk(self, shape: EventShape, path: tuple[str, ...]) -> tuple[Answer, int]:
        """The answer, and how many parts of the path the shape describes."""
        node = shape.root
        covering: EventField | None = None
        for place, part in enumerate(path):
            if part == JSON_MARK:
                if node.field is not None and node.field.nested:
                    inner = self._nested(node.field, path[place + 1 :])
                    if inner is not None:
                        return inner[0], place + 1 + inner[1]
                continue
            child = node.children.get(part) or node.children.get("*")
            if child is None and part == "[]" and node.children:
                return node.strongest(), place
            if child is None:
                if covering is not None:
                    deep = node.field is covering and covering.type in ("map", "list")
                    return (covering.controlled, covering), len(path) if deep else place
                return (shape.default, None), place
            node = child
            if node.field is not None:
                covering = node.field
        below = node.strongest()
        if covering is not None and CONTROL.index(covering.controlled) >= CONTROL.index(below[0]):
            return (covering.controlled, covering), len(path)
        if not path and below[0] == "no" and shape.default != "no":
            return (shape.default, None), 0
        return below, len(path)

    def _nested(self, outer: EventField, rest: tuple[str, ...]) -> tuple[Answer, int] | None:
        """The inner event's answer, when the path fits the shape of one that may be inside."""
        best: tuple[Answer, int] | None = None
        for kind in outer.nested:
            shape = self.shapes.get(kind)
            if shape is None or not rest:
                continue
            answer, matched = self._walk(shape, rest)
            if answer[1] is None or matched < min(3, len(rest)):
                continue
            if answer[0] == "no" and (is_common(rest) or not shape.names(rest, answer[1])):
                continue
            if best is None or CONTROL.index(answer[0]) > CONTROL.index(best[0][0]):
                best = answer, matched
        return best


def is_common(path: tuple[str, ...]) -> bool:
    """Whether a path is one plain word, "id", "source", "resources[]": a message of one's own has
    such fields, too."""
    names = [part for part in path if part not in _NO_NAMES]
    return len(names) == 1 and names[0].isalpha() and names[0].islower()


@cache
def load_events(folder: Path = FOLDER) -> EventCatalogue:
    """Every event shape of a folder.

    Raises:
        RuleError: a file is malformed.
    """
    shapes = {}
    for name, data in packed.files(folder):
        document = packed.content(f"{folder.name}/{name}", data)
        shape = (
            read_shape(data.decode("utf-8"), name) if document is None else shape_of(document, name)
        )
        shapes[shape.kind] = shape
    return EventCatalogue(shapes)


def read_shape(text: str, where: str) -> EventShape:
    """The shape that one file's text describes."""
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RuleError(f"not TOML: {problem}", where) from problem
    return shape_of(document, where)


def shape_of(document: dict[str, Any], where: str) -> EventShape:
    """The same from the parsed file."""
    kind = document.get("kind", "")
    if kind not in TRIGGER_KINDS:
        raise RuleError(f"unknown kind {kind!r}", where, f"use one of {', '.join(TRIGGER_KINDS)}")
    default = document.get("default", "no")
    fields = tuple(_field(table, where) for table in document.get("field", ()))
    if default not in CONTROL or "sample" not in document:
        raise RuleError("needs a sample, and default = yes, no or depends", where)
    shape = EventShape(
        kind,
        document.get("title", kind),
        default,
        fields,
        document["sample"],
        tuple(document.get("references", ())),
        {
            language: {name: split_path(path) for name, path in table.items()}
            for language, table in document.get("members", {}).items()
        },
    )
    for one in fields:
        node = shape.root
        for part in one.path:
            node = node.children.setdefault(part, _Node())
        node.field = one
    return shape


def split_path(path: str) -> tuple[str, ...]:
    """``Records[].s3.object.key`` → its parts, ``[]`` standing alone."""
    return tuple(re.findall(r"\[\]|[^.\[\]]+", path))


def _field(table: dict[str, Any], where: str) -> EventField:
    known = {"path", "controlled", "type", "encoding", "nested", "sender", "note"}
    if set(table) - known or "path" not in table or table.get("controlled") not in CONTROL:
        raise RuleError(
            f"a field has path, controlled (yes, no, depends) and {sorted(known)}: {table}", where
        )
    return EventField(
        split_path(table["path"]),
        table["controlled"],
        table.get("type", "text"),
        table.get("encoding", ""),
        tuple(table.get("nested", ())),
        table.get("sender", ""),
        table.get("note", ""),
    )
