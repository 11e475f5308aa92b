"""XML bodies of the REST-XML protocol as parameters.

Entities that a document declares are refused, so no body can grow while it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringfence.relay.bodies import MAX_DEPTH, Unreadable, each_member, scalar, structure
from ringfence.rules.protocols import Node

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def xml_value(body: bytes, node: Node, shapes: dict[str, Any]) -> Any:
    """The value of an XML body; its outermost element's name does not matter.

    Raises:
        Unreadable: it is no XML, or declares a document type.
    """
    if not body.strip():
        return {}
    from xml.etree import ElementTree

    if b"<!DOCTYPE" in body or b"\x00" in body:  # the second also stands for wider encodings
        raise Unreadable("the body declares a document type")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - see above
    except (ElementTree.ParseError, ValueError, LookupError):
        raise Unreadable("the body is no XML") from None
    return _value(root, node, shapes, 0)


def _value(element: Element, node: Node, shapes: dict[str, Any], depth: int) -> Any:
    members = structure(node, shapes) if depth <= MAX_DEPTH else None
    if members is not None:
        return _structure(element, members, shapes, depth)
    if isinstance(node, list) and depth <= MAX_DEPTH:
        if node[0] == "L":
            return [_value(item, node[3], shapes, depth + 1) for item in element]
        return _map(list(element), node, shapes, depth)
    return scalar(element.text or "", node if isinstance(node, str) else "s")


def _structure(
    element: Element, members: dict[str, Any], shapes: dict[str, Any], depth: int
) -> dict[str, Any]:
    below: dict[str, list[Element]] = {}
    for child in element:
        below.setdefault(_local(child.tag), []).append(child)
    attributes = {_local(name): value for name, value in element.attrib.items()}
    made: dict[str, Any] = {}
    for member, wire, node in each_member(members):
        name = wire.rpartition(":")[2]
        if name in below:
            made[member] = _member(below[name], node, shapes, depth)
        elif name in attributes:
            made[member] = attributes[name]
        elif _is_flat(node) and node[1] in below:
            made[member] = _member(below[node[1]], node, shapes, depth)
    return made


def _is_flat(node: Node) -> bool:
    return isinstance(node, list) and node[0] == "L" and bool(node[2])


def _member(found: list[Element], node: Node, shapes: dict[str, Any], depth: int) -> Any:
    if _is_flat(node):
        return [_value(item, node[3], shapes, depth + 1) for item in found]
    if isinstance(node, list) and node[0] == "M" and node[3]:
        return _map(found, node, shapes, depth)
    return _value(found[0], node, shapes, depth + 1)


def _map(entries: list[Element], node: Node, shapes: dict[str, Any], depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in entries:
        parts = {_local(child.tag): child for child in entry}
        if node[1] in parts and node[2] in parts:
            key = parts[node[1]].text or ""
            made[key] = _value(parts[node[2]], node[4], shapes, depth + 1)
    return made


def _local(tag: object) -> str:
    """A name without its namespace; "" for comments."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
