"""Which cloud operations carry data from one function to another, and where it arrives."""

from __future__ import annotations

from ringfence import late
from ringfence.dataflow.objects import Struct
from ringfence.dataflow.values import NOTHING, Value, join
from ringfence.model.record import record


@record(frozen=True)
class Carrier:
    """How one operation carries data.

    ``target`` is the parameter that names where it goes, ``kind`` the kind of resource, ``trigger``
    the trigger kind that delivers. ``fields`` map event paths to parameters; ``entries`` is the
    parameter with a list of such letters.
    """

    target: str
    kind: str
    trigger: str
    fields: tuple[tuple[str, str], ...]
    entries: str = ""
    store: str = ""


_SQS = (("Records[].body", "MessageBody"), ("Records[].messageAttributes", "MessageAttributes"))


_SNS = (
    ("Records[].Sns.Message", "Message"),
    ("Records[].Sns.Subject", "Subject"),
    ("Records[].Sns.MessageAttributes", "MessageAttributes"),
)


_TABLE = (("Records[].dynamodb.NewImage", "Item"),)


_KINESIS = (("Records[].kinesis.data", "Data"), ("Records[].kinesis.partitionKey", "PartitionKey"))


_S3 = (("Records[].s3.object.key", "Key"),)


CARRIERS: dict[tuple[str, str], Carrier] = {
    ("lambda", "Invoke"): Carrier("FunctionName", "function", "invoke", (("", "Payload"),)),
    ("lambda", "InvokeAsync"): Carrier("FunctionName", "function", "invoke", (("", "InvokeArgs"),)),
    ("sqs", "SendMessage"): Carrier("QueueUrl", "queue", "sqs", _SQS),
    ("sqs", "SendMessageBatch"): Carrier("QueueUrl", "queue", "sqs", _SQS, "Entries"),
    ("sns", "Publish"): Carrier("TopicArn", "topic", "sns", _SNS),
    ("sns", "PublishBatch"): Carrier(
        "TopicArn", "topic", "sns", _SNS, "PublishBatchRequestEntries"
    ),
    ("events", "PutEvents"): Carrier(
        "EventBusName", "bus", "eventbridge", (("detail", "Detail"),), "Entries"
    ),
    ("stepfunctions", "StartExecution"): Carrier(
        "stateMachineArn", "state-machine", "stepfunctions", (("", "input"),)
    ),
    ("stepfunctions", "StartSyncExecution"): Carrier(
        "stateMachineArn", "state-machine", "stepfunctions", (("", "input"),)
    ),
    ("s3", "PutObject"): Carrier("Bucket", "bucket", "s3", _S3, store="bucket"),
    ("s3", "CopyObject"): Carrier("Bucket", "bucket", "s3", _S3, store="bucket"),
    ("dynamodb", "PutItem"): Carrier(
        "TableName", "table", "dynamodb-stream", _TABLE, store="table"
    ),
    ("dynamodb", "UpdateItem"): Carrier(
        "TableName", "table", "dynamodb-stream",
        (("Records[].dynamodb.NewImage", "ExpressionAttributeValues"),
         ("Records[].dynamodb.NewImage", "AttributeUpdates"),
         ("Records[].dynamodb.Keys", "Key")),
        store="table",
    ),
    ("dynamodb", "TransactWriteItems"): Carrier(
        "TableName", "table", "dynamodb-stream", _TABLE, "TransactItems", "table"
    ),
    ("dynamodb", "BatchWriteItem"): Carrier(
        "TableName", "table", "dynamodb-stream", _TABLE, "RequestItems", "table"
    ),
    ("ssm", "PutParameter"): Carrier("Name", "parameter", "", (), store="parameter"),
    ("kinesis", "PutRecord"): Carrier("StreamName", "stream", "kinesis", _KINESIS),
    ("kinesis", "PutRecords"): Carrier("StreamName", "stream", "kinesis", _KINESIS, "Records"),
}  # fmt: skip


