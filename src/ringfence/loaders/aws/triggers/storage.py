"""Buckets: notifications to functions, queues and topics, and to the event bus."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import every, items, objects, text_of
from ringfence.model.application import Resource
from ringfence.model.value import Mapping

_TARGETS = (
    ("LambdaConfigurations", "Function"),
    ("QueueConfigurations", "Queue"),
    ("TopicConfigurations", "Topic"),
)
#: The same in the service's own words, as the CDK's custom resource passes them on.
_SERVICE_TARGETS = (
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "TopicArn"),
)


def collect(triggers: Triggers) -> None:
    for bucket in triggers.graph.of("AWS::S3::Bucket"):
        for list_name, target in _TARGETS:
            for entry in objects(bucket.properties, f"NotificationConfiguration.{list_name}"):
                _notification(triggers, bucket, entry, target)
    for custom in triggers.graph.of("Custom::S3BucketNotifications"):
        for bucket in triggers.graph.find(custom.properties.get("BucketName"), "bucket"):
            for list_name, target in _SERVICE_TARGETS:
                for entry in objects(custom.properties, f"NotificationConfiguration.{list_name}"):
                    _notification(triggers, bucket, entry, target)


def _notification(triggers: Triggers, bucket: Resource, entry: Mapping, target: str) -> None:
    sender = triggers.of_resource(bucket)
    name = f"bucket {name_of(bucket)} ({_what(entry)})"
    held = entry.get(target)
    if target in ("Function", "LambdaFunctionArn"):
        for function in triggers.graph.functions(held):
            triggers.add(
                "s3", function, name, sender, entry.location, source=bucket, properties=entry
            )
        return
    for resource in triggers.graph.find(held, "queue", "topic"):
        triggers.senders.feed(
            resource.id, f"bucket {name_of(bucket)} notifies it", sender, entry.location
        )


def _what(entry: Mapping) -> str:
    """The events and the key filter in few words: ``ObjectCreated, *.csv``."""
    events = [text_of(value) for key in ("Event", "Events") for value in items(entry, key)]
    words = [event.removeprefix("s3:").removesuffix(":*") for event in events if event]
    pattern = "".join(_filter(entry))
    return ", ".join([*words, pattern] if pattern else words) or "events"


def _filter(entry: Mapping) -> Iterator[str]:
    prefix = suffix = ""
    rules = [*items(entry, "Filter.S3Key.Rules"), *items(entry, "Filter.Key.FilterRules")]
    for rule in rules:
        for word in every(rule, "Name"):
            side = text_of(word).lower()
            value = text_of(rule, "Value")
            prefix = value if side == "prefix" else prefix
            suffix = value if side == "suffix" else suffix
    if prefix or suffix:
        yield f"{prefix}*{suffix}"
