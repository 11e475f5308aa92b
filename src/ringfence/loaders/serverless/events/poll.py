"""Events that Lambda polls: queues, streams, Kafka, brokers."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, mapping_of
from ringfence.loaders.serverless.builder import Event, enabled, ref
from ringfence.loaders.serverless.events.push import text_or_setting, word_of
from ringfence.loaders.serverless.naming import alphanumeric
from ringfence.model.value import Mapping, Value, display, string

_SQS_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
_DYNAMODB_ACTIONS = [
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
]  # fmt: skip
_KINESIS_ACTIONS = [
    "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream",
    "kinesis:ListStreams",
]  # fmt: skip
_MSK_ACTIONS = ["kafka:DescribeCluster", "kafka:GetBootstrapBrokers"]
_NETWORK_ACTIONS = [
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeVpcs",
    "ec2:DeleteNetworkInterface", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
]  # fmt: skip

#: A setting of the event → the property of the event source mapping.
_PROPERTIES = {
    "batchSize": "BatchSize",
    "maximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "batchWindow": "MaximumBatchingWindowInSeconds",
    "startingPosition": "StartingPosition",
    "startingPositionTimestamp": "StartingPositionTimestamp",
    "maximumRetryAttempts": "MaximumRetryAttempts",
    "bisectBatchOnFunctionError": "BisectBatchOnFunctionError",
    "maximumRecordAgeInSeconds": "MaximumRecordAgeInSeconds",
    "parallelizationFactor": "ParallelizationFactor",
    "tumblingWindowInSeconds": "TumblingWindowInSeconds",
}


def _mapping(event: Event, logical_id: str, properties: dict[str, Any]) -> None:
    """The event source mapping with the settings that all kinds share."""
    settings = {
        new: event.get(old) for old, new in _PROPERTIES.items() if event.get(old) is not None
    }
    patterns = [{"Pattern": item} for item in items_of(event.get("filterPatterns"))]
    kind = string(event.get("functionResponseType"))
    failure = _failure(event)
    event.add(
        logical_id,
        "AWS::Lambda::EventSourceMapping",
        {
            "FunctionName": event.target,
            "Enabled": enabled(event.get("enabled"), event.location),
            **settings,
            "FilterCriteria": {"Filters": patterns} if patterns else None,
            "FunctionResponseTypes": [kind] if kind else None,
            "DestinationConfig": {"OnFailure": {"Destination": failure}} if failure else None,
            **properties,
        },
    )


def _failure(event: Event) -> Value | None:
    """``destinations.onFailure``, which the role may then send to."""
    value = mapping_of(event.get("destinations")).get("onFailure")
    if not is_set(value):
        return None
    inner = mapping_of(value).get("arn")
    arn = inner if inner is not None else value
    kind = string(mapping_of(value).get("type")) or ""
    text = string(arn) or ""
    kind = kind or (text.split(":")[2] if text.count(":") > 2 else "")
    actions = {"sns": ("sns:Publish",), "sqs": ("sqs:ListQueues", "sqs:SendMessage")}.get(kind)
    if actions is not None:
        event.builder.allow(event.function, [*actions], arn, event.location)
    return arn


def _allow(event: Event, actions: list[str], resources: Any, *, own: bool = False) -> None:
    event.builder.allow(event.function, actions, resources, event.location, own=own)


def _sqs(event: Event) -> None:
    arn = text_or_setting(event, "arn")
    word = word_of(arn)
    concurrency = event.get("maximumConcurrency")
    scaling = {"MaximumConcurrency": concurrency} if concurrency is not None else None
    _mapping(
        event,
        f"{event.prefix}EventSourceMappingSQS{word}",
        {"EventSourceArn": arn, "ScalingConfig": scaling},
    )
    _allow(event, _SQS_ACTIONS, [arn] if arn is not None else ["*"], own=True)


def _stream(event: Event) -> None:
    """A Kinesis or DynamoDB stream, by its ARN's service or by ``type``."""
    arn = text_or_setting(event, "arn")
    kind = event.text("type")
    text = string(arn) or repr(arn)
    if not kind:
        kind = "dynamodb" if ":dynamodb:" in text or "StreamArn" in text else "kinesis"
    shown = display(arn) if string(arn) else ""
    word = word_of(arn) if not shown else _stream_word(shown)
    consumer = event.get("consumer")
    source: Any = arn
    if kind == "kinesis" and is_set(consumer) and string(consumer) != "false":
        source = _consumer(event, arn, consumer, word)
    starting = event.get("startingPosition") or "TRIM_HORIZON"
    _mapping(
        event,
        f"{event.prefix}EventSourceMapping{kind.capitalize()}{word}",
        {"EventSourceArn": source, "StartingPosition": starting},
    )
    actions = _DYNAMODB_ACTIONS if kind == "dynamodb" else _KINESIS_ACTIONS
    _allow(event, actions, [arn] if arn is not None else ["*"], own=True)


