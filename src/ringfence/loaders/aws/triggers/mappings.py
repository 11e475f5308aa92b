"""Event source mappings: queues, streams, Kafka topics and message brokers that Lambda polls."""

from __future__ import annotations

from ringfence.loaders.aws.graph import arn_service, name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import first, items, place, rendered, text_of
from ringfence.model.application import Authentication, Function, Resource, Sender
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value, display

#: ARN service or provider type → (trigger kind, word before the name).
_BY_SERVICE = {
    "sqs": ("sqs", "queue"),
    "dynamodb": ("dynamodb-stream", "table"),
    "kinesis": ("kinesis", "stream"),
    "kafka": ("kafka", "Kafka topic"),
    "mq": ("mq", "broker"),
    "rds": ("mq", "change stream"),
}
_BY_TYPE = {
    "AWS::SQS::Queue": "sqs",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::MSK::Cluster": "kafka",
    "AWS::MSK::ServerlessCluster": "kafka",
    "AWS::AmazonMQ::Broker": "mq",
    "AWS::DocDB::DBCluster": "rds",
}


def collect(triggers: Triggers) -> None:
    for mapping in triggers.graph.of("AWS::Lambda::EventSourceMapping"):
        functions = triggers.graph.functions(mapping.properties.get("FunctionName"))
        for function in functions:
            _mapping(triggers, mapping, function)
        if not functions:
            at = place(mapping.properties, "FunctionName")
            reason = "no function of the templates has this name"
            triggers.graph.unknown(f"function of {mapping.logical_id}", reason, at)


def _mapping(triggers: Triggers, mapping: Resource, function: Function) -> None:
    properties = mapping.properties
    arn = properties.get("EventSourceArn")
    sources = [item for item in triggers.graph.find(arn) if item.type in _BY_TYPE]
    source = sources[0] if sources else None
    service = _BY_TYPE[source.type] if source is not None else _service(properties, first(arn))
    kind, word = _BY_SERVICE.get(service, ("", ""))
    if not kind:
        reason = "the event source is not known"
        triggers.graph.unknown(
            f"event source of {function.logical_id}", reason, place(properties, "EventSourceArn")
        )
        kind, word = ("kinesis", "stream") if "StartingPosition" in properties else ("sqs", "queue")
    name = f"{word} {_name(properties, source, arn)}".strip()
    held = None
    sender = triggers.of_resource(source) if source is not None else None
    if kind in ("kafka", "mq"):
        held = Authentication("unknown", "the broker's own access control", mapping.location)
        triggers.add(
            kind,
            function,
            name,
            _broker(word, name, mapping),
            mapping.location,
            authentication=held,
            source=source,
            properties=properties,
        )
        return
    outside = Sender(
        Exposure.ACCOUNT,
        f"whoever may write to {name}",
        f"{name} is in no template, so its policy is not known",
        place(properties, "EventSourceArn"),
    )
    triggers.add(
        kind,
        function,
        name,
        sender or outside,
        mapping.location,
        source=source,
        properties=properties,
    )


def _broker(word: str, name: str, mapping: Resource) -> Sender:
    who = f"clients that may write to the {name}" if word else "clients of the broker"
    return Sender(Exposure.PRINCIPAL, who, "the broker decides who may write", mapping.location)


def _service(properties: Mapping, arn: Value | None) -> str:
    service = arn_service(rendered(arn))
    if service in _BY_SERVICE:
        return service
    if "SelfManagedEventSource" in properties or "Topics" in properties:
        return "kafka"
    if "Queues" in properties:
        return "mq"
    return "rds" if "DocumentDBEventSourceConfig" in properties else ""


def _name(properties: Mapping, source: Resource | None, arn: Value | None) -> str:
    topics = [text_of(value) for key in ("Topics", "Queues") for value in items(properties, key)]
    if topics:
        return ", ".join(topics)
    if source is not None:
        return name_of(source)
    text = display(first(arn))
    return text.rpartition(":")[2] if text.startswith("arn:") else text
