"""Events that Lambda polls: queues, streams, Kafka, brokers, change streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringfence.loaders.construct import items_of, make_mapping, mapping_of, sub
from ringfence.loaders.sam.events.event import Event
from ringfence.loaders.sam.roles import allow_delivery
from ringfence.model.value import Mapping, Value, string

#: Event type → (property that names the source, managed policy for the function's role).
_SOURCES = {
    "SQS": ("Queue", "service-role/AWSLambdaSQSQueueExecutionRole"),
    "Kinesis": ("Stream", "service-role/AWSLambdaKinesisExecutionRole"),
    "DynamoDB": ("Stream", "service-role/AWSLambdaDynamoDBExecutionRole"),
    "MSK": ("Stream", "service-role/AWSLambdaMSKExecutionRole"),
    "MQ": ("Broker", ""),
    "DocumentDB": ("Cluster", ""),
    "SelfManagedKafka": ("", ""),
}

#: Properties of the event that are properties of the event source mapping too.
_PASSED_ON = (
    "BatchSize", "StartingPosition", "StartingPositionTimestamp", "Enabled",
    "MaximumBatchingWindowInSeconds", "MaximumRetryAttempts", "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds", "ParallelizationFactor", "Topics", "Queues",
    "SourceAccessConfigurations", "TumblingWindowInSeconds", "FunctionResponseTypes",
    "FilterCriteria", "KmsKeyArn", "ScalingConfig", "ProvisionedPollerConfig", "MetricsConfig",
    "LoggingConfig",
)  # fmt: skip

#: The secrets of a Kafka cluster that Lambda reads to log in.
_KAFKA_SECRETS = frozenset({
    "SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "BASIC_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH",
    "OAUTHBEARER_AUTH", "SERVER_ROOT_CA_CERTIFICATE",
})  # fmt: skip

_NETWORK_ACTIONS = (
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
)  # fmt: skip


def _mapping(event: Event) -> None:
    """The event source mapping, and what the function's role needs for it."""
    source_property, managed = _SOURCES[event.kind]
    properties: dict[str, Any] = {
        "EventSourceArn": event.get(source_property) if source_property else None,
        "FunctionName": event.target.function_name(event.expansion, event.location),
        **event.picked(*_PASSED_ON),
        **_special(event),
    }
    if "DestinationConfig" in event.properties:
        properties["DestinationConfig"] = _destinations(event)
    event.add(event.id, "AWS::Lambda::EventSourceMapping", properties)
    if managed:
        event.draft.attach(managed, event.location)
    statements = _statements(event)
    if statements:
        event.draft.allow(f"event source {event.kind}", statements, event.location)


def _special(event: Event) -> dict[str, Any]:
    """Blocks that only one kind of source has."""
    special: dict[str, Any] = {}
    servers = event.get("KafkaBootstrapServers")
    if servers is not None:
        special["SelfManagedEventSource"] = {"Endpoints": {"KafkaBootstrapServers": servers}}
    kafka = event.picked("ConsumerGroupId", "SchemaRegistryConfig")
    if kafka and event.kind in ("MSK", "SelfManagedKafka"):
        managed = event.kind == "MSK"
        name = "AmazonManagedKafka" if managed else "SelfManagedKafka"
        special[f"{name}EventSourceConfig"] = kafka
    if event.kind == "DocumentDB":
        special["DocumentDBEventSourceConfig"] = event.picked(
            "DatabaseName", "CollectionName", "FullDocument"
        )
    return special


def _destinations(event: Event) -> Mapping:
    """``DestinationConfig`` without the ``Type`` that only SAM reads."""
    config = mapping_of(event.get("DestinationConfig"))
    failure = mapping_of(config.get("OnFailure"))
    target, kind = failure.get("Destination"), string(failure.get("Type"))
    if target is not None and kind:
        allow_delivery(event.draft, kind, target, "destination of failed events", failure.location)
    kept: dict[str, Value] = {key: item for key, item in failure.entries.items() if key != "Type"}
    inner = Mapping(kept, failure.location, failure.origins, failure.keys)
    return make_mapping({**config.entries, "OnFailure": inner}, config.location)


def _statements(event: Event) -> list[dict[str, Any]]:
    """Statements for secrets, brokers, clusters and networks of the source."""
    statements: list[dict[str, Any]] = []
    kinds: set[str] = set()
    for access in items_of(event.get("SourceAccessConfigurations")):
        kind = string(mapping_of(access).get("Type")) or ""
        uri = mapping_of(access).get("URI")
        kinds.add(kind)
        if uri is not None and _reads_secret(event.kind, kind):
            statements.append(_allow(["secretsmanager:GetSecretValue"], uri))
    if event.kind == "SelfManagedKafka" and {"VPC_SUBNET", "VPC_SECURITY_GROUP"} <= kinds:
        statements.append(_allow(list(_NETWORK_ACTIONS), "*"))
    if event.kind == "MQ" and event.get("Broker") is not None:
        statements.append(_allow(["mq:DescribeBroker"], event.get("Broker")))
    if event.kind == "DocumentDB":
        statements.append(_allow(["rds:DescribeDBClusterParameters"], _cluster_parameters(event)))
        statements.append(_allow(["rds:DescribeDBSubnetGroups"], _subnet_groups(event)))
        statements.append(_allow(["rds:DescribeDBClusters"], event.get("Cluster")))
        statements.append(_allow(list(_NETWORK_ACTIONS), "*"))
    statements.extend(_registry(event))
    key = event.get("SecretsManagerKmsKeyId")
    if key is not None:
        arn = sub(
            "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${key}",
            event.location,
            key=key,
        )
        statements.append(_allow(["kms:Decrypt"], arn))
    return statements


def _reads_secret(source: str, access: str) -> bool:
    if source == "MSK":
        return access == "CLIENT_CERTIFICATE_TLS_AUTH"
    if source == "SelfManagedKafka":
        return access in _KAFKA_SECRETS
    return access == "BASIC_AUTH"


def _registry(event: Event) -> list[dict[str, Any]]:
    """What reading schemas from a registry needs."""
    config = mapping_of(event.get("SchemaRegistryConfig"))
    statements = [
        _allow(["secretsmanager:GetSecretValue"], mapping_of(access).get("URI"))
        for access in items_of(config.get("AccessConfigs"))
        if mapping_of(access).get("URI") is not None
    ]
    uri = config.get("SchemaRegistryURI")
    text = string(uri) or ""
    if text.startswith("arn:") and ":registry/" in text:
        statements.append(_allow(["glue:GetRegistry"], uri))
        schemas = sub(
            "arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:schema/${name}/*",
            event.location,
            name=text.rpartition(":registry/")[2],
        )
        statements.append(_allow(["glue:GetSchemaVersion"], [schemas]))
    return statements


def _cluster_parameters(event: Event) -> Value:
    return sub(
        "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:cluster-pg:*", event.location
    )


def _subnet_groups(event: Event) -> Value:
    return sub(
        "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:subgrp:*", event.location
    )


def _allow(actions: list[str], resource: Any) -> dict[str, Any]:
    return {"Action": actions, "Effect": "Allow", "Resource": resource}


HANDLERS: dict[str, Callable[[Event], None]] = dict.fromkeys(_SOURCES, _mapping)
