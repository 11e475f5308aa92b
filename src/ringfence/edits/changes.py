"""Changes of one collection of a document, collected before any text is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ringfence.edits.nodes import MAPPING, SEQUENCE, EditError, Node
from ringfence.model.record import field, record


@record()
class Addition:
    """A new element behind the old one number ``after`` (-1: before all). ``key`` is "" in a
    list."""

    after: int
    key: str
    value: Any


@record(eq=False)
class Changes:
    """What happens to one mapping or sequence: elements by their old number."""

    node: Node
    replaced: dict[int, Any] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    added: list[Addition] = field(default_factory=list)

    @property
    def elements(self) -> list[tuple[Node | None, Node]]:
        """Keys (None in a list) and values, as they were."""
        if self.node.kind == SEQUENCE:
            return [(None, item) for item in self.node.items]
        return list(self.node.entries)

    @property
    def is_emptied(self) -> bool:
        return not self.added and len(self.removed) == len(self.elements)

    @property
    def empty(self) -> Any:
        return [] if self.node.kind == SEQUENCE else {}

    def add(self, key: str, rest: Sequence[str | int], value: Any, after: str) -> None:
        """A new entry, or a part of one that was added before."""
        for addition in self.added:
            if addition.key == key:
                addition.value = _deepened(addition.value, rest, value)
                return
        if self.node.kind != MAPPING:
            raise EditError(f"a list has no property {key}", cure="give the number of an item")
        last = len(self.node.entries) - 1
        place = self.node.index(after) if after else None
        made = _deepened(None, rest, value)
        self.added.append(Addition(last if place is None else place, key, made))

    def insert(self, index: int | None, value: Any) -> None:
        size = len(self.node.items)
        place = size if index is None else max(0, min(index, size))
        self.added.append(Addition(place - 1, "", value))

    def replace(self, index: int, rest: Sequence[str | int], value: Any) -> None:
        self.replaced[index] = _deepened(self.replaced.get(index), rest, value)
        self.removed.discard(index)

    def arranged(self) -> list[tuple[Node | str | None, Any]]:
        """The elements as they will be, in order."""
        found: list[tuple[Node | str | None, Any]] = [*self._added_after(-1)]
        for number, (key, value) in enumerate(self.elements):
            if number not in self.removed:
                found.append((key, self.replaced.get(number, value)))
            found.extend(self._added_after(number))
        return found

    def _added_after(self, number: int) -> list[tuple[Node | str | None, Any]]:
        return [(item.key, item.value) for item in self.added if item.after == number]


def _deepened(old: Any, rest: Sequence[str | int], value: Any) -> Any:
    """``value`` put below ``rest`` into what was there."""
    if not rest:
        return value
    key = rest[0]
    if isinstance(key, int):
        raise EditError(f"there is no item {key} in a list", cure="insert the item instead")
    made = dict(old) if isinstance(old, dict) else {}
    made[key] = _deepened(made.get(key), rest[1:], value)
    return made
