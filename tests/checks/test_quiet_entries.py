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


GRAPHQL = """
    Resources:
      Api:
        Type: AWS::AppSync::GraphQLApi
        Properties: {Name: shop, AuthenticationType: AWS_IAM}
      Types:
        Type: AWS::AppSync::GraphQLSchema
        Properties: {ApiId: !GetAtt Api.ApiId, DefinitionS3Location: ./schema.graphql}
"""
QUERY = "type Query { order: Order }\n"


@pytest.mark.parametrize(
    ("schema", "count"),
    [
        (QUERY + "type Order { id: ID! lines: [Line!]! }\ntype Line { count: Int }", 0),
        (QUERY + "type Order { by: Person }\ntype Person { orders: [Order] }", 1),
        (QUERY + "interface Node { id: ID }\ntype Order implements Node { next: Node }", 1),
        (QUERY + "union Any = Order | Person\ntype Order { a: Any }\ntype Person { b: Int }", 1),
        (QUERY + "type Order { a: Int }\nextend type Order { again: Order }", 1),
        (QUERY + "type Order { a: Query }", 1),
        ("no schema {", 1),
        ("type Order { a: " + "[" * 20_000 + "Int", 1),
        ("type Order { " + "a: Int\n" * 200_000 + "}", 1),
        ("", 1),
    ],
    ids=range(10),
)
def test_a_schema_without_circles_needs_no_limit_of_depth(
    tmp_path: Path, schema: str, count: int
) -> None:
    (tmp_path / "schema.graphql").write_text(schema)
    found = scanned(tmp_path, template=GRAPHQL + HTTP[HTTP.index("      Work:") :], code=ANSWER)
    assert len(of(found, "graphql-unlimited-depth")) == count


GUARDED = """
    Resources:
      Api:
        Type: AWS::ApiGateway::RestApi
        Properties: {Name: work}
      Live:
        Type: AWS::ApiGateway::Stage
        Properties: {RestApiId: !Ref Api, StageName: live}
      Call:
        Type: AWS::ApiGateway::Method
        Properties:
          RestApiId: !Ref Api
          ResourceId: !GetAtt Api.RootResourceId
          HttpMethod: POST
          AuthorizationType: NONE
          Integration:
            Type: AWS_PROXY
            Uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Work.Arn}/invocations
      Work:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          Role: arn:aws:iam::123456789012:role/work
          Code: {ZipFile: "def handler(event, context): return {}"}
      Wall:
        Type: AWS::WAFv2::WebACL
        Properties:
          Scope: REGIONAL
          Rules: [{Name: one, Priority: 0, Statement: {RateBasedStatement: {Limit: 100}}}]
      Before:
        Type: AWS::WAFv2::WebACLAssociation
        Properties:
          ResourceArn: !Sub arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/live
          WebACLArn: !GetAtt Wall.Arn
"""


@pytest.mark.parametrize(
    ("template", "count"),
    [
        (GUARDED, 0),
        (GUARDED.replace("RateBasedStatement: {Limit: 100}", "GeoMatchStatement: {}"), 1),
        (GUARDED[: GUARDED.index("      Before:")], 1),
    ],
)
def test_a_firewall_that_counts_requests_limits_an_api(
    tmp_path: Path, template: str, count: int
) -> None:
    assert len(of(scanned(tmp_path, template=template), "api-without-throttling")) == count


BROAD = (
    HTTP
    + """          Policies: [{0}]
"""
)


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ("AWSLambda_FullAccess", ["role-can-escalate"]),
        ("AmazonSQSFullAccess", ["full-access-managed-policy"]),
    ],
)
def test_a_managed_policy_that_lets_a_role_rise_is_told_as_that(
    tmp_path: Path, policy: str, rules: list[str]
) -> None:
    result = scanned(tmp_path, template=f"{HTTP}          Policies: [{policy}]\n", code=ANSWER)
    both = ("role-can-escalate", "full-access-managed-policy")
    assert [finding.rule for finding in result.findings if finding.rule in both] == rules


@pytest.mark.parametrize(
    ("resource", "count"),
    [
        ("arn:aws:sqs:eu-west-1:123456789012:jobs", 1),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/Orders", 0),
        ("!GetAtt Jobs.Arn", 1),
    ],
)
def test_actions_that_no_resource_of_a_statement_knows(
    tmp_path: Path, resource: str, count: int
) -> None:
    grant = (
        "          Policies:\n            - Statement: "
        f"[{{Effect: Allow, Action: 'sqs:*', Resource: {resource}}}]\n"
    )
    template = HTTP.replace("          Events:", grant + "          Events:")
    template += "      Jobs: {Type: AWS::SQS::Queue}\n"
    found = scanned(tmp_path, template=template)
    assert len(of(found, "whole-service-on-one-resource")) == count


def test_a_role_that_may_do_everything_behind_several_entries_is_told_once(tmp_path: Path) -> None:
    grant = "          Policies: [AdministratorAccess]\n"
    second = (
        "            Again: {Type: HttpApi, Properties: {Path: /again, Method: POST}}\n"
        "            Last: {Type: HttpApi, Properties: {Path: /last, Method: POST}}\n"
    )
    template = HTTP.replace("          Events:", grant + "          Events:") + second
    (found,) = of(scanned(tmp_path, template=template), "anonymous-entry-administers")
    assert [one.role for one in found.origins].count("also") == 2


POOL = """
    Resources:
      Pool: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: true}}
      Guests:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument: {Statement: []}
          POLICIES
      Attached:
        Type: AWS::Cognito::IdentityPoolRoleAttachment
        Properties:
          IdentityPoolId: !Ref Pool
          Roles: {unauthenticated: ROLE}
"""
SOME = "Policies: [{PolicyName: a, PolicyDocument: {Statement: {Effect: Allow, Action: 'mobileanalytics:PutEvents', Resource: '*'}}}]"


@pytest.mark.parametrize(
    ("policies", "role", "count"),
    [
        ("Path: /", "!GetAtt Guests.Arn", 0),
        (SOME, "!GetAtt Guests.Arn", 1),
        ("Path: /", "!ImportValue guests", 1),
        ("ManagedPolicyArns: [!Ref Unknown]", "!GetAtt Guests.Arn", 1),
    ],
)
def test_guests_that_get_a_role_without_permissions(
    tmp_path: Path, policies: str, role: str, count: int
) -> None:
    template = POOL.replace("POLICIES", policies).replace("ROLE", role)
    found = scanned(tmp_path, template=template)
    assert len(of(found, "identity-pool-guests")) == count
