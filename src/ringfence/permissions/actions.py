"""What actions exist, how grave each is, and on which types of resource; one service at a time."""

from __future__ import annotations

import functools
from pathlib import Path

from ringfence.permissions.globs import has_wildcard, matches
from ringfence.rules.pack import Pack

_DATA = Path(__file__).parent.parent / "rules" / "permissions" / "actions.pack"

#: Letters of the data file. Permissions management is what lets the holder grant more.
LEVELS = {"R": "read", "L": "list", "W": "write", "P": "permissions", "T": "tagging"}


def split_action(action: str) -> tuple[str, str]:
    """``s3:GetObject`` as ("s3", "GetObject"); a text without a colon has no service."""
    service, colon, name = action.partition(":")
    return (service.lower(), name) if colon else ("", action)


def services() -> list[str]:
    """The prefixes of all services."""
    return _pack().names()


def service_exists(service: str) -> bool:
    """Whether there is a service with this prefix."""
    return service in _pack()


def level_of(action: str) -> str:
    """read, list, write, permissions or tagging; "" for an action that is not known."""
    entry = _entry(action)
    return LEVELS[entry[1][0]] if entry else ""


def resource_types_of(action: str) -> tuple[str, ...]:
    """The types of resource that the action can be limited to; () when only to ``*``."""
    entry = _entry(action)
    return tuple(entry[1][1:]) if entry else ()


def arn_forms(service: str) -> dict[str, str]:
    """Type of resource → ARN form with ``${Name}`` placeholders, of one service."""
    forms: dict[str, str] = _pack().group(service).get("resources", {})
    return forms


def expand(pattern: str) -> tuple[str, ...]:
    """Every action that a pattern such as ``s3:Get*`` means, in the spelling of the reference.

    A pattern for all services (``*``, ``*:*``) gives (); ask for each service instead.
    """
    service, name = split_action(pattern)
    if not service or has_wildcard(service):
        return ()
    return _expand(service, name.lower())


def action_exists(pattern: str) -> bool:
    """Whether the pattern means at least one action of a known service.

    An unknown service is taken to exist when nothing is known about it at all: new services come
    faster than data; so only names inside known services can be wrong.
    """
    service, name = split_action(pattern)
    if not service or has_wildcard(service) or not service_exists(service):
        return True
    return bool(_expand(service, name.lower()))


def about() -> dict[str, str]:
    """Source, version, date and licence of the data."""
    return _pack().about


@functools.lru_cache(maxsize=2048)
def _expand(service: str, name: str) -> tuple[str, ...]:
    table = _table(service)
    if not has_wildcard(name):
        entry = table.get(name)
        return (f"{service}:{entry[0]}",) if entry else ()
    return tuple(
        f"{service}:{entry[0]}" for lowered, entry in table.items() if matches(name, lowered)
    )


@functools.lru_cache(maxsize=8192)
def _entry(action: str) -> tuple[str, list[str]] | None:
    service, name = split_action(action)
    return _table(service).get(name.lower())


@functools.cache
def _table(service: str) -> dict[str, tuple[str, list[str]]]:
    """Lower-case name → (name, [level, type, …])."""
    actions = _pack().group(service).get("actions", {})
    return {name.lower(): (name, entry) for name, entry in actions.items()}


@functools.cache
def _pack() -> Pack:
    return Pack(_DATA)
