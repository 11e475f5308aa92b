"""What the schema of a GraphQL API lets a query do."""

from __future__ import annotations

import posixpath
from typing import Any

from ringfence.checks.room import Room
from ringfence.checks.views import View
from ringfence.checks.worlds import Projection
from ringfence.model.application import Resource
from ringfence.model.value import string

MAX_TOKENS = 200_000


def graphql_api(room: Room, resource: Resource, project: Projection) -> View:
    """``flat``: its schema is known, and no type of it leads back to itself, so that every query
    has an end."""
    text = _schema_of(room, resource)
    return {"flat": bool(text) and is_flat(text)}


def _schema_of(room: Room, api: Resource) -> str:
    """The text of an API's schema, written in the template or in a file beside it; "" for none."""
    for schema in room.companions(api, "AWS::AppSync::GraphQLSchema"):
        inline = string(schema.properties.get("Definition"))
        if inline:
            return inline
        path = string(schema.properties.get("DefinitionS3Location"))
        if path and "://" not in path:
            folder = posixpath.dirname(schema.location.file)
            return "\n".join(room.lines(posixpath.normpath(posixpath.join(folder, path))))
    return ""


def is_flat(text: str) -> bool:
    """Whether no object type of a schema can hold itself, however far down. A text that is no
    schema is not flat."""
    from graphql.error import GraphQLError
    from graphql.language import parse

    try:
        document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
        held = _held(document)
    except (GraphQLError, RecursionError):
        return False
    return not any(_reaches(held, name) for name in held)


def _held(document: Any) -> dict[str, set[str]]:
    """Each type with the types of its fields, or with those that it is a union of."""
    merged: dict[str, set[str]] = {}
    for definition in document.definitions:
        name = getattr(getattr(definition, "name", None), "value", "")
        kind = definition.kind
        if kind.startswith(("object_type", "interface_type")):
            held = {_named(field.type) for field in definition.fields}
            for interface in definition.interfaces:
                merged.setdefault(interface.name.value, set()).add(name)
        elif kind.startswith("union_type"):
            held = {member.name.value for member in definition.types}
        else:
            continue
        merged.setdefault(name, set()).update(held)
    return merged


def _named(node: Any) -> str:
    while hasattr(node, "type"):
        node = node.type
    return str(node.name.value)


def _reaches(held: dict[str, set[str]], start: str) -> bool:
    """Whether the fields of a type lead back to it."""
    waiting, seen = list(held[start]), set[str]()
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting += held.get(name, ())
    return False
