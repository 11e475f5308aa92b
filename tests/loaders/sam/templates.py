"""Templates for the comparison with the official transform, written for the tests."""

from __future__ import annotations

from typing import Any

from . import api_templates
from .template_parts import FUNCTION, event, function, template


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
        **api_templates.rest_auth(),
        **api_templates.http_auth(),
        **api_templates.definitions(),
        **api_templates.resource_policies(),
        **_connectors(),
        **_capacity(),
    }
