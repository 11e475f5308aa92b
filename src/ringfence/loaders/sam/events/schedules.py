"""Events at a time: rules with a schedule, and schedules of EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.loaders.construct import is_set
from ringfence.loaders.sam.events.event import Event
from ringfence.loaders.sam.events.push import rule_state, rule_target
from ringfence.loaders.sam.roles import trust

#: What Scheduler's role may do to each kind of target.
_START = {"function": "lambda:InvokeFunction", "state-machine": "states:StartExecution"}


def _rule(event: Event) -> None:
    source_arn = event.expansion.arn(event.id, event.location)
    queue = event.dead_letter_queue(source_arn)
    event.add(
        event.id,
        "AWS::Events::Rule",
        {
            "ScheduleExpression": event.get("Schedule"),
            **event.picked("Name", "Description"),
            "State": rule_state(event),
            "Targets": [rule_target(event, "LambdaTarget", queue)],
        },
    )
    event.permit("events.amazonaws.com", source_arn=source_arn)


def schedule(event: Event, target: str) -> None:
    """A schedule of EventBridge Scheduler; ``target`` is function or state-machine."""
    queue = event.dead_letter_queue(None)
    role = event.get("RoleArn")
    if not is_set(role):
        role = event.expansion.arn(f"{event.id}Role", event.location)
        _schedule_role(event, _START[target], queue)
    event.add(
        event.id,
        "AWS::Scheduler::Schedule",
        {
            **event.picked(
                "ScheduleExpression", "State", "Description", "StartDate", "EndDate",
                "ScheduleExpressionTimezone", "GroupName", "KmsKeyArn",
            ),
            "Name": event.get("Name") or (None if is_set(event.get("OmitName")) else event.id),
            "FlexibleTimeWindow": event.get("FlexibleTimeWindow") or {"Mode": "OFF"},
            "Target": {
                "Arn": event.arn,
                "RoleArn": role,
                **event.picked("Input", "RetryPolicy"),
                **({"DeadLetterConfig": queue} if queue else {}),
            },
        },
    )  # fmt: skip


def _schedule_role(event: Event, action: str, queue: dict[str, Any] | None) -> None:
    statements = [{"Action": action, "Effect": "Allow", "Resource": event.arn}]
    if queue:
        statements.append(
            {"Action": "sqs:SendMessage", "Effect": "Allow", "Resource": queue["Arn"]}
        )
    policy = {
        "PolicyName": "schedule",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
    }
    event.add(
        f"{event.id}Role",
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com", event.location),
            "Policies": [policy],
            "PermissionsBoundary": event.get("PermissionsBoundary"),
        },
    )


HANDLERS: dict[str, Callable[[Event], None]] = {
    "Schedule": _rule,
    "ScheduleV2": lambda event: schedule(event, "function"),
}
