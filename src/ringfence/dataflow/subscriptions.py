"""Queues behind topics and rules: what is published arrives inside a message of the queue."""

from __future__ import annotations

from ringfence.dataflow.objects import JsonText, Struct
from ringfence.dataflow.values import Value
from ringfence.model.application import Application, Resource
from ringfence.model.record import record
from ringfence.model.value import Mapping, Reference, Scalar, Sequence, string
from ringfence.model.value import Value as Node

#: The members of a notification that a queue's message holds, by the parameter that is published.
NOTIFICATION = {
    "Message": "Message",
    "Subject": "Subject",
    "MessageAttributes": "MessageAttributes",
}
#: The members of an event.
EVENT = {"Detail": "detail"}


@record(frozen=True)
class Subscription:
    """A queue that gets what is sent to ``source``; ``raw`` as it came, without an envelope."""

    source: str
    queue: str
    raw: bool = False


def subscriptions_of(application: Application) -> list[Subscription]:
    """Which queues subscribe to which topics, and which are targets of which rules."""
    found: list[Subscription] = []
    for resource in application.resources.values():
        properties = resource.properties
        if resource.type == "AWS::SNS::Subscription":
            found += _subscription(referred(properties.get("TopicArn")), properties)
        elif resource.type == "AWS::SNS::Topic":
            for one in _items(properties.get("Subscription")):
                found += _subscription(resource.id, one)
        elif resource.kind == "rule":
            found += _targets(resource)
    return found


def _subscription(topic: str, properties: Mapping) -> list[Subscription]:
    queue = referred(properties.get("Endpoint"))
    if not topic or not queue or string(properties.get("Protocol")) != "sqs":
        return []
    raw = properties.get("RawMessageDelivery")
    return [
        Subscription(topic, queue, isinstance(raw, Scalar) and str(raw.value).lower() == "true")
    ]


def _targets(rule: Resource) -> list[Subscription]:
    queues = [referred(target.get("Arn")) for target in _items(rule.properties.get("Targets"))]
    return [Subscription(rule.id, queue) for queue in queues if queue]


def _items(value: Node | None) -> list[Mapping]:
    items = value.items if isinstance(value, Sequence) else []
    return [item for item in items if isinstance(item, Mapping)]


def referred(value: Node | None) -> str:
    """The id of the resource that a value refers to, "" for none."""
    return value.resource if isinstance(value, Reference) and not value.is_pseudo else ""


def message_of(given: dict[str, Value], raw: bool) -> Value:
    """The body of the queue's message that holds what was published, by the envelope's names."""
    if raw and "Message" in given:
        return given["Message"]
    envelope = Struct("map", None)
    envelope.fields.update(given)
    return Value(objects=(JsonText(Value(objects=(envelope,))),))
