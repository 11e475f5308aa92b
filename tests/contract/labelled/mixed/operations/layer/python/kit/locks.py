import os
import time

from .aws import client


class Lock:
    def __init__(self, name, seconds=60):
        self.name, self.seconds = name, seconds

    def __enter__(self):
        now = int(time.time())
        client("dynamodb").put_item(
            TableName=os.environ["STATE"],
            Item={"id": {"S": f"lock#{self.name}"}, "until": {"N": str(now + self.seconds)}},
            ConditionExpression="attribute_not_exists(id) OR #u < :n",
            ExpressionAttributeNames={"#u": "until"},
            ExpressionAttributeValues={":n": {"N": str(now)}},
        )
        return self

    def __exit__(self, *exc):
        client("dynamodb").delete_item(TableName=os.environ["STATE"], Key={"id": {"S": f"lock#{self.name}"}})
        return False
