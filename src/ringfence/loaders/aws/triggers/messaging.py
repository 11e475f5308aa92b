"""Topics: subscriptions of functions, queues and delivery streams."""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import AnySender, Triggers
from ringfence.loaders.aws.values import first, objects, place, text_of
from ringfence.model.application import Resource, Sender
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value, display


def collect(triggers: Triggers) -> None:
    for subscription in triggers.graph.of("AWS::SNS::Subscription"):
        properties = subscription.properties
        _subscription(triggers, properties.get("TopicArn"), properties)
    for topic in triggers.graph.of("AWS::SNS::Topic"):
        for entry in objects(topic.properties, "Subscription"):
            _deliver(triggers, topic, topic.logical_id, entry)


def _subscription(triggers: Triggers, topic: Value | None, entry: Mapping) -> None:
    found = triggers.graph.find(topic, "topic")
    if found:
        _deliver(triggers, found[0], found[0].logical_id, entry)
    else:
        shown = display(first(topic)).rpartition(":")[2]
        _deliver(triggers, None, shown, entry)


def _deliver(triggers: Triggers, topic: Resource | None, shown: str, entry: Mapping) -> None:
    graph = triggers.graph
    protocol = text_of(entry, "Protocol").lower()
    at = place(entry, "Endpoint")
    sender: AnySender = _outside(shown, entry)
    if topic is not None:
        sender, shown = triggers.of_resource(topic), name_of(topic)
    endpoint = entry.get("Endpoint")
    if protocol in ("lambda", ""):
        for function in graph.functions(endpoint):
            triggers.add(
                "sns", function, f"topic {shown}", sender, at, source=topic, properties=entry
            )
    if protocol in ("sqs", "firehose", ""):
        for target in graph.find(endpoint, "queue", "delivery-stream"):
            triggers.senders.feed(target.id, f"topic {shown} delivers to it", sender, at)


def _outside(shown: str, entry: Mapping) -> Sender:
    return Sender(
        Exposure.ACCOUNT,
        f"whoever may publish to {shown}",
        f"topic {shown} is in no template, so its policy is not known",
        place(entry, "TopicArn"),
    )
