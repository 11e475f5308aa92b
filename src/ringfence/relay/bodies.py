"""Bodies as JSON-like parameters under the names of the SDK's model.

A *node* (see :mod:`ringfence.rules.protocols`) says what a body's parts are called in a request.
All readers are bounded in depth, and take what does not fit the model as it is: a request is a
stranger's word, and the service, not we, refuses it.
"""

from __future__ import annotations

import json
from typing import Any

from ringfence.rules.protocols import Node

MAX_DEPTH = 64


class Unreadable(ValueError):
    """A body that is not of its protocol; the text says why."""


def json_value(body: bytes) -> Any:
    """The value of a JSON body; an empty one is an empty object.

    Raises:
        Unreadable: it is no JSON.
    """
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("the body is no JSON") from None


def scalar(text: str, kind: str) -> Any:
    """A text of path, query, header, form or XML as the value of its type, itself if it is none."""
    if kind == "b":
        return {"true": True, "false": False}.get(text.lower(), text)
    if kind in ("i", "f"):
        try:
            return int(text) if kind == "i" else float(text)
        except ValueError:
            return text
    return text


def renamed(value: Any, node: Node, shapes: dict[str, Any], depth: int = 0) -> Any:
    """A JSON value with the model's names instead of those of the request."""
    if not isinstance(node, (str, list)) or depth > MAX_DEPTH:
        return value
    members = structure(node, shapes)
    if members is not None:
        return _renamed_structure(value, members, shapes, depth)
    if isinstance(node, str):
        return value
    if node[0] == "L" and isinstance(value, list):
        return [renamed(item, node[3], shapes, depth + 1) for item in value]
    if node[0] == "M" and isinstance(value, dict):
        return {key: renamed(item, node[4], shapes, depth + 1) for key, item in value.items()}
    return value


def _renamed_structure(
    value: Any, members: dict[str, Any], shapes: dict[str, Any], depth: int
) -> Any:
    if not isinstance(value, dict):
        return value
    known = {wire: (member, inner) for member, wire, inner in each_member(members)}
    made: dict[str, Any] = {}
    for key, item in value.items():
        member, inner = known.get(key, (key, 0))
        made[member] = renamed(item, inner, shapes, depth + 1)
    return made


def structure(node: Node, shapes: dict[str, Any]) -> dict[str, Any] | None:
    """The members of a node that is a structure."""
    if isinstance(node, str) and node.startswith("="):
        members: dict[str, Any] = shapes.get(node[1:], ["S", {}])[1]
        return members
    return None


def each_member(members: dict[str, Any]) -> list[tuple[str, str, Node]]:
    """Member, its name in a request, its node."""
    return [
        (member, data[0], data[1])
        if isinstance(data, list) and len(data) == 2
        else (member, member, data)
        for member, data in members.items()
    ]
