"""POST /orders: keeps an order and asks for it to be shipped."""

import json
import os
import uuid

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
queue = boto3.client("sqs")


def handler(event, context):
    order = json.loads(event["body"])
    customer = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    quantity = int(order["quantity"])
    if not 1 <= quantity <= 100:
        return {"statusCode": 400, "body": json.dumps({"error": "quantity"})}

    number = str(uuid.uuid4())
    orders.put_item(
        Item={"customer": customer, "id": number, "article": order["article"], "quantity": quantity}
    )
    # The message carries what the customer wrote; whoever reads it must not trust it.
    message = {"id": number, "customer": customer, "carrier": order["carrier"]}
    queue.send_message(QueueUrl=os.environ["SHIPPING_QUEUE"], MessageBody=json.dumps(message))
    return {"statusCode": 201, "body": json.dumps({"id": number})}
