import json
import os
import re

import boto3

sns = boto3.client("sns")
ADDRESS = re.compile(r"[^@\s]{1,64}@[a-z0-9.-]{1,200}\.[a-z]{2,20}")


def handler(event, context):
    try:
        form = json.loads(event["body"])
        address, text = form["address"], form["text"]
    except (KeyError, TypeError, ValueError):
        return {"statusCode": 400}
    if not ADDRESS.fullmatch(address) or not isinstance(text, str) or len(text) > 2000:
        return {"statusCode": 400}
    sns.publish(
        TopicArn=os.environ["TOPIC"],
        Subject="A message from the website",
        Message=json.dumps({"from": address, "text": text}),
    )
    return {"statusCode": 202}
