"""Refusals in the service's own words, for every protocol; what is allowed passes."""

from __future__ import annotations

import pytest

pytest.importorskip("boto3")
pytest.importorskip("moto")

from fake_cloud import fake_cloud
from relay_harness import relay

from ringfence.relay.deciding import decide_by

#: (client, method, arguments, the code that the service uses).
REFUSED = [
    ("s3", "get_object", {"Bucket": "b", "Key": "k"}, "AccessDenied"),
    ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x" * 300_000}, "AccessDenied"),
    ("dynamodb", "put_item", {"TableName": "t", "Item": {}}, "AccessDeniedException"),
    ("sqs", "list_queues", {}, "AccessDenied"),
    ("sns", "list_topics", {}, "AuthorizationError"),
    ("lambda", "invoke", {"FunctionName": "f"}, "AccessDeniedException"),
    ("cloudwatch", "list_metrics", {}, "AccessDenied"),
    ("ec2", "describe_instances", {}, "UnauthorizedOperation"),
    ("iam", "list_roles", {}, "AccessDenied"),
    ("route53", "list_hosted_zones", {}, "AccessDenied"),
    ("apigatewayv2", "get_apis", {}, "AccessDeniedException"),
    ("logs", "describe_log_groups", {}, "AccessDeniedException"),
]


@pytest.mark.parametrize(("service", "method", "arguments", "code"), REFUSED)
def test_a_refusal_is_the_services_own(
    service: str, method: str, arguments: dict[str, object], code: str
) -> None:
    with relay(decide=decide_by({})) as session:
        client = session.client(service)
        with pytest.raises(client.exceptions.ClientError) as problem:
            getattr(client, method)(**arguments)
    assert problem.value.response["Error"]["Code"] == code
    assert "is not authorized to perform" in problem.value.response["Error"]["Message"]
    assert {item.decision for item in session.observations} == {"denied"}


def test_a_head_request_is_refused_without_a_body() -> None:
    with relay(decide=decide_by({})) as session:
        client = session.client("s3")
        with pytest.raises(client.exceptions.ClientError) as problem:
            client.head_object(Bucket="b", Key="k")
    assert problem.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_policies_are_each_functions_own() -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::bbb/in/*"]}
    policies = {
        "resize": {
            "Version": "2012-10-17",
            "Statement": [{**allow, "Action": ["s3:CreateBucket"], "Resource": "*"}, allow],
        }
    }
    with fake_cloud() as cloud, relay(cloud.url, decide_by(policies)) as session:
        s3 = session.client("s3")
        s3.create_bucket(
            Bucket="bbb", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        s3.put_object(Bucket="bbb", Key="in/1", Body=b"x")
        with pytest.raises(
            s3.exceptions.ClientError, match="s3:PutObject on resource: arn:aws:s3:::bbb/out"
        ):
            s3.put_object(Bucket="bbb", Key="out", Body=b"x")
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
            session.client("s3", function="other").put_object(Bucket="bbb", Key="in/1", Body=b"x")
        arrived = [path for _, path in cloud.seen]
    assert [item.decision for item in session.observations] == [
        "allowed",
        "allowed",
        "denied",
        "denied",
    ]
    assert arrived == ["/bbb", "/bbb/in/1"]


def test_what_depends_on_something_unknown_is_refused() -> None:
    statement = {
        "Effect": "Allow", "Action": "sqs:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    }  # fmt: skip
    with relay(decide=decide_by({"*": {"Statement": [statement]}})) as session:
        client = session.client("sqs")
        with pytest.raises(client.exceptions.ClientError, match="not authorized"):
            client.list_queues()
    assert [item.decision for item in session.observations] == ["depends"]


def test_temporary_credentials_of_the_cloud_are_not_decided() -> None:
    with fake_cloud() as cloud, relay(cloud.url, decide_by({})) as session:
        session.client("sqs", function="ASIAIOSFODNN7EXAMPLE").list_queues()
    assert [(item.function, item.decision) for item in session.observations] == [("", "")]
