"""An OpenAPI document while routes, security and extensions are added to it.

The user's own document is never changed: every level that gets something new is copied first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, make_mapping, mapping_of
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Sequence, Value, display

INTEGRATION = "x-amazon-apigateway-integration"
ANY_METHOD = "x-amazon-apigateway-any-method"


def normal_method(method: str) -> str:
    """The key of a method in a document: lower case, ``any`` as the provider's extension."""
    lowered = method.lower()
    return ANY_METHOD if lowered in ("any", "*") else lowered


class Body:
    """``extras`` are top-level keys to write; ``managed`` tells of a document made from events."""

    def __init__(self, document: Mapping | None, skeleton: dict[str, Any], place: Location) -> None:
        self.managed = document is None
        self._document = document or make_mapping(skeleton, place)
        self._place = place
        self._paths: dict[str, dict[str, Value]] = {}
        self._places: dict[str, Location] = {}
        self._keys: dict[str, dict[str, Location]] = {}
        self.extras: dict[str, Value] = {}
        self.schemes: dict[str, Value] = {}
        self._read_paths()

    def _read_paths(self) -> None:
        paths = mapping_of(self._document.get("paths"))
        for path, item in paths.entries.items():
            self._places[path] = paths.key_location(path)
            methods: dict[str, Value] = {}
            self._keys[path] = dict(mapping_of(item).keys)
            for name, definition in mapping_of(item).entries.items():
                inner = mapping_of(definition)
                if INTEGRATION in inner:
                    copied = dict(inner.entries)
                    methods[normal_method(name)] = Mapping(
                        copied, inner.location, inner.origins, inner.keys
                    )
                else:
                    methods[name] = definition
            self._paths[path] = methods

    @property
    def is_openapi_3(self) -> bool:
        return is_set(self._document.get("openapi")) or "openapi" in self.extras

    @property
    def paths(self) -> list[str]:
        return list(self._paths)

    def place_of(self, path: str) -> Location:
        return self._places.get(path, self._place)

    def methods_of(self, path: str) -> list[str]:
        """The names of a path's entries, methods and others, as API Gateway counts them."""
        return list(self._paths.get(path, {}))

    def definition(self, path: str, method: str) -> Mapping | None:
        found = self._paths.get(path, {}).get(normal_method(method))
        return found if isinstance(found, Mapping) else None

    def definitions(self) -> Iterator[tuple[str, str, Mapping]]:
        """Path, method and definition of everything that has an integration."""
        for path, methods in self._paths.items():
            for name, definition in methods.items():
                if isinstance(definition, Mapping) and INTEGRATION in definition:
                    yield path, name, definition

    def add(self, path: str, method: str, definition: dict[str, Any], place: Location) -> bool:
        """Adds a method; False when the document has it already."""
        methods = self._paths.setdefault(path, {})
        self._places.setdefault(path, place)
        name = normal_method(method)
        present = methods.get(name)
        if isinstance(present, Mapping) and INTEGRATION in present:
            return False
        made = make_mapping(definition, place)
        if isinstance(present, Mapping):
            made = Mapping({**present.entries, **made.entries}, place, (), present.keys)
        methods[name] = made
        self._keys.setdefault(path, {})[name] = place
        return True

    def secure(self, definition: Mapping, entries: list[Value], place: Location) -> None:
        """Sets what a method demands; ``definition`` comes from this body."""
        definition.entries["security"] = Sequence(entries, place)

    def result(self) -> Mapping:
        """The document as it stands now."""
        paths: dict[str, Value] = {}
        for path, methods in self._paths.items():
            place = self.place_of(path)
            paths[path] = Mapping(dict(methods), place, (), self._keys.get(path, {}))
        entries = {
            **self._document.entries,
            **self.extras,
            "paths": Mapping(paths, self._place, (), self._places),
        }
        if self.schemes:
            self._write_schemes(entries)
        return Mapping(
            entries, self._document.location, self._document.origins, self._document.keys
        )

    def _write_schemes(self, entries: dict[str, Value]) -> None:
        if self.is_openapi_3:
            components = mapping_of(self._document.get("components"))
            present = mapping_of(components.get("securitySchemes"))
            schemes = {"securitySchemes": {**present.entries, **self.schemes}}
            entries["components"] = make({**components.entries, **schemes}, self._place)
            entries.pop("securityDefinitions", None)
        else:
            present = mapping_of(self._document.get("securityDefinitions"))
            entries["securityDefinitions"] = make({**present.entries, **self.schemes}, self._place)


def security_of(definition: Mapping) -> list[Value]:
    """The present ``security`` entries of a method."""
    return list(items_of(definition.get("security")))


def scheme_names(entry: Value) -> list[str]:
    return list(mapping_of(entry).entries)


def path_text(path: str) -> str:
    """A path as permissions name it: parameters as ``*``, no slash at the end."""
    return starred(path.rstrip("/") if len(path) > 1 else path)


def starred(path: str) -> str:
    """A path with ``*`` for its parameters."""
    parts = []
    for part in path.split("/"):
        opened, closed = part.find("{"), part.rfind("}")
        parts.append(part[:opened] + "*" + part[closed + 1 :] if 0 <= opened < closed else part)
    return "/".join(parts)


def method_text(method: str) -> str:
    return "*" if normal_method(method) == ANY_METHOD else method.upper()


def name_of(value: Value | None) -> str:
    """A known name, or "" (an authorizer that is not a plain string is handled as unknown)."""
    return display(value) if is_set(value) else ""
