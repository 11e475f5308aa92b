import csv
import io
import os
from datetime import UTC, datetime

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")


def handler(event, context):
    rows = io.StringIO()
    writer = csv.writer(rows)
    start = {}
    while True:
        page = table.scan(**start)
        for note in page["Items"]:
            writer.writerow([note["id"], len(note["text"])])
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    key = f"{datetime.now(UTC):%Y/%m/%d}.csv"
    s3.put_object(Bucket=os.environ["BUCKET"], Key=key, Body=rows.getvalue().encode())
