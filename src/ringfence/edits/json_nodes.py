"""JSON text → :class:`~ringfence.edits.nodes.Tree`, by the places of the loaders' reader."""

from __future__ import annotations

import re

from ringfence.edits.nodes import MAPPING, SCALAR, SEQUENCE, Node, Tree
from ringfence.loaders.json_text import JsonReader
from ringfence.loaders.limits import LIMITS
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Sequence, Value


def parse_json(text: str, file: str) -> Tree:
    """The tree of a JSON text.

    Raises:
        JsonProblem: it is no JSON.
    """
    return Tree([_Places(text).node(JsonReader(text, file, LIMITS).read())])


class _Places:
    """Lines and columns → offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def start(self, place: Location) -> int:
        return self.lines[place.line - 1] + place.column - 1

    def end(self, place: Location) -> int:
        return self.lines[place.end_line - 1] + place.end_column - 1

    def node(self, value: Value) -> Node:
        start, end = self.start(value.location), self.end(value.location)
        if isinstance(value, Mapping):
            node = Node(MAPPING, start, end, "flow")
            for key, item in value.entries.items():
                node.entries.append((self.key(key, value.keys[key]), self.child(node, item)))
        elif isinstance(value, Sequence):
            node = Node(SEQUENCE, start, end, "flow")
            node.items.extend(self.child(node, item) for item in value.items)
        else:
            assert isinstance(value, Scalar)
            node = self.scalar(value, start, end)
        return node

    def child(self, parent: Node, value: Value) -> Node:
        node = self.node(value)
        node.parent = parent
        return node

    def key(self, key: str, place: Location) -> Node:
        return Node(SCALAR, self.start(place), self.end(place), '"', key)

    def scalar(self, value: Scalar, start: int, end: int) -> Node:
        raw = self.text[start:end]
        if raw.startswith('"'):
            return Node(SCALAR, start, end, '"', str(value.value))
        return Node(SCALAR, start, end, "", raw)
