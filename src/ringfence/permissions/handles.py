"""Resources that are named by a handle, settled by the call that gave the handle out.

``rules/permissions/handles.toml`` lists which action takes what another gives.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ringfence.model.contract import Permission
from ringfence.model.record import replace
from ringfence.permissions.physical import PhysicalNames
from ringfence.rules import packed

_DATA = "permissions/handles.toml"


def settled(permissions: Iterable[Permission], names: PhysicalNames) -> list[Permission]:
    """The permissions of one function with known resources in place of those that only a handle
    names, where the function also calls what gives the handle."""
    found = list(permissions)
    given: dict[str, list[Permission]] = {}
    for permission in found:
        if not permission.unknown:
            given.setdefault(permission.action, []).append(permission)
    result: dict[tuple[str, str], Permission] = {}
    for permission in found:
        for one in _of(permission, given, names):
            result.setdefault((one.action, one.resource + repr(one.conditions)), one)
    return list(result.values())


def _of(
    permission: Permission, given: dict[str, list[Permission]], names: PhysicalNames
) -> Iterable[Permission]:
    handle = _handles().get(permission.action)
    givers = given.get(handle["gives"], []) if handle is not None else []
    if handle is None or not givers or not _is_open(permission):
        return (permission,)
    return [_moved(permission, giver, handle, names) for giver in givers]


def _is_open(permission: Permission) -> bool:
    """Whether the ARN leaves open which resource it is."""
    return bool(permission.unknown) or "*" in permission.resource.split(":", 5)[-1]


def _moved(
    permission: Permission, giver: Permission, handle: dict[str, Any], names: PhysicalNames
) -> Permission:
    arn = giver.resource
    if "pattern" in handle:
        arn = arn.replace(handle["pattern"], handle["becomes"], 1) + handle["inside"]
    of, inside = names.owner(arn)
    return replace(permission, resource=arn, of=of, inside=inside, unknown=())


@functools.cache
def _handles() -> dict[str, dict[str, Any]]:
    return {action: one for one in packed.read(_DATA)["handle"] for action in one["takes"]}
