import os
from typing import Any, Iterator

import boto3


class Database:
    """A thin wrapper over the RDS Data API."""

    def __init__(self, database: str):
        self.api = boto3.client("rds-data")
        self.common = {
            "resourceArn": os.environ["CLUSTER_ARN"],
            "secretArn": os.environ["SECRET_ARN"],
            "database": database,
        }

    def rows(self, sql: str, **params: Any) -> Iterator[list]:
        reply = self.api.execute_statement(
            sql=sql,
            parameters=[{"name": k, "value": {"stringValue": str(v)}} for k, v in params.items()],
            **self.common,
        )
        for record in reply["records"]:
            yield [next(iter(field.values())) for field in record]

    def insert_many(self, sql: str, sets: list) -> None:
        self.api.batch_execute_statement(sql=sql, parameterSets=sets, **self.common)
