"""``resources`` of a service: the user's own CloudFormation, laid over what was compiled."""

from __future__ import annotations

from ringfence.loaders.construct import branches_of, items_of, mapping_of
from ringfence.loaders.serverless.service import Service
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.model.value import EMPTY, Mapping, Sequence, Value, string

_SECTIONS = ("Resources", "Outputs", "Parameters", "Mappings", "Conditions", "Metadata")


@record()
class Sections:
    """The sections of all parts of ``resources``, by name; ``extensions`` apart."""

    found: dict[str, dict[str, Value]] = field(default_factory=dict)
    places: dict[str, dict[str, Location]] = field(default_factory=dict)
    extensions: Mapping = EMPTY
    transform: Value | None = None

    def add(self, part: Mapping) -> None:
        for name in _SECTIONS:
            section = mapping_of(part.get(name))
            entries = self.found.setdefault(name, {})
            places = self.places.setdefault(name, {})
            for key, value in section.entries.items():
                entries[key] = merge(entries[key], value) if key in entries else value
                places.setdefault(key, section.key_location(key))
        given = mapping_of(part.get("extensions"))
        if given.entries:
            self.extensions = merge_objects(self.extensions, given)
        if part.get("Transform") is not None:
            self.transform = part.get("Transform")


def read_resources(service: Service) -> Sections:
    """All parts: an object, a list of objects, files."""
    sections = Sections()
    for branch in branches_of(service.section("resources")):
        for part in items_of(branch):
            if isinstance(part, Mapping):
                sections.add(part)
    return sections


def resource_type(service: Service, logical_id: str) -> str:
    """The type of one of the user's own resources, or ""."""
    if not logical_id:
        return ""
    found = read_resources_once(service).found.get("Resources", {}).get(logical_id)
    return string(mapping_of(found).get("Type")) or ""


def read_resources_once(service: Service) -> Sections:
    """The parts of ``resources``; a service keeps them after the first time."""
    if service.sections is None:
        service.sections = read_resources(service)
    assert isinstance(service.sections, Sections)
    return service.sections


def merge(below: Value, above: Value) -> Value:
    """``above`` laid over ``below``: objects member by member, lists item by item."""
    if isinstance(below, Mapping) and isinstance(above, Mapping):
        return merge_objects(below, above)
    if isinstance(below, Sequence) and isinstance(above, Sequence):
        items = [merge(old, new) for old, new in zip(below.items, above.items, strict=False)]
        longer = below.items if len(below.items) > len(above.items) else above.items
        return Sequence([*items, *longer[len(items) :]], above.location, above.origins)
    return above


def merge_objects(below: Mapping, above: Mapping) -> Mapping:
    entries = dict(below.entries)
    for key, value in above.entries.items():
        entries[key] = merge(entries[key], value) if key in entries else value
    location = below.location if below.location.line else above.location
    return Mapping(entries, location, below.origins, {**below.keys, **above.keys}, below.tag)
