import json
import os

import boto3

ssm = boto3.client("ssm")
dynamodb = boto3.resource("dynamodb")


def tenants():
    root = os.environ["PARAM_ROOT"]
    for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=root, Recursive=True):
        for parameter in page["Parameters"]:
            _, _, tenant, name = parameter["Name"].rsplit("/", 3)
            if name == "plan":
                yield tenant, parameter["Value"]


def handler(event, context):
    for tenant, plan in tenants():
        table = dynamodb.Table(os.environ["TABLE_PREFIX"] + "-" + tenant + "-data")
        # item_count comes from DescribeTable, loaded lazily
        print(json.dumps({"tenant": tenant, "plan": plan, "items": table.item_count, "bytes": table.table_size_bytes}))
