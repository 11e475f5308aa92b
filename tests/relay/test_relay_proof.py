"""A function's calls make its policy; with it all calls pass, without any one action one is denied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from botocore.exceptions import ClientError
from fake_cloud import FakeCloud, fake_cloud
from relay_harness import Session, relay

from ringfence.relay.deciding import decide_by
from ringfence.relay.needs import requirements

# moto and botocore warn of their own use of old interfaces.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ACTIONS = [
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "kinesis:PutRecord",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sns:Publish",
    "sqs:SendMessage",
    "ssm:GetParameter",
]


@pytest.fixture(scope="module")
def cloud() -> Iterator[FakeCloud]:
    """A cloud with what the function below uses."""
    with fake_cloud() as server, relay(server.url) as session:
        _prepare(session)
        yield server


def _prepare(session: Session) -> None:
    place = {"LocationConstraint": "eu-west-1"}
    session.client("s3").create_bucket(Bucket="photos", CreateBucketConfiguration=place)
    session.client("s3").put_object(Bucket="photos", Key="in/1", Body=b"x")
    session.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    session.client("sqs").create_queue(QueueName="work")
    session.client("sns").create_topic(Name="news")
    session.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    session.client("secretsmanager").create_secret(Name="db", SecretString="x")
    session.client("ssm").put_parameter(Name="/shop/rate", Value="1", Type="String")


HERE = "eu-west-1:123456789012"


def _function(session: Session) -> None:
    """What the function does with its permissions."""
    s3 = session.client("s3")
    s3.head_object(Bucket="photos", Key="in/1")
    s3.list_objects_v2(Bucket="photos", Prefix="in/")
    s3.copy_object(Bucket="photos", Key="out/1", CopySource="photos/in/1")
    table = session.client("dynamodb")
    table.put_item(TableName="orders", Item={"id": {"S": "1"}})
    table.get_item(TableName="orders", Key={"id": {"S": "1"}})
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/work"
    session.client("sqs").send_message(QueueUrl=url, MessageBody="hi")
    session.client("sns").publish(TopicArn=f"arn:aws:sns:{HERE}:news", Message="hi")
    session.client("kinesis").put_record(StreamName="clicks", Data=b"x", PartitionKey="a")
    session.client("secretsmanager").get_secret_value(SecretId="db")
    session.client("ssm").get_parameter(Name="/shop/rate")
    session.client("sts").get_caller_identity()


def _recorded(cloud: FakeCloud) -> dict[str, list[str]]:
    """Action → resources, of one run that nobody decides."""
    with relay(cloud.url, needs=requirements) as session:
        _function(session)
    used: dict[str, list[str]] = {}
    for item in session.observations:
        used.setdefault(item.value, []).append(item.resource)
    return used


def _policy(used: dict[str, list[str]]) -> dict[str, Any]:
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": sorted(set(resources))}
        for action, resources in used.items()
    ]
    return {"resize": {"Version": "2012-10-17", "Statement": statements}}


@pytest.fixture(scope="module")
def used(cloud: FakeCloud) -> dict[str, list[str]]:
    return _recorded(cloud)


def test_what_the_function_used(used: dict[str, list[str]]) -> None:
    assert sorted(used) == ACTIONS
    assert used["s3:GetObject"] == ["arn:aws:s3:::photos/in/1"] * 2
    assert used["s3:PutObject"] == ["arn:aws:s3:::photos/out/1"]
    assert used["sqs:SendMessage"] == [f"arn:aws:sqs:{HERE}:work"]


def test_with_its_policy_every_call_passes(cloud: FakeCloud, used: dict[str, list[str]]) -> None:
    with relay(cloud.url, decide_by(_policy(used)), needs=requirements) as session:
        _function(session)
    assert {item.decision for item in session.observations} == {"allowed"}


@pytest.mark.parametrize("action", ACTIONS)
def test_without_an_action_a_call_is_denied(
    cloud: FakeCloud, used: dict[str, list[str]], action: str
) -> None:
    policy = _policy({name: on for name, on in used.items() if name != action})
    deciding = relay(cloud.url, decide_by(policy), needs=requirements)
    with deciding as session, pytest.raises(ClientError) as problem:
        _function(session)
    denied = [item.value for item in session.observations if item.decision != "allowed"]
    assert denied == [action]
    assert problem.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
