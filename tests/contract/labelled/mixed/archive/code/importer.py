"""Fetches open weather data from a public bucket without signing."""
import gzip
import os

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

public = boto3.client("s3", region_name="us-east-1", config=Config(signature_version=UNSIGNED))
mine = boto3.client("s3")
SOURCE = "noaa-ghcn-pds"


def years():
    pages = public.get_paginator("list_objects_v2").paginate(Bucket=SOURCE, Prefix="csv.gz/by_year/")
    for page in pages:
        for item in page.get("Contents", []):
            yield item["Key"], item["ETag"]


def unchanged(key, etag):
    try:
        head = mine.head_object(Bucket=os.environ["LIVE"], Key=key)
    except ClientError:
        return False
    return head["Metadata"].get("source-etag") == etag


def handler(event, context):
    count = 0
    for key, etag in years():
        if unchanged(key, etag):
            continue
        body = public.get_object(Bucket=SOURCE, Key=key)["Body"].read()
        mine.put_object(
            Bucket=os.environ["LIVE"],
            Key=key,
            Body=gzip.decompress(body),
            Metadata={"source-etag": etag},
            Tagging="origin=noaa",
        )
        count += 1
    return count
