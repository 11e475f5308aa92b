"""The tree of a document as it is written: every node with its offsets in the text.

The loaders' values say what a document means; anchors are followed there and merges done. To change
a text one needs what stands in it instead: aliases and ``<<`` as themselves, the quotes, the tags,
and the exact first and last character of everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringfence.errors import UsageError

SCALAR, MAPPING, SEQUENCE, ALIAS = "scalar", "mapping", "sequence", "alias"


class EditError(UsageError):
    """A text that cannot be changed as asked; nothing was changed."""


class Node:
    """One value of a document. ``start`` and ``end`` are offsets of characters, tag and anchor
    included; ``begin`` is where the value itself starts, after these.

    ``style`` of a scalar is "" (plain), ``'``, ``"``, ``|`` or ``>``; of a collection ``block`` or
    ``flow``. ``value`` is a scalar's text, or an alias's name. A mapping has ``entries``, pairs of
    key and value; a sequence has ``items``. ``tag`` is as written, without ``!``; YAML's own tags
    begin with ``!``.
    """

    __slots__ = (
        "anchor", "begin", "end", "entries", "items", "kind", "parent", "start", "style", "tag",
        "value",
    )  # fmt: skip

    def __init__(self, kind: str, start: int, end: int, style: str = "", value: str = "") -> None:
        self.kind = kind
        self.start = start
        self.begin = start
        self.end = end
        self.style = style
        self.value = value
        self.tag = ""
        self.anchor = ""
        self.entries: list[tuple[Node, Node]] = []
        self.items: list[Node] = []
        self.parent: Node | None = None

    @property
    def is_block(self) -> bool:
        """Whether it is a collection in block style."""
        return self.style == "block"

    @property
    def is_null(self) -> bool:
        return self.kind == SCALAR and not self.style and self.value in ("", "~", "null", "Null")

    def index(self, key: str) -> int | None:
        """The place of a key among the entries, the last of several; None where it is missing."""
        if self.kind != MAPPING:
            return None
        for number in range(len(self.entries) - 1, -1, -1):
            name = self.entries[number][0]
            if name.kind == SCALAR and name.value == key:
                return number
        return None

    def get(self, key: str) -> Node | None:
        found = self.index(key)
        return None if found is None else self.entries[found][1]

    def keys(self) -> list[str]:
        return [key.value for key, _ in self.entries if key.kind == SCALAR]

    def children(self) -> Iterator[Node]:
        """The values in it; keys are no children."""
        yield from self.items
        for _, value in self.entries:
            yield value

    def walk(self) -> Iterator[Node]:
        """The node and everything below it, in no order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(node.children())
            stack.extend(key for key, _ in node.entries)


class Tree:
    """A parsed text. ``root`` is its first document that is not empty; ``documents`` are all of
    them, ``anchors`` the last node of each name."""

    __slots__ = ("anchors", "documents", "root")

    def __init__(self, documents: list[Node]) -> None:
        self.documents = documents
        self.root = next(
            (document for document in documents if not document.is_null),
            documents[0] if documents else Node(SCALAR, 0, 0),
        )
        self.anchors = {node.anchor: node for node in self.root.walk() if node.anchor}

    def target(self, node: Node | None) -> Node | None:
        """What an alias stands for; any other node itself."""
        while node is not None and node.kind == ALIAS:
            node = self.anchors.get(node.value)
        return node


def data_of(node: Node | None, tree: Tree) -> Any:
    """The node as Python data for looking at: aliases followed, merges done, tags in their long
    form (``!GetAtt a.b`` gives ``{"Fn::GetAtt": ["a", "b"]}``). Scalars stay text."""
    node = tree.target(node)
    if node is None or node.is_null:
        return None
    if node.kind == SCALAR:
        plain: Any = node.value
    elif node.kind == SEQUENCE:
        plain = [data_of(item, tree) for item in node.items]
    else:
        plain = _mapping_data(node, tree)
    return _long_form(node.tag, plain)


def _mapping_data(node: Node, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.entries:
        if key.value == "<<" and not key.style:
            for other in value.items if value.kind == SEQUENCE else [value]:
                merged = data_of(other, tree)
                if isinstance(merged, dict):
                    found = merged | found
    for key, value in node.entries:
        if key.kind == SCALAR and key.value != "<<":
            found[key.value] = data_of(value, tree)
    return found


def _long_form(tag: str, plain: Any) -> Any:
    if not tag or tag.startswith("!"):
        return plain
    if tag in ("Ref", "Condition"):
        return {tag: plain}
    if tag == "GetAtt" and isinstance(plain, str):
        plain = plain.split(".", 1)
    return {f"Fn::{tag}": plain}
