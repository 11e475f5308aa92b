"""Calls and requirements in few letters, for cases in data files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringfence.model.facts import CallArgument
from ringfence.permissions.operations import Requirement, requirements_of

#: id → (kind, ARN, name), the application that the cases speak of.
RESOURCES = {
    "Orders": ("table", "dynamodb:@table/shop-Orders-*", "shop-Orders-*"),
    "Photos": ("bucket", "s3:::shop-photos-*", "shop-photos-*"),
    "Jobs": ("queue", "sqs:@shop-Jobs-*", "shop-Jobs-*"),
    "News": ("topic", "sns:@shop-News-*", "shop-News-*"),
    "Flow": ("state-machine", "states:@stateMachine:Flow", "Flow"),
    "Resize": ("function", "lambda:@function:shop-Resize-*", "shop-Resize-*"),
    "Bus": ("bus", "events:@event-bus/shop", "shop"),
    "Token": ("secret", "secretsmanager:@secret:token-??????", "token"),
    "Limit": ("parameter", "ssm:@parameter/shop/limit", "/shop/limit"),
    "Key": ("key", "kms:@key/*", "*"),
    "Clicks": ("stream", "kinesis:@stream/clicks", "clicks"),
    "Pipe": ("delivery-stream", "firehose:@deliverystream/pipe", "pipe"),
    "Log": ("log-group", "logs:@log-group:/shop/log", "/shop/log"),
    "Users": ("user-pool", "cognito-idp:@userpool/*", "*"),
    "Web": ("api", "execute-api:@*", "*"),
    "Runner": ("role", "iam::${Account}:role/shop-Runner-*", "shop-Runner-*"),
    "Db": ("database", "rds:@cluster:shop-db", "shop-db"),
}


class Shop:
    """The resolver of that application."""

    def arn(self, resource_id: str) -> str:
        return long(RESOURCES[resource_id][1])

    def name(self, resource_id: str) -> str:
        return RESOURCES[resource_id][2]

    def kind(self, resource_id: str) -> str:
        return RESOURCES[resource_id][0]


def long(arn: str) -> str:
    return "*" if arn == "*" else "arn:${Partition}:" + arn.replace("@", "${Region}:${Account}:", 1)


def short(arn: str) -> str:
    text = arn.removeprefix("arn:${Partition}:")
    head, found, rest = text.partition(":${Region}:${Account}:")
    return f"{head}:@{rest}" if found else text


def argument(value: str | list[str]) -> CallArgument:
    texts = [value] if isinstance(value, str) else value
    return CallArgument(patterns=tuple(texts))


def needs(call: str, arguments: Mapping[str, str | list[str]], complete: bool = True) -> list[str]:
    """``action ARN`` for each requirement and resource, in order; ``?`` before optional ones,
    ``!argument`` after unknown ones, ``if key=value`` for conditions."""
    service, _, operation = call.partition(" ")
    given = {name: argument(value) for name, value in arguments.items()}
    found = requirements_of(service, operation, given, Shop(), complete)
    assert found is not None, call
    return [line for each in found for line in lines(each)]


def lines(requirement: Requirement) -> Iterable[str]:
    tail = "".join(f" !{name}" for name in requirement.unknown)
    for each in requirement.conditions:
        tail += f" if {each.key}={'|'.join(each.values)}"
    mark = "?" if requirement.optional else ""
    for arn in requirement.resources:
        yield f"{mark}{requirement.action} {short(arn)}{tail}"