#: Which parameter of a reading call names the store.
READERS = {
    ("s3", "GetObject"): ("Bucket", "bucket"),
    ("s3", "HeadObject"): ("Bucket", "bucket"),
    ("s3", "ListObjects"): ("Bucket", "bucket"),
    ("s3", "ListObjectsV2"): ("Bucket", "bucket"),
    ("dynamodb", "GetItem"): ("TableName", "table"),
    ("dynamodb", "Query"): ("TableName", "table"),
    ("dynamodb", "Scan"): ("TableName", "table"),
    ("dynamodb", "BatchGetItem"): ("RequestItems", "table"),
    ("ssm", "GetParameter"): ("Name", "parameter"),
    ("ssm", "GetParameters"): ("Names", "parameter"),
    ("lambda", "Invoke"): ("FunctionName", "function"),
}

#: What is written into a store: parameters of the calls, and the place of the letter.
#: What ``SET name = :value`` sets; a list or number may stand around the value.
_SETS = late.pattern(r"([\w#.\[\]]+)\s*=\s*[^,=]*?(:\w+)")
_PLACE = late.pattern(r":\w+")


def attributes(value: Value, place: str) -> Value:
    """The attributes of a message as its receiver sees them: a queue writes their members small,
    and a topic gives them other names."""
    of_topic = "Sns" in place
    kept = Struct("map", None)
    for obj in value.objects:
        for name, one in obj.fields.items() if isinstance(obj, Struct) else ():
            members = Struct("map", None)
            for inner in one.objects:
                for key, held in inner.fields.items() if isinstance(inner, Struct) else ():
                    word = str(key)
                    small = word[:1].lower() + word[1:]
                    topic = "Value" if word.endswith("Value") else "Type"
                    members.fields[topic if of_topic else small] = held
            kept.fields[name] = Value(objects=(members,))
    return Value((), value.taint, (kept,), value.open)


def updated(parameters: dict[str, Value]) -> Value | None:
    """The attributes that an ``UpdateExpression`` sets, as an item; None where it does not tell of
    every value under which name it is stored."""
    text = parameters.get("UpdateExpression", NOTHING).only_text()
    given = parameters.get("ExpressionAttributeValues", NOTHING)
    if text is None or len(given.objects) != 1 or not isinstance(given.objects[0], Struct):
        return None
    values = given.objects[0].fields
    names: dict[str | int, Value] = {}
    for obj in parameters.get("ExpressionAttributeNames", NOTHING).objects:
        if isinstance(obj, Struct):
            names.update(obj.fields)
    item = Struct("map", None)
    for name, place in _SETS.findall(text):
        top = name.replace("[", ".").partition(".")[0]
        meant = names[top].only_text() if top in names else top
        if meant is None or place not in values or "." in name:
            return None
        item.fields[meant] = join(item.fields.get(meant, NOTHING), values[place])
    placed = {place for _, place in _SETS.findall(text)}
    return Value(objects=(item,)) if placed == set(_PLACE.findall(text)) else None


STORED = {
    "bucket": (("Body", "body"), ("Metadata", "metadata"), ("Key", "key")),
    "table": (("Item", "item"), ("ExpressionAttributeValues", "any"), ("Key", "item")),
    "parameter": (("Value", "value"),),
}

#: The places of letters that an operation gives, and the way to them in its answer; ``[]`` is a
#: list of such.
ANSWERS: dict[str, dict[str, tuple[str, ...]]] = {
    "GetObject": {"body": ("Body",), "metadata": ("Metadata",)},
    "HeadObject": {"metadata": ("Metadata",)},
    "ListObjects": {"key": ("Contents", "[]", "Key")},
    "ListObjectsV2": {"key": ("Contents", "[]", "Key")},
    "GetItem": {"item": ("Item",), "any": ("Item",)},
    "Query": {"item": ("Items", "[]"), "any": ("Items", "[]")},
    "Scan": {"item": ("Items", "[]"), "any": ("Items", "[]")},
    "BatchGetItem": {"item": ("Responses", "*", "[]"), "any": ("Responses", "*", "[]")},
    "GetParameter": {"value": ("Parameter", "Value")},
    "GetParameters": {"value": ("Parameters", "[]", "Value")},
    "Invoke": {"payload": ("Payload",)},
}
