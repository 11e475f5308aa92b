import os

import boto3
from boto3.dynamodb.conditions import Key

from ports import OrderStore


class DynamoStore(OrderStore):
    def __init__(self, client=None):
        self._client = client or boto3.client("dynamodb")
        self._name = os.environ["TABLE"]

    def _key(self, order_id):
        return {"pk": {"S": f"ORDER#{order_id}"}, "sk": {"S": "META"}}

    def place(self, order):
        head = {**self._key(order["id"]), "status": {"S": "PENDING"}, "version": {"N": "1"}}
        self._client.transact_write_items(
            TransactItems=[
                {"ConditionCheck": {
                    "TableName": self._name,
                    "Key": {"pk": {"S": f"CUSTOMER#{order['customer']}"}, "sk": {"S": "META"}},
                    "ConditionExpression": "attribute_exists(pk)",
                }},
                {"Put": {"TableName": self._name, "Item": head}},
            ]
        )

    def cancel(self, order_id, version):
        self._client.delete_item(
            TableName=self._name,
            Key=self._key(order_id),
            ConditionExpression="version = :v",
            ExpressionAttributeValues={":v": {"N": str(version)}},
        )

    def pending(self):
        paginator = self._client.get_paginator("query")
        pages = paginator.paginate(
            TableName=self._name,
            IndexName="byStatus",
            KeyConditionExpression="#s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": {"S": "PENDING"}},
        )
        return [i["pk"]["S"][6:] for page in pages for i in page["Items"]]


class LegacyStore(DynamoStore):
    """The old layout; the factory does not offer it any more."""

    def pending(self):
        table = boto3.resource("dynamodb").Table("orders_legacy")
        return table.scan(FilterExpression=Key("status").eq("PENDING"))["Items"]
