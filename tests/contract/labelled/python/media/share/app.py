import json
import os

import boto3
from botocore.config import Config

s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
TTL = 15 * 60


def _link(key):
    return s3.generate_presigned_url(
        ClientMethod="get_object",
        Params={"Bucket": os.environ["RENDITIONS"], "Key": key, "ResponseContentDisposition": "inline"},
        ExpiresIn=TTL,
    )


def lambda_handler(event, context):
    media_id = event["pathParameters"]["id"]
    if "/" in media_id or not media_id:
        return {"statusCode": 400, "body": "bad id"}
    links = {size: _link(f"{size}/{media_id}.jpg") for size in ("small", "medium")}
    return {"statusCode": 200, "body": json.dumps({"expires": TTL, "links": links})}
