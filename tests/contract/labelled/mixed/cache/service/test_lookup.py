from unittest import mock

import boto3


def test_lookup():
    with mock.patch("redis.Redis"):
        boto3.client("s3").put_object(Bucket="fixtures", Key="x", Body=b"")
        boto3.client("sns").publish(TopicArn="arn:aws:sns:eu-west-1:1:x", Message="m")
