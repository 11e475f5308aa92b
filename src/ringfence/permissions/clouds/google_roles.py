"""The predefined roles of Google Cloud (``rules/permissions/google_roles.toml``)."""

from __future__ import annotations

import functools
from typing import Any

from ringfence.rules import packed

_DATA = "permissions/google_roles.toml"


def role_permissions(name: str) -> tuple[str, ...] | None:
    """The permissions of a predefined role; None for one that is not known, and for basic roles."""
    return _roles().get(name)


def is_basic(name: str) -> bool:
    """Whether it is Owner, Editor or Viewer."""
    return name in _lacking()


def basic_holds(name: str, permission: str) -> bool | None:
    """Whether a basic role holds a permission, as far as the data tells."""
    if permission not in _known():
        return None
    return permission not in _lacking()[name]


def about() -> dict[str, str]:
    """Source and date of the data."""
    return {"source": _table()["source"], "date": _table()["date"]}


def below_scopes() -> tuple[str, ...]:
    """What begins below the narrowest resource that has an allow policy of its own."""
    return tuple(_table()["below_scopes"])


def type_of(resource: str) -> str:
    """The type by which conditions know a resource; "" when it is not known.

    Names are pairs of a collection and a name, but that of an object, which may hold anything.
    """
    service, _, rest = resource.removeprefix("//").partition("/")
    words, types = rest.split("/"), _table()["types"]
    if "objects" in words[::2]:
        words = words[: words[::2].index("objects") * 2 + 2]
    elif "*" in rest or "?" in rest:
        return ""
    if len(words) < 2 or len(words) % 2:
        return ""
    found: str = types.get(f"{service}/{words[-2]}", "")
    return found


def denied_pattern(text: str) -> str:
    """A permission of a deny policy as permissions are written elsewhere.

    ``storage.googleapis.com/objects.get`` is ``storage.objects.get``; groups keep their ``*``.
    """
    host, slash, rest = text.partition("/")
    if not slash:
        return text
    service = host.removesuffix(".googleapis.com")
    return f"{_table()['deny_services'].get(service, service)}.{rest}"


@functools.cache
def _roles() -> dict[str, tuple[str, ...]]:
    return {entry["name"]: tuple(entry["permissions"]) for entry in _table()["role"]}


@functools.cache
def _lacking() -> dict[str, frozenset[str]]:
    return {entry["name"]: frozenset(entry["lacks"]) for entry in _table()["basic"]}


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(permission for held in _roles().values() for permission in held)


@functools.cache
def _table() -> dict[str, Any]:
    return packed.read(_DATA)
