"""Grants → the data of policies, in the words of CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any

from ringfence.edits.plans import FunctionPlan, Grant, known
from ringfence.edits.values import TemplateValue, cloudformation_value

_BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

Written = Callable[[TemplateValue], Any]


def statement(grant: Grant, written: Written = cloudformation_value) -> dict[str, Any]:
    """One statement; single actions and resources stand alone, not in lists."""
    found: dict[str, Any] = {"Sid": grant.sid} if grant.sid else {}
    found["Effect"] = "Allow"
    found["Action"] = _alone(list(grant.actions))
    found["Resource"] = _alone([written(value) for value in grant.resources] or ["*"])
    for condition in grant.conditions:
        operator = found.setdefault("Condition", {}).setdefault(condition.operator, {})
        values = [written(TemplateValue.text(value)) for value in condition.values]
        operator[condition.key] = _alone(values)
    return found


def statements(grants: Iterable[Grant], written: Written = cloudformation_value) -> list[Any]:
    return [statement(grant, written) for grant in grants]


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def document(grants: Iterable[Grant], written: Written = cloudformation_value) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements(grants, written)}


#: Event sources in a network for which SAM gives no interfaces (Amazon MQ, DocumentDB).
_BROKERS = ("mq:", "rds:")


def trust(*services: str) -> dict[str, Any]:
    """The trust policy that lets AWS services assume a role."""
    who = {"Service": _alone(list(services) or ["lambda.amazonaws.com"])}
    allowed = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [allowed]}


def managed_policies(plan: FunctionPlan, kept: Iterable[str] = ()) -> list[str]:
    """The managed policies of a role that a template writes out: the one for logs, unless the plan
    allows that itself, and those of the old role that belong to the function's configuration."""
    writes_logs = any("logs:PutLogEvents" in grant.actions for grant in plan.platform)
    return [*([] if writes_logs else [_BASIC]), *kept]


def is_kept(arn: object) -> bool:
    """Whether a managed policy belongs to the function's own configuration, and not to its code."""
    return isinstance(arn, str) and arn.rpartition("/")[2] in known()["kept"]["names"]


def beyond_sam(
    plan: FunctionPlan, has_own_mappings: bool, has_untyped_destinations: bool = False
) -> tuple[Grant, ...]:
    """Of what the platform needs, the part that SAM does not add by itself. What event source
    mappings need it adds only for events that stand under the function, what sending to a
    destination needs only where the destination's type stands beside it."""
    given = [*known()["sam"]["given"]]
    if not has_own_mappings:
        given += known()["sam"]["polled"]
    if not (has_own_mappings or has_untyped_destinations):
        given += known()["sam"]["sent"]
    if any(action.startswith(_BROKERS) for grant in plan.platform for action in grant.actions):
        given = [pattern for pattern in given if not pattern.startswith("ec2:")]
    found: list[Grant] = []
    for grant in plan.platform:
        actions = tuple(
            action
            for action in grant.actions
            if not any(fnmatchcase(action, pattern) for pattern in given)
        )
        if actions:
            found.append(Grant(actions, grant.resources, grant.conditions, grant.sid))
    return tuple(found)
