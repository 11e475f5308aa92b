import json
import logging
import os
import uuid

import boto3

log = logging.getLogger()
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
LIMIT = 4000


def owner_of(event):
    return event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]


def answer(status, content):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(content)}


def handler(event, context):
    try:
        note = json.loads(event.get("body") or "{}")
        text = str(note["text"])
    except (ValueError, KeyError, TypeError):
        return answer(400, {"error": "a note needs a text"})
    if len(text) > LIMIT:
        return answer(413, {"error": "too long"})
    item = {"owner": owner_of(event), "id": str(uuid.uuid4()), "text": text, "starred": bool(note.get("starred"))}
    table.put_item(Item=item)
    log.info("note %s was added", item["id"])
    return answer(201, {"id": item["id"]})
