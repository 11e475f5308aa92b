import logging
import os
from decimal import Decimal
from urllib.parse import unquote_plus

import boto3

log = logging.getLogger()
log.setLevel("INFO")

rekognition = boto3.client("rekognition")
catalog = boto3.resource("dynamodb").Table(os.environ["CATALOG"])
BANNED = {"Weapon", "Drugs"}


def detect(bucket, key):
    found = rekognition.detect_labels(
        Image={"S3Object": {"Bucket": bucket, "Name": key}}, MaxLabels=20, MinConfidence=75
    )
    return {l["Name"]: Decimal(str(round(l["Confidence"], 2))) for l in found["Labels"]}


def is_unsafe(bucket, key):
    reply = rekognition.detect_moderation_labels(
        Image={"S3Object": {"Bucket": bucket, "Name": key}}
    )
    return bool(reply["ModerationLabels"])


def lambda_handler(event, context):
    for record in event["Records"]:
        s3 = record["s3"]
        bucket, key = s3["bucket"]["name"], unquote_plus(s3["object"]["key"])
        labels = detect(bucket, key)
        unsafe = bool(BANNED & labels.keys()) or is_unsafe(bucket, key)
        catalog.update_item(
            Key={"id": key},
            UpdateExpression="SET labels = :l, unsafe = :u",
            ExpressionAttributeValues={":l": labels, ":u": unsafe},
        )
        log.info("%s: %d labels, unsafe=%s", key, len(labels), unsafe)
