"""The state of one expansion: the template's shorthand resources and what they become."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ringfence.loaders.construct import make_mapping
from ringfence.loaders.template import Template, TemplateResource
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record
from ringfence.model.value import EMPTY, Mapping, Reference, Value, string

if TYPE_CHECKING:
    from ringfence.loaders.sam.targets import Target

#: Reads a document beside the template by its path relative to the template's folder.
ReadDocument = Callable[[str], Value | None]


@record()
class Shorthand:
    """One ``AWS::Serverless::*`` resource; ``properties`` are those after Globals."""

    id: str
    type: str
    properties: Mapping
    location: Location
    attributes: Mapping
    condition: str

    @property
    def logical_id(self) -> str:
        return self.id.rpartition("#")[2]

    def get(self, name: str) -> Value | None:
        return self.properties.get(name)

    def place(self, name: str) -> Location:
        """Where the property stands, else where the resource stands."""
        if name in self.properties.entries or name in self.properties.keys:
            return self.properties.key_location(name)
        return self.location


@record()
class Route:
    """One Api or HttpApi event, kept until the APIs are written.

    ``kind`` is rest or http; ``api`` is the ``RestApiId`` or ``ApiId`` as written, or None.
    ``method`` is in lower case. ``location`` is that of the event's name. ``target`` is the
    function; a route that starts a state machine has its ``integration`` instead.
    """

    kind: str
    api: Value | None
    path: str
    method: str
    event: str
    properties: Mapping
    source: Shorthand
    location: Location
    target: Target | None
    integration: Mapping | None = None


@record()
class Expansion:
    """Collects generated resources. All methods take logical ids and give application ids."""

    template: Template
    read_document: ReadDocument | None = None
    made: dict[str, TemplateResource] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)

    def id_of(self, logical_id: str) -> str:
        return f"{self.template.path}#{logical_id}"

    def ref(self, logical_id: str, location: Location) -> Reference:
        return Reference(self.id_of(logical_id), "Ref", location)

    def arn(self, logical_id: str, location: Location) -> Reference:
        return Reference(self.id_of(logical_id), "Arn", location)

    def find(self, value: Value | None) -> TemplateResource | None:
        """The template's resource that a reference, or a plain logical id, points at."""
        if isinstance(value, Reference):
            key = value.resource
        else:
            name = string(value)
            if name is None:
                return None
            key = self.id_of(name)
        return self.made.get(key) or self.template.resources.get(key)

    def add(
        self,
        logical_id: str,
        type_: str,
        properties: dict[str, Any] | Mapping,
        source: Shorthand,
        location: Location | None = None,
        attributes: Mapping = EMPTY,
        condition: str | None = None,
    ) -> TemplateResource:
        """Adds a resource that ``source`` becomes; members of ``properties`` that are None are
        left out. A second resource of the same id (the other branch of a condition) gets a
        numbered one, so that neither is lost."""
        place = location or source.location
        if not isinstance(properties, Mapping):
            properties = make_mapping(properties, place)
        key = self.id_of(logical_id)
        number = 2
        while key in self.made:
            key = self.id_of(f"{logical_id}{number}")
            number += 1
        resource = TemplateResource(
            key,
            type_,
            properties,
            place,
            attributes,
            source.condition if condition is None else condition,
            "" if key == source.id else source.id,
        )
        self.made[key] = resource
        return resource

    def skip(self, what: str, reason: str, location: Location, cure: str = "") -> None:
        self.template.skipped.append(Skipped(what, reason, location, cure))
