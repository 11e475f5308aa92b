"""Reads the cases of the two files beside it into records."""

from __future__ import annotations

import tomllib
import typing
from pathlib import Path
from typing import Any

from ringfence.model.assignments import (
    AllowPolicy,
    DenyAssignment,
    DenyPolicy,
    ManagedIdentity,
    PermissionRole,
    RoleAssignment,
    RoleDefinition,
    ScopeTree,
    ServiceAccount,
)
from ringfence.permissions.clouds import azure, google
from ringfence.permissions.clouds.statements import Granted

FOLDER = Path(__file__).parent


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file, short names written out."""
    table = tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
    names = sorted(table["names"].items(), key=lambda item: -len(item[0]))
    return [_written_out(case, names) for case in table["case"]]


def _written_out(value: Any, names: list[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        for short, long in names:
            value = value.replace(short, long)
        return value
    if isinstance(value, list):
        return [_written_out(item, names) for item in value]
    if isinstance(value, dict):
        return {_written_out(key, names): _written_out(item, names) for key, item in value.items()}
    return value


def made(kind: Any, data: Any) -> Any:
    """A record of a class, by the names of its fields."""
    if typing.get_origin(kind) is tuple:
        return tuple(made(typing.get_args(kind)[0], item) for item in data)
    if not hasattr(kind, "__record_fields__"):
        assert isinstance(data, kind)
        return data
    hints = typing.get_type_hints(kind)
    return kind(**{name: made(hints[name], value) for name, value in data.items()})


def azure_granted(case: dict[str, Any]) -> Granted:
    """What the identity of an Azure case may do."""
    assigned = [{"principal": "me"} | item for item in case["assign"]]
    return azure.granted(
        made(ManagedIdentity, case.get("identity", {"id": "me"})),
        made(tuple[RoleAssignment, ...], assigned),
        made(tuple[RoleDefinition, ...], case.get("definitions", [])),
        made(tuple[DenyAssignment, ...], case.get("deny", [])),
        ScopeTree(tuple((child, parent) for child, parent in case.get("tree", []))),
    )


def google_granted(case: dict[str, Any]) -> Granted:
    """What the account of a Google case may do."""
    email = "fn@shop.iam.gserviceaccount.com"
    policies = [
        {
            "resource": on,
            "bindings": [{"members": [f"serviceAccount:{email}"]} | item for item in bound],
        }
        for on, bound in case["policies"].items()
    ]
    return google.granted(
        made(ServiceAccount, {"email": email} | case.get("account", {})),
        made(tuple[AllowPolicy, ...], policies),
        made(tuple[PermissionRole, ...], case.get("roles", [])),
        made(tuple[DenyPolicy, ...], case.get("deny", [])),
        ScopeTree(tuple((child, parent) for child, parent in case.get("tree", []))),
        case.get("now"),
    )