def _stream_word(arn: str) -> str:
    """The table's or stream's name in a logical id."""
    parts = arn.rpartition(":")[2].split("/")
    return alphanumeric(parts[1] if len(parts) > 1 else parts[0])


def _cluster_word(arn: Value | None) -> str:
    return _stream_word(string(arn) or "") if string(arn) else word_of(arn)


def _consumer(event: Event, arn: Value | None, consumer: Value | None, word: str) -> Any:
    """Enhanced fan-out: a consumer that is given, or made for this function."""
    text = string(consumer)
    if text is not None or isinstance(consumer, Mapping):
        return consumer
    name = f"{event.function.key}{word}Consumer"
    logical_id = event.add(
        f"{event.prefix}{word}StreamConsumer",
        "AWS::Kinesis::StreamConsumer",
        {"StreamARN": arn, "ConsumerName": name},
    )
    _allow(event, ["kinesis:SubscribeToShard"], [ref(logical_id)])
    return ref(logical_id)


def _msk(event: Event) -> None:
    arn = event.get("arn")
    access = [{"Type": "SASL_SCRAM_512_AUTH", "URI": item} for item in items_of(
        event.get("saslScram512")
    )]  # fmt: skip
    group = event.get("consumerGroupId")
    _mapping(
        event,
        f"{event.prefix}EventSourceMappingMSK{_cluster_word(arn)}{word_of(event.get('topic'))}",
        {
            "EventSourceArn": arn,
            "Topics": [event.get("topic")],
            "StartingPosition": event.get("startingPosition") or "TRIM_HORIZON",
            "SourceAccessConfigurations": access or None,
            "AmazonManagedKafkaEventSourceConfig": {"ConsumerGroupId": group}
            if group is not None
            else None,
        },
    )
    _allow(event, _MSK_ACTIONS, [arn] if arn is not None else ["*"])
    _allow(event, _NETWORK_ACTIONS, "*")


#: A setting of ``accessConfigurations`` → the type of the access configuration.
_ACCESS = {
    "vpcSubnet": "VPC_SUBNET",
    "vpcSecurityGroup": "VPC_SECURITY_GROUP",
    "saslPlainAuth": "BASIC_AUTH",
    "saslScram256Auth": "SASL_SCRAM_256_AUTH",
    "saslScram512Auth": "SASL_SCRAM_512_AUTH",
    "clientCertificateTlsAuth": "CLIENT_CERTIFICATE_TLS_AUTH",
    "serverRootCaCertificate": "SERVER_ROOT_CA_CERTIFICATE",
}


def _kafka(event: Event) -> None:
    """A cluster that runs elsewhere."""
    given = mapping_of(event.get("accessConfigurations"))
    access: list[dict[str, Any]] = []
    secrets: list[Value] = []
    for name, kind in _ACCESS.items():
        for item in items_of(given.get(name)):
            access.append({"Type": kind, "URI": item})
            if not kind.startswith("VPC"):
                secrets.append(item)
    servers = list(items_of(event.get("bootstrapServers")))
    _mapping(
        event,
        f"{event.prefix}EventSourceMappingKafka{word_of(event.get('topic'))}",
        {
            "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": servers}},
            "SourceAccessConfigurations": access,
            "Topics": [event.get("topic")],
            "StartingPosition": event.get("startingPosition") or "TRIM_HORIZON",
        },
    )
    if secrets:
        _allow(event, ["secretsmanager:GetSecretValue"], secrets)
    if "vpcSubnet" in given:
        _allow(event, _NETWORK_ACTIONS, "*")


def _broker(event: Event) -> None:
    """ActiveMQ and RabbitMQ."""
    arn, secret = event.get("arn"), event.get("basicAuthArn")
    access = [{"Type": "BASIC_AUTH", "URI": secret}]
    host = event.get("virtualHost")
    if host is not None:
        access.append({"Type": "VIRTUAL_HOST", "URI": host})
    name = {"activemq": "ActiveMQ", "rabbitmq": "RabbitMQ"}[event.kind]
    _mapping(
        event,
        f"{event.prefix}EventSourceMapping{name}{word_of(event.get('queue'))}",
        {
            "EventSourceArn": arn,
            "Queues": [event.get("queue")],
            "SourceAccessConfigurations": access,
        },
    )
    if secret is not None:
        _allow(event, ["secretsmanager:GetSecretValue"], [secret])
    if arn is not None:
        _allow(event, ["mq:DescribeBroker"], [arn])
    _allow(event, _NETWORK_ACTIONS, "*")


HANDLERS = {
    "sqs": _sqs,
    "stream": _stream,
    "msk": _msk,
    "kafka": _kafka,
    "activemq": _broker,
    "rabbitmq": _broker,
}
