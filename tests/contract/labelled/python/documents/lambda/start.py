import os
from urllib.parse import unquote_plus

import boto3

textract = boto3.client("textract")
SUPPORTED = (".pdf", ".tif", ".tiff")


def handle(event, _context):
    jobs = {}
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        if not key.lower().endswith(SUPPORTED):
            print(f"skipping {key}")
            continue
        reply = textract.start_document_text_detection(
            DocumentLocation={"S3Object": {"Bucket": bucket, "Name": key}},
            NotificationChannel={"SNSTopicArn": os.environ["TOPIC"], "RoleArn": os.environ["ROLE"]},
            JobTag=key.replace("/", "_")[:64],
        )
        jobs[key] = reply["JobId"]
    return jobs
