import json
import os

import boto3
from boto3.dynamodb.conditions import Key

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    owner = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    query = event.get("queryStringParameters") or {}
    limit = min(int(query.get("limit", "20")), 100)
    found = table.query(KeyConditionExpression=Key("owner").eq(owner), Limit=limit)
    word = query.get("word", "").lower()
    notes = [note for note in found["Items"] if word in note["text"].lower()]
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(notes)}
