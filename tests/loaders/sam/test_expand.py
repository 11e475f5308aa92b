"""What the shorthands become, as whole values, with the user's lines."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.loaders.documents import parse_document
from ringfence.loaders.intrinsics import resolve
from ringfence.loaders.sam import expand
from ringfence.loaders.template import Template
from ringfence.model.value import Mapping, Sequence, Value, plain

from . import oracle
from .templates import all_templates

HELLO = """\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 9
    Environment:
      Variables:
        STAGE: live
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.12
      CodeUri: src/
      Environment:
        Variables:
          NAME: you
      Policies:
        - S3ReadPolicy:
            BucketName: !Ref Bucket
        - Statement:
            Effect: Allow
            Action: dynamodb:*
            Resource: '*'
      Events:
        Get:
          Type: Api
          Properties:
            Path: /hello
            Method: get
        New:
          Type: S3
          Properties:
            Bucket: !Ref Bucket
            Events: s3:ObjectCreated:*
  Bucket:
    Type: AWS::S3::Bucket
"""


def expanded(text: str, read: Any = None) -> Template:
    document = parse_document(text.encode(), "template.yaml")
    assert isinstance(document, Mapping)
    template = resolve(document, "template.yaml", "")
    expand(template, read)
    return template


def properties(template: Template, logical_id: str) -> Any:
    return plain(template.resources[f"template.yaml#{logical_id}"].properties)


def test_a_function_becomes_what_a_deployment_makes() -> None:
    template = expanded(HELLO)
    assert {item.logical_id: item.type for item in template.resources.values()} == {
        "Hello": "AWS::Lambda::Function",
        "HelloNewPermission": "AWS::Lambda::Permission",
        "HelloRole": "AWS::IAM::Role",
        "HelloGetPermissionProd": "AWS::Lambda::Permission",
        "Bucket": "AWS::S3::Bucket",
        "ServerlessRestApi": "AWS::ApiGateway::RestApi",
        "ServerlessRestApiDeployment": "AWS::ApiGateway::Deployment",
        "ServerlessRestApiProdStage": "AWS::ApiGateway::Stage",
    }
    assert properties(template, "Hello") == {
        "Handler": "app.handler",
        "Runtime": "python3.12",
        "Timeout": 9,
        "Environment": {"Variables": {"STAGE": "live", "NAME": "you"}},
        "Code": "src/",
        "Role": "${HelloRole.Arn}",
    }
    assert properties(template, "HelloRole")["Policies"] == [
        {
            "PolicyName": "SAM policy template S3ReadPolicy",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Action": [
                            "s3:GetObject",
                            "s3:ListBucket",
                            "s3:GetBucketLocation",
                            "s3:GetObjectVersion",
                            "s3:GetLifecycleConfiguration",
                        ],
                        "Effect": "Allow",
                        "Resource": [
                            "arn:${AWS::Partition}:s3:::${Bucket}",
                            "arn:${AWS::Partition}:s3:::${Bucket}/*",
                        ],
                    }
                ],
            },
        },
        {
            "PolicyName": "inline policy",
            "PolicyDocument": {
                "Statement": {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
            },
        },
    ]
    assert properties(template, "Bucket") == {
        "NotificationConfiguration": {
            "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": "${Hello.Arn}"}]
        }
    }
    assert properties(template, "ServerlessRestApi")["Body"]["paths"] == {
        "/hello": {
            "get": {
                "x-amazon-apigateway-integration": {
                    "type": "aws_proxy",
                    "httpMethod": "POST",
                    "uri": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/"
                    "2015-03-31/functions/${Hello.Arn}/invocations",
                },
                "responses": {},
            }
        }
    }


def test_everything_stands_at_the_users_lines() -> None:
    template = expanded(HELLO)
    role = template.resources["template.yaml#HelloRole"]
    policies = role.properties.get("Policies")
    assert isinstance(policies, Sequence)
    assert [item.location.line for item in policies] == [19, 21]
    permission = template.resources["template.yaml#HelloNewPermission"]
    assert (permission.location.line, permission.generated_from) == (31, "template.yaml#Hello")
    body = template.resources["template.yaml#ServerlessRestApi"].properties.at("Body.paths")
    assert isinstance(body, Mapping)
    method = body.get("/hello")
    assert isinstance(method, Mapping)
    assert method.key_location("get").line == 26
    function = template.resources["template.yaml#Hello"].properties
    assert function.key_location("Code").line == 14
    timeout = function.get("Timeout")
    assert timeout is not None
    assert (timeout.location.line, timeout.origins[0].role, timeout.origins[0].name) == (
        4,
        "globals",
        "Function.Timeout",
    )
    name = function.at("Environment.Variables.NAME")
    assert name is not None
    assert name.origins == ()


def test_both_branches_of_an_undecided_condition_are_there() -> None:
    template = expanded("""\
