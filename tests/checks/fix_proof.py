"""Puts the lines of a rule's fix into a template, as a developer would who pastes them."""

from __future__ import annotations

import re

import yaml

from ringfence.model.location import Location

#: The marker of a line that goes, and the tag that it becomes here.
_DELETED = re.compile(r"^(\s*(?:- )?[\w.:\-]+:).*# delete this line$", re.MULTILINE)
_DELETE = "!delete"


def apply(template: str, fix: str, place: Location, serverless: bool = False) -> str:
    """The template with the fix in it.

    An item of a list takes the place of the one at ``place``. Everything else is merged by key:
    from ``Globals:`` or, in a Serverless Framework file, from the top; else by logical id.
    """
    root = _parse(template)
    change = _parse(_DELETED.sub(rf"\1 {_DELETE} ''", fix))
    if isinstance(change, yaml.SequenceNode):
        _replace(_item_at(root, place, change.value[0]), change.value[0])
    else:
        _merge(_target(root, change, serverless), change)
    return str(yaml.serialize(root))


def _parse(text: str) -> yaml.Node:
    node = yaml.compose(text)
    assert node is not None, text
    return node


def _target(root: yaml.Node, change: yaml.Node, serverless: bool) -> yaml.Node:
    keys = [key.value for key, _ in change.value]
    if keys == ["Globals"] or (serverless and set(keys) <= {"functions", "provider", "custom"}):
        return root
    return _member(_member(root, "resources") if serverless else root, "Resources")


def _member(node: yaml.Node, name: str) -> yaml.Node:
    return next(value for key, value in node.value if key.value == name)


def _merge(into: yaml.Node, change: yaml.Node) -> None:
    for key, value in change.value:
        index = next((i for i, (name, _) in enumerate(into.value) if name.value == key.value), None)
        if value.tag == _DELETE:
            assert index is not None, f"nothing to delete: {key.value}"
            del into.value[index]
        elif index is None:
            into.value.append((key, value))
        elif _is_plain_mapping(value) and _is_plain_mapping(into.value[index][1]):
            _merge(into.value[index][1], value)
        else:
            into.value[index] = (key, value)


def _is_plain_mapping(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode) and not node.tag.startswith("!")


def _item_at(root: yaml.Node, place: Location, item: yaml.Node) -> yaml.Node:
    """The innermost mapping at a place that has the same first key as the item."""
    first = item.value[0][0].value
    found = [
        node
        for node in _mappings(root)
        if _contains(node, place) and any(key.value == first for key, _ in node.value)
    ]
    assert found, f"no item with {first} at {place}"
    return found[-1]


def _mappings(node: yaml.Node) -> list[yaml.Node]:
    """Every mapping below, outer ones first."""
    if isinstance(node, yaml.MappingNode):
        return [node, *(found for _, value in node.value for found in _mappings(value))]
    if isinstance(node, yaml.SequenceNode):
        return [found for value in node.value for found in _mappings(value)]
    return []


def _contains(node: yaml.Node, place: Location) -> bool:
    at = (place.line - 1, place.column - 1)
    start, end = node.start_mark, node.end_mark
    return (start.line, start.column) <= at < (end.line, end.column)


def _replace(node: yaml.Node, item: yaml.Node) -> None:
    node.value[:] = item.value
