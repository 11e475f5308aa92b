import json
import os
import uuid

import boto3
from botocore.exceptions import ClientError

ddb = boto3.client("dynamodb")
lam = boto3.client("lambda")
queue = boto3.resource("sqs").Queue(os.environ["MOVEMENTS_URL"])


def price_of(sku, qty):
    reply = lam.invoke(
        FunctionName=os.environ["PRICER"],
        InvocationType="RequestResponse",
        Payload=json.dumps({"sku": sku, "qty": qty}),
    )
    if reply.get("FunctionError"):
        raise RuntimeError(reply["Payload"].read().decode())
    return json.load(reply["Payload"])["amount"]


def reserve(sku, qty, amount):
    reservation = str(uuid.uuid4())
    ddb.transact_write_items(
        TransactItems=[
            {
                "Update": {
                    "TableName": os.environ["STOCK_TABLE"],
                    "Key": {"sku": {"S": sku}},
                    "UpdateExpression": "SET onHand = onHand - :q",
                    "ConditionExpression": "onHand >= :q",
                    "ExpressionAttributeValues": {":q": {"N": str(qty)}},
                }
            },
            {
                "Put": {
                    "TableName": os.environ["RESERVATIONS_TABLE"],
                    "Item": {
                        "id": {"S": reservation},
                        "sku": {"S": sku},
                        "qty": {"N": str(qty)},
                        "amount": {"N": str(amount)},
                    },
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
    )
    return reservation


def handler(event, context):
    body = json.loads(event["body"])
    sku, qty = body["sku"], int(body["qty"])
    try:
        reservation = reserve(sku, qty, price_of(sku, qty))
    except ClientError as exc:
        if exc.response["Error"]["Code"] == "TransactionCanceledException":
            return {"statusCode": 409, "body": json.dumps({"message": "not enough stock"})}
        raise
    queue.send_message(
        MessageBody=json.dumps({"sku": sku, "qty": -qty}), MessageGroupId=sku, MessageDeduplicationId=reservation
    )
    return {"statusCode": 201, "body": json.dumps({"reservation": reservation})}
