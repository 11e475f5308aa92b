"""Who a resource policy admits."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.model.value import Mapping, Reference, Scalar, Sequence, Text, Value
from ringfence.permissions.audience import audience_of, service_name
from ringfence.permissions.parse import parse_policy

OWN = Text(("arn:aws:iam::", Reference("AWS::AccountId"), ":root"))
OWN_ID = Reference("AWS::AccountId")


def tree(data: Any) -> Value:
    if isinstance(data, Value):
        return data
    if isinstance(data, dict):
        return Mapping({key: tree(item) for key, item in data.items()})
    if isinstance(data, list):
        return Sequence([tree(item) for item in data])
    return Scalar(data)


def admitted(principal: Any, condition: Any = None, *others: Any) -> list[str]:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    if condition:
        statement["Condition"] = condition
    document = parse_policy(tree([statement, *others]))
    return [
        f"{one.exposure}: {one.who}" + (" (needs a source)" if one.needs_source else "")
        for one in audience_of(document)
    ]


def held(operator: str, key: str, values: Any) -> Any:
    return {operator: {key: values}}


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", "anyone: anyone"),
        ({"AWS": "*"}, "anyone: anyone"),
        ({"AWS": OWN}, "account: this account"),
        ({"AWS": OWN_ID}, "account: this account"),
        ({"AWS": "123456789012"}, "principal: account 123456789012"),
        ({"AWS": 123456789012}, "principal: account 123456789012"),
        ({"AWS": "arn:aws:iam::123456789012:root"}, "principal: account 123456789012"),
        ({"AWS": "arn:aws:iam::123456789012:role/path/Deploy"}, "principal: Deploy"),
        ({"AWS": Reference("t#Worker", "Arn")}, "principal: Worker"),
        ({"CanonicalUser": "abc"}, "principal: a canonical user"),
        ({"Federated": "cognito-identity.amazonaws.com"}, "authenticated: users of cognito-identity.amazonaws.com"),
        ({"Service": "sns.amazonaws.com"}, "authenticated: any AWS account, through Amazon SNS (needs a source)"),
        ({"Service": "lambda.amazonaws.com"}, "principal: AWS Lambda"),
    ],
)  # fmt: skip
def test_principals(principal: Any, expected: str) -> None:
    assert admitted(principal) == [expected]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (held("StringEquals", "aws:PrincipalOrgID", "o-1"), "account: those named by a condition"),
        (held("StringEquals", "aws:SourceAccount", OWN_ID), "account: those named by a condition"),
        (held("StringEquals", "AWS:SourceVpce", "vpce-1"), "account: those named by a condition"),
        (held("ArnLike", "aws:SourceArn", "arn:aws:s3:::uploads"), "principal: those named by a condition"),
        (held("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), "anyone: anyone"),
        (held("ArnLike", "aws:SourceArn", "*"), "anyone: anyone"),
        (held("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:topic"), "anyone: anyone"),
        (held("ArnLike", "aws:SourceArn", Text(("arn:", Reference("AWS::Partition"), ":sns:*:*:*"))), "anyone: anyone"),
        (held("ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:*"), "principal: those named by a condition"),
        (held("IpAddress", "aws:SourceIp", "203.0.113.0/24"), "principal: those named by a condition"),
        (held("IpAddress", "aws:SourceIp", "0.0.0.0/0"), "anyone: anyone"),
        (held("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), "anyone: anyone"),
        (held("Bool", "aws:SecureTransport", "true"), "anyone: anyone"),
        (held("StringEquals", "aws:Referer", "https://shop.example.com"), "anyone: anyone"),
        (held("StringEquals", "aws:UserAgent", "x"), "anyone: anyone"),
        (held("StringNotEquals", "aws:PrincipalOrgID", "o-1"), "anyone: anyone"),
        (held("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"), "anyone: anyone"),
        (held("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", "o-1/x"), "anyone: anyone"),
        (held("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"), "account: those named by a condition"),
        (held("Null", "aws:SourceArn", "false"), "anyone: anyone"),
        (held("StringEquals", "new:Key", "x"), "unknown: anyone who meets a condition"),
        (held("StringEquals", "lambda:FunctionUrlAuthType", "NONE"), "anyone: anyone"),
        (held("StringEquals", "lambda:FunctionUrlAuthType", "AWS_IAM"), "authenticated: anyone with an AWS account"),
        (held("Bool", "aws:MultiFactorAuthPresent", "true"), "authenticated: anyone with an AWS account"),
    ],
)  # fmt: skip
def test_what_narrows_everyone(condition: Any, expected: str) -> None:
    assert admitted("*", condition) == [expected]


def test_services_with_a_source_act_for_the_owner() -> None:
    source = held("ArnLike", "aws:SourceArn", Reference("t#Uploads", "Arn"))
    assert admitted({"Service": "s3.amazonaws.com"}, source) == ["principal: Amazon S3"]
    account = held("StringEquals", "aws:SourceAccount", OWN_ID)
    assert admitted({"Service": "s3.amazonaws.com"}, account) == ["principal: Amazon S3"]
    transport = held("Bool", "aws:SecureTransport", "true")
    assert admitted({"Service": "s3.amazonaws.com"}, transport) == [
        "authenticated: any AWS account, through Amazon S3 (needs a source)"
    ]


def deny(condition: Any = None, **more: Any) -> Any:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", **more}
    if condition:
        statement["Condition"] = condition
    return statement


def test_a_deny_for_everyone_else_narrows() -> None:
    others = deny(held("StringNotEquals", "aws:SourceVpce", "vpce-1"))
    assert admitted("*", None, others) == ["account: those named by a condition"]
    insecure = deny(held("Bool", "aws:SecureTransport", "false"))
    assert admitted("*", None, insecure) == ["anyone: anyone"]
    positive = deny(held("StringEquals", "aws:SourceVpce", "vpce-1"))
    assert admitted("*", None, positive) == ["anyone: anyone"]
    other_action = deny(held("StringNotEquals", "aws:SourceVpce", "v"), Action="sqs:DeleteQueue")
    assert admitted("*", None, other_action) == ["anyone: anyone"]
    elsewhere = deny(held("StringNotEquals", "aws:SourceVpce", "v"), Resource="arn:aws:sqs:::x")
    assert admitted("*", None, elsewhere) == ["anyone: anyone"]


def test_not_principal_with_allow_admits_everyone_else() -> None:
    document = parse_policy(
        tree({"Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "*"})
    )
    (one,) = audience_of(document)
    assert (str(one.exposure), one.who) == ("anyone", "anyone except 123456789012")


def test_names_of_services() -> None:
    assert service_name("events.amazonaws.com") == "EventBridge"
    assert service_name("logs.eu-west-1.amazonaws.com") == "CloudWatch Logs"
    assert service_name("newthing.amazonaws.com") == "newthing"
    assert service_name("alexa-appkit.amazon.com") == "Alexa"
