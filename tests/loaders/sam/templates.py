"""Templates for the comparison with the official transform, written for the tests."""

from __future__ import annotations

import itertools
import json
from typing import Any

FUNCTION: dict[str, Any] = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"Handler": "app.handler", "Runtime": "python3.12", "CodeUri": "src/"},
}


def function(**properties: Any) -> dict[str, Any]:
    return {**FUNCTION, "Properties": {**FUNCTION["Properties"], **properties}}


def event(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def template(sections: dict[str, Any] | None = None, **resources: Any) -> str:
    return json.dumps(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            **(sections or {}),
            "Resources": resources,
        }
    )


POOL_ARN = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_1"
AUTHORIZERS = {
    "Pool": {"UserPoolArn": POOL_ARN, "AuthorizationScopes": ["read"]},
    "Token": {
        "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
        "Identity": {"Header": "X-Token", "ValidationExpression": "^x", "ReauthorizeEvery": 0},
    },
    "Request": {
        "FunctionPayloadType": "REQUEST",
        "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
        "FunctionInvokeRole": "arn:aws:iam::123456789012:role/caller",
        "Identity": {"QueryStrings": ["key"], "Headers": ["Authorization"], "Context": ["a"]},
    },
}


def _rest_auth() -> dict[str, str]:
    """Default authorizer × the event's own choice × preflight and key settings."""
    found: dict[str, str] = {}
    own = {
        "nothing": None,
        "NONE": {"Authorizer": "NONE"},
        "Token": {"Authorizer": "Token"},
        "Pool-scoped": {"Authorizer": "Pool", "AuthorizationScopes": ["write"]},
        "IAM": {"Authorizer": "AWS_IAM"},
        "IAM-role": {"Authorizer": "AWS_IAM", "InvokeRole": "NONE"},
        "key": {"ApiKeyRequired": True},
        "no-key": {"ApiKeyRequired": False},
    }
    settings: dict[str, dict[str, Any]] = {
        "plain": {},
        "no-preflight": {"AddDefaultAuthorizerToCorsPreflight": False},
        "keys": {"ApiKeyRequired": True},
        "keys-no-preflight": {
            "ApiKeyRequired": True,
            "AddApiKeyRequiredToCorsPreflight": False,
        },
    }
    for default, choice, setting, version in itertools.product(
        (None, "Pool", "Request", "AWS_IAM"), own, settings, (None, "3.0.1")
    ):
        auth: dict[str, Any] = {"Authorizers": AUTHORIZERS, **settings[setting]}
        if default:
            auth["DefaultAuthorizer"] = default
        properties = {"Path": "/things/{id}", "Method": "get", "RestApiId": {"Ref": "Api"}}
        if own[choice] is not None:
            properties["Auth"] = own[choice]
        api = {"StageName": "live", "Auth": auth, "Cors": "'*'"}
        if version:
            api["OpenApiVersion"] = version
        found[f"rest-{default}-{choice}-{setting}-{version}"] = template(
            Api={"Type": "AWS::Serverless::Api", "Properties": api},
            Guard=function(),
            Main=function(
                Events={
                    "Get": event("Api", **properties),
                    "Any": event("Api", Path="/all", Method="ANY", RestApiId={"Ref": "Api"}),
                }
            ),
        )
    return found


