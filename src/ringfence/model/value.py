"""Values of templates after parsing: every node keeps the user's exact place.

A value is one of :class:`Scalar`, :class:`Text`, :class:`Reference`, :class:`Unknown`,
:class:`Choice`, :class:`Sequence`, :class:`Mapping`. Parsers produce scalars, sequences and
mappings; the resolver of intrinsic functions adds the rest. Nodes are made by the thousand,
so they are plain slotted classes; treat them as immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ringfence.model.location import Location, Origin

NO_ORIGINS: tuple[Origin, ...] = ()
NOWHERE = Location("", 0)

#: Longer numbers mean nothing to any platform, and their conversion takes quadratic time.
MAX_DIGITS = 30


class Value:
    """Base of all template values; ``origins`` are the places that made it besides ``location``."""

    __slots__ = ("location", "origins")

    location: Location
    origins: tuple[Origin, ...]


class Scalar(Value):
    """A literal: str, int, float, bool or None. ``tag`` is the short-form tag as parsed, or ""."""

    __slots__ = ("tag", "value")

    def __init__(
        self,
        value: str | int | float | bool | None,
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
        tag: str = "",
    ) -> None:
        self.value = value
        self.location = location
        self.origins = origins
        self.tag = tag

    def __repr__(self) -> str:
        return f"Scalar({self.value!r})"


class Reference(Value):
    """A pointer to a resource of the application, or to a pseudo parameter (``AWS::Region``).

    ``resource`` is the resource's application-wide id (``<template>#<logical id>``), or the
    pseudo parameter's name. ``attribute`` is ``Ref`` or the attribute of ``Fn::GetAtt``.
    """

    __slots__ = ("attribute", "resource")

    def __init__(
        self,
        resource: str,
        attribute: str = "Ref",
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
    ) -> None:
        self.resource = resource
        self.attribute = attribute
        self.location = location
        self.origins = origins

    @property
    def logical_id(self) -> str:
        return self.resource.rpartition("#")[2]

    @property
    def is_pseudo(self) -> bool:
        return self.resource.startswith("AWS::")

    def __str__(self) -> str:
        suffix = "" if self.attribute == "Ref" else "." + self.attribute
        return "${" + self.logical_id + suffix + "}"

    def __repr__(self) -> str:
        return f"Reference({self.resource!r}, {self.attribute!r})"


class Unknown(Value):
    """A value that cannot be known statically; never a guess."""

    __slots__ = ("reason",)

    def __init__(
        self,
        reason: str,
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
    ) -> None:
        self.reason = reason
        self.location = location
        self.origins = origins

    def __str__(self) -> str:
        return "${?}"

    def __repr__(self) -> str:
        return f"Unknown({self.reason!r})"


class Text(Value):
    """A string put together from known text, references and unknown parts."""

    __slots__ = ("parts",)

    def __init__(
        self,
        parts: tuple[str | Reference | Unknown, ...],
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
    ) -> None:
        self.parts = parts
        self.location = location
        self.origins = origins

    def __str__(self) -> str:
        return "".join(str(part) for part in self.parts)

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"


class Choice(Value):
    """Both branches of an ``Fn::If`` whose condition is not known; look at both."""

    __slots__ = ("condition", "otherwise", "then")

    def __init__(
        self,
        condition: str,
        then: Value | None,
        otherwise: Value | None,
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
    ) -> None:
        self.condition = condition
        self.then = then
        self.otherwise = otherwise
        self.location = location
        self.origins = origins

    def branches(self) -> tuple[Value, ...]:
        """The branches that have a value (``AWS::NoValue`` is None and left out)."""
        return tuple(branch for branch in (self.then, self.otherwise) if branch is not None)

    def __repr__(self) -> str:
        return f"Choice({self.condition!r}, {self.then!r}, {self.otherwise!r})"


class Sequence(Value):
    """A list. ``tag`` is the short-form tag as parsed (``!Join`` gives ``Join``), or ""."""

    __slots__ = ("items", "tag")

    def __init__(
        self,
        items: list[Value],
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
        tag: str = "",
    ) -> None:
        self.items = items
        self.location = location
        self.origins = origins
        self.tag = tag

    def __iter__(self) -> Iterator[Value]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"


class Mapping(Value):
    """A string-keyed object; ``keys`` gives the location of each key."""

    __slots__ = ("entries", "keys", "tag")

    def __init__(
        self,
        entries: dict[str, Value],
        location: Location = NOWHERE,
        origins: tuple[Origin, ...] = NO_ORIGINS,
        keys: dict[str, Location] | None = None,
        tag: str = "",
    ) -> None:
        self.entries = entries
        self.location = location
        self.origins = origins
        self.keys = keys if keys is not None else {}
        self.tag = tag

    def get(self, key: str) -> Value | None:
        return self.entries.get(key)

    def at(self, path: str) -> Value | None:
        """The value at a dotted path of keys; None where any part is missing or not an object."""
        value: Value | None = self
        for key in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.entries.get(key)
        return value

    def key_location(self, key: str) -> Location:
        """Where the key stands, else where its value stands, else where the object stands."""
        found = self.keys.get(key)
        if found is not None:
            return found
        value = self.entries.get(key)
        return value.location if value is not None else self.location

    def __contains__(self, key: object) -> bool:
        return key in self.entries

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"


EMPTY = Mapping({})


def literal(value: Value | None) -> str | int | float | bool | None:
    """The Python value of a scalar, the text of a wholly known :class:`Text`; else None."""
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, Text) and all(isinstance(part, str) for part in value.parts):
        return str(value)
    return None


def string(value: Value | None) -> str | None:
    """The known string of a value (numbers and booleans are not strings here); else None."""
    found = literal(value)
    return found if isinstance(found, str) else None


def integer(value: Value | None) -> int | None:
    """The known whole number of a value, also when it was written as a string; else None."""
    found = literal(value)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, str) and len(found) <= MAX_DIGITS and found.isascii():
        return int(found) if found.removeprefix("-").isdigit() else None
    return None


def boolean(value: Value | None) -> bool | None:
    """The known truth of a value, also when it was written as "true" or "false"; else None."""
    found = literal(value)
    if isinstance(found, bool):
        return found
    if isinstance(found, str) and found.lower() in ("true", "false"):
        return found.lower() == "true"
    return None


def display(value: Value | None) -> str:
    """A short text for people: references as ``${Name}``, unknown parts as ``${?}``."""
    if value is None:
        return ""
    if isinstance(value, Scalar):
        return "" if value.value is None else str(value.value)
    if isinstance(value, (Text, Reference, Unknown)):
        return str(value)
    if isinstance(value, Choice):
        return " or ".join(display(branch) for branch in value.branches())
    return "[…]" if isinstance(value, Sequence) else "{…}"


def is_known(value: Value | None) -> bool:
    """Whether nothing inside the value is unknown or undecided."""
    if value is None or isinstance(value, (Scalar, Reference)):
        return True
    if isinstance(value, Text):
        return not any(isinstance(part, Unknown) for part in value.parts)
    if isinstance(value, Sequence):
        return all(is_known(item) for item in value.items)
    if isinstance(value, Mapping):
        return all(is_known(item) for item in value.entries.values())
    return False


def plain(
    value: Value | None,
    unknown: Callable[[Unknown], Any] = lambda _: None,
    choose: Callable[[Choice], Value | None] = lambda choice: choice.then,
) -> Any:
    """The value as JSON-like Python data: references become ``${Name.Attribute}`` strings.

    ``unknown`` gives the stand-in for unknown values, ``choose`` the branch of a choice.
    """
    if value is None:
        return None
    if isinstance(value, Scalar):
        return value.value
    if isinstance(value, (Text, Reference)):
        return str(value)
    if isinstance(value, Mapping):
        return {
            key: plain(item, unknown, choose)
            for key, item in value.entries.items()
            if not (isinstance(item, Choice) and choose(item) is None)
        }
    if isinstance(value, Sequence):
        return [
            plain(item, unknown, choose)
            for item in value.items
            if not (isinstance(item, Choice) and choose(item) is None)
        ]
    if isinstance(value, Choice):
        return plain(choose(value), unknown, choose)
    assert isinstance(value, Unknown)
    return unknown(value)
