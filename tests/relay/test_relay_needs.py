"""Calls as actions on ARNs by the project's own map, and policies that are exactly those."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.logs.cloudtrail import read_cloudtrail
from ringfence.logs.observing import Place, used_by
from ringfence.model.event import Observation
from ringfence.relay.deciding import decide_by
from ringfence.relay.decode import decode
from ringfence.relay.needs import requirements
from ringfence.relay.recording import Recorder
from ringfence.relay.request import make_request

pytest.importorskip("botocore")
from model_requests import SERVICES, samples
from relay_harness import signed

TRAIL = Path(__file__).parent.parent / "logs" / "trail"
PLACE = Place("eu-west-1", "123456789012")
HERE = "eu-west-1:123456789012"

#: (service, operation, parameters, action, resource).
USED = [
    ("dynamodb", "PutItem", {"TableName": "t"}, "dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/t"),
    ("sns", "Publish", {"TopicArn": f"arn:aws:sns:{HERE}:t"}, "sns:Publish", f"arn:aws:sns:{HERE}:t"),
    ("kinesis", "PutRecord", {"StreamName": "s"}, "kinesis:PutRecord", f"arn:aws:kinesis:{HERE}:stream/s"),
    ("logs", "CreateLogGroup", {"logGroupName": "/a"}, "logs:CreateLogGroup", f"arn:aws:logs:{HERE}:log-group:/a:*"),
    ("s3", "GetObject", {"Bucket": "b", "Key": "a*b⟦c⟧"}, "s3:GetObject", "arn:aws:s3:::b/a*b⟦c⟧"),
    ("dynamodb", "ExecuteStatement", {"Statement": 'select * from "t"'}, "dynamodb:PartiQLSelect", f"arn:aws:dynamodb:{HERE}:table/t"),
    ("ec2", "DescribeInstances", {}, "ec2:DescribeInstances", "*"),
    (
        "stepfunctions", "StartExecution", {"stateMachineArn": f"arn:aws:states:{HERE}:stateMachine:m"},
        "states:StartExecution", f"arn:aws:states:{HERE}:stateMachine:m",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters", "action", "resource"), USED)
def test_actions_are_on_the_place_of_the_call(
    service: str, operation: str, parameters: dict[str, Any], action: str, resource: str
) -> None:
    found = used_by(requirements, service, operation, parameters, PLACE)
    assert [(item.action, item.resource) for item in found] == [(action, resource)]


def test_versions_stay_with_their_keys() -> None:
    objects = [{"Key": "a"}, {"Key": "c", "VersionId": "1"}]
    parameters = {"Bucket": "b", "Delete": {"Objects": objects}}
    found = used_by(requirements, "s3", "DeleteObjects", parameters, PLACE)
    versions = [item.resource for item in found if item.action == "s3:DeleteObjectVersion"]
    assert versions == ["arn:aws:s3:::b/c"]


def test_partitions_are_filled_in() -> None:
    place = Place("cn-north-1", "123456789012", "aws-cn")
    (found,) = used_by(requirements, "kinesis", "PutRecord", {"StreamName": "s"}, place)
    assert found.resource == "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/s"


@pytest.mark.parametrize("service", SERVICES)
def test_every_call_of_a_service_is_actions_on_arns(service: str) -> None:
    odd = []
    for sample in samples(service):
        call = decode(sample.request)
        assert call is not None
        for item in used_by(requirements, call.service, call.operation, call.parameters, PLACE):
            right = item.resource == "*" or item.resource.startswith("arn:")
            if not right or "${" in item.resource or item.action.count(":") != 1:
                odd.append((sample.operation, item.action, item.resource))
    assert odd == []


def _put(table: str) -> tuple[str, str]:
    """Decision and action of a PutItem under a policy for one table."""
    statement = {
        "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": f"arn:aws:dynamodb:{HERE}:table/orders",
    }  # fmt: skip
    seen: list[Any] = []
    policies = {"resize": {"Statement": [statement]}}
    recorder = Recorder(requirements, lambda *items: seen.extend(items), decide=decide_by(policies))
    headers = [("Authorization", signed("dynamodb")), ("X-Amz-Target", "DynamoDB_20120810.PutItem")]
    request = make_request("POST", "/", headers, b'{"TableName": "%s"}' % table.encode())
    recorded = recorder.record(request, None)
    assert (recorded.refusal is None) == (seen[0].decision == "allowed")
    return seen[0].decision, seen[0].value


@given(st.text("abz", min_size=1, max_size=6) | st.just("orders"))
def test_a_policy_of_one_table_is_for_that_table(table: str) -> None:
    expected = "allowed" if table == "orders" else "denied"
    assert _put(table) == (expected, "dynamodb:PutItem")


def test_a_trail_is_read_with_the_same_map() -> None:
    found = [
        (item.value, item.resource)
        for item in read_cloudtrail([TRAIL], requirements)
        if isinstance(item, Observation) and not item.value.startswith("ses:")
    ]
    assert found == [
        ("s3:GetObject", "arn:aws:s3:::photos/in/1.png"),
        ("s3:GetObject", "arn:aws:s3:::photos/in/2.png"),
        ("s3:ListBucket", "arn:aws:s3:::photos"),
        ("s3:PutObject", "arn:aws:s3:::photos/out/1.png"),
        ("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/orders"),
        ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1234"),
        ("lambda:GetFunction", f"arn:aws:lambda:{HERE}:function:shop-Other-1"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:shop-Other-1"),
        ("cloudwatch:PutMetricData", "*"),
        ("sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:work"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/orders"),
    ]
