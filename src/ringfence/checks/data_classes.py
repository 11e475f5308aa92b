"""The class of the data that a resource holds: stated, or guessed from names.

Stated beats guessed: ``[data]`` in ``ringfence.toml`` first, then what
:mod:`ringfence.permissions.data_classes` reads from tags and names, then the names of a table's
keys. A guess lowers confidence.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from ringfence.config import Config
from ringfence.model.application import Application, Resource
from ringfence.model.record import record
from ringfence.model.value import Mapping, Sequence, Value, display, string

#: Classes whose loss does not hurt people or money.
HARMLESS = frozenset({"", "public", "internal"})

#: Words in the names of a table's keys, compared as substrings of the lower-case name.
_KEY_WORDS = {
    "email": "personal", "phone": "personal", "ssn": "personal", "passport": "personal",
    "birth": "personal", "customer": "personal", "userid": "personal", "user_id": "personal",
    "username": "personal", "patient": "health", "card": "financial", "iban": "financial",
    "payment": "financial", "invoice": "financial", "token": "credentials",
    "password": "credentials", "session": "credentials",
}  # fmt: skip


@record(frozen=True)
class DataClass:
    """``name`` is "" when nothing is known; ``guessed`` tells whether it stems from names."""

    name: str
    guessed: bool
    reason: str

    @property
    def sensitive(self) -> bool:
        return self.name not in HARMLESS


NOTHING_KNOWN = DataClass("", False, "")


def stated_classes(application: Application, config: Config) -> dict[str, str]:
    """The classes that ``[data]`` states, by resource id."""
    if not config.data:
        return {}
    found = (
        (resource.id, _stated(resource, config)) for resource in application.resources.values()
    )
    return {identity: name for identity, name in found if name}


def _stated(resource: Resource, config: Config) -> str:
    names = _names(resource)
    for pattern, name in config.data:
        if any(fnmatchcase(shown, pattern) for shown in names):
            return name
    return ""


def classify(resource: Resource, config: Config) -> DataClass:
    """The class of the data in a resource."""
    from ringfence.permissions.data_classes import data_class_of

    stated = _stated(resource, config)
    if stated:
        return DataClass(stated, False, f"[data] in {config.file}")
    found = data_class_of(resource)
    if found.name:
        return DataClass(
            found.name, found.guessed, "its name" if found.guessed else "its kind or tag"
        )
    for key in _key_names(resource.properties):
        for word, name in _KEY_WORDS.items():
            if word in key.lower():
                return DataClass(name, True, f"the key {key}")
    return NOTHING_KNOWN


def _names(resource: Resource) -> list[str]:
    return [name for name in (resource.logical_id, display(resource.name)) if name]


def _key_names(properties: Mapping) -> list[str]:
    definitions: Value | None = properties.get("AttributeDefinitions")
    if not isinstance(definitions, Sequence):
        return []
    found = (string(item.get("AttributeName")) for item in definitions if isinstance(item, Mapping))
    return [name for name in found if name]
