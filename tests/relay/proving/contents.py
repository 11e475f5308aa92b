"""The resources of a stack in the fake cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from proving.stack import RANDOM_END, Stack
from ringfence.model.application import Resource

Client = Callable[[str], Any]

_TABLE_KEYS = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes",
               "LocalSecondaryIndexes", "StreamSpecification")  # fmt: skip


def create_resources(stack: Stack, client: Client) -> None:
    """Make whatever functions keep data in; ``client`` gives an SDK client by service."""
    for resource in stack.application.resources.values():
        make = _MAKERS.get(resource.kind)
        if make is not None:
            make(stack, client, resource)


def _table(stack: Stack, client: Client, resource: Resource) -> None:
    properties = stack.plain(resource.properties)
    given = {key: properties[key] for key in _TABLE_KEYS if key in properties}
    if "StreamSpecification" in given:
        given["StreamSpecification"]["StreamEnabled"] = True
    for index in given.get("GlobalSecondaryIndexes", ()):
        index.pop("ProvisionedThroughput", None)
    client("dynamodb").create_table(
        TableName=stack.name(resource.id), BillingMode="PAY_PER_REQUEST", **given
    )


def _bucket(stack: Stack, client: Client, resource: Resource) -> None:
    place = {"LocationConstraint": stack.place.region}
    given = {} if stack.place.region == "us-east-1" else {"CreateBucketConfiguration": place}
    client("s3").create_bucket(Bucket=stack.name(resource.id), **given)


def _queue(stack: Stack, client: Client, resource: Resource) -> None:
    name = stack.name(resource.id)
    fifo = {"Attributes": {"FifoQueue": "true"}} if name.endswith(".fifo") else {}
    client("sqs").create_queue(QueueName=name, **fifo)


def _topic(stack: Stack, client: Client, resource: Resource) -> None:
    client("sns").create_topic(Name=stack.name(resource.id))


def _user_pool(stack: Stack, client: Client, resource: Resource) -> None:
    """Its identifier alone: the fake of this service needs packages that the tests do not have."""
    stack.given[resource.id] = f"{stack.place.region}_{RANDOM_END}"


def _secret(stack: Stack, client: Client, resource: Resource) -> None:
    client("secretsmanager").create_secret(Name=stack.name(resource.id), SecretString="{}")


def _parameter(stack: Stack, client: Client, resource: Resource) -> None:
    value = str(stack.plain(resource.properties.get("Value")))
    client("ssm").put_parameter(Name="/" + stack.name(resource.id), Value=value, Type="String")


def _stream(stack: Stack, client: Client, resource: Resource) -> None:
    client("kinesis").create_stream(StreamName=stack.name(resource.id), ShardCount=1)


_MAKERS: dict[str, Callable[[Stack, Client, Resource], None]] = {
    "table": _table, "bucket": _bucket, "queue": _queue, "topic": _topic,
    "user-pool": _user_pool, "secret": _secret, "parameter": _parameter, "stream": _stream,
}  # fmt: skip
