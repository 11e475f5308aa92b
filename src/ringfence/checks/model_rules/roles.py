"""Roles that several functions share."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.checks.data_classes import HARMLESS
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.checks.views.policy import exposure_of, owner_of
from ringfence.model.application import Function, Role
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure

#: Services whose rights every function needs, so that sharing them widens nothing.
_HARMLESS = frozenset({"logs", "xray", "ec2", "cloudwatch", "appconfig"})


def shared_role(room: Room, rule: Rule) -> Iterator[Draft]:
    """A role of two or more functions that allows more than logging."""
    for role in room.application.roles.values():
        functions = room.functions_by_role.get(role.id, [])
        if len(functions) < 2 or not _matters(role):
            continue
        if _is_of_framework(room, role) and not _divides(room, role, functions):
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


def _is_of_framework(room: Room, role: Role) -> bool:
    """Whether it is the one role that the Serverless Framework makes for all functions."""
    resource = room.application.resources.get(role.id)
    return resource is not None and resource.shorthand == "serverless"


def _divides(room: Room, role: Role, functions: list[Function]) -> bool:
    """Whether some functions are open to strangers and others are not, and the role changes data
    or reads what matters: then a role of its own for each keeps strangers from it."""
    exposures = [room.exposure_of(function.id) for function in functions]
    open_ones = [one for one in exposures if one >= Exposure.AUTHENTICATED]
    if not open_ones or len(open_ones) == len(exposures):
        return False
    return any(
        power.verb not in ("read", "call") or room.power_class(power) not in HARMLESS
        for power in room.powers_of(role)
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
