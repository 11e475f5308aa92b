"""Whether a tree that was parsed again is the tree that was meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ringfence.edits.changes import Changes
from ringfence.edits.emit import Tagged, is_plain, scalar
from ringfence.edits.nodes import MAPPING, SCALAR, SEQUENCE, Node
from ringfence.edits.style import Style

_PLAIN_STYLE = Style()


def matches(new: Node, meant: Any, changes: Mapping[int, Changes]) -> bool:
    """Whether ``new`` is ``meant``: a node of the old tree with its changes made, or data."""
    if not isinstance(meant, Node):
        return _is_data(new, meant, changes)
    if (new.kind, new.tag, new.anchor) != (meant.kind, meant.tag, meant.anchor):
        own = changes.get(id(meant))
        return own is not None and own.is_emptied and _is_data(new, own.empty, changes)
    if new.kind == SEQUENCE:
        return _all(new.items, _items(meant, changes), changes)
    if new.kind == MAPPING:
        return _entries_match(new, _entries(meant, changes), changes)
    return (new.value, bool(new.style)) == (meant.value, bool(meant.style))


def _is_data(new: Node, meant: Any, changes: Mapping[int, Changes]) -> bool:
    tag, value = (meant.tag, meant.value) if isinstance(meant, Tagged) else ("", meant)
    if new.tag != tag or new.anchor:
        return False
    if isinstance(value, list):
        return new.kind == SEQUENCE and _all(new.items, value, changes)
    if isinstance(value, dict):
        pairs: list[tuple[Node | str, Any]] = [*value.items()]
        return new.kind == MAPPING and _entries_match(new, pairs, changes)
    if new.kind != SCALAR:
        return False
    if isinstance(value, str):
        return new.value == value and (bool(new.style) or is_plain(value))
    return not new.style and new.value == scalar(value, _PLAIN_STYLE)


def _all(new: list[Node], meant: list[Any], changes: Mapping[int, Changes]) -> bool:
    return len(new) == len(meant) and all(
        matches(one, other, changes) for one, other in zip(new, meant, strict=True)
    )


def _entries_match(
    new: Node, meant: list[tuple[Node | str, Any]], changes: Mapping[int, Changes]
) -> bool:
    if len(new.entries) != len(meant):
        return False
    return all(
        matches(new_key, key, changes) and matches(new_value, value, changes)
        for (new_key, new_value), (key, value) in zip(new.entries, meant, strict=True)
    )


def _items(node: Node, changes: Mapping[int, Changes]) -> list[Any]:
    own = changes.get(id(node))
    if own is None:
        return list(node.items)
    return [value for _, value in own.arranged()]


def _entries(node: Node, changes: Mapping[int, Changes]) -> list[tuple[Node | str, Any]]:
    own = changes.get(id(node))
    if own is None:
        return list(node.entries)
    return [(key if key is not None else "", value) for key, value in own.arranged()]
