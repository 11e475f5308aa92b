"""Making template values: what the shorthand loaders write, on the user's own lines.

``make`` turns plain Python data (with ready values anywhere inside) into values that all stand at
one location; ``sub`` and ``join`` put strings together; ``entries_of``, ``items_of`` and
``mapping_of`` read a value through undecided conditions, so that both branches are seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from ringfence.model.location import Location, Origin
from ringfence.model.value import (
    EMPTY,
    NO_ORIGINS,
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
    literal,
)

#: How many undecided conditions one string may multiply out over.
MAXIMUM_CHOICES_IN_TEXT = 4
#: How many known and unknown parts one string may have.
MAXIMUM_PARTS = 500


def make(data: Any, location: Location, origins: tuple[Origin, ...] = NO_ORIGINS) -> Value:
    """``data`` as a value at ``location``; object members that are None are left out."""
    if isinstance(data, Value):
        return data
    if isinstance(data, dict):
        entries = {
            str(key): make(item, location, origins)
            for key, item in data.items()
            if item is not None
        }
        return Mapping(entries, location, origins)
    if isinstance(data, (list, tuple)):
        return Sequence([make(item, location, origins) for item in data], location, origins)
    return Scalar(data, location, origins)


def make_mapping(data: dict[str, Any], location: Location) -> Mapping:
    """``data`` as an object at ``location``; members that are None are left out."""
    made = make(data, location)
    assert isinstance(made, Mapping)
    return made


def join(pieces: Iterable[Value | str], location: Location, depth: int = 0) -> Value:
    """The string made of ``pieces``: a scalar when all is known, both strings for a choice."""
    listed = list(pieces)
    for index, piece in enumerate(listed):
        if isinstance(piece, Choice) and depth < MAXIMUM_CHOICES_IN_TEXT:
            before, after = listed[:index], listed[index + 1 :]
            then, otherwise = (
                None if branch is None else join([*before, branch, *after], location, depth + 1)
                for branch in (piece.then, piece.otherwise)
            )
            return Choice(piece.condition, then, otherwise, location)
    if len(listed) == 1 and isinstance(listed[0], Value):
        return listed[0]
    parts: list[str | Reference | Unknown] = []
    origins: list[Origin] = []
    for piece in listed:
        if isinstance(piece, Value):
            origins.extend(piece.origins)
        for part in _parts(piece):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            else:
                parts.append(part)
        if len(parts) > MAXIMUM_PARTS:
            return Unknown(f"a text of more than {MAXIMUM_PARTS} parts", location)
    if all(isinstance(part, str) for part in parts):
        return Scalar("".join(str(part) for part in parts), location, tuple(origins))
    return Text(tuple(parts), location, tuple(origins))


def _parts(piece: Value | str) -> tuple[str | Reference | Unknown, ...]:
    if isinstance(piece, str):
        return (piece,)
    if isinstance(piece, Text):
        return piece.parts
    if isinstance(piece, (Reference, Unknown)):
        return (piece,)
    found = literal(piece)
    if found is None:
        return (Unknown("not a string", piece.location),)
    if isinstance(found, bool):
        return ("true" if found else "false",)
    return (str(found),)


def sub(pattern: str, location: Location, **values: Value | str) -> Value:
    """``pattern`` with each ``${name}`` replaced by the value of that name, and each
    ``${AWS::…}`` by the pseudo parameter."""
    pieces: list[Value | str] = []
    for text, name in _split(pattern):
        if text:
            pieces.append(text)
        if name:
            pieces.append(values[name] if name in values else Reference(name, "Ref", location))
    return join(pieces, location)


@lru_cache(500)
def _split(pattern: str) -> tuple[tuple[str, str], ...]:
    """Each text before a ``${name}`` with the name; "" where there is none."""
    found = []
    rest = pattern
    while rest:
        before, _, after = rest.partition("${")
        name, _, rest = after.partition("}")
        found.append((before, name))
    return tuple(found)


def branches_of(value: Value | None) -> Iterator[Value]:
    """The value itself, or every value that its undecided conditions may give."""
    if isinstance(value, Choice):
        for branch in value.branches():
            yield from branches_of(branch)
    elif value is not None:
        yield value


def mapping_of(value: Value | None) -> Mapping:
    """The object behind a value; both objects of a choice merged; empty for anything else."""
    if isinstance(value, Mapping):
        return value
    if not isinstance(value, Choice):
        return EMPTY
    then, otherwise = mapping_of(value.then), mapping_of(value.otherwise)
    if not then.entries or not otherwise.entries:
        return then if then.entries else otherwise
    entries: dict[str, Value] = {}
    for key in {**then.entries, **otherwise.entries}:
        left, right = then.get(key), otherwise.get(key)
        entries[key] = Choice(value.condition, left, right, value.location)
    return Mapping(entries, value.location, value.origins, {**otherwise.keys, **then.keys})


def entries_of(value: Value | None) -> Iterator[tuple[str, Value, Location]]:
    """Name, value and key location of every member, of both branches of a choice."""
    for branch in branches_of(value):
        if isinstance(branch, Mapping):
            for key, item in branch.entries.items():
                yield key, item, branch.key_location(key)


def items_of(value: Value | None) -> Iterator[Value]:
    """The items of a list, or the value itself when it is not one; choices looked into."""
    for branch in branches_of(value):
        if isinstance(branch, Sequence):
            for item in branch.items:
                yield from branches_of(item)
        elif not (isinstance(branch, Scalar) and branch.value is None):
            yield branch


def with_origin(value: Value, origin: Origin) -> Value:
    """A copy of ``value`` whose every node also names ``origin``."""
    origins = (*value.origins, origin)
    if isinstance(value, Mapping):
        entries = {key: with_origin(item, origin) for key, item in value.entries.items()}
        return Mapping(entries, value.location, origins, value.keys, value.tag)
    if isinstance(value, Sequence):
        items = [with_origin(item, origin) for item in value.items]
        return Sequence(items, value.location, origins, value.tag)
    return _copy(value, origins)


def _copy(value: Value, origins: tuple[Origin, ...]) -> Value:
    if isinstance(value, Scalar):
        return Scalar(value.value, value.location, origins, value.tag)
    if isinstance(value, Reference):
        return Reference(value.resource, value.attribute, value.location, origins)
    if isinstance(value, Text):
        return Text(value.parts, value.location, origins)
    if isinstance(value, Choice):
        return Choice(value.condition, value.then, value.otherwise, value.location, origins)
    assert isinstance(value, Unknown)
    return Unknown(value.reason, value.location, origins)


def is_set(value: Value | None) -> bool:
    """Whether a property was given at all (an explicit null is not)."""
    return value is not None and not (isinstance(value, Scalar) and value.value is None)
