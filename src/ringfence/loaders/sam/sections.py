"""The Globals section: what every shorthand resource inherits from it.

Maps are merged key by key, lists are concatenated (the global items first), anything else is
replaced by the resource's own value: the rules of the SAM specification, "Globals section".
"""

from __future__ import annotations

from ringfence.loaders.construct import items_of, mapping_of, with_origin
from ringfence.model.location import Location, Origin
from ringfence.model.value import EMPTY, Choice, Mapping, Scalar, Sequence, Value, string

#: The section of Globals that each resource type reads.
SECTION_OF = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::HttpApi": "HttpApi",
    "AWS::Serverless::SimpleTable": "SimpleTable",
    "AWS::Serverless::StateMachine": "StateMachine",
    "AWS::Serverless::LayerVersion": "LayerVersion",
    "AWS::Serverless::CapacityProvider": "CapacityProvider",
    "AWS::Serverless::WebSocketApi": "WebSocketApi",
    "AWS::Serverless::WebFunction": "WebFunction",
}


class Globals:
    """The merged view of a template's Globals, each value naming its place there."""

    def __init__(self, sections: Mapping) -> None:
        self._sections = sections
        self._marked: dict[str, Mapping] = {}

    def apply(self, type_: str, properties: Mapping, attributes: Mapping) -> Mapping:
        """``properties`` of a resource of this type, with what Globals give it."""
        shared = self._section(SECTION_OF.get(type_, ""))
        ignored = self._ignored(attributes)
        if not shared.entries or "*" in ignored:
            return properties
        if ignored:
            kept = {key: item for key, item in shared.entries.items() if key not in ignored}
            shared = Mapping(kept, shared.location, shared.origins, shared.keys)
        return merge_mappings(shared, properties)

    def _section(self, name: str) -> Mapping:
        if name not in self._marked:
            section = mapping_of(self._sections.get(name))
            marked = _mark(section, name, section.location)
            self._marked[name] = marked if isinstance(marked, Mapping) else EMPTY
        return self._marked[name]

    @staticmethod
    def _ignored(attributes: Mapping) -> set[str]:
        listed = (string(item) for item in items_of(attributes.get("IgnoreGlobals")))
        return {name for name in listed if name is not None}


def _mark(value: Value, path: str, place: Location) -> Value:
    """A copy of ``value`` in which every node names its place in Globals as an origin."""
    origins = (*value.origins, Origin("globals", path, place))
    if isinstance(value, Mapping):
        entries = {
            key: _mark(item, f"{path}.{key}", value.key_location(key))
            for key, item in value.entries.items()
        }
        return Mapping(entries, value.location, origins, value.keys, value.tag)
    if isinstance(value, Sequence):
        items = [_mark(item, path, item.location) for item in value.items]
        return Sequence(items, value.location, origins, value.tag)
    if isinstance(value, Choice):
        then, otherwise = (
            None if branch is None else _mark(branch, path, place)
            for branch in (value.then, value.otherwise)
        )
        return Choice(value.condition, then, otherwise, value.location, origins)

    return with_origin(value, origins[-1])


def merge_mappings(shared: Mapping, own: Mapping) -> Mapping:
    """``own`` laid over ``shared``."""
    entries = dict(shared.entries)
    for key, item in own.entries.items():
        below = entries.get(key)
        entries[key] = item if below is None else merge(below, item)
    location = own.location if own.location.line else shared.location
    return Mapping(entries, location, own.origins, {**shared.keys, **own.keys})


def merge(shared: Value, own: Value) -> Value:
    """One property that both have."""
    if isinstance(shared, Mapping) and isinstance(own, Mapping):
        return merge_mappings(shared, own)
    if isinstance(shared, Sequence) and isinstance(own, Sequence):
        return Sequence([*shared.items, *own.items], own.location, own.origins)
    if isinstance(own, Scalar) and own.value is None and isinstance(shared, (Mapping, Sequence)):
        return shared
    return own