Parameters:
  Wide: {Type: String}
Conditions:
  IsWide: !Equals [!Ref Wide, 'yes']
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.12
      CodeUri: src
      Role: !If [IsWide, 'arn:aws:iam::123456789012:role/wide', !Ref AWS::NoValue]
      Policies: !If [IsWide, AdministratorAccess, ReadOnlyAccess]
      FunctionUrlConfig:
        AuthType: !If [IsWide, NONE, AWS_IAM]
      Events: !If
        - IsWide
        - All: {Type: HttpApi, Properties: {Path: /all, Method: any}}
        - One: {Type: HttpApi, Properties: {Path: /one, Method: get}}
""")
    role = properties(template, "MainRole")
    assert [name.rpartition("/")[2] for name in role["ManagedPolicyArns"]] == [
        "AWSLambdaBasicExecutionRole",
        "AdministratorAccess",
        "ReadOnlyAccess",
    ]
    assert list(properties(template, "ServerlessHttpApi")["Body"]["paths"]) == ["/all", "/one"]
    assert properties(template, "MainUrlPublicPermissions") == {
        "Action": "lambda:InvokeFunctionUrl",
        "FunctionUrlAuthType": "NONE",
        "FunctionName": "${Main}",
        "Principal": "*",
    }
    assert template.resources["template.yaml#MainRole"].condition == "IsWide"


def test_a_definition_in_a_file_is_read_through_the_given_call() -> None:
    text = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      DefinitionUri: api.yaml
      Auth: {DefaultAuthorizer: AWS_IAM}
"""
    definition = b"""\
swagger: '2.0'
paths:
  /a:
    get: {x-amazon-apigateway-integration: {type: mock}}
"""
    asked: list[str] = []

    def read(path: str) -> Value | None:
        asked.append(path)
        return parse_document(definition, "api.yaml")

    api = expanded(text, read).resources["template.yaml#Api"]
    assert asked == ["api.yaml"]
    method = api.properties.at("Body.paths./a.get")
    assert isinstance(method, Mapping)
    assert plain(method.get("security")) == [{"AWS_IAM": []}]
    assert (method.location.file, method.location.line) == ("api.yaml", 4)


def test_what_cannot_be_expanded_is_skipped_with_its_reason() -> None:
    template = expanded("""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Policies:
        - NoSuchPolicy: {A: b}
      Events:
        Odd: {Type: Telepathy}
        Foreign:
          Type: S3
          Properties: {Bucket: somewhere-else, Events: 's3:ObjectCreated:*'}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: live, DefinitionUri: gone.yaml}
  New:
    Type: AWS::Serverless::Novelty
""")
    assert [
        (item.what, item.reason, item.location and item.location.line) for item in template.skipped
    ] == [
        ("policy NoSuchPolicy of Main", "no SAM policy template has this name", 8),
        ("event Odd of Main", "unknown event type Telepathy", 10),
        ("event Foreign of Main", "its bucket is not in this template", 13),
        ("resource New", "AWS::Serverless::Novelty is not understood yet", 17),
        ("definition of Api", "the file gone.yaml could not be read", 16),
    ]
    assert "template.yaml#New" in template.resources


def test_references_that_only_sam_knows_point_at_what_was_made() -> None:
    template = expanded("""\
Transform: AWS::Serverless-2016-10-31
Resources:
  Main:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, CodeUri: src, AutoPublishAlias: live}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Targets: [{Arn: !Ref Main.Alias, Id: !Sub 'x-${Api.Stage}'}]
""")
    assert properties(template, "Rule") == {
        "Targets": [{"Arn": "${MainAliaslive}", "Id": "x-${Apiv1Stage}"}]
    }


_TEMPLATES = sorted(all_templates().items())
_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just({}), st.just([]),
    st.just({"Ref": "AWS::NoValue"}), st.just({"Ref": "Nowhere"}), st.just([[{"a": None}]]),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_template_breaks_the_expansion(data: st.DataObject) -> None:
    """A part of a good template is replaced by junk; the rest still expands."""
    _, text = data.draw(st.sampled_from(_TEMPLATES))
    document = json.loads(text)
    node = document
    for _ in range(data.draw(st.integers(1, 7))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        inner = node[key]
        if not isinstance(inner, (dict, list)) or not inner:
            break
        parent, node = node, inner
        last = (parent, key)
    else:
        key = None
    if key is None:
        parent, key = last
    else:
        parent = node
    parent[key] = data.draw(_JUNK)
    if isinstance(document.get("Resources"), dict):
        oracle.ours(json.dumps(document))
