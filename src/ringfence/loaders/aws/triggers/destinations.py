"""What functions and queues pass on by configuration: destinations and dead letters."""

from __future__ import annotations

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import AnySender, Triggers
from ringfence.loaders.aws.triggers.services import WRITABLE
from ringfence.loaders.aws.values import place, walk
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Value


def collect(triggers: Triggers) -> None:
    graph = triggers.graph
    for config in graph.of("AWS::Lambda::EventInvokeConfig"):
        for function in graph.functions(config.properties.get("FunctionName")):
            sender = triggers.of_function(function)
            for word in ("OnSuccess", "OnFailure"):
                path = f"DestinationConfig.{word}.Destination"
                for value, holder in walk(config.properties, path):
                    label = f"destination of {function.logical_id} ({word})"
                    _pass_on(triggers, value, label, sender, holder)
    for function in graph.application.functions.values():
        path = "DeadLetterConfig.TargetArn"
        for value, holder in walk(function.resource.properties, path):
            label = f"dead letters of {function.logical_id}"
            _pass_on(triggers, value, label, triggers.of_function(function), holder)
    for queue in graph.of("AWS::SQS::Queue"):
        for value, holder in walk(queue.properties, "RedrivePolicy.deadLetterTargetArn"):
            label = f"dead letters of {name_of(queue)}"
            _pass_on(triggers, value, label, triggers.of_resource(queue), holder)


def _pass_on(
    triggers: Triggers, value: Value, label: str, sender: AnySender, holder: Mapping
) -> None:
    at = _at(holder)
    for function in triggers.graph.functions(value):
        triggers.add("invoke", function, label, sender, at, properties=holder)
    for target in triggers.graph.find(value, *WRITABLE):
        triggers.senders.feed(target.id, f"it receives {label}", sender, at)


def _at(holder: Mapping) -> Location:
    return place(holder, "Destination", "TargetArn", "deadLetterTargetArn")