def _http_auth() -> dict[str, str]:
    authorizers = {
        "Jwt": {
            "JwtConfiguration": {"Issuer": "https://issuer.example", "Audience": ["app"]},
            "IdentitySource": "$request.header.Authorization",
            "AuthorizationScopes": ["read"],
        },
        "Lambda": {
            "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
            "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": True,
            "EnableFunctionDefaultPermissions": True,
            "Identity": {"Headers": ["X-Key"], "ReauthorizeEvery": 30},
        },
    }
    own: dict[str, Any] = {
        "nothing": None,
        "NONE": {"Authorizer": "NONE"},
        "Lambda": {"Authorizer": "Lambda"},
        "scopes": {"AuthorizationScopes": ["write"]},
        "IAM": {"Authorizer": "AWS_IAM"},
    }
    found: dict[str, str] = {}
    for default, choice, iam in itertools.product((None, "Jwt", "AWS_IAM"), own, (False, True)):
        auth: dict[str, Any] = {"Authorizers": authorizers, "EnableIamAuthorizer": iam}
        if default:
            auth["DefaultAuthorizer"] = default
        properties = {"Path": "/things", "Method": "POST", "ApiId": {"Ref": "Api"}}
        if own[choice] is not None:
            properties["Auth"] = own[choice]
        found[f"http-{default}-{choice}-{iam}"] = template(
            Api={
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {"Auth": auth, "CorsConfiguration": {"AllowOrigins": ["*"]}},
            },
            Guard=function(),
            Main=function(
                Events={
                    "Post": event("HttpApi", **properties),
                    "All": event("HttpApi", ApiId={"Ref": "Api"}),
                }
            ),
        )
    return found


