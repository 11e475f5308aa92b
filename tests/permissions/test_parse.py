"""Policies in the shapes people write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.model.policy import PolicyDocument
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)
from ringfence.permissions.managed import managed_policy
from ringfence.permissions.parse import parse_policy


def tree(data: object) -> Value:
    if isinstance(data, Value):
        return data
    if isinstance(data, dict):
        return Mapping({key: tree(item) for key, item in data.items()})
    if isinstance(data, list):
        return Sequence([tree(item) for item in data])
    assert data is None or isinstance(data, (str, int, float, bool))
    return Scalar(data)


def shown(document: PolicyDocument) -> list[str]:
    lines = []
    for s in document.statements:
        words = [s.effect]
        for label, patterns in (
            ("do", s.actions),
            ("not-do", s.not_actions),
            ("on", s.resources),
            ("not-on", s.not_resources),
        ):
            if patterns:
                words.append(f"{label} {' '.join(p.text for p in patterns)}")
        if s.principals:
            words.append("for " + " ".join(f"{p.kind}={p.value.text}" for p in s.principals))
        if s.not_principals:
            words.append(
                "not-for " + " ".join(f"{p.kind}={p.value.text}" for p in s.not_principals)
            )
        for c in s.conditions:
            words.append(f"if {c.operator} {c.key} {' '.join(p.text for p in c.values)}")
        if not s.certain:
            words.append("(perhaps)")
        lines.append(", ".join(words))
    return lines


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
ONE = ["Allow, do s3:GetObject, on arn:aws:s3:::a/*"]


@pytest.mark.parametrize(
    "written",
    [
        {"Version": "2012-10-17", "Statement": [READ]},
        {"Statement": READ},
        READ,
        [READ],
        {"PolicyName": "p", "PolicyDocument": {"Statement": READ}},
        json.dumps({"Statement": READ}),
        {"statement": [{key.lower(): item for key, item in READ.items()}]},
        {"Statement": [[READ]]},
    ],
)
def test_every_form_of_one_statement(written: object) -> None:
    document = parse_policy(tree(written))
    assert shown(document) == ONE
    assert document.unknowns == 0


def test_a_json_text_keeps_its_references() -> None:
    arn = Reference("t.yaml#Uploads", "Arn")
    text = Text(
        (
            '{"Statement":{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"',
            arn,
            '/in/*"}}',
        )
    )
    document = parse_policy(text)
    assert shown(document) == ["Allow, do s3:GetObject, on ${Uploads.Arn}/in/*"]
    resource = document.statements[0].resources[0]
    assert resource.glob == "*/in/*"
    assert resource.parts is not None and resource.parts.parts[0] is arn


def test_principals_of_every_kind() -> None:
    document = parse_policy(
        tree(
            [
                {"Effect": "Allow", "Principal": "*", "Action": "*"},
                {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*"},
                {
                    "Effect": "Allow",
                    "Principal": {
                        "AWS": [123456789012, "arn:aws:iam::1:root"],
                        "Service": "sns.amazonaws.com",
                        "Federated": "cognito-identity.amazonaws.com",
                        "CanonicalUser": "abc",
                    },
                    "Action": "*",
                },
                {
                    "Effect": "Deny",
                    "NotPrincipal": {"AWS": "arn:aws:iam::1:root"},
                    "NotAction": "*",
                },
            ]
        )
    )
    assert shown(document) == [
        "Allow, do *, for *=*",
        "Allow, do *, for *=*",
        "Allow, do *, for AWS=123456789012 AWS=arn:aws:iam::1:root Service=sns.amazonaws.com "
        "Federated=cognito-identity.amazonaws.com CanonicalUser=abc",
        "Deny, not-do *, not-for AWS=arn:aws:iam::1:root",
    ]


def test_choices_give_both_branches_marked_as_uncertain() -> None:
    choice = Choice("IsProd", tree("arn:aws:s3:::a"), tree("*"))
    gone = Choice("IsProd", tree(READ), None)
    document = parse_policy(
        tree([{"Effect": "Allow", "Action": "s3:*", "Resource": [choice, "b"]}, gone])
    )
    assert shown(document) == [
        "Allow, do s3:*, on arn:aws:s3:::a * b, (perhaps)",
        "Allow, do s3:GetObject, on arn:aws:s3:::a/*, (perhaps)",
    ]


def test_unknown_parts_are_counted_and_the_rest_is_kept() -> None:
    document = parse_policy(
        tree(
            [
                {"Effect": "Allow", "Action": Unknown("import"), "Resource": "x"},
                Unknown("file"),
                {"Effect": "Allow", "Action": "a:b", "Resource": "x", "Condition": Unknown("y")},
                {"Action": "no-effect"},
            ]
        )
    )
    assert shown(document) == ["Allow, do ${?}, on x", "Allow, do a:b, on x, if   ${?}"]
    assert document.unknowns == 4


def test_broken_text_is_counted() -> None:
    assert parse_policy(tree("{not json")).unknowns == 1
    assert parse_policy(tree("[" * 5000)).unknowns == 1
    assert parse_policy(None) == PolicyDocument()


def test_condition_values_become_texts() -> None:
    block = {"Bool": {"aws:SecureTransport": False}, "StringLike": {"aws:SourceArn": ["a", "b"]}}
    document = parse_policy(tree({**READ, "Condition": block}))
    assert shown(document) == [
        ONE[0] + ", if Bool aws:SecureTransport false, if StringLike aws:SourceArn a b"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
    ],
)
def test_managed_policies_by_every_name(name: str) -> None:
    document = managed_policy(name)
    assert document is not None
    assert document.name == "AWSLambdaBasicExecutionRole"
    assert shown(document) == [
        "Allow, do logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents, on *"
    ]
    assert document.statements[0].origin == "managed policy AWSLambdaBasicExecutionRole"


def test_a_managed_policy_stands_where_it_is_attached() -> None:
    name = Text(("arn:", Reference("AWS::Partition"), ":iam::aws:policy/AmazonS3FullAccess"))
    document = managed_policy(name)
    assert document is not None and shown(document) == ["Allow, do s3:* s3-object-lambda:*, on *"]


@pytest.mark.parametrize(
    "name", ["", "Mine", "arn:aws:iam::123456789012:policy/AmazonS3FullAccess"]
)
def test_other_names_are_not_managed_policies(name: str) -> None:
    assert managed_policy(name) is None


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Resource", "Principal", "Condition", "AWS", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_like)
def test_no_input_raises_and_text_gives_what_the_tree_gives(data: object) -> None:
    from_tree = parse_policy(tree(data))
    if isinstance(data, (dict, list)):
        assert shown(parse_policy(tree(json.dumps(data)))) == shown(from_tree)
