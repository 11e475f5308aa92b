"""Sums metering events per account and hour."""
import base64
import json
import os
from collections import defaultdict
from decimal import Decimal

import boto3

dynamodb = boto3.client("dynamodb")


def _decode(record):
    return json.loads(base64.b64decode(record["kinesis"]["data"]), parse_float=Decimal)


def _sum(records):
    totals = defaultdict(Decimal)
    for record in records:
        event = _decode(record)
        totals[event["account"], event["at"][:13]] += Decimal(event["units"])
    return totals


def handler(event, context):
    totals = _sum(event["Records"])
    for (account, period), units in totals.items():
        dynamodb.update_item(
            TableName=os.environ["USAGE_TABLE"],
            Key={"account": {"S": account}, "period": {"S": period}},
            UpdateExpression="ADD #u :u",
            ExpressionAttributeNames={"#u": "units"},
            ExpressionAttributeValues={":u": {"N": str(units)}},
        )
    return {"accounts": len(totals)}
