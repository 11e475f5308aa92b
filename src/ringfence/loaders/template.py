"""The normal form between the loaders' steps: one template as CloudFormation resources."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.value import EMPTY, Mapping, Value


@dataclass(slots=True)
class TemplateResource:
    """One resource with resolved properties.

    ``id`` is ``<template path>#<logical id>``. ``condition`` is "" or the name of the condition
    (not known to be false) under which the resource exists. ``attributes`` holds the keys beside
    Type and Properties. ``generated_from`` is the id of the shorthand resource it comes from.
    """

    id: str
    type: str
    properties: Mapping
    location: Location
    attributes: Mapping = EMPTY
    condition: str = ""
    generated_from: str = ""

    @property
    def logical_id(self) -> str:
        return self.id.rpartition("#")[2]

    @property
    def template(self) -> str:
        return self.id.rpartition("#")[0]


@dataclass(slots=True)
class Template:
    """A template after resolution. ``resources`` is keyed by id. ``path`` is relative to the root;
    ``folder`` is where local code and file references resolve. ``exports`` are outputs by name."""

    path: str
    folder: str
    format: str
    description: str = ""
    resources: dict[str, TemplateResource] = field(default_factory=dict)
    global_sections: Mapping = EMPTY
    outputs: dict[str, Value] = field(default_factory=dict)
    metadata: Mapping = EMPTY
    skipped: list[Skipped] = field(default_factory=list)
    unknowns: list[UnknownValue] = field(default_factory=list)
