import json
import os
from datetime import datetime, timedelta, timezone

import boto3

s3 = boto3.resource("s3")
sqs = boto3.resource("sqs")
live = s3.Bucket(os.environ["LIVE"])
cold = s3.Bucket(os.environ["COLD"])


def stale(prefix, days):
    limit = datetime.now(timezone.utc) - timedelta(days=days)
    for summary in live.objects.filter(Prefix=prefix):
        if summary.last_modified < limit:
            yield summary


def move(summary):
    target = cold.Object(summary.key)
    target.copy({"Bucket": summary.bucket_name, "Key": summary.key}, ExtraArgs={"StorageClass": "GLACIER"})
    target.wait_until_exists()
    summary.delete()


def handler(event, context):
    queue = sqs.get_queue_by_name(QueueName=os.environ["JOBS"])
    moved = []
    for summary in stale(event.get("prefix", ""), event.get("days", 180)):
        move(summary)
        moved.append(summary.key)
        if len(moved) % 100 == 0:
            queue.send_message(MessageBody=json.dumps({"moved": len(moved)}))
    for message in queue.receive_messages(MaxNumberOfMessages=10):
        print("note", message.body)
        message.delete()
    return len(moved)
