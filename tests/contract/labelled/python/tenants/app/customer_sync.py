"""Copies a customer's export from the customer's account; all access there is the customer's role."""
import json
import os

import boto3

sts = boto3.client("sts")


def customer_session(account, external_id):
    credentials = sts.assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/SaasExportReader",
        RoleSessionName="customer-sync",
        ExternalId=external_id,
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def exported(session, bucket):
    foreign = session.client("s3")
    for page in foreign.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="export/"):
        for item in page.get("Contents", []):
            yield json.loads(foreign.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())


def handler(event, context):
    me = sts.get_caller_identity()["Account"]
    print("running in", me)
    session = customer_session(event["account"], event["externalId"])
    table = boto3.resource("dynamodb").Table(f"{os.environ['TABLE_PREFIX']}-{event['tenant']}-data")
    count = 0
    with table.batch_writer(overwrite_by_pkeys=["pk"]) as batch:
        for document in exported(session, event["bucket"]):
            batch.put_item(Item={"pk": document["id"], "body": json.dumps(document)})
            count += 1
    return {"copied": count}
