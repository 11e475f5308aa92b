"""Was run in 2022; nothing imports it."""
import boto3


def migrate():
    s3 = boto3.client("s3")
    table = boto3.resource("dynamodb").Table("cachette-source")
    for item in s3.list_objects_v2(Bucket="old-cache")["Contents"]:
        table.update_item(Key={"id": item["Key"]}, UpdateExpression="REMOVE legacy")
