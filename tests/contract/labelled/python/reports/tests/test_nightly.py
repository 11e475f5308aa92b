import boto3
from moto import mock_aws


@mock_aws
def test_bucket():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="acme-reports-prod")
    boto3.client("ses").verify_email_identity(EmailAddress="reports@acme.example")
    assert s3.list_objects_v2(Bucket="acme-reports-prod")["KeyCount"] == 0
