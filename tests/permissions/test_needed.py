"""What the code needs: names that the template, the event or another call settles."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.contract.build import harvest_for
from ringfence.model.contract import FunctionDraft
from ringfence.permissions.physical import Place
from ringfence.scan import ScanOptions, harvest
from ringfence.testing import tree

HEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: work
      Runtime: python3.12
      Handler: app.handler
      CodeUri: src
"""


def drafts(folder: Path, code: str, template: str = "") -> list[FunctionDraft]:
    tree(folder, {"template.yaml": HEAD + template, "src/app.py": code})
    make, key = harvest_for(Place())
    return harvest(folder, ScanOptions(), make, key).drafts


def needs(folder: Path, code: str, template: str = "") -> set[tuple[str, str]]:
    (draft,) = drafts(folder, code, template)
    return {(need.action, need.resource) for need in draft.contract.permissions}


READS_EVENT = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    for record in event["Records"]:
        s3.get_object(Bucket=record["s3"]["bucket"]["name"], Key=record["s3"]["object"]["key"])
"""
FROM_BUCKET = """
      Events:
        New: {Type: S3, Properties: {Bucket: !Ref Uploads, Events: s3:ObjectCreated:*}}
  Uploads: {Type: AWS::S3::Bucket, Properties: {BucketName: uploads}}
  Other: {Type: AWS::S3::Bucket, Properties: {BucketName: other}}
"""


def test_the_bucket_that_an_event_names_is_that_of_the_trigger(tmp_path: Path) -> None:
    found = needs(tmp_path, READS_EVENT, FROM_BUCKET)
    assert found == {("s3:GetObject", "arn:aws:s3:::uploads/*")}


def test_the_bucket_of_an_event_without_a_trigger_stays_open(tmp_path: Path) -> None:
    (draft,) = drafts(tmp_path, READS_EVENT)
    (need,) = draft.contract.permissions
    assert need.resource == "arn:aws:s3:::*/*"
    assert need.unknown == ("Bucket at src/app.py:6", "Key at src/app.py:6")


def test_notices_of_a_bucket_through_a_queue(tmp_path: Path) -> None:
    code = """
import json, boto3
s3 = boto3.client("s3")
def handler(event, context):
    for message in event["Records"]:
        for record in json.loads(message["body"])["Records"]:
            s3.delete_object(Bucket=record["s3"]["bucket"]["name"], Key="x")
"""
    template = """
      Events:
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Jobs: {Type: AWS::SQS::Queue}
  Uploads:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: uploads
      NotificationConfiguration:
        QueueConfigurations: [{Event: s3:ObjectCreated:*, Queue: !GetAtt Jobs.Arn}]
"""
    assert needs(tmp_path, code, template) == {("s3:DeleteObject", "arn:aws:s3:::uploads/x")}


KEYS = """
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {}}}
  Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/mine, TargetKeyId: !Ref Key}}
"""


def test_an_alias_of_the_template_is_its_key(tmp_path: Path) -> None:
    code = """
import boto3
def handler(event, context):
    boto3.client("kms").encrypt(KeyId="alias/mine", Plaintext=b"x")
"""
    (draft,) = drafts(tmp_path, code, KEYS)
    (need,) = draft.contract.permissions
    assert (need.action, need.of.partition("#")[2]) == ("kms:Encrypt", "Key")


PUTS = """
import boto3
def handler(event, context):
    boto3.client("s3").put_object(Bucket="files", Key="k", Body=b"x")
"""


@pytest.mark.parametrize(
    ("encryption", "actions"),
    [
        ("SSEAlgorithm: aws:kms, KMSMasterKeyID: !GetAtt Key.Arn", {"kms:GenerateDataKey"}),
        ("SSEAlgorithm: aws:kms, KMSMasterKeyID: alias/aws/s3", set()),
        ("SSEAlgorithm: AES256", set()),
    ],
)
def test_a_key_is_needed_where_it_is_the_customers(
    tmp_path: Path, encryption: str, actions: set[str]
) -> None:
    bucket = f"""
  Files:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: files
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {{{encryption}}}
"""
    found = {action for action, _ in needs(tmp_path, PUTS, KEYS + bucket)}
    assert found == {"s3:PutObject", *actions}


def test_a_handle_is_of_what_gave_it_out(tmp_path: Path) -> None:
    code = """
import boto3
kinesis = boto3.client("kinesis")
def handler(event, context):
    shard = kinesis.get_shard_iterator(StreamName="clicks", ShardId="0", ShardIteratorType="LATEST")
    kinesis.get_records(ShardIterator=shard["ShardIterator"])
"""
    arn = "arn:aws:kinesis:*:*:stream/clicks"
    assert needs(tmp_path, code) == {("kinesis:GetShardIterator", arn), ("kinesis:GetRecords", arn)}


def test_a_handle_from_elsewhere_stays_open(tmp_path: Path) -> None:
    code = """
import boto3
def handler(event, context):
    boto3.client("kinesis").get_records(ShardIterator=event["iterator"])
"""
    assert needs(tmp_path, code) == {("kinesis:GetRecords", "arn:aws:kinesis:*:*:stream/*")}


def test_the_stage_of_the_only_websocket_api(tmp_path: Path) -> None:
    code = """
import boto3, os
def handler(event, context):
    api = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["ADDRESS"])
    api.post_to_connection(ConnectionId=event["id"], Data=b"x")
"""
    template = """
  Sockets: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET, Name: s}}
  Live: {Type: AWS::ApiGatewayV2::Stage, Properties: {ApiId: !Ref Sockets, StageName: live}}
"""
    arn = "arn:aws:execute-api:*:*:*/live/POST/@connections/*"
    assert needs(tmp_path, code, template) == {("execute-api:ManageConnections", arn)}


def test_the_function_itself(tmp_path: Path) -> None:
    code = """
import boto3
def handler(event, context):
    boto3.client("lambda").invoke(FunctionName=context.function_name)
"""
    arn = "arn:aws:lambda:*:*:function:work"
    assert needs(tmp_path, code) == {("lambda:InvokeFunction", arn)}


def test_other_credentials_are_not_the_roles(tmp_path: Path) -> None:
    code = """
import boto3
def handler(event, context):
    role = "arn:aws:iam::111122223333:role/there"
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="s")["Credentials"]
    there = boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    there.client("s3").list_buckets()
"""
    arn = "arn:aws:iam::111122223333:role/there"
    assert needs(tmp_path, code) == {("sts:AssumeRole", arn)}


def test_the_end_of_a_context_and_a_missing_key_call_too(tmp_path: Path) -> None:
    code = """
import boto3
sqs = boto3.client("sqs")
class Lock:
    def __enter__(self):
        return self
    def __exit__(self, *problem):
        sqs.purge_queue(QueueUrl="https://sqs.eu-west-1.amazonaws.com/111122223333/locks")
class Names(dict):
    def __missing__(self, key):
        return boto3.client("sns").publish(TopicArn="arn:aws:sns:eu-west-1:111122223333:t", Message=key)
def handler(event, context):
    with Lock():
        return Names()[event["id"]]
"""
    assert {action for action, _ in needs(tmp_path, code)} == {"sqs:PurgeQueue", "sns:Publish"}


def test_an_operation_that_nobody_knows_is_told(tmp_path: Path) -> None:
    code = """
import boto3
def handler(event, context):
    return getattr(boto3.client("s3"), event["do"])()
"""
    (draft,) = drafts(tmp_path, code)
    assert draft.contract.permissions == []
    assert draft.contract.gaps == ["s3.* at src/app.py:4: which operation is called is not known"]
