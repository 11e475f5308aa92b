import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    owner = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    table.delete_item(Key={"owner": owner, "id": event["pathParameters"]["id"]})
    return {"statusCode": 204}
