import json
import os

import boto3

from ledger.unit import parameter

data = boto3.client("rds-data")


def handler(event, context):
    account = event["pathParameters"]["account"]
    reply = data.execute_statement(
        resourceArn=os.environ["DB_ARN"],
        secretArn=os.environ["DB_SECRET"],
        database="ledger",
        sql="select coalesce(sum(amount), 0) as balance from entry where account = :account",
        parameters=[parameter("account", account)],
        formatRecordsAs="JSON",
    )
    rows = json.loads(reply["formattedRecords"])
    return {"statusCode": 200, "body": json.dumps({"account": account, **rows[0]})}
