"""Reads the failed batch's position from the destination message and sends the records again."""
import json
import logging
import os

import boto3

logger = logging.getLogger()
kinesis = boto3.client("kinesis")


def _records(info):
    iterator = kinesis.get_shard_iterator(
        StreamName=os.environ["STREAM_NAME"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        StartingSequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    left = info["batchSize"]
    while iterator and left > 0:
        page = kinesis.get_records(ShardIterator=iterator, Limit=min(left, 500))
        yield from page["Records"]
        left -= len(page["Records"])
        iterator = page.get("NextShardIterator")


def handler(event, context):
    failures = []
    for message in event["Records"]:
        try:
            info = json.loads(message["body"])["KinesisBatchInfo"]
            again = [{"Data": r["Data"], "PartitionKey": r["PartitionKey"]} for r in _records(info)]
            if again:
                kinesis.put_records(StreamName=os.environ["STREAM_NAME"], Records=again)
        except Exception:
            logger.exception("message %s stays in the queue", message["messageId"])
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}
