"""Azure's built-in roles (``rules/permissions/azure_roles.toml``) and the planes of actions."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ringfence.model.assignments import RoleDefinition, RolePermissions
from ringfence.permissions.globs import covers
from ringfence.rules import packed

_DATA = "permissions/azure_roles.toml"

#: Beginnings of actions that say their plane; Cosmos DB's data plane has assignments of its own.
CONTROL, DATA, COSMOS = "control:", "data:", "cosmos:"


def built_in_roles() -> tuple[RoleDefinition, ...]:
    """The roles that functions commonly get."""
    return _roles()


@functools.cache
def _roles() -> tuple[RoleDefinition, ...]:
    return tuple(_role(entry) for entry in _table()["role"])


def _role(entry: dict[str, Any]) -> RoleDefinition:
    permissions = RolePermissions(
        tuple(entry.get("actions", ())),
        tuple(entry.get("not_actions", ())),
        tuple(entry.get("data_actions", ())),
        tuple(entry.get("not_data_actions", ())),
    )
    system, wide = entry.get("system", "azure"), entry.get("wide", False)
    return RoleDefinition(entry["name"], entry["id"], (permissions,), ("/",), system, wide)


def about() -> dict[str, str]:
    """Source and date of the data."""
    return {"source": _table()["source"], "date": _table()["date"]}


def below_scopes() -> tuple[str, ...]:
    """What begins below the narrowest scope that a role can be assigned at, in lower case."""
    return tuple(text.lower() for text in _table()["below_scopes"])


class Definitions:
    """The built-in roles and those of the application, by id and by name without case."""

    def __init__(self, custom: Iterable[RoleDefinition] = ()) -> None:
        self._by_id: dict[str, RoleDefinition] = {}
        for role in (*built_in_roles(), *custom):
            self._by_id[role.name.lower()] = self._by_id[_last(role.id)] = role

    def get(self, role: str) -> RoleDefinition | None:
        """The role that an assignment names, by a GUID, an id that ends in one, or a name."""
        return self._by_id.get(_last(role)) or self._by_id.get(role.lower())


def _last(text: str) -> str:
    return text.rstrip("/").rpartition("/")[2].lower()


def plane_of(action: str) -> str:
    """The plane of an action: what stands before it, else what the data says, else control."""
    lowered = action.lower()
    for plane in (CONTROL, COSMOS):
        if lowered.startswith(plane):
            return plane
    if not lowered.startswith(DATA) and not any(covers(one, lowered) for one in _data_operations()):
        return CONTROL
    return COSMOS if covers(_cosmos_operations(), lowered.removeprefix(DATA)) else DATA


def key_of(action: str) -> str:
    """An action with its plane, in lower case."""
    plane, lowered = plane_of(action), action.lower()
    for beginning in (CONTROL, DATA, COSMOS):
        lowered = lowered.removeprefix(beginning)
    return plane + lowered


@functools.cache
def _data_operations() -> tuple[str, ...]:
    return tuple(text.lower() for text in _table()["data_operations"])


@functools.cache
def _cosmos_operations() -> str:
    text: str = _table()["cosmos_operations"]
    return text.lower()


@functools.cache
def _table() -> dict[str, Any]:
    return packed.read(_DATA)
