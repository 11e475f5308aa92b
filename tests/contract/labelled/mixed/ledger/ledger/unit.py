"""A unit of work over the RDS Data API."""
import os

import boto3


class UnitOfWork:
    def __init__(self):
        self.client = boto3.client("rds-data")
        self.where = {"resourceArn": os.environ["DB_ARN"], "secretArn": os.environ["DB_SECRET"]}
        self.transaction = None

    def __enter__(self):
        self.transaction = self.client.begin_transaction(database="ledger", **self.where)["transactionId"]
        return self

    def __exit__(self, kind, value, trace):
        finish = self.client.rollback_transaction if kind else self.client.commit_transaction
        finish(transactionId=self.transaction, **self.where)
        return False

    def execute(self, sql, sets):
        return self.client.batch_execute_statement(
            sql=sql, parameterSets=sets, database="ledger", transactionId=self.transaction, **self.where
        )


def parameter(name, value):
    kind = "longValue" if isinstance(value, int) else "stringValue"
    return {"name": name, "value": {kind: value}}
