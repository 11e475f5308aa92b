"""Entries before functions that only answer, and what is asked of an API, are told as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_truth import HTTP, of, scanned

HELLO = HTTP.replace("/work, Method: POST", "/hello, Method: POST")
ANSWER = "import json\n\ndef handler(event, context):\n    return {'body': json.dumps({'a': 1})}\n"
DRIVER = "import psycopg2\n\ndef handler(event, context):\n    return {}\n"
COMPILED = HELLO.replace("python3.13", "provided.al2023").replace("index.handler", "bootstrap")
SETTING = "          Environment: {Variables: {%s}}\n          Events:"


@pytest.mark.parametrize(
    ("template", "code", "count"),
    [
        (HELLO, ANSWER, 0),
        (HELLO, DRIVER, 1),
        (HTTP.replace("/work,", "/refunds,"), ANSWER, 1),
        (COMPILED, ANSWER, 0),
        (COMPILED.replace("          Events:", SETTING % "RUST_LOG: info"), ANSWER, 0),
        (COMPILED.replace("          Events:", SETTING % "HOOK: hooks.example.com"), ANSWER, 1),
    ],
)  # fmt: skip
def test_an_entry_before_a_function_that_only_answers(
    tmp_path: Path, template: str, code: str, count: int
) -> None:
    found = scanned(tmp_path, template=template, code=code)
    assert len(of(found, "anonymous-entry")) == count


CERTIFICATES = """
    Parameters:
      Host: {Type: String, Default: api.example.com}
    Resources:
      Work:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          Role: arn:aws:iam::123456789012:role/work
          Code: {ZipFile: "import psycopg2\\ndef handler(event, context): return {}"}
      Api:
        Type: AWS::ApiGatewayV2::Api
        Properties:
          Name: work
          ProtocolType: HTTP
          DisableExecuteApiEndpoint: true
          RouteKey: POST /hello
          Target: !GetAtt Work.Arn
      Domain:
        Type: AWS::ApiGatewayV2::DomainName
        Properties:
          DomainName: !Ref Host
          MutualTlsAuthentication: {TruststoreUri: "s3://trust/store.pem"}
      Mapping:
        Type: AWS::ApiGatewayV2::ApiMapping
        Properties: {DomainName: !Ref Host, ApiId: !Ref Api, Stage: $default}
"""


@pytest.mark.parametrize(
    ("template", "count"),
    [
        (CERTIFICATES, 0),
        (CERTIFICATES.replace("DisableExecuteApiEndpoint: true", "Description: open"), 1),
        (CERTIFICATES.replace("{DomainName: !Ref Host, ApiId", "{DomainName: b.example.com, ApiId"), 1),
    ],
)  # fmt: skip
def test_a_domain_that_asks_for_certificates(tmp_path: Path, template: str, count: int) -> None:
    assert len(of(scanned(tmp_path, template=template), "anonymous-entry")) == count


DEFINED = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Api:
        Type: AWS::Serverless::Api
        Properties:
          StageName: live
          DefinitionBody:
            openapi: 3.0.1
            paths:
              /reports:
                post:
                  x-amazon-apigateway-integration:
                    type: aws
                    httpMethod: POST
                    uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Work.Arn}/invocations
                    requestParameters: {X: "'1'"}
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          Timeout: 120
          InlineCode: |
            def handler(event, context):
                try:
                    return {'statusCode': 200, 'body': work()}
                except Exception as error:
                    return {'statusCode': 500, 'body': str(error)}
"""
ASYNCHRONOUS = DEFINED.replace(
    "{X: \"'1'\"}", "{integration.request.header.X-Amz-Invocation-Type: \"'Event'\"}"
)
STREAMED = DEFINED.replace("2015-03-31", "2021-11-15").replace(
    "/invocations", "/response-streaming-invocations"
)


@pytest.mark.parametrize(
    ("template", "late", "verbose"), [(DEFINED, 1, 1), (ASYNCHRONOUS, 0, 0), (STREAMED, 0, 1)]
)
def test_whether_a_caller_waits_for_the_answer(
    tmp_path: Path, template: str, late: int, verbose: int
) -> None:
    result = scanned(tmp_path, template=template)
    assert len(of(result, "timeout-beyond-api")) == late
    assert len(of(result, "verbose-error-response")) == verbose


TABLE = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          InlineCode: "def handler(event, context): return {}"
          Policies:
            - DynamoDBReadPolicy: {TableName: !Ref Notes}
      Notes: {Type: AWS::Serverless::SimpleTable}
"""


@pytest.mark.parametrize(
    ("template", "count"),
    [
        (TABLE, 0),
        (TABLE.replace("ReadPolicy", "CrudPolicy"), 1),
        (TABLE.replace("Policies:", "Role: arn:aws:iam::123456789012:role/a\n          Other:"), 1),
    ],
)
def test_a_table_that_is_filled_from_elsewhere(tmp_path: Path, template: str, count: int) -> None:
    assert len(of(scanned(tmp_path, template=template), "table-without-recovery")) == count
