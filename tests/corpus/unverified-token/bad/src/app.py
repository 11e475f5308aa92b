import os

import boto3
from tokens import user_of

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    user = user_of(event["headers"]["authorization"].removeprefix("Bearer "))
    table.delete_item(Key={"user": user})
    return {"statusCode": 204}
