"""What a bucket's notification lets through, and what is known of the key that code writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.testing import scanned

TEMPLATE = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Uploads: {Type: AWS::S3::Bucket, Properties: {BucketName: shop-uploads}}
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: app.handler
          CodeUri: src/
          Policies: [{S3CrudPolicy: {BucketName: shop-uploads}}]
          Events:
            Put:
              Type: S3
              Properties: {Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*", Filter: FILTER}
"""
CODE = """\
import boto3

def handler(event, context):
    name = event["Records"][0]["s3"]["object"]["key"]
    boto3.client("s3").put_object(Bucket="shop-uploads", Key=KEY, Body=name)
"""
PREFIX = "{S3Key: {Rules: [{Name: prefix, Value: raw/}]}}"
SUFFIX = "{S3Key: {Rules: [{Name: Suffix, Value: .pdf}]}}"
UNKNOWN = "{S3Key: {Rules: [{Name: prefix, Value: !ImportValue folder}]}}"


@pytest.mark.parametrize(
    ("keys", "key", "count"),
    [
        (PREFIX, 'f"done/{name}"', 0),
        (PREFIX, 'f"raw/{name}"', 1),
        (PREFIX, '"ra" + name', 1),
        (PREFIX, "name", 1),
        (SUFFIX, 'f"{name}/index.faiss"', 0),
        (SUFFIX, 'f"{name}/index.pdf"', 1),
        (SUFFIX, '"done.txt"', 0),
        (UNKNOWN, 'f"done/{name}"', 1),
    ],
)
def test_a_round_ends_where_the_filter_stops_the_key(
    tmp_path: Path, keys: str, key: str, count: int
) -> None:
    files: dict[str, str | bytes] = {
        "template.yaml": TEMPLATE.replace("FILTER", keys),
        "src/app.py": CODE.replace("KEY", key),
    }
    found = [f for f in scanned(tmp_path, files).findings if f.rule == "function-triggers-itself"]
    assert len(found) == count
