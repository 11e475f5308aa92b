"""The calls that the platform makes with a function's role: logs, traces, event sources, failures.

Each action of a policy that is the platform's is made once a turn, by the operation that needs it.
Sources: the AWS Lambda developer guide ("Using Lambda with Amazon SQS", "… DynamoDB", "… Kinesis",
"Capturing records of Lambda asynchronous invocations", "Sending Lambda function logs to CloudWatch
Logs", "Visualize Lambda function invocations using AWS X-Ray").
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from proving.stack import filled
from ringfence.model.record import field, record

Client = Callable[[str], Any]


@record()
class Turn:
    """One turn of a function: ``client`` signs as the function, ``owner`` as who set the
    application up. ``body`` is what a message of a queue holds. ``records`` are those received."""

    name: str
    client: Client
    owner: Client
    body: str = "{}"
    records: list[dict[str, Any]] = field(default_factory=list)


Make = Callable[[Turn, str], Any]


def _log_group(arn: str) -> str:
    return filled(arn.partition(":log-group:")[2].removesuffix(":*"))


def _create_group(turn: Turn, arn: str) -> None:
    turn.client("logs").create_log_group(logGroupName=_log_group(arn))


def _create_log_stream(turn: Turn, arn: str) -> None:
    turn.client("logs").create_log_stream(logGroupName=_log_group(arn), logStreamName="1")


def _put_log(turn: Turn, arn: str) -> None:
    events = [{"timestamp": int(time.time() * 1000), "message": "START"}]
    turn.client("logs").put_log_events(
        logGroupName=_log_group(arn), logStreamName="1", logEvents=events
    )


def _trace(turn: Turn, arn: str) -> None:
    now = time.time()
    trace = f"1-{int(now):08x}-{int(now):024x}"
    segment = {"name": turn.name, "id": "70de5b6f19ff9a0a", "trace_id": trace,
               "start_time": now, "end_time": now}  # fmt: skip
    turn.client("xray").put_trace_segments(TraceSegmentDocuments=[json.dumps(segment)])


def _telemetry(turn: Turn, arn: str) -> None:
    turn.client("xray").put_telemetry_records(TelemetryRecords=[{"Timestamp": time.time()}])


# --- queues


def _queue(turn: Turn, arn: str) -> str:
    name = filled(arn).rpartition(":")[2]
    return str(turn.owner("sqs").get_queue_url(QueueName=name)["QueueUrl"])


def _queue_attributes(turn: Turn, arn: str) -> None:
    turn.client("sqs").get_queue_attributes(
        QueueUrl=_queue(turn, arn), AttributeNames=["ApproximateNumberOfMessages"]
    )


def _receive(turn: Turn, arn: str) -> None:
    url = _queue(turn, arn)
    _empty(turn.owner("sqs"), url)
    turn.owner("sqs").send_message(QueueUrl=url, MessageBody=turn.body)
    got = turn.client("sqs").receive_message(QueueUrl=url, VisibilityTimeout=0)
    turn.records = [
        {
            "messageId": one["MessageId"], "receiptHandle": one["ReceiptHandle"],
            "body": one["Body"], "attributes": {}, "messageAttributes": {},
            "eventSource": "aws:sqs", "eventSourceARN": filled(arn),
        }
        for one in got.get("Messages", ())
    ]  # fmt: skip


def _empty(owner: Any, url: str) -> None:
    while found := owner.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for one in found:
            owner.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])


def _delete(turn: Turn, arn: str) -> None:
    """As Lambda deletes: the whole batch in one request."""
    handles = [one["receiptHandle"] for one in turn.records if "receiptHandle" in one] or ["none"]
    entries = [{"Id": str(n), "ReceiptHandle": one} for n, one in enumerate(handles)]
    turn.client("sqs").delete_message_batch(QueueUrl=_queue(turn, arn), Entries=entries)


# --- streams of tables


def _stream(turn: Turn, arn: str) -> str:
    table = filled(arn).partition(":table/")[2].partition("/")[0]
    described = turn.owner("dynamodb").describe_table(TableName=table)
    return str(described["Table"]["LatestStreamArn"])


def _list_streams(turn: Turn, arn: str) -> None:
    turn.client("dynamodbstreams").list_streams()


def _describe_stream(turn: Turn, arn: str) -> None:
    turn.client("dynamodbstreams").describe_stream(StreamArn=_stream(turn, arn))


def _iterator(client: Any, stream: str) -> str:
    shards = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    return str(
        client.get_shard_iterator(
            StreamArn=stream, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
    )


def _shard_iterator(turn: Turn, arn: str) -> None:
    stream = _stream(turn, arn)
    owner = turn.owner("dynamodbstreams")
    shard = owner.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]
    turn.client("dynamodbstreams").get_shard_iterator(
        StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )


def _get_records(turn: Turn, arn: str) -> None:
    iterator = _iterator(turn.owner("dynamodbstreams"), _stream(turn, arn))
    got = turn.client("dynamodbstreams").get_records(ShardIterator=iterator)
    turn.records = [json.loads(json.dumps(one, default=_as_json)) for one in got["Records"]]


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.timestamp() if hasattr(value, "timestamp") else str(value)


# --- where failures go


def _to_queue(turn: Turn, arn: str) -> None:
    turn.client("sqs").send_message(QueueUrl=_queue(turn, arn), MessageBody="{}")


def _to_topic(turn: Turn, arn: str) -> None:
    turn.client("sns").publish(TopicArn=filled(arn), Message="{}")


#: What comes before the function runs, in this order.
BEFORE: Mapping[str, Make] = {
    "logs:CreateLogGroup": _create_group,
    "logs:CreateLogStream": _create_log_stream,
    "sqs:GetQueueAttributes": _queue_attributes,
    "sqs:ReceiveMessage": _receive,
    "dynamodb:ListStreams": _list_streams,
    "dynamodb:DescribeStream": _describe_stream,
    "dynamodb:GetShardIterator": _shard_iterator,
    "dynamodb:GetRecords": _get_records,
}

#: What comes after it.
AFTER: Mapping[str, Make] = {
    "sqs:DeleteMessage": _delete,
    "sqs:SendMessage": _to_queue,
    "sns:Publish": _to_topic,
    "logs:PutLogEvents": _put_log,
    "xray:PutTraceSegments": _trace,
    "xray:PutTelemetryRecords": _telemetry,
}
