"""Every night: writes how many orders there are."""

import datetime
import json
import os

import boto3

orders = boto3.resource("dynamodb").Table(os.environ["ORDERS_TABLE"])
storage = boto3.client("s3")


def handler(event, context):
    count, start = 0, {}
    while True:
        page = orders.scan(Select="COUNT", **start)
        count += page["Count"]
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    day = datetime.date.today().isoformat()
    storage.put_object(
        Bucket=os.environ["INVOICES_BUCKET"],
        Key=f"reports/{day}.json",
        Body=json.dumps({"orders": count}).encode(),
    )
    return {"orders": count}
