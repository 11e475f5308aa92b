"""What the platform needs of a role for each kind of configuration, and names of deployed things."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.model.application import Application
from ringfence.permissions.physical import PhysicalNames, Place
from ringfence.permissions.platform import platform_needs
from ringfence.testing import app

HEAD = """
AWSTemplateFormatVersion: '2010-09-09'
Resources:
"""
FUNCTION = """
  Work:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: work
      Runtime: python3.12
      Handler: app.handler
      Role: arn:aws:iam::111122223333:role/work
      Code: {ZipFile: "def handler(event, context): pass"}
"""


def loaded(tmp_path: Path, properties: str = "", resources: str = "") -> Application:
    text = HEAD + FUNCTION + _indented(properties, 6) + _indented(resources, 2)
    return app(tmp_path, {"template.yaml": text})


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}\n" for line in text.strip("\n").splitlines() if line)


def needs(application: Application, place: Place | None = None) -> dict[str, list[str]]:
    names = PhysicalNames(application, place)
    (function,) = [f for f in application.functions.values() if f.logical_id == "Work"]
    found: dict[str, list[str]] = {}
    for need in platform_needs(function, application, names):
        found.setdefault(need.resource, []).append(need.action)
    return found


LOGS = {
    "arn:aws:logs:*:*:log-group:/aws/lambda/work:*": [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ],
}
VPC = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
QUEUE = """
Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
Poll:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    FunctionName: !Ref Work
    EventSourceArn: !GetAtt Jobs.Arn
"""


def test_every_function_writes_its_log(tmp_path: Path) -> None:
    assert needs(loaded(tmp_path)) == LOGS


def test_logs_go_where_the_template_says(tmp_path: Path) -> None:
    found = needs(loaded(tmp_path, "LoggingConfig: {LogGroup: /shop/all}"))
    assert "arn:aws:logs:*:*:log-group:/shop/all:*" in found


@pytest.mark.parametrize(
    ("properties", "resource", "actions"),
    [
        (
            "TracingConfig: {Mode: Active}",
            "*",
            ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        ),
        (
            "DurableConfig: {ExecutionTimeout: 60}",
            "arn:aws:lambda:*:*:function:work:*",
            ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
        ),
        ("VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}", "*", VPC),
        (
            "DeadLetterConfig: {TargetArn: 'arn:aws:sqs:eu-west-1:111122223333:lost'}",
            "arn:aws:sqs:eu-west-1:111122223333:lost",
            ["sqs:SendMessage"],
        ),
        (
            "DeadLetterConfig: {TargetArn: 'arn:aws:sns:eu-west-1:111122223333:lost'}",
            "arn:aws:sns:eu-west-1:111122223333:lost",
            ["sns:Publish"],
        ),
        (
            "KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k'",
            "arn:aws:kms:eu-west-1:111122223333:key/k",
            ["kms:Decrypt"],
        ),
    ],
)
def test_configuration(tmp_path: Path, properties: str, resource: str, actions: list[str]) -> None:
    assert needs(loaded(tmp_path, properties)) == {**LOGS, resource: actions}


def test_pass_through_tracing_needs_nothing(tmp_path: Path) -> None:
    assert needs(loaded(tmp_path, "TracingConfig: {Mode: PassThrough}")) == LOGS


def test_a_polled_queue(tmp_path: Path) -> None:
    found = needs(loaded(tmp_path, resources=QUEUE))
    assert found["arn:aws:sqs:*:*:jobs"] == [
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    ]


def test_a_polled_queue_with_a_key_of_the_customers(tmp_path: Path) -> None:
    key = "QueueName: jobs, KmsMasterKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k'"
    found = needs(loaded(tmp_path, resources=QUEUE.replace("QueueName: jobs", key)))
    assert found["arn:aws:kms:eu-west-1:111122223333:key/k"] == ["kms:Decrypt"]


def test_a_polled_queue_with_the_providers_key_needs_no_key(tmp_path: Path) -> None:
    key = "QueueName: jobs, KmsMasterKeyId: alias/aws/sqs"
    found = needs(loaded(tmp_path, resources=QUEUE.replace("QueueName: jobs", key)))
    assert not [arn for arn in found if ":kms:" in arn]


def test_streams_and_where_failures_go(tmp_path: Path) -> None:
    resources = """
Clicks: {Type: AWS::Kinesis::Stream, Properties: {Name: clicks, ShardCount: 1}}
Lost: {Type: AWS::SNS::Topic, Properties: {TopicName: lost}}
Poll:
  Type: AWS::Lambda::EventSourceMapping
  Properties:
    FunctionName: !Ref Work
    EventSourceArn: !GetAtt Clicks.Arn
    StartingPosition: LATEST
    DestinationConfig: {OnFailure: {Destination: !Ref Lost}}
