"""Profile storage, shared by all functions through the layer."""
import os
import time

import boto3


class ProfileStore:
    def __init__(self, table_name=None):
        self._table = boto3.resource("dynamodb").Table(table_name or os.environ["PROFILE_TABLE"])

    def create(self, sub, email):
        self._table.put_item(Item={"sub": sub, "email": email, "createdAt": int(time.time())})

    def remove(self, sub):
        self._table.delete_item(Key={"sub": sub})

    def export(self):
        start = None
        while True:
            page = self._table.scan(**({"ExclusiveStartKey": start} if start else {}))
            yield from page["Items"]
            start = page.get("LastEvaluatedKey")
            if not start:
                break
