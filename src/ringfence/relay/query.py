"""Forms of the query protocols: ``Entries.member.1.Id=a&Entries.member.2.Id=b``.

Source: the provider's Smithy documentation, "AWS Query protocol" and "AWS EC2 query protocol".
First the dots become a tree of names, then the model's shape says which parts of it are lists and
maps.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from ringfence.relay.bodies import MAX_DEPTH, Unreadable, each_member, scalar, structure
from ringfence.relay.request import Request
from ringfence.rules.protocols import Node

MAX_FIELDS = 50_000


def form_fields(request: Request) -> dict[str, str]:
    """The fields of a form, from query and body.

    Raises:
        Unreadable: there are too many, or the body is no form.
    """
    try:
        text = (request.body or b"").decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Unreadable("the body is no form, or has too many fields") from None
    return {**dict(request.query), **dict(pairs)}


def parameters(fields: dict[str, str], node: Node, shapes: dict[str, Any]) -> dict[str, Any]:
    """The parameters that the fields stand for; without a model, the tree of their names."""
    tree = _tree({key: value for key, value in fields.items() if not _is_protocol(key)})
    members = structure(node, shapes)
    if members is None:
        return {key: _plain(item) for key, item in tree.items() if key != _SELF}
    return _structure(tree, members, shapes, 0)


def _is_protocol(key: str) -> bool:
    signing = key.startswith("X-Amz-") or key in ("AWSAccessKeyId", "Signature", "SignatureMethod")
    return key in ("Action", "Version") or signing


#: The text of a field itself, beside the fields below it.
_SELF = ""
Tree = dict[str, Any]


def _tree(fields: dict[str, str]) -> Tree:
    root: Tree = {}
    for key, value in fields.items():
        place = root
        for name in key.split(".")[:MAX_DEPTH]:
            place = place.setdefault(name, {})
        place[_SELF] = value
    return root


def _plain(tree: Tree) -> Any:
    below = {key: _plain(item) for key, item in tree.items() if key != _SELF}
    return below or tree.get(_SELF, {})


def _value(tree: Tree, node: Node, shapes: dict[str, Any], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return _plain(tree)
    members = structure(node, shapes)
    if members is not None:
        return _structure(tree, members, shapes, depth)
    if isinstance(node, list):
        if node[0] == "L":
            inside = tree if node[2] or _numbers(tree) else tree.get(node[1] or "member", {})
            return [_value(item, node[3], shapes, depth + 1) for item in _numbered(inside)]
        return _map(tree, node, shapes, depth)
    return scalar(tree.get(_SELF, ""), node if isinstance(node, str) else "s")


def _structure(
    tree: Tree, members: dict[str, Any], shapes: dict[str, Any], depth: int
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for member, wire, node in each_member(members):
        found = _member(tree, wire, node)
        if found is not None:
            made[member] = _value(found, node, shapes, depth + 1)
    return made


def _member(tree: Tree, wire: str, node: Node) -> Tree | None:
    """The part of a member; a flat list of named items stands under the items' name instead."""
    if isinstance(node, list) and node[0] == "L" and node[2] and node[1] and node[1] in tree:
        return _child(tree, node[1])
    return _child(tree, wire)


def _child(tree: Tree, name: str) -> Tree | None:
    """The part of that name; a name may itself have dots."""
    place: Any = tree
    for part in name.split("."):
        if not isinstance(place, dict) or part not in place:
            return None
        place = place[part]
    return place if isinstance(place, dict) else None


def _map(tree: Tree, node: Node, shapes: dict[str, Any], depth: int) -> dict[str, Any]:
    entries = tree if node[3] or _numbers(tree) else tree.get("entry", {})
    made: dict[str, Any] = {}
    for entry in _numbered(entries):
        key = entry.get(node[1], {}).get(_SELF)
        if key is not None:
            made[key] = _value(entry.get(node[2], {}), node[4], shapes, depth + 1)
    return made


def _numbers(tree: Tree) -> bool:
    return any(key.isascii() and key.isdigit() for key in tree)


def _numbered(tree: Tree) -> list[Tree]:
    """The items of a list in the order of their numbers."""
    numbers = [key for key in tree if key.isascii() and key.isdigit() and len(key) < 10]
    return [tree[key] for key in sorted(numbers, key=int)]
