"""Chat operations: a command name is looked up in a fixed table and called by name."""
import json

from kit import client
from kit.locks import Lock

COMMANDS = {
    "instances": ("ec2", "describe_instances", {"MaxResults": 50}),
    "alarms": ("cloudwatch", "describe_alarms", {"StateValue": "ALARM"}),
    "purge": ("sqs", "purge_queue", {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/ops-scratch"}),
}


def run(name):
    service, operation, arguments = COMMANDS[name]
    reply = getattr(client(service), operation)(**arguments)
    reply.pop("ResponseMetadata", None)
    return reply


def handler(event, context):
    name = event["command"]
    if name not in COMMANDS:
        return {"error": f"unknown, one of {sorted(COMMANDS)}"}
    with Lock(name):
        return json.loads(json.dumps(run(name), default=str))
