"""Records as strangers write them, and the command line over a file of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli.policy_escalate import decide, run
from ringfence.errors import UsageError
from ringfence.permissions.escalation import RecordError, account_of, analyse

IAM = "arn:aws:iam::123456789012:"
GRANT = {"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": IAM + "role/app"}


def record(**changes: Any) -> dict[str, Any]:
    identity = [{"Version": "2012-10-17", "Statement": [GRANT]}]
    return {"id": 1, "principal": IAM + "role/app", "identity": identity, **changes}


@pytest.mark.parametrize(
    "identity",
    [
        {"Statement": GRANT},
        [json.dumps({"Statement": [GRANT]})],
        [{"PolicyName": "own", "PolicyDocument": {"Statement": GRANT}}],
        [{"arn": IAM + "policy/own", "document": {"Statement": GRANT}}],
        [GRANT],
        ["arn:aws:iam::aws:policy/IAMFullAccess"],
    ],
)
def test_spellings_of_policies(identity: Any) -> None:
    found = analyse(account_of(record(identity=identity))).via
    assert "iam-005" in {item.technique for item in found}


@pytest.mark.parametrize(
    "principal",
    [
        "app",
        "role/app",
        "arn:aws:sts::123456789012:assumed-role/app/session",
        {"arn": IAM + "role/app", "tags": {"team": "web"}},
    ],
)
def test_spellings_of_the_principal(principal: Any) -> None:
    assert account_of(record(principal=principal)).principal.arn == IAM + "role/app"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"principal": None}, "principal has no arn"),
        ({"principal": "arn:aws:s3:::bucket"}, "is not the ARN of a user or role"),
        ({"identity": [7]}, "identity[0] is not a policy document"),
        ({"identity": ["{"]}, "identity[0] is not a JSON policy document"),
        ({"identity": [{"Statement": [{"Effect": "Permit"}]}]}, "Effect is not Allow or Deny"),
        ({"identity": [{"Statement": [{"Effect": "Allow", "Resource": "*"}]}]}, "one of Action and NotAction"),
        ({"identity": [{"Statement": [{"Effect": "Allow", "Action": "*"}]}]}, "one of Resource and NotResource"),
        ({"identity": [{"Statement": [{**GRANT, "Action": [3]}]}]}, "Action is not a text"),
        ({"identity": [{"Statement": [{**GRANT, "Condition": ["x"]}]}]}, "Condition is not an object"),
        ({"roles": 3}, "roles is not a list"),
        ({"roles": [{"admin": True}]}, "roles[0] has no arn"),
        ({"roles": [{"arn": IAM + "role/x", "admin": "yes"}]}, "roles[0].admin is not true or false"),
        ({"roles": [{"arn": IAM + "role/x", "trust": "x"}]}, "roles[0].trust is not a JSON policy"),
        ({"identity": [IAM + "policy/own"]}, "is not known"),
        ({"context": []}, "context an object"),
        ({"identity": None}, "identity is missing"),
        ({"boundary": {}}, "boundary is not a policy document"),
    ],
)  # fmt: skip
def test_what_cannot_be_decided_says_where(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(RecordError) as caught:
        account_of(record(**changes))
    assert text in str(caught.value)


@pytest.mark.parametrize(
    "trust",
    [
        {"Service": "lambda.amazonaws.com"},
        {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com"]}, "Action": "sts:*"},
        '{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "*"}}',
    ],
)
def test_spellings_of_a_trust(trust: Any) -> None:
    make = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
    data = record(identity={"Effect": "Allow", "Action": make, "Resource": "*"})
    data["roles"] = [{"RoleName": "strong", "trust": trust, "admin": True}]
    via = [(item.technique, item.target) for item in analyse(account_of(data)).via]
    assert via == [("lambda-001", IAM + "role/strong")]


def test_what_is_said_of_a_request_counts() -> None:
    factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    data = record(identity=[{"Statement": [{**GRANT, "Condition": factor}]}])
    assert analyse(account_of(data)).as_json()["conditional"] is True
    data["context"] = {"aws:MultiFactorAuthPresent": True}
    assert [item.technique for item in analyse(account_of(data)).via] == ["iam-005"]
    data["context"] = {"aws:MultiFactorAuthPresent": False}
    assert analyse(account_of(data)).as_json() == {"escalates": False, "via": []}


def test_the_answer_in_full() -> None:
    assert decide(json.dumps(record()).encode(), 1) == {
        "id": 1,
        "escalates": True,
        "via": [
            {
                "technique": "iam-005",
                "target": IAM + "role/app",
                "title": "Write a policy onto a role",
                "actions": ["iam:PutRolePolicy"],
            }
        ],
    }


def test_an_administrator() -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    data = record(identity=[{"Statement": everything}])
    answer = {"id": 1, "escalates": False, "via": [], "already_admin": True}
    assert decide(json.dumps(data).encode(), 1) == answer


@pytest.mark.parametrize(
    "line",
    [b"{", b"\xff\xfe", b"[]", b"3", b'{"id": 9}', b"[" * 100_000, b'{"a":' * 100_000, b'{"id": 1, "principal": {"arn": {}}}'],
)  # fmt: skip
def test_a_hostile_line_is_an_error_of_that_line(line: bytes) -> None:
    answer = decide(line, 4)
    assert answer["line"] == 4
    assert answer["error"]


def test_a_file_of_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join([json.dumps(record()), "", "nonsense", json.dumps(record(id="b"))]))
    assert run(argparse.Namespace(file=str(file))) == 2
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["id"], one.get("escalates")) for one in answers] == [
        (1, True),
        (None, None),
        ("b", True),
    ]
    assert answers[1]["line"] == 3
    file.write_text(json.dumps(record()))
    assert run(argparse.Namespace(file=str(file))) == 0


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the records"):
        run(argparse.Namespace(file=str(tmp_path / "none.jsonl")))


def test_policies_made_to_take_long_are_refused() -> None:
    condition = {"StringLike": {f"aws:RequestTag/{n}": ["*b*" * 20] for n in range(30)}}
    resources = ["*a" * 30 + str(n) for n in range(60)]
    statement = {"Effect": "Allow", "Action": "*", "Resource": resources, "Condition": condition}
    roles = [{"arn": f"{IAM}role/{n}", "admin": True} for n in range(20)]
    data = record(identity=[{"Statement": [statement] * 20}], roles=roles)
    assert "too many statements" in decide(json.dumps(data).encode(), 1)["error"]
