"""Access to the orders table."""
import os
from datetime import datetime, timezone

import boto3
from boto3.dynamodb.conditions import Attr, Key

_table = None


def table():
    global _table
    if _table is None:
        _table = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
    return _table


def insert(order):
    table().put_item(Item=order, ConditionExpression=Attr("orderId").not_exists())
    return order


def find(order_id):
    return table().get_item(Key={"orderId": order_id}).get("Item")


def for_customer(customer_id, since=None, limit=50):
    condition = Key("customerId").eq(customer_id)
    if since:
        condition = condition & Key("createdAt").gte(since)
    page = table().query(
        IndexName=os.environ["ORDERS_BY_CUSTOMER_INDEX"],
        KeyConditionExpression=condition,
        ScanIndexForward=False,
        Limit=limit,
    )
    return page["Items"], page.get("LastEvaluatedKey")


def older_than(cutoff: datetime):
    kwargs = {"FilterExpression": Attr("createdAt").lt(cutoff.astimezone(timezone.utc).isoformat())}
    while True:
        page = table().scan(**kwargs)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        kwargs["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def purge(order_ids):
    with table().batch_writer() as batch:
        for order_id in order_ids:
            batch.delete_item(Key={"orderId": order_id})


def mark_paid(order_id, payment_id):
    # kept for the payments team; no handler here calls it any more
    table().update_item(
        Key={"orderId": order_id},
        UpdateExpression="SET #s = :s, paymentId = :p",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": "PAID", ":p": payment_id},
    )
