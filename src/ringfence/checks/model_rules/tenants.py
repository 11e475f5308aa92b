"""Functions that serve several tenants from shared execution environments."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.checks.views.powers import powers_view
from ringfence.model.application import Function
from ringfence.model.rule import Rule

_TENANT = late.pattern(r"(?i)tenant")


def shared_environment(room: Room, rule: Rule) -> Iterator[Draft]:
    """Sensitive data, several tenants, and no isolation mode."""
    for function in room.application.functions.values():
        if function.resource.properties.get("TenancyConfig") is not None:
            continue
        sign = _sign(room, function)
        view = powers_view(room, room.application.role_of(function)) if sign else {}
        if not sign or not view["sensitive"]:
            continue
        exposure = room.exposure_of(function.id)
        shown = {"name": function.logical_id, "sign": sign, "data": view["data"]}
        yield Draft(
            rule=rule,
            message=render(rule.message, shown),
            location=function.location,
            subject=function.logical_id,
            severity=severity_for(rule, exposure, False),
            function=function.id,
            exposure=exposure,
            anchors=(function.location,),
            fold="application",
            weight=int(exposure),
        )


def _sign(room: Room, function: Function) -> str:
    """What tells that the function serves several tenants; "" for nothing."""
    for trigger in room.triggers_by_function.get(function.id, ()):
        if "{" in trigger.path and _TENANT.search(trigger.path):
            return f"path {trigger.path}"
    for name in function.environment:
        if _TENANT.search(name):
            return f"variable {name}"
    return ""


RULES = {"shared_environment": shared_environment}
