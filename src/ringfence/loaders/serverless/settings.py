"""What variables are resolved with: the folder's files, what the user gives, and sources without
a value."""

from __future__ import annotations

import os
from collections.abc import Mapping as MappingType
from typing import Protocol

from ringfence.model.location import Location, Origin
from ringfence.model.record import field, record
from ringfence.model.value import Reference, Scalar, Text, Unknown, Value


class Files(Protocol):
    """What variables need of the scanned folder."""

    def relative(self, folder: str, target: str, place: Location) -> Value | None: ...
    def inside(self, folder: str, target: str) -> str | None: ...
    def read(self, path: str, place: Location | None = None) -> bytes | None: ...


@record()
class Settings:
    """What the user gives: options of the command line, allowed environment, parameters."""

    options: MappingType[str, str] = field(default_factory=dict)
    env: frozenset[str] = frozenset()
    parameters: MappingType[str, str] = field(default_factory=dict)
    environment: MappingType[str, str] = field(default_factory=lambda: os.environ)


class Missing:
    """A source without a value: the next one counts."""


MISSING = Missing()
Found = Value | Missing


def used(value: Value, place: Location, name: str) -> Value:
    """A value at the place where a variable uses it; objects and lists stay where they stand."""
    origins = (*value.origins[-7:], Origin("variable", name, value.location))
    if isinstance(value, Scalar):
        return Scalar(value.value, place, origins, value.tag)
    if isinstance(value, Text):
        return Text(value.parts, place, origins)
    if isinstance(value, Reference):
        return Reference(value.resource, value.attribute, place, origins)
    if isinstance(value, Unknown):
        return Unknown(value.reason, place, origins)
    return value
