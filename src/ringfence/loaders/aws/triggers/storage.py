"""Buckets: notifications to functions, queues and topics, and to the event bus."""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import first, items, objects, place, text_of
from ringfence.model.application import Resource, Sender
from ringfence.model.filters import key_filter
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, display

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
    for custom in triggers.graph.of("Custom::S3"):
        _existing_bucket(triggers, custom)


def _existing_bucket(triggers: Triggers, custom: Resource) -> None:
    """The Serverless Framework's resource for a bucket that exists already."""
    properties = custom.properties
    buckets = triggers.graph.find(properties.get("BucketName"), "bucket")
    shown = name_of(buckets[0]) if buckets else display(first(properties, "BucketName"))
    outside = Sender(
        Exposure.ACCOUNT,
        f"whoever may write to {shown}",
        f"bucket {shown} is in no template, so its policy is not known",
        place(properties, "BucketName"),
    )
    sender = triggers.of_resource(buckets[0]) if buckets else outside
    for function in triggers.graph.functions(properties.get("FunctionName")):
        for entry in objects(properties, "BucketConfigs"):
            name = f"bucket {shown} ({_what(entry)})"
            source = buckets[0] if buckets else None
            at = custom.location
            triggers.add("s3", function, name, sender, at, source=source, properties=entry)


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
    prefix, suffix = key_filter(entry)
    pattern = f"{prefix}*{suffix}" if prefix or suffix else ""
    return ", ".join([*words, pattern] if pattern else words) or "events"
