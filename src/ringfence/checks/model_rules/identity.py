"""User pools and identity pools: what users and guests can decide about themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.checks.views.powers import powers_view
from ringfence.model.application import Resource, Role
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Sequence, Value, boolean, is_known, string

#: Words in the names of attributes that decide about rights.
_AUTHORITY = late.pattern(
    r"(?:^|[_:-]|(?<=[a-z]))(is_?admin|admin|roles?|groups?|tenant|tenant_?id|org|organi[sz]ation"
    r"|org_?id|permissions?|scopes?|plan|tier|privileges?|access_?level|superuser|staff)$",
    re.IGNORECASE,
)


def self_written_authority(room: Room, rule: Rule) -> Iterator[Draft]:
    """A mutable attribute that decides about rights, and a client that may write it."""
    for pool in room.by_type.get("AWS::Cognito::UserPool", ()):
        schema = pool.properties.get("Schema")
        places = {
            name: entry
            for entry in (schema.items if isinstance(schema, Sequence) else ())
            if isinstance(entry, Mapping) and (name := _authority(entry))
        }
        clients = room.companions(pool, "AWS::Cognito::UserPoolClient")
        for client in clients:
            written = [name for name in places if _may_write(client, name)]
            if written:
                yield _draft(rule, pool, client, written, places[written[0]])


def _authority(entry: Mapping) -> str:
    """The name of a custom attribute that users may change and that decides about rights."""
    name = string(entry.get("Name")) or ""
    if boolean(entry.get("Mutable")) is not True or boolean(entry.get("DeveloperOnlyAttribute")):
        return ""
    bare = name.removeprefix("custom:")
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", bare)
    return bare if _AUTHORITY.search(snake) else ""


def _may_write(client: Resource, name: str) -> bool:
    """Whether a client may write an attribute; without a list it may write all."""
    listed = client.properties.get("WriteAttributes")
    if listed is None:
        return True
    if not isinstance(listed, Sequence) or not is_known(listed):
        return False
    return f"custom:{name}" in {string(item) for item in listed.items}


def _draft(rule: Rule, pool: Resource, client: Resource, written: list[str], at: Value) -> Draft:
    view = {"pool": pool.logical_id, "attributes": written, "client": client.logical_id}
    return Draft(
        rule=rule,
        message=render(rule.message, view),
        location=at.location,
        subject=pool.logical_id,
        severity=severity_for(rule, Exposure.AUTHENTICATED, False),
        exposure=Exposure.AUTHENTICATED,
        anchors=(pool.location, client.location),
        fold=pool.id,
        resource=client.id,
        view=view,
    )


def guest_role(room: Room, rule: Rule) -> Iterator[Draft]:
    """The role of an identity pool's guests, when it reaches data or more."""
    for attachment in room.by_type.get("AWS::Cognito::IdentityPoolRoleAttachment", ()):
        value = attachment.properties.at("Roles.unauthenticated")
        resource = room.resource_of(value)
        role = room.application.roles.get(resource.id) if resource is not None else None
        pool = room.resource_of(attachment.properties.get("IdentityPoolId"))
        if role is None or not _guests_allowed(pool):
            continue
        view = powers_view(room, role)
        if not any(view[name] for name in ("reads", "writes", "deletes", "invokes", "administers")):
            continue
        yield _guest_draft(room, rule, role, pool, view)


def _guests_allowed(pool: Resource | None) -> bool:
    if pool is None:
        return True
    return boolean(pool.properties.get("AllowUnauthenticatedIdentities")) is True


def _guest_draft(
    room: Room, rule: Rule, role: Role, pool: Resource | None, view: dict[str, object]
) -> Draft:
    shown = {
        **view,
        "pool": pool.logical_id if pool else "an identity pool",
        "role": role.logical_id,
    }
    return Draft(
        rule=rule,
        message=render(rule.message, shown),
        location=role.location,
        subject=role.logical_id,
        severity=severity_for(rule, Exposure.ANYONE, bool(view["sensitive"])),
        exposure=Exposure.ANYONE,
        anchors=(role.location, *((pool.location,) if pool else ())),
    )


RULES = {"self_written_authority": self_written_authority, "guest_role": guest_role}
