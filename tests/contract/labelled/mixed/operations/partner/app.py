"""Delivers files with access keys that the partner gave us."""
import json
import os

import boto3
from kit import client


def partner_client():
    secret = client("secretsmanager").get_secret_value(SecretId=os.environ["PARTNER_KEYS"])
    keys = json.loads(secret["SecretString"])
    return boto3.client(
        "s3",
        aws_access_key_id=keys["id"],
        aws_secret_access_key=keys["secret"],
        endpoint_url=keys.get("endpoint"),
    )


def handler(event, context):
    s3 = partner_client()
    delivered = []
    for name, text in event["files"].items():
        if s3.list_objects_v2(Bucket="dropbox", Prefix=name).get("KeyCount"):
            print("already there", name)
            continue
        s3.put_object(Bucket="dropbox", Key=name, Body=text.encode())
        delivered.append(name)
    return delivered
