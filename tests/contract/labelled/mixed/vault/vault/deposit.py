import json
import os

import boto3

s3 = boto3.client("s3")
sqs = boto3.client("sqs")
sns = boto3.client("sns")


def handler(event, context):
    key = event["key"]
    source = s3.get_object(Bucket=os.environ["SOURCE"], Key=key)
    body = source["Body"].read()
    if not body:
        raise ValueError(f"{key} is empty")
    s3.put_object(Bucket=os.environ["TARGET"], Key=key, Body=body, ContentType=source["ContentType"])
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps({"key": key, "size": len(body)}))
    sns.publish(TopicArn=os.environ["TOPIC"], Subject="deposit", Message=key)
    return {"stored": key}
