"""Roles that several functions share."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.checks.views.policy import exposure_of, owner_of
from ringfence.model.application import Role
from ringfence.model.rule import Rule

#: Services whose rights every function needs, so that sharing them widens nothing.
_HARMLESS = frozenset({"logs", "xray", "ec2", "cloudwatch", "appconfig"})


def shared_role(room: Room, rule: Rule) -> Iterator[Draft]:
    """A role of two or more functions that allows more than logging."""
    for role in room.application.roles.values():
        functions = room.functions_by_role.get(role.id, [])
        if len(functions) < 2 or not _matters(role):
            continue
        names = [function.logical_id for function in functions]
        exposure = exposure_of(room, role)
        yield Draft(
            rule=rule,
            message=render(rule.message, {"functions": names, "owner": owner_of(room, role)}),
            location=role.location,
            subject=role.logical_id,
            severity=severity_for(rule, exposure, False),
            exposure=exposure,
            anchors=(role.location,),
            fold="application",
            weight=len(functions),
        )


def _matters(role: Role) -> bool:
    services = {
        pattern.text.partition(":")[0].lower()
        for document in role.policies
        for statement in document.statements
        if statement.effect == "Allow"
        for pattern in (*statement.actions, *statement.not_actions)
    }
    return bool(services - _HARMLESS)


RULES = {"shared_role": shared_role}