def _definitions() -> dict[str, str]:
    """Inline definitions: events only add what SAM lets them add."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:aws:x"}
    body = {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/open": {"get": {"x-amazon-apigateway-integration": integration}},
            "/closed": {
                "post": {
                    "security": [{"Pool": []}],
                    "x-amazon-apigateway-integration": integration,
                }
            },
            "/documented": {"get": {"responses": {}}},
        },
    }
    openapi = {**body, "openapi": "3.0.1"}
    del openapi["swagger"]
    found = {}
    for merge, override in itertools.product((False, True), repeat=2):
        auth: dict[str, Any] = {"Authorizer": "NONE"}
        if override:
            auth["OverrideApiAuth"] = True
        found[f"definition-{merge}-{override}"] = template(
            Api={
                "Type": "AWS::Serverless::Api",
                "Properties": {
                    "StageName": "live",
                    "MergeDefinitions": merge,
                    "DefinitionBody": body,
                    "Auth": {"DefaultAuthorizer": "Pool", "Authorizers": AUTHORIZERS},
                },
            },
            Guard=function(),
            Main=function(
                Events={
                    "Open": event(
                        "Api", Path="/open", Method="get", RestApiId={"Ref": "Api"}, Auth=auth
                    )
                }
            ),
        )
    found["definition-http"] = template(
        Api={
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "DefinitionBody": openapi,
                "Auth": {
                    "DefaultAuthorizer": "Jwt",
                    "Authorizers": {
                        "Jwt": {
                            "JwtConfiguration": {"issuer": "https://i", "audience": ["a"]},
                            "IdentitySource": "$request.header.Authorization",
                        }
                    },
                },
            },
        },
        Main=function(
            Events={"New": event("HttpApi", Path="/new", Method="get", ApiId={"Ref": "Api"})}
        ),
    )
    return found


def _resource_policies() -> dict[str, str]:
    lists = {
        "addresses": {"IpRangeWhitelist": ["10.0.0.0/8"], "IpRangeBlacklist": ["10.1.0.0/16"]},
        "accounts": {"AwsAccountWhitelist": ["123456789012"], "AwsAccountBlacklist": ["1"]},
        "networks": {"SourceVpcWhitelist": ["vpc-1", "vpce-2"], "IntrinsicVpcBlacklist": ["v"]},
        "statements": {
            "CustomStatements": [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
            ]
        },
    }
    found = {}
    for name, policy in lists.items():
        events = {
            "A": event("Api", Path="/a/{id}/", Method="get", RestApiId={"Ref": "Api"}),
            "B": event("Api", Path="/", Method="any", RestApiId={"Ref": "Api"}),
        }
        found[f"policy-{name}"] = template(
            Api={
                "Type": "AWS::Serverless::Api",
                "Properties": {"StageName": "live", "Auth": {"ResourcePolicy": policy}},
            },
            Main=function(Events=events),
        )
        own = event("Api", Path="/a", Method="get", Auth={"ResourcePolicy": policy})
        found[f"policy-event-{name}"] = template(Main=function(Events={"A": own}))
    return found


def _events() -> dict[str, str]:
    queue, topic = {"Type": "AWS::SQS::Queue"}, {"Type": "AWS::SNS::Topic"}
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:a"
    broker = {
        "Broker": "arn:aws:mq:us-east-1:123456789012:broker:a",
        "Queues": ["q"],
        "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": secret}],
    }
    stream = {"Stream": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}
    events: dict[str, dict[str, Any]] = {
        "s3": event(
            "S3",
            Bucket={"Ref": "Bucket"},
            Events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"],
            Filter={"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}]}},
        ),
        "sns": event("SNS", Topic={"Ref": "Topic"}, FilterPolicy={"kind": ["a"]}),
        "sns-sqs": event("SNS", Topic={"Ref": "Topic"}, SqsSubscription=True),
        "sns-own-queue": event(
            "SNS",
            Topic={"Ref": "Topic"},
            SqsSubscription={
                "QueueArn": {"Fn::GetAtt": ["Queue", "Arn"]},
                "QueueUrl": {"Ref": "Queue"},
                "BatchSize": 5,
            },
        ),
        "sqs": event("SQS", Queue={"Fn::GetAtt": ["Queue", "Arn"]}, BatchSize=1),
        "kinesis": event(
            "Kinesis",
            **stream,
            StartingPosition="LATEST",
            DestinationConfig={"OnFailure": {"Type": "SQS", "Destination": "arn:aws:sqs:x:1:q"}},
        ),
        "dynamodb": event(
            "DynamoDB", Stream="arn:aws:dynamodb:x", StartingPosition="TRIM_HORIZON"
        ),
        "msk": event(
            "MSK",
            Stream="arn:aws:kafka:x",
            StartingPosition="LATEST",
            Topics=["t"],
            SourceAccessConfigurations=[{"Type": "CLIENT_CERTIFICATE_TLS_AUTH", "URI": secret}],
            ConsumerGroupId="g",
        ),
        "kafka": event(
            "SelfManagedKafka",
            KafkaBootstrapServers=["a:9092"],
            Topics=["t"],
            SourceAccessConfigurations=[
                {"Type": "SASL_SCRAM_512_AUTH", "URI": secret},
                {"Type": "VPC_SUBNET", "URI": "subnet:s"},
                {"Type": "VPC_SECURITY_GROUP", "URI": "security_group:s"},
            ],
        ),
        "mq": event("MQ", **broker, SecretsManagerKmsKeyId="key"),
        "documentdb": event(
            "DocumentDB",
            Cluster="arn:aws:rds:us-east-1:123456789012:cluster:c",
            DatabaseName="d",
            SourceAccessConfigurations=[{"Type": "BASIC_AUTH", "URI": secret}],
        ),
        "schedule": event(
            "Schedule", Schedule="rate(1 day)", Enabled=False, DeadLetterConfig={"Type": "SQS"}
        ),
        "schedule-v2": event("ScheduleV2", ScheduleExpression="rate(1 day)", Input="{}"),
        "schedule-v2-dlq": event(
            "ScheduleV2", ScheduleExpression="rate(1 day)", DeadLetterConfig={"Type": "SQS"}
        ),
        "rule": event(
            "EventBridgeRule",
            EventBusName="bus",
            Pattern={"source": ["a"]},
            DeadLetterConfig={"Type": "SQS"},
            InputPath="$.detail",
        ),
        "watch": event("CloudWatchEvent", Pattern={"source": ["a"]}, State="DISABLED"),
        "logs": event("CloudWatchLogs", LogGroupName="group", FilterPattern="ERROR"),
        "iot": event("IoTRule", Sql="SELECT * FROM 'a'", AwsIotSqlVersion="beta"),
        "alexa": event("AlexaSkill"),
        "alexa-skill": event("AlexaSkill", SkillId="amzn1.ask.skill.1"),
        "cognito": event("Cognito", UserPool={"Ref": "Pool"}, Trigger=["PreSignUp", "PostAuthentication"]),
        "rest": event("Api", Path="/a/{id}", Method="GET"),
        "rest-parameters": event(
            "Api", Path="/a", Method="GET",
            RequestParameters=["method.request.header.X", {"method.request.querystring.q": {"Required": True}}],
        ),
        "http": event("HttpApi", Path="/a/{id}", Method="GET", PayloadFormatVersion="1.0"),
        "http-default": event("HttpApi"),
    }  # fmt: skip
    common = {
        "Queue": queue,
        "Topic": topic,
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Pool": {"Type": "AWS::Cognito::UserPool"},
    }
    found = {
        f"event-{name}": template(**common, Main=function(Events={"It": given}))
        for name, given in events.items()
    }
    found.update(
        {
            f"event-alias-{name}": template(
                **common, Main=function(AutoPublishAlias="live", Events={"It": given})
            )
            for name, given in events.items()
        }
    )
    machine = {"Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}}
    for name in ("schedule", "schedule-v2", "rule", "watch", "rest"):
        given = events[name]
        found[f"machine-{name}"] = template(
            Machine={
                "Type": "AWS::Serverless::StateMachine",
                "Properties": {
                    **machine,
                    "Events": {"It": given},
                    "Tracing": {"Enabled": True},
                    "Policies": [{"LambdaInvokePolicy": {"FunctionName": "f"}}],
                },
            }
        )
    return found


def _functions() -> dict[str, str]:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    variants: dict[str, dict[str, Any]] = {
        "plain": {},
        "inline": {"InlineCode": "x", "CodeUri": None},
        "image": {
            "PackageType": "Image",
            "ImageUri": "123.dkr.ecr/x:1",
            "CodeUri": None,
            "Handler": None,
            "Runtime": None,
        },
        "tracing": {"Tracing": "Active", "VpcConfig": {"SubnetIds": ["s"]}},
        "untraced": {"Tracing": "Disabled"},
        "role": {"Role": "arn:aws:iam::123456789012:role/r"},
        "boundary": {"PermissionsBoundary": "arn:aws:iam::1:policy/p", "RolePath": "/p/"},
        "dead-letters": {"DeadLetterQueue": {"Type": "SNS", "TargetArn": "arn:aws:sns:x"}},
        "url": {"FunctionUrlConfig": {"AuthType": "NONE", "Cors": {"AllowOrigins": ["*"]}}},
        "url-iam": {"FunctionUrlConfig": {"AuthType": "AWS_IAM"}},
        "url-alias": {"AutoPublishAlias": "live", "FunctionUrlConfig": {"AuthType": "NONE"}},
        "managed": {"Policies": "AmazonS3FullAccess"},
        "policies": {
            "Policies": [
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
                {"Version": "2012-10-17", "Statement": [statement]},
                {"Statement": statement},
                {"S3ReadPolicy": {"BucketName": {"Ref": "Bucket"}}},
                {"KMSDecryptPolicy": {"KeyId": "k"}},
                {"AMIDescribePolicy": {}},
            ]
        },
        "destinations": {
            "EventInvokeConfig": {
                "MaximumRetryAttempts": 0,
                "DestinationConfig": {
                    "OnSuccess": {"Type": "SQS"},
                    "OnFailure": {"Type": "Lambda", "Destination": "arn:aws:lambda:x"},
                },
            }
        },
        "destinations-sns": {
            "EventInvokeConfig": {
                "DestinationConfig": {
                    "OnSuccess": {"Type": "SNS"},
                    "OnFailure": {"Type": "S3Bucket", "Destination": "arn:aws:s3:::b"},
                }
            }
        },
        "trust": {
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
                ]
            }
        },
    }
    found = {}
    for name, changed in variants.items():
        properties = {**FUNCTION["Properties"], **changed}
        kept = {key: value for key, value in properties.items() if value is not None}
        found[f"function-{name}"] = template(
            Bucket={"Type": "AWS::S3::Bucket"},
            Main={"Type": "AWS::Serverless::Function", "Properties": kept},
        )
    shared = {
        "Globals": {
            "Function": {
                "Timeout": 9,
                "Tracing": "Active",
                "Layers": ["arn:aws:lambda:x:1:layer:a:1"],
                "Environment": {"Variables": {"A": "1", "B": "1"}},
                "Tags": {"a": "1"},
            },
            "Api": {"Auth": {"ApiKeyRequired": True}, "Cors": {"AllowOrigin": "'*'"}},
            "HttpApi": {"CorsConfiguration": {"AllowOrigins": ["*"], "AllowMethods": ["GET"]}},
        }
    }
    found["globals"] = template(
        shared,
        Main=function(
            Layers=["arn:aws:lambda:x:1:layer:b:1"],
            Environment={"Variables": {"B": "2"}},
            Events={
                "R": event("Api", Path="/r", Method="get"),
                "H": event("HttpApi", Path="/h", Method="get"),
            },
        ),
        Table={
            "Type": "AWS::Serverless::SimpleTable",
            "Properties": {"PrimaryKey": {"Name": "k", "Type": "Number"}},
        },
        Layer={"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "l/"}},
    )
    return found


def _connectors() -> dict[str, str]:
    resources = {
        "Main": function(),
        "Second": function(),
        "Table": {"Type": "AWS::Serverless::SimpleTable"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Bucket": {"Type": "AWS::S3::Bucket"},
    }
    found = {}
    for source, target, permissions in (
        ("Main", "Table", ["Read", "Write"]),
        ("Main", "Bucket", ["Read"]),
        ("Main", "Queue", ["Write"]),
        ("Main", "Second", ["Write"]),
        ("Topic", "Queue", ["Write"]),
        ("Topic", "Main", ["Write"]),
        ("Bucket", "Main", ["Write"]),
        ("Queue", "Main", ["Read", "Write"]),
    ):
        connector = {
            "Type": "AWS::Serverless::Connector",
            "Properties": {
                "Source": {"Id": source},
                "Destination": {"Id": target},
                "Permissions": permissions,
            },
        }
        found[f"connector-{source}-{target}"] = template(**resources, Link=connector)
    embedded = {
        "Connectors": {
            "Store": {
                "Properties": {
                    "Destination": [{"Id": "Table"}, {"Id": "Queue"}],
                    "Permissions": ["Write"],
                }
            }
        }
    }
    found["connector-embedded"] = template(**{**resources, "Main": {**function(), **embedded}})
    return found


def _capacity() -> dict[str, str]:
    network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    scaling = {"MaxVCpuCount": 30, "AverageCPUUtilization": 50}
    types = {"Architectures": ["arm64"], "AllowedTypes": ["m8g.large"]}

    def provider(**properties: Any) -> dict[str, Any]:
        return {
            "Type": "AWS::Serverless::CapacityProvider",
            "Properties": {"VpcConfig": network, **properties},
        }

    config = {"Arn": {"Fn::GetAtt": ["Instances", "Arn"]}}
    return {
        "capacity-plain": template(
            Instances=provider(), Fn=function(CapacityProviderConfig=config)
        ),
        "capacity-all": template(
            Instances=provider(
                CapacityProviderName="batch",
                ScalingConfig=scaling,
                InstanceRequirements=types,
                Tags={"team": "a"},
                ManagedResourceTags={"Tags": {"cost": "b"}},
            )
        ),
        "capacity-own-role": template(
            Instances=provider(
                OperatorRole="arn:aws:iam::123456789012:role/operator",
                ScalingConfig={"MaxVCpuCount": 10},
            )
        ),
    }


def all_templates() -> dict[str, str]:
    """Name → template text."""
    return {
        **_functions(),
        **_events(),
        **_rest_auth(),
        **_http_auth(),
        **_definitions(),
        **_resource_policies(),
        **_connectors(),
        **_capacity(),
    }
