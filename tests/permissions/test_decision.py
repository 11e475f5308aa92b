"""The decider as other rooms use it."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.errors import UsageError
from ringfence.model.policy import PolicyDocument
from ringfence.model.value import Choice, Mapping, Reference, Scalar, Sequence, Text
from ringfence.permissions.decision import Decider, Decision, Request, StatementName, validate
from ringfence.permissions.evaluate import Verdict
from ringfence.permissions.parse import parse_json_policy, parse_policy

BOB = "arn:aws:iam::123456789012:user/bob"
OBJECT = "arn:aws:s3:::shop/a"


def policy(**changes: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **changes}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_decision_names_one_statement_of_each_kind() -> None:
    decider = Decider([policy(Sid="Mine")], boundary=policy(), scps=[[policy(Sid="All")]])
    assert decider.decide(Request("s3:GetObject", OBJECT, BOB)) == Decision(
        Verdict.ALLOWED,
        "explicit",
        (
            StatementName("identity[0]", "Mine", 0, "Allow"),
            StatementName("boundary", "", 0, "Allow"),
            StatementName("scp[0][0]", "All", 0, "Allow"),
        ),
    )


def test_an_implicit_denial_names_what_lacks() -> None:
    decider = Decider([policy()], boundary=policy(Action="sqs:*"), scps=[[policy()], []])
    found = decider.decide(Request("s3:GetObject", OBJECT, BOB))
    assert (found.verdict, found.kind, found.lacks) == ("denied", "implicit", ("boundary",))


def test_documents_of_the_model() -> None:
    document = parse_json_policy(policy(Resource="arn:aws:s3:::shop/${aws:username}/*"))
    decider = Decider([document])
    asked = [
        decider.decide(Request("s3:GetObject", f"{OBJECT[:-1]}{name}/x", BOB))
        for name in ("bob", "ann")
    ]
    assert [one.verdict for one in asked] == ["allowed", "denied"]


def template(resource: Any, effect: Any = None) -> PolicyDocument:
    parts = {"Action": Scalar("s3:*"), "Resource": resource, "Effect": effect or Scalar("Allow")}
    return parse_policy(Mapping({"Statement": Sequence([Mapping(parts)])}))


@pytest.mark.parametrize(
    ("resource", "asked", "verdict"),
    [
        (Text(("arn:aws:s3:::", Reference("Shop"), "/a")), OBJECT, "depends"),
        (Text(("arn:aws:s3:::", Reference("Shop"), "/b")), OBJECT, "denied"),
        (Choice("c", Scalar("arn:aws:s3:::shop/*"), Scalar("arn:aws:s3:::x")), OBJECT, "depends"),
    ],
)
def test_parts_of_a_template_that_are_not_known(resource: Any, asked: str, verdict: str) -> None:
    decider = Decider([template(resource)])
    assert decider.decide(Request("s3:GetObject", asked, BOB)).verdict == verdict


def test_a_malformed_policy_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        Decider([policy(), policy(Effect="Maybe")])
    assert caught.value.where == "identity[1].Statement[0].Effect"


def test_a_replay_of_many_calls() -> None:
    decider = Decider(
        [policy(Action=["s3:GetObject", "s3:PutObject"], Resource="arn:aws:s3:::shop/*")]
    )
    calls = [(action, f"arn:aws:s3:::{bucket}/{n}") for n in range(500)
             for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject") for bucket in ("shop", "other")]  # fmt: skip
    denied = [call for call in calls if decider.decide(Request(*call, BOB)).verdict != "allowed"]
    assert len(denied) == 2_000


def places(data: Any, kind: str = "identity") -> list[tuple[str, bool]]:
    return [(problem.place, problem.is_error) for problem in validate(data, kind)]


def test_a_healthy_policy_has_no_problems() -> None:
    assert validate(policy()) == []
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert validate({"Version": "2012-10-17", "Statement": trust}, "resource") == []


@pytest.mark.parametrize(
    ("statement", "kind", "found"),
    [
        (
            {"Resource": "arn:aws:sqs:x:${aws:PrincipalAccount}:q"},
            "identity",
            [("Statement[0].Resource", False)],
        ),
        (
            {"Condition": {"NumericEquals": {"k": "ten"}}},
            "identity",
            [("Statement[0].Condition.NumericEquals.k", False)],
        ),
        (
            {"Condition": {"Bool": {"k": [True, {}]}}},
            "identity",
            [("Statement[0].Condition.Bool.k[1]", True)],
        ),
        (
            {"Condition": {"ForSome:Bool": {"k": True}}},
            "identity",
            [("Statement[0].Condition.ForSome:Bool", True)],
        ),
        ({"NotPrincipal": {"AWS": BOB}}, "resource", [("Statement[0].NotPrincipal", True)]),
        (
            {"Principal": {"AWS": "arn:aws:iam::1:user/*"}},
            "resource",
            [("Statement[0].Principal.AWS", False)],
        ),
        ({"Principal": {"Lambda": "x"}}, "resource", [("Statement[0].Principal", True)]),
        ({"Principal": "bob"}, "resource", [("Statement[0].Principal", True)]),
        ({"Principal": "*"}, "scp", [("Statement[0].Principal", True)]),
        ({"Sid": 1}, "identity", [("Statement[0].Sid", True)]),
        ({"Action": []}, "identity", [("Statement[0].Action", True)]),
        ({"Action": ["s3:*", 3]}, "identity", [("Statement[0].Action[1]", True)]),
    ],
)
def test_problems_have_places(statement: dict[str, Any], kind: str, found: list[Any]) -> None:
    assert places(policy(**statement), kind) == found


def test_variables_in_an_old_version_are_told() -> None:
    old = {**policy(Resource="arn:aws:s3:::${aws:username}"), "Version": "2008-10-17"}
    assert places(old) == [("Statement[0]", False)]


@pytest.mark.parametrize(
    ("principal", "effect", "verdict"),
    [
        (Reference("Role", "Arn"), "Allow", "depends"),
        (Scalar(BOB), "Allow", "allowed"),
        (Scalar(BOB[:-1]), "Allow", "denied"),
        (Reference("Role", "Arn"), "Deny", "denied"),
    ],
)
def test_principals_of_a_template(principal: Any, effect: str, verdict: str) -> None:
    parts = {
        "Effect": Scalar(effect),
        "Action": Scalar("sqs:*"),
        "Principal": Mapping({"AWS": principal}),
    }
    document = parse_policy(Mapping({"Statement": Sequence([Mapping(parts)])}))
    decider = Decider(resource=document)
    queue = "arn:aws:sqs:us-east-1:123456789012:q"
    assert decider.decide(Request("sqs:SendMessage", queue, BOB)).verdict == verdict
