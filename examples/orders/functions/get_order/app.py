"""GET /orders/{id}: one order of the customer who asks."""

import json
import os

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    customer = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    key = {"customer": customer, "id": event["pathParameters"]["id"]}
    item = orders.get_item(Key=key).get("Item")
    if item is None:
        return {"statusCode": 404, "body": json.dumps({"error": "no such order"})}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(item, default=str),
    }
