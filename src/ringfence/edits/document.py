"""Changes of a YAML or JSON text that touch nothing else.

A :class:`Document` takes changes by path, all against the text as it was read, and gives the new
text. That is parsed again and compared with the tree that was meant; where they differ, nothing is
changed and an :class:`EditError` says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ringfence.edits.changes import Changes
from ringfence.edits.emit import lowered
from ringfence.edits.lines import Splice
from ringfence.edits.nodes import ALIAS, MAPPING, SEQUENCE, EditError, Node, Tree
from ringfence.edits.render import spliced, splices_of
from ringfence.edits.style import Style, style_of
from ringfence.edits.verify import matches
from ringfence.edits.yaml_nodes import parse_yaml

Path = Sequence[str | int]

_BOM = "\ufeff"


class Document:
    """A text, its tree, and the changes asked for. ``file`` is for messages.

    Raises:
        EditError: the text cannot be read, or is beyond the loaders' limits.
    """

    def __init__(self, text: str, file: str = "the document") -> None:
        self.file = file
        self.mark = _BOM if text.startswith(_BOM) else ""
        self.before = text.removeprefix(_BOM)
        self.tree, is_json = parse_text(self.before, file)
        self.style: Style = style_of(self.before, self.tree, is_json)
        self._changes: dict[int, Changes] = {}

    @property
    def root(self) -> Node:
        return self.tree.root

    def find(self, path: Path) -> Node | None:
        """The node at a path, through aliases; None where there is none."""
        node: Node | None = self.root
        for step in path:
            node = self.tree.target(node)
            if node is None:
                return None
            if isinstance(step, int):
                node = node.items[step] if -len(node.items) <= step < len(node.items) else None
            else:
                node = node.get(step)
        return node

    def set(self, path: Path, value: Any, after: str = "") -> None:
        """Give the property at a path this value. What is missing of the path is made. A new
        property goes behind its sibling ``after``, else behind the last one.

        Raises:
            EditError: the path leads through an alias, or something that is no object.
        """
        value = lowered(value, self.style)
        node = self.root
        for number, step in enumerate(path):
            rest = path[number + 1 :]
            changes = self._at(node, path[:number])
            index = self._index(node, step)
            if index is None:
                changes.add(str(step), rest, value, after if not rest else "")
                return
            if not rest or index in changes.replaced or self._child(node, index).is_null:
                changes.replace(index, rest, value)
                return
            node = self._child(node, index)

    def remove(self, path: Path) -> bool:
        """Take the property or item at a path away; tells whether there was one."""
        node = self.root
        for number, step in enumerate(path):
            if node.kind not in (MAPPING, SEQUENCE, ALIAS):
                return False
            index = self._index(node, step)
            if index is None:
                return False
            if number == len(path) - 1:
                self._at(node, path[:number]).removed.add(index)
                return True
            node = self._child(node, index)
        return False

    def insert(self, path: Path, value: Any, index: int | None = None) -> None:
        """Put an item into the list at a path, before the item ``index``, else at the end. A list
        that is missing is made."""
        node = self.find(path)
        if node is None or node.is_null:
            self.set(path, [value])
            return
        if node.kind != SEQUENCE or self._through_alias(path):
            raise self.refused(path, "is no list that stands there")
        self._at(node, path).insert(index, lowered(value, self.style))

    def text(self) -> str:
        """The text with all changes made.

        Raises:
            EditError: they cannot be made without touching something else.
        """
        splices = list(splices_of(self.before, self.root, self._changes, self.style))
        after = self._apply(splices)
        try:
            tree, _ = parse_text(after, self.file)
        except EditError as problem:
            raise self._defeated(f"the result cannot be read ({problem.what})") from None
        if not self._as_meant(tree):
            raise self._defeated("the result would differ elsewhere")
        return self.mark + after

    def refused(self, path: Path, reason: str) -> EditError:
        place = ".".join(map(str, path)) or "the document"
        node = self.find(path)
        line = self.line_of(node) if node is not None else 1
        cure = "write it out at this place, then try again"
        return EditError(f"{place} {reason}", f"{self.file}:{line}", cure)

    def line_of(self, node: Node) -> int:
        return self.before.count("\n", 0, node.start) + 1

    def _apply(self, splices: list[Splice]) -> str:
        try:
            return spliced(self.before, splices)
        except ValueError:
            raise self._defeated("two changes touch the same text") from None

    def _as_meant(self, tree: Tree) -> bool:
        documents = self.tree.documents
        return len(tree.documents) == len(documents) and all(
            matches(new, old, self._changes)
            for new, old in zip(tree.documents, documents, strict=True)
        )

    def _defeated(self, reason: str) -> EditError:
        cure = "make this change by hand; nothing was changed"
        return EditError(f"cannot be patched: {reason}", self.file, cure)

    def _at(self, node: Node, path: Path) -> Changes:
        if node.kind == ALIAS:
            raise self.refused(path, f"is the alias *{node.value}, which other places share")
        if node.kind not in (MAPPING, SEQUENCE):
            raise self.refused(path, "is no object")
        return self._changes.setdefault(id(node), Changes(node))

    def _through_alias(self, path: Path) -> bool:
        return any(
            (node := self.find(path[:number])) is not None and node.kind == ALIAS
            for number in range(len(path) + 1)
        )

    @staticmethod
    def _index(node: Node, step: str | int) -> int | None:
        if isinstance(step, int):
            size = len(node.items)
            return step % size if -size <= step < size else None
        return node.index(step)

    @staticmethod
    def _child(node: Node, index: int) -> Node:
        return node.items[index] if node.kind == SEQUENCE else node.entries[index][1]


def parse_text(text: str, file: str) -> tuple[Tree, bool]:
    """The tree of a text, and whether it is JSON. Reads it under the loaders' limits first.

    Raises:
        EditError: it is malformed, or too large.
    """
    from ringfence.edits.json_nodes import parse_json
    from ringfence.loaders.documents import DocumentError, parse_document
    from ringfence.loaders.json_text import JsonProblem

    try:
        parse_document(text.encode("utf-8", "surrogatepass"), file)
    except DocumentError as problem:
        raise EditError(problem.what, problem.where, problem.cure) from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(text, file), True
        except JsonProblem:
            pass
    return parse_yaml(text, file), False
