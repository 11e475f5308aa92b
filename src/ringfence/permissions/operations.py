"""Temporary."""

from __future__ import annotations
from collections.abc import Mapping
from ringfence.model.contract import Condition
from ringfence.model.record import record


@record(frozen=True)
class Requirement:
    action: str
    resources: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    reason: str = ""
    optional: bool = False


def requirements_of(service, operation, arguments, resolve, complete=True):
    for a in ("TableName", "Bucket", "QueueUrl", "TopicArn"):
        if a in arguments and arguments[a].resources:
            return (
                Requirement(
                    f"{service}:{operation}", tuple(resolve.arn(r) for r in arguments[a].resources)
                ),
            )
    return (Requirement(f"{service}:{operation}", ("*",)),)


def implied_by_key(service, operation):
    return ()
