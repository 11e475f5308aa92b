import json
import os
from datetime import datetime

import boto3

scheduler = boto3.client("scheduler")
GROUP = os.environ["GROUP"]


def plan(reminder_id, body):
    when = datetime.fromisoformat(body["at"])
    spec = dict(
        Name=f"reminder-{reminder_id}",
        GroupName=GROUP,
        ScheduleExpression=when.strftime("at(%Y-%m-%dT%H:%M:%S)"),
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": os.environ["QUEUE_ARN"],
            "RoleArn": os.environ["ROLE_ARN"],
            "Input": json.dumps({"id": reminder_id, "text": body["text"]}),
        },
        ActionAfterCompletion="DELETE",
    )
    try:
        scheduler.create_schedule(**spec)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**spec)


def cancel(reminder_id):
    try:
        scheduler.delete_schedule(Name=f"reminder-{reminder_id}", GroupName=GROUP)
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True


def handler(event, context):
    reminder_id = event["pathParameters"]["id"]
    if event["requestContext"]["http"]["method"] == "DELETE":
        return {"statusCode": 204 if cancel(reminder_id) else 404}
    plan(reminder_id, json.loads(event["body"]))
    return {"statusCode": 202}
