"""The smallest policy: grouped without granting more, within IAM's limits of size."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringfence.model.contract import Condition, Permission
from ringfence.permissions.minimal import minimal_policy, size_of, split_policy

TABLE = "arn:aws:dynamodb:*:*:table/orders"
BUCKET = "arn:aws:s3:::files/*"


def pairs(document: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Every (action, resource, condition) that a document writes out."""
    return {
        (action, resource, repr(statement.get("Condition")))
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_actions_on_the_same_resource_share_a_statement() -> None:
    document = minimal_policy(
        [
            Permission("dynamodb:PutItem", TABLE),
            Permission("dynamodb:GetItem", TABLE),
            Permission("s3:GetObject", BUCKET),
        ]
    )
    assert document["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": [TABLE],
        },
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [BUCKET]},
    ]


def test_what_a_wider_resource_allows_is_left_out() -> None:
    document = minimal_policy(
        [Permission("s3:GetObject", BUCKET), Permission("s3:GetObject", "arn:aws:s3:::files/a")]
    )
    assert pairs(document) == {("s3:GetObject", BUCKET, "None")}


def test_a_condition_stays_with_its_action() -> None:
    condition = Condition("StringEquals", "iam:PassedToService", ("lambda.amazonaws.com",))
    document = minimal_policy(
        [
            Permission("iam:PassRole", "arn:aws:iam::*:role/r", conditions=(condition,)),
            Permission("s3:GetObject", BUCKET),
        ]
    )
    block = {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com"]}}
    assert [s.get("Condition") for s in document["Statement"]] == [None, block]


def test_a_condition_is_dropped_where_the_same_is_needed_without() -> None:
    condition = Condition("StringEquals", "aws:PrincipalTag/a", ("b",))
    document = minimal_policy(
        [
            Permission("s3:GetObject", BUCKET, conditions=(condition,)),
            Permission("s3:GetObject", BUCKET),
        ]
    )
    assert pairs(document) == {("s3:GetObject", BUCKET, "None")}


def test_nothing_needed_is_a_document_without_statements() -> None:
    assert minimal_policy([]) == {"Version": "2012-10-17", "Statement": []}


needs = st.builds(
    Permission,
    st.sampled_from(["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "sns:Publish"]),
    st.sampled_from([f"arn:aws:x:::{name}" for name in "abcdef"]),
)


@given(st.lists(needs))
def test_never_more_and_never_less(permissions: list[Permission]) -> None:
    wanted = {(need.action, need.resource, "None") for need in permissions}
    assert pairs(minimal_policy(permissions)) == wanted


@given(st.lists(needs), st.integers(200, 400))
def test_parts_keep_within_the_limit_and_lose_nothing(
    permissions: list[Permission], limit: int
) -> None:
    document = minimal_policy(permissions)
    parts = split_policy(document, limit)
    assert set().union(*(pairs(part) for part in parts)) == pairs(document)
    assert all(size_of(part) <= limit for part in parts)