"""
    found = needs(loaded(tmp_path, resources=resources))
    assert found["*"] == ["kinesis:ListStreams"]
    assert "kinesis:GetRecords" in found["arn:aws:kinesis:*:*:stream/clicks"]
    assert found["arn:aws:sns:*:*:lost"] == ["sns:Publish"]


def test_no_resource_limits_the_list_of_table_streams(tmp_path: Path) -> None:
    resources = """
Orders:
  Type: AWS::DynamoDB::Table
  Properties: {TableName: orders, StreamSpecification: {StreamViewType: KEYS_ONLY}}
Poll:
  Type: AWS::Lambda::EventSourceMapping
  Properties: {FunctionName: !Ref Work, EventSourceArn: !GetAtt Orders.StreamArn}
"""
    found = needs(loaded(tmp_path, resources=resources))
    assert found["*"] == ["dynamodb:ListStreams"]
    stream = "arn:aws:dynamodb:*:*:table/orders/stream/*"
    assert found[stream] == [
        f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator")
    ]


def test_a_topic_that_pushes_needs_nothing(tmp_path: Path) -> None:
    resources = """
News: {Type: AWS::SNS::Topic}
Sub:
  Type: AWS::SNS::Subscription
  Properties: {Protocol: lambda, TopicArn: !Ref News, Endpoint: !GetAtt Work.Arn}
"""
    assert needs(loaded(tmp_path, resources=resources)) == LOGS


def test_destinations_of_asynchronous_invocations(tmp_path: Path) -> None:
    resources = """
Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
After:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref Work
    Qualifier: $LATEST
    DestinationConfig: {OnSuccess: {Destination: !GetAtt Bus.Arn}}
"""
    found = needs(loaded(tmp_path, resources=resources))
    assert found["arn:aws:events:*:*:event-bus/shop"] == ["events:PutEvents"]


def test_a_file_system_is_mounted_through_its_access_point(tmp_path: Path) -> None:
    resources = """
Files: {Type: AWS::EFS::FileSystem}
Point: {Type: AWS::EFS::AccessPoint, Properties: {FileSystemId: !Ref Files}}
"""
    mount = "FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/files}]"
    application = loaded(tmp_path, mount, resources)
    (function,) = application.functions.values()
    found = [
        need
        for need in platform_needs(function, application, PhysicalNames(application))
        if need.action.startswith("elasticfilesystem")
    ]
    assert {need.action for need in found} == {
        "elasticfilesystem:ClientMount",
        "elasticfilesystem:ClientWrite",
    }
    assert all(c.key == "elasticfilesystem:AccessPointArn" for n in found for c in n.conditions)


# --- names of deployed things -------------------------------------------------------------------


def test_names_and_arns(tmp_path: Path) -> None:
    resources = """
Plain: {Type: AWS::DynamoDB::Table}
Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-named'}}
Files: {Type: AWS::S3::Bucket}
Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}', RoleArn: r}}
"""
    application = loaded(tmp_path, resources=resources)
    open_ = PhysicalNames(application)
    assert open_.arn("template.yaml#Plain") == "arn:aws:dynamodb:*:*:table/*-Plain-*"
    assert open_.arn("template.yaml#Named") == "arn:aws:dynamodb:*:*:table/*-named"
    assert open_.arn("template.yaml#Files") == "arn:aws:s3:::*-files-*"
    assert open_.arn("template.yaml#Flow") == "arn:aws:states:*:*:stateMachine:Flow-*"
    there = PhysicalNames(application, Place("aws", "eu-west-1", "111122223333", "shop"))
    plain = "arn:aws:dynamodb:eu-west-1:111122223333:table/shop-Plain-*"
    assert there.arn("template.yaml#Plain") == plain
    assert there.owner(plain + "/index/by-day") == ("template.yaml#Plain", "/index/by-day")
    assert there.owner("arn:aws:s3:::elsewhere/*") == ("", "")


def test_a_name_that_refers_to_itself(tmp_path: Path) -> None:
    resources = "Loop: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt Loop.QueueName}}"
    application = loaded(tmp_path, resources=resources)
    assert PhysicalNames(application).arn("template.yaml#Loop") == "arn:aws:sqs:*:*:*"


def test_functions_of_other_clouds_need_nothing_of_aws(tmp_path: Path) -> None:
    files = {
        "a/serverless.yml": "service: a\nprovider: {name: azure, runtime: nodejs18}\n"
        "functions: {Work: {handler: app.run, events: [{http: true}]}}\n",
        "a/app.js": "module.exports.run = async (context) => {}\n",
        "b/serverless.yml": "service: b\nprovider: {name: openwhisk, runtime: nodejs}\n"
        "functions: {Work: {handler: app.run}}\n",
        "b/app.js": "module.exports.run = async (given) => {}\n",
    }
    application = app(tmp_path, files)
    names = PhysicalNames(application)
    assert len(application.functions) == 2
    for function in application.functions.values():
        assert platform_needs(function, application, names) == []
