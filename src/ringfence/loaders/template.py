"""The normal form between the loaders' steps: one template as CloudFormation resources."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.record import field, record
from ringfence.model.value import EMPTY, Mapping, Value


@record()
class TemplateResource:
    """One resource with resolved properties.

    ``id`` is ``<template path>#<logical id>``. ``condition`` is "" or the name of the condition
    (not known to be false) under which the resource exists. ``attributes`` holds the keys beside
    Type and Properties. ``generated_from`` is the id of the shorthand resource it comes from,
    ``shorthand`` its kind, as in :class:`~ringfence.model.application.Resource`.
    """

    id: str
    type: str
    properties: Mapping
    location: Location
    attributes: Mapping = EMPTY
    condition: str = ""
    generated_from: str = ""
    shorthand: str = ""

    @property
    def logical_id(self) -> str:
        return self.id.rpartition("#")[2]

    @property
    def template(self) -> str:
        return self.id.rpartition("#")[0]


@record(frozen=True)
class Export:
    """An output that other stacks may import. ``location`` is that of the output's key."""

    name: Value
    value: Value
    location: Location


@record(frozen=True)
class OutsideEvent:
    """What starts a function of another cloud: the fields are those of
    :class:`~ringfence.loaders.clouds.entries.Entry`; ``script`` and ``python`` are what a handler
    in these languages receives."""

    kind: str
    location: Location
    detail: str = ""
    level: str = ""
    method: str = ""
    path: str = ""
    script: tuple[str, ...] = ("event",)
    python: tuple[str, ...] = ("event",)


@record(frozen=True)
class OutsideFunction:
    """A function that is deployed to another cloud than AWS. ``handlers`` are the readings of its
    handler, as module and symbol (``index.hello``); ``problem`` says why there is none. ``events``
    are those that are plain."""

    key: str
    language: str
    handlers: tuple[str, ...]
    environment: dict[str, Value]
    location: Location
    provider: str
    problem: str = ""
    events: tuple[OutsideEvent, ...] = ()


@record()
class Template:
    """A template after resolution. ``resources`` is keyed by id.

    ``path`` is relative to the root; a nested stack that is used a second time has
    ``@<logical id>`` after it. ``folder`` is where local code and file references resolve ("" is
    the root). ``outputs`` are the resolved outputs by name, ``global_sections`` the section
    Globals of SAM, ``parameters`` the section as written. ``read_document(target, location)``
    reads a local YAML or JSON file that the template names, relative to ``folder``, unresolved;
    it gives None, and leaves a note, when it cannot. ``outside`` are functions of other clouds.
    """

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
    exports: list[Export] = field(default_factory=list)
    parameters: Mapping = EMPTY
    outside: list[OutsideFunction] = field(default_factory=list)
    read_document: Callable[[str, Location], Value | None] | None = None
