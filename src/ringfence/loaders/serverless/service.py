"""A service with its variables resolved: name, stage, region, provider, functions."""

from __future__ import annotations

from ringfence.loaders.construct import branches_of, is_set, items_of, mapping_of
from ringfence.loaders.serverless.variables import Variables
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import EMPTY, Mapping, Value, string


@record(frozen=True)
class FunctionEntry:
    """One function as the service declares it; ``key`` is its name there."""

    key: str
    config: Mapping
    location: Location

    def get(self, name: str) -> Value | None:
        value = self.config.get(name)
        return value if is_set(value) else None


@record()
class Service:
    """``name`` and ``stage`` may be "" when they are not known."""

    file: str
    name: str
    stage: str
    region: str
    provider: Mapping
    functions: list[FunctionEntry]
    variables: Variables
    document: Mapping
    #: The parts of ``resources``, once they were read (``resources.Sections``).
    sections: object = None

    def section(self, name: str) -> Value | None:
        """A resolved top-level section."""
        value = self.document.get(name)
        return self.variables.resolve(value) if value is not None else None

    def custom(self, name: str) -> Mapping:
        """The settings of a plugin under ``custom``."""
        found = self.variables.lookup(f"custom.{name}")
        return mapping_of(found) if isinstance(found, Value) else EMPTY

    def plugins(self) -> set[str]:
        value = self.section("plugins")
        listed = mapping_of(value).get("modules") if isinstance(value, Mapping) else value
        return {name for name in map(string, items_of(listed)) if name}

    @property
    def prefix(self) -> str:
        return f"{self.name or '*'}-{self.stage or '*'}"


def read_service(document: Mapping, file: str, variables: Variables) -> Service:
    """The service of a document."""
    place = document.location
    name_value = document.get("service")
    if isinstance(name_value, Mapping):
        name_value = name_value.get("name")
    name = string(variables.resolve(name_value)) if name_value is not None else None
    provider = document.get("provider")
    resolved = variables.resolve(provider) if provider is not None else EMPTY
    return Service(
        file,
        name or "",
        string(variables.stage(place)) or "",
        string(variables.region(place)) or "",
        mapping_of(resolved),
        list(_functions(document.get("functions"), variables)),
        variables,
        document,
    )


def _functions(value: Value | None, variables: Variables) -> list[FunctionEntry]:
    """The functions: an object, a list of objects, or files that hold them."""
    found: dict[str, FunctionEntry] = {}
    resolved = variables.resolve(value) if value is not None else None
    for branch in branches_of(resolved):
        for item in items_of(branch):
            if not isinstance(item, Mapping):
                continue
            for key, config in item.entries.items():
                inner = mapping_of(config)
                if inner.entries:
                    found[key] = FunctionEntry(key, inner, item.key_location(key))
    return list(found.values())
