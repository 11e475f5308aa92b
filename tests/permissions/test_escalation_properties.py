"""What must hold of every answer, whatever the policies."""

from __future__ import annotations

import copy
from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.permissions.escalation import account_of, analyse
from ringfence.permissions.escalation.example_texts import common_text
from ringfence.permissions.globs import matches, overlaps

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}:"


def trust(**principal: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


ROLES = [
    {"arn": IAM + "role/run", "admin": True, "trust": trust(Service="lambda.amazonaws.com")},
    {"arn": IAM + "role/ops", "admin": True, "trust": trust(AWS=IAM + "root")},
    {"arn": IAM + "role/web", "admin": False, "trust": trust(AWS=IAM + "root")},
    {"arn": IAM + "role/box", "admin": True, "trust": trust(Service="ec2.amazonaws.com")},
]
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:"
FUNCTIONS = [
    {"arn": FUNCTION + "strong", "role": IAM + "role/run"},
    {"arn": FUNCTION + "weak", "role": IAM + "role/web"},
]
ACTIONS = st.sampled_from([
    "iam:PassRole", "iam:Put*Policy", "iam:AttachRolePolicy", "iam:CreatePolicyVersion",
    "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy", "iam:CreateRole", "sts:AssumeRole",
    "lambda:CreateFunction", "lambda:Invoke*", "lambda:UpdateFunction*", "lambda:AddPermission",
    "ec2:RunInstances", "ssm:StartSession", "codebuild:*", "iam:*", "lambda:*", "s3:GetObject",
])  # fmt: skip
RESOURCES = st.sampled_from([
    "*", IAM + "role/*", IAM + "role/app", IAM + "role/run", IAM + "user/*", IAM + "policy/*",
    FUNCTION + "*", FUNCTION + "s*", FUNCTION + "weak", "arn:aws:lambda:*:*:function:*",
])  # fmt: skip
CONDITIONS = st.sampled_from([
    None, None, None,
    {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
    {"StringLike": {"aws:RequestTag/team": "w*"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"ArnLike": {"aws:PrincipalArn": IAM + "role/app"}},
])  # fmt: skip


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
        "Action": draw(st.lists(ACTIONS, min_size=1, max_size=4)),
        "Resource": draw(st.lists(RESOURCES, min_size=1, max_size=2)),
    }
    condition = draw(CONDITIONS)
    return {**found, "Condition": condition} if condition else found


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["role/app", "user/app"]))
    found = {
        "principal": IAM + kind,
        "identity": [{"Statement": draw(st.lists(statements(), min_size=1, max_size=5))}],
    }
    if draw(st.booleans()):
        found |= {"roles": ROLES, "functions": FUNCTIONS}
    if draw(st.integers(0, 3)) == 0:
        found["boundary"] = {"Statement": draw(st.lists(statements(), min_size=1, max_size=3))}
    return found


def added(record: dict[str, Any], **statement: Any) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    changed["identity"].append({"Statement": [statement]})
    return changed


@settings(max_examples=60, deadline=None)
@given(records())
def test_denying_an_action_of_a_path_removes_the_path(record: dict[str, Any]) -> None:
    for found in analyse(account_of(record)).via[:6]:
        for action in found.actions:
            denied = added(record, Effect="Deny", Action=action, Resource="*")
            assert found not in analyse(account_of(denied)).via


@settings(max_examples=60, deadline=None)
@given(records())
def test_unrelated_statements_change_nothing(record: dict[str, Any]) -> None:
    before = analyse(account_of(record))
    for effect in ("Allow", "Deny"):
        record = added(record, Effect=effect, Action="sqs:Receive*", Resource="*")
    assert analyse(account_of(record)) == before


@settings(max_examples=60, deadline=None)
@given(records(), statements())
def test_a_further_deny_never_adds_a_path(record: dict[str, Any], more: dict[str, Any]) -> None:
    denied = added(record, **{**more, "Effect": "Deny"})
    before = analyse(account_of(record))
    if not before.already_admin:
        after = {found.technique for found in analyse(account_of(denied)).via}
        assert after <= {found.technique for found in before.via}


@settings(max_examples=60, deadline=None)
@given(records(), st.randoms())
def test_the_order_of_statements_does_not_matter(record: dict[str, Any], random: Any) -> None:
    shuffled = copy.deepcopy(record)
    random.shuffle(shuffled["identity"][0]["Statement"])

    def answer(data: dict[str, Any]) -> set[str]:
        return {found.technique for found in analyse(account_of(data)).via}

    assert answer(shuffled) == answer(record)


GLOBS = st.text(alphabet="ab:*?", min_size=1, max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.lists(GLOBS, min_size=1, max_size=3))
def test_a_common_text_is_meant_by_every_pattern(patterns: list[str]) -> None:
    text = common_text(patterns)
    if text is not None:
        assert all(matches(pattern, text) for pattern in patterns)
        assert all(fnmatchcase(text, pattern) for pattern in patterns)


@settings(max_examples=300, deadline=None)
@given(GLOBS, GLOBS)
def test_a_common_text_is_found_when_there_is_one(left: str, right: str) -> None:
    assert (common_text([left, right]) is not None) == overlaps(left, right)
