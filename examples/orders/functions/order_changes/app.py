"""Stream of OrdersTable: tells the topic which orders changed."""

import json
import os

import boto3

topic = boto3.client("sns")


def handler(event, context):
    for record in event["Records"]:
        keys = record["dynamodb"]["Keys"]
        change = {"order": keys["id"]["S"], "kind": record["eventName"]}
        topic.publish(TopicArn=os.environ["ORDER_EVENTS"], Message=json.dumps(change))
    return {"changes": len(event["Records"])}
