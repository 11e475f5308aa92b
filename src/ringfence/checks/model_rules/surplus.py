"""SAM policy templates that allow more than the code behind them calls.

Only for code that was read whole and that calls the service at all: then a smaller template that
still covers the calls is named.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import listed
from ringfence.checks.room import Room
from ringfence.model.application import Function, Role
from ringfence.model.location import Location
from ringfence.model.policy import Statement
from ringfence.model.rule import Rule

_DATA = Path(__file__).parents[2] / "rules" / "permissions" / "sam_policy_templates.json"
_ORIGIN = "SAM policy template "

#: Operations whose permission has another name. Source: Service Authorization Reference.
_ACTIONS = {
    "s3:HeadObject": ("s3:GetObject",), "s3:HeadBucket": ("s3:ListBucket",),
    "s3:ListObjects": ("s3:ListBucket",), "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"), "s3:DeleteObjects": ("s3:DeleteObject",),
    "s3:CreateMultipartUpload": ("s3:PutObject",), "s3:UploadPart": ("s3:PutObject",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "dynamodb:TransactGetItems": ("dynamodb:GetItem",),
    "sqs:SendMessageBatch": ("sqs:SendMessage",), "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
    "sns:PublishBatch": ("sns:Publish",),
}  # fmt: skip
#: Operations whose permissions depend on their arguments.
_DEPENDS = frozenset(
    {"dynamodb:TransactWriteItems", "dynamodb:ExecuteStatement", "dynamodb:ExecuteTransaction",
     "dynamodb:BatchExecuteStatement"}
)  # fmt: skip


def templates(room: Room, rule: Rule) -> Iterator[Draft]:
    """A draft for each policy template that a smaller one could replace."""
    skipped = {skip.what for skip in room.facts.skipped}
    for role in room.application.roles.values():
        functions = room.functions_by_role.get(role.id, [])
        if len(functions) != 1 or not role.generated:
            continue
        function = functions[0]
        known = room.facts.files.get(function.id) and function.logical_id not in skipped
        if known:
            yield from _of_function(room, rule, role, function)


def _of_function(room: Room, rule: Rule, role: Role, function: Function) -> Iterator[Draft]:
    seen: set[str] = set()
    for document in role.policies:
        for statement in document.statements:
            name = statement.origin.removeprefix(_ORIGIN)
            if not statement.origin.startswith(_ORIGIN) or name in seen:
                continue
            seen.add(name)
            needed = _needed(room, function, name)
            smaller = _smaller(name, needed) if needed else ""
            if smaller:
                yield _draft(room, rule, role, function, statement, smaller, needed)


def _needed(room: Room, function: Function, name: str) -> frozenset[str]:
    """The actions of the template's services that the code calls; empty when not known."""
    services = {action.partition(":")[0] for action in _catalogue().get(name, ((), ()))[1]}
    needed: set[str] = set()
    for call in room.calls_by_function.get(function.id, ()):
        operation = f"{call.service}:{call.operation}"
        if call.service not in services or not call.own_credentials:
            continue
        if operation in _DEPENDS or "*" in operation or not call.operation:
            return frozenset()
        needed.update(_ACTIONS.get(operation, (operation,)))
        if call.service == "s3" and "ACL" in call.arguments:
            needed.add("s3:PutObjectAcl")
    return frozenset(needed)


def _smaller(name: str, needed: frozenset[str]) -> str:
    """The smallest template for the same resources that covers what is needed; "" for none."""
    catalogue = _catalogue()
    if name not in catalogue or not needed <= catalogue[name][1]:
        return ""
    parameters, allowed = catalogue[name]
    services = {action.partition(":")[0] for action in allowed}
    found = [
        (len(actions), other)
        for other, (wants, actions) in catalogue.items()
        if wants == parameters
        and needed <= actions < allowed
        and {action.partition(":")[0] for action in actions} == services
    ]
    return min(found)[1] if found else ""


@functools.cache
def _catalogue() -> dict[str, tuple[tuple[str, ...], frozenset[str]]]:
    """Parameters and actions by template name."""
    data = json.loads(_DATA.read_bytes())["templates"]
    return {
        name: (
            tuple(sorted(entry["parameters"])),
            frozenset(
                action
                for statement in entry["statements"]
                for action in _as_list(statement.get("Action"))
            ),
        )
        for name, entry in data.items()
    }


def _as_list(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]  # type: ignore[attr-defined]  # a list of texts


def _draft(
    room: Room,
    rule: Rule,
    role: Role,
    function: Function,
    statement: Statement,
    smaller: str,
    needed: frozenset[str],
) -> Draft:
    name = statement.origin.removeprefix(_ORIGIN)
    exposure = room.exposure_of(function.id)
    place: Location = statement.location if statement.location.line else role.location
    surplus = len(_catalogue()[name][1] - needed)
    return Draft(
        rule=rule,
        message=(
            f"{name} gives {function.logical_id} {surplus} actions that its code never calls; "
            f"{smaller} covers {listed(sorted(needed))}."
        ),
        location=place,
        subject=function.logical_id,
        severity=severity_for(rule, exposure, False),
        function=function.id,
        exposure=exposure,
        anchors=(place, role.location, function.location),
    )


RULES = {"templates": templates}
