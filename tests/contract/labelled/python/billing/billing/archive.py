import json
import os
import time

import boto3

firehose = boto3.client("firehose")


def _flat(image):
    return {name: next(iter(value.values())) for name, value in image.items()}


def _lines(event):
    for record in event["Records"]:
        if record["eventName"] == "REMOVE":
            continue
        row = _flat(record["dynamodb"]["NewImage"])
        yield {"Data": (json.dumps(row) + "\n").encode()}


def _put(lines, attempts=3):
    for attempt in range(attempts):
        reply = firehose.put_record_batch(DeliveryStreamName=os.environ["DELIVERY_STREAM"], Records=lines)
        if not reply["FailedPutCount"]:
            return
        lines = [l for l, r in zip(lines, reply["RequestResponses"]) if r.get("ErrorCode")]
        time.sleep(2**attempt / 10)
    raise RuntimeError(f"{len(lines)} records not archived")


def handler(event, context):
    lines = list(_lines(event))
    for start in range(0, len(lines), 500):
        _put(lines[start : start + 500])
