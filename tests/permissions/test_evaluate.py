"""What policies allow, against a plain evaluator of single requests."""

from __future__ import annotations

import itertools
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.model.value import Choice, Mapping, Scalar, Sequence, Value
from ringfence.permissions.evaluate import PolicySet, Verdict, allows
from ringfence.permissions.parse import parse_json_policy, parse_policy

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"


def ask(statements: Any, action: str, resource: str = "*", context: Any = None) -> str:
    return str(allows([parse_json_policy(statements)], action, resource, context).verdict)


@pytest.mark.parametrize(
    ("action", "resource", "answer"),
    [
        ("dynamodb:GetItem", TABLE, "allowed"),
        ("DynamoDB:getitem", TABLE, "allowed"),
        ("dynamodb:GetItem", TABLE.replace("Orders", "orders"), "denied"),
        ("dynamodb:DeleteItem", TABLE, "denied"),
        ("dynamodb:Get*", TABLE, "allowed"),
        ("dynamodb:*", TABLE, "depends"),
        ("dynamodb:GetItem", "*", "depends"),
        ("dynamodb:GetItem", TABLE + "/index/x", "denied"),
        ("s3:GetObject", TABLE, "denied"),
    ],
)
def test_one_statement(action: str, resource: str, answer: str) -> None:
    statement = {"Effect": "Allow", "Action": "dynamodb:Get*", "Resource": TABLE}
    assert ask(statement, action, resource) == answer


