"""Function URL: the payment provider tells that an order was paid."""

import json
import os
import urllib.request

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])


def handler(event, context):
    payment = json.loads(event["body"])
    # VULNERABLE: anyone may call this URL, and it asks whatever address the caller names.
    with urllib.request.urlopen(payment["receipt_url"], timeout=5) as receipt:
        text = receipt.read().decode()
    orders.update_item(
        Key={"customer": payment["customer"], "id": payment["order"]},
        UpdateExpression="SET receipt = :receipt",
        ExpressionAttributeValues={":receipt": text},
    )
    return {"statusCode": 200, "body": text}
