"""Appends audit events to hourly files; the previous chain hash is read back to link the files."""
import hashlib
import json
import os
import time

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
logs = boto3.client("logs")
BUCKET = os.environ["BUCKET"]
HEAD = "chain/head.json"


def previous():
    try:
        return json.load(s3.get_object(Bucket=BUCKET, Key=HEAD)["Body"])["hash"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "AccessDenied"):
            return "0" * 64
        raise


def recent_errors():
    reply = logs.filter_log_events(
        logGroupName=os.environ["LOG_GROUP_TO_CHECK"],
        startTime=int((time.time() - 3600) * 1000),
        filterPattern="ERROR",
        limit=20,
    )
    return [e["message"] for e in reply["events"]]


def handler(event, context):
    before = previous()
    body = "\n".join(r["body"] for r in event["Records"])
    digest = hashlib.sha256((before + body).encode()).hexdigest()
    key = time.strftime("events/%Y/%m/%d/%H/") + digest + ".jsonl"
    s3.put_object(Bucket=BUCKET, Key=key, Body=body.encode(), ContentType="application/x-ndjson")
    s3.put_object(Bucket=BUCKET, Key=HEAD, Body=json.dumps({"hash": digest, "errors": recent_errors()}))
    return {"key": key}