def test_deny_wins_and_a_partial_deny_leaves_doubt() -> None:
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::logs/*"}
    assert ask([allow, deny], "s3:DeleteObject", "arn:aws:s3:::logs/a") == "denied"
    assert ask([allow, deny], "s3:DeleteObject", "arn:aws:s3:::logs*") == "depends"
    assert ask([allow, deny], "s3:DeleteObject", "arn:aws:s3:::other/a") == "allowed"
    assert ask([allow, deny], "s3:*", "arn:aws:s3:::logs/a") == "depends"


def test_negated_elements() -> None:
    but_iam = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    assert ask(but_iam, "s3:GetObject") == "allowed"
    assert ask(but_iam, "iam:PassRole") == "denied"
    assert ask(but_iam, "*") == "depends"
    but_logs = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::logs/*"}
    assert ask(but_logs, "s3:GetObject", "arn:aws:s3:::logs/x") == "denied"
    assert ask(but_logs, "s3:GetObject", "arn:aws:s3:::data/x") == "allowed"


def test_an_undecided_template_branch_leaves_doubt() -> None:
    allow: Value = Mapping(
        {"Effect": Scalar("Allow"), "Action": Scalar("s3:*"), "Resource": Scalar("*")}
    )
    document = parse_policy(Sequence([Choice("IsProd", allow, None)]))
    assert allows([document], "s3:GetObject").verdict is Verdict.DEPENDS


def with_condition(operator: str, key: str, values: Any) -> Any:
    return {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {operator: {key: values}},
    }


MISSING: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("operator", "values", "given_", "answer"),
    [
        ("StringEquals", "a", ("a",), "allowed"),
        ("StringEquals", ["a", "b"], ("b",), "allowed"),
        ("StringEquals", "a", ("A",), "denied"),
        ("StringEquals", "a*", ("ab",), "denied"),
        ("StringEqualsIgnoreCase", "a", ("A",), "allowed"),
        ("StringLike", "a*", ("ab",), "allowed"),
        ("StringNotEquals", ["a", "b"], ("b",), "denied"),
        ("StringNotEquals", ["a", "b"], ("c",), "allowed"),
        ("StringNotLike", "a*", ("b",), "allowed"),
        # a key that the request lacks
        ("StringEquals", "a", MISSING, "denied"),
        ("StringNotEquals", "a", MISSING, "allowed"),
        ("StringEqualsIfExists", "a", MISSING, "allowed"),
        ("Bool", "true", MISSING, "denied"),
        ("BoolIfExists", "true", MISSING, "allowed"),
        ("Bool", True, ("true",), "allowed"),
        ("Null", "true", MISSING, "allowed"),
        ("Null", "true", ("x",), "denied"),
        ("Null", "false", ("x",), "allowed"),
        # several values in the request
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "b"), "allowed"),
        ("ForAllValues:StringEquals", ["a", "b"], ("a", "c"), "denied"),
        ("ForAllValues:StringEquals", ["a"], MISSING, "allowed"),
        ("ForAnyValue:StringEquals", ["a"], ("a", "c"), "allowed"),
        ("ForAnyValue:StringEquals", ["a"], ("c",), "denied"),
        ("ForAnyValue:StringEquals", ["a"], MISSING, "denied"),
        ("ForAllValues:StringNotEquals", ["a"], ("b", "c"), "allowed"),
        ("ForAllValues:StringNotEquals", ["a"], ("b", "a"), "denied"),
        # numbers, dates, addresses, ARNs
        ("NumericLessThan", "10", ("9",), "allowed"),
        ("NumericLessThanEquals", "10", ("10",), "allowed"),
        ("NumericEquals", "10", ("x",), "denied"),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", ("2021-01-01T00:00:00Z",), "allowed"),
        ("DateLessThan", "2020-01-01T00:00:00Z", ("1577836799",), "allowed"),
        ("IpAddress", "203.0.113.0/24", ("203.0.113.9",), "allowed"),
        ("IpAddress", "203.0.113.0/24", ("198.51.100.1",), "denied"),
        ("NotIpAddress", "203.0.113.0/24", ("198.51.100.1",), "allowed"),
        ("IpAddress", "2001:db8::/32", ("2001:db8::1",), "allowed"),
        ("ArnLike", "arn:aws:s3:::b*", ("arn:aws:s3:::bucket",), "allowed"),
        ("ArnEquals", "arn:aws:sns:*:1:t", ("arn:aws:sns:eu-west-1:1:t",), "allowed"),
        ("ArnLike", "arn:aws:*:t", ("arn:aws:sns:eu-west-1:1:t",), "denied"),
        ("ArnNotLike", "arn:aws:s3:::b*", ("arn:aws:s3:::other",), "allowed"),
        ("BinaryEquals", "YQ==", ("YQ==",), "allowed"),
        # what is not known
        ("StringEquals", "a", None, "depends"),
        ("MadeUp", "a", ("a",), "depends"),
        # policy variables and escapes
        ("StringEquals", "${aws:username}", ("ann",), "allowed"),
        ("StringEquals", "${aws:nobody}", ("ann",), "denied"),
        ("StringEquals", "${aws:nobody, 'ann'}", ("ann",), "allowed"),
        ("StringEquals", "${aws:unheard}", ("ann",), "depends"),
        ("StringLike", "a${*}", ("a*",), "allowed"),
        ("StringLike", "a${*}", ("ab",), "denied"),
        ("StringLike", "${aws:star}", ("anything",), "denied"),
    ],
)
def test_conditions(operator: str, values: Any, given_: Any, answer: str) -> None:
    context = {"AWS:UserName": ("ann",), "aws:nobody": (), "aws:star": ("*",)}
    if given_ is not None:
        context["aws:Key"] = given_
    assert ask(with_condition(operator, "aws:key", values), "s3:GetObject", "*", context) == answer


def test_all_conditions_must_hold() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"a": "1", "b": "2"}},
    }
    assert ask(statement, "x:y", "*", {"a": ("1",), "b": ("2",)}) == "allowed"
    assert ask(statement, "x:y", "*", {"a": ("1",), "b": ("3",)}) == "denied"
    assert ask(statement, "x:y", "*", {"a": ("1",)}) == "depends"


# --- against a plain evaluator of single requests ----------------------------------------------

ACTIONS = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"]
RESOURCES = ["arn:a", "arn:ab", "arn:b"]
action_patterns = st.sampled_from(
    ["*", "s3:*", "s3:Get*", "S3:PUTOBJECT", "sqs:?endMessage", "x:*"]
)
resource_patterns = st.sampled_from(["*", "arn:*", "arn:a", "arn:a*", "arn:?", "arn:B", "q"])
some = st.lists(action_patterns, min_size=1, max_size=2)
places = st.lists(resource_patterns, min_size=1, max_size=2)
statements = st.lists(
    st.builds(
        lambda effect, action, actions, resource, resources: {
            "Effect": effect,
            action: actions,
            resource: resources,
        },
        st.sampled_from(["Allow", "Deny"]),
        st.sampled_from(["Action", "Action", "NotAction"]),
        some,
        st.sampled_from(["Resource", "Resource", "NotResource"]),
        places,
    ),
    max_size=4,
)


def plainly(held: list[dict[str, Any]], action: str, resource: str) -> bool:
    def fits(statement: dict[str, Any]) -> bool:
        a = any(
            fnmatchcase(action.lower(), p.lower())
            for p in statement.get("Action", statement.get("NotAction"))
        )
        r = any(
            fnmatchcase(resource, p)
            for p in statement.get("Resource", statement.get("NotResource"))
        )
        return (a == ("Action" in statement)) and (r == ("Resource" in statement))

    if any(s["Effect"] == "Deny" and fits(s) for s in held):
        return False
    return any(s["Effect"] == "Allow" and fits(s) for s in held)


@given(statements)
def test_single_requests_as_a_plain_evaluator_says(held: list[dict[str, Any]]) -> None:
    policies = PolicySet([parse_json_policy(held)])
    for action, resource in itertools.product(ACTIONS, RESOURCES):
        expected = "allowed" if plainly(held, action, resource) else "denied"
        assert str(policies.answer(action, resource).verdict) == expected


@given(statements, action_patterns, resource_patterns)
@settings(max_examples=300)
def test_answers_about_patterns_hold_for_every_request(
    held: list[dict[str, Any]], action: str, resource: str
) -> None:
    verdict = PolicySet([parse_json_policy(held)]).answer(action, resource).verdict
    for one, place in itertools.product(ACTIONS, RESOURCES):
        if fnmatchcase(one.lower(), action.lower()) and fnmatchcase(place, resource):
            if verdict is Verdict.ALLOWED:
                assert plainly(held, one, place)
            if verdict is Verdict.DENIED:
                assert not plainly(held, one, place)


def test_a_role_of_many_statements_answers_by_service() -> None:
    document = parse_json_policy(
        [
            {
                "Effect": "Allow",
                "Action": [f"service{n}:Get*", f"service{n}:List*"],
                "Resource": f"arn:aws:service{n}:us-east-1:123456789012:thing/*",
            }
            for n in range(200)
        ]
    )
    policies = PolicySet([document])
    for n in range(30):
        thing = f"arn:aws:service{n}:us-east-1:123456789012:thing/{n}"
        assert policies.answer(f"service{n}:GetThing", thing).verdict is Verdict.ALLOWED
