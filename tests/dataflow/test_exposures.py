"""Secrets in objects of a bucket that the template makes public, and what an issue tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.model.finding import Finding
from ringfence.testing import scanned

CODE = """
import os
import boto3

secrets = boto3.client('secretsmanager')
s3 = boto3.client('s3')

def handler(event, context):
    value = secrets.get_secret_value(SecretId='orders')['SecretString']
    s3.put_object(Bucket=os.environ['BUCKET'], Key='config.json', Body=value)
"""
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: code
      Environment: {Variables: {BUCKET: !Ref Site}}
      Events: {Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
"""
PRIVATE = "  Site: {Type: AWS::S3::Bucket}\n"
POLICY = """
  Site: {Type: AWS::S3::Bucket}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Site
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${Site.Arn}/*'}
"""
CONDITIONAL = (
    POLICY.rstrip().removesuffix("}") + ", Condition: {StringEquals: {'aws:SourceVpce': vpce-1}}}\n"
)
LIST = """
  Site: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead}}
"""


def exposed(folder: Path, resources: str) -> list[Finding]:
    (folder / "code").mkdir()
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "template.yaml").write_text(TEMPLATE + resources)
    return [one for one in scanned(folder).findings if one.rule == "sensitive-data-exposed"]


@pytest.mark.parametrize("resources", [POLICY, LIST])
def test_an_object_in_a_public_bucket(tmp_path: Path, resources: str) -> None:
    (found,) = exposed(tmp_path, resources)
    assert found.location.line == 10
    assert found.message == (
        "An object that anyone may read holds secretsmanager.GetSecretValue.SecretString."
    )
    assert found.steps[0].text == "secretsmanager.GetSecretValue.SecretString is read"


@pytest.mark.parametrize("resources", [PRIVATE, CONDITIONAL])
def test_an_object_in_a_bucket_that_is_not(tmp_path: Path, resources: str) -> None:
    assert exposed(tmp_path, resources) == []
