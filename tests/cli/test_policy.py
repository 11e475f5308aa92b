"""``ringfence policy simulate`` as people see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ALLOW: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}],
}
ASKED: dict[str, Any] = {
    "id": "one",
    "identity": [ALLOW],
    "principal": "arn:aws:iam::123456789012:user/bob",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::shop/a",
}


def simulate(tmp_path: Path, *lines: object, stdin: bool = False) -> tuple[int, list[Any], str]:
    """Exit code, answers and standard error for lines of JSON, texts or bytes."""
    written = [
        line
        if isinstance(line, bytes)
        else line.encode()
        if isinstance(line, str)
        else json.dumps(line).encode()
        for line in lines
    ]
    data = b"\n".join(written) + b"\n"
    (tmp_path / "asked.jsonl").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-m", "ringfence", "policy", "simulate", "-" if stdin else "asked.jsonl"],
        input=data if stdin else b"",
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return done.returncode, answers, done.stderr.decode()


def test_each_line_gets_its_answer(tmp_path: Path) -> None:
    code, answers, told = simulate(tmp_path, ASKED, {**ASKED, "id": 2, "action": "s3:PutObject"})
    assert answers == [
        {
            "id": "one",
            "decision": "allowed",
            "kind": "explicit",
            "statements": [{"policy": "identity[0]", "sid": "Read", "index": 0, "effect": "Allow"}],
            "unknown": [],
        },
        {
            "id": 2,
            "decision": "denied",
            "kind": "implicit",
            "statements": [],
            "unknown": [],
            "lacks": ["identity"],
        },
    ]
    assert (code, told) == (0, "")


def test_standard_input(tmp_path: Path) -> None:
    code, answers, _ = simulate(tmp_path, ASKED, stdin=True)
    assert (code, [answer["decision"] for answer in answers]) == (0, ["allowed"])


def test_a_wrong_line_loses_no_other(tmp_path: Path) -> None:
    code, answers, told = simulate(tmp_path, "{", ASKED, b'{"id": "\xff"}', "", [1])
    assert [answer.get("decision") for answer in answers] == [None, "allowed", None, None]
    assert [answer.get("line") for answer in answers] == [1, None, 3, 5]
    assert code == 2
    assert told == (
        "error: asked.jsonl: 3 of 4 lines could not be decided\n"
        "help: their answers say what is wrong, and where\n"
    )


def with_statement(**changes: Any) -> dict[str, Any]:
    statement = {**ALLOW["Statement"][0], **changes}
    kept = {key: value for key, value in statement.items() if value is not ...}
    return {**ASKED, "identity": [{"Version": "2012-10-17", "Statement": [kept]}]}


WRONG: list[tuple[object, str, str, str]] = [
    ({**ASKED, "action": "s3:GetObjct"}, "there is no action s3:GetObjct", "action",
     "did you mean s3:GetObject or s3:GetObjectAcl?"),
    ({**ASKED, "action": "s3:Get*"}, "'s3:Get*' is not one action", "action",
     "write one, as s3:GetObject"),
    ({**ASKED, "principle": 1}, "there is no field 'principle'", "", "did you mean principal?"),
    ({**ASKED, "principal": "bob"}, "the principal is 'bob', which cannot ask", "principal",
     "give the ARN of a user, role, session or account, a service such as lambda.amazonaws.com,"
     ' {"Federated": "…"}, or "*" for anyone'),
    ({**ASKED, "context": {"a": {}}}, "the value of 'a' is an object", "context",
     "give a text, a number, true or false, a list of these, or null"),
    ({**ASKED, "context": {"aws:a": 1, "AWS:A": 2}},
     "the key 'AWS:A' is there twice: the case of keys does not count", "context",
     "keep one of them"),
    (with_statement(Effect=...), "no Effect", "identity[0].Statement[0]",
     'write "Effect": "Allow" or "Deny"'),
    (with_statement(Effect="allow"), "there is no effect 'allow'",
     "identity[0].Statement[0].Effect", 'write "Allow"'),
    (with_statement(NotAction="s3:*"), "both Action and NotAction", "identity[0].Statement[0]",
     "keep one of them"),
    (with_statement(Action=...), "neither Action nor NotAction", "identity[0].Statement[0]",
     'add "Action"'),
    (with_statement(Resource=...), "neither Resource nor NotResource", "identity[0].Statement[0]",
     'add "Resource"'),
    (with_statement(Principal="*"), "Principal in an identity policy, which is for whom it is"
     " attached to", "identity[0].Statement[0].Principal", "take Principal out"),
    (with_statement(Condition={"StringEqual": {"a": "b"}}),
     "there is no condition operator 'StringEqual'",
     "identity[0].Statement[0].Condition.StringEqual", "did you mean StringEquals?"),
    (with_statement(Condition={"NullIfExists": {"a": "true"}}), "Null has no IfExists",
     "identity[0].Statement[0].Condition.NullIfExists", 'write "Null"'),
    (with_statement(Action="GetObject"), "'GetObject' is no action",
     "identity[0].Statement[0].Action", "write service:Action, as s3:GetObject, or *"),
    (with_statement(Resource=["shop"]), "'shop' is no ARN", "identity[0].Statement[0].Resource[0]",
     "write an ARN, which begins with arn:, or *"),
    (with_statement(Actions="*"), "there is no element 'Actions'",
     "identity[0].Statement[0].Actions", "did you mean Action?"),
    ({**ASKED, "identity": [{**ALLOW, "Version": "2012-10-18"}]},
     "there is no version '2012-10-18'", "identity[0].Version",
     'write "2012-10-17", the current version of the policy language'),
    ({**ASKED, "identity": [{"Version": "2012-10-17"}]}, "no Statement", "identity[0].Statement",
     "give a list of statements"),
    ({**ASKED, "identity": ["{"]},
     "it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
     "identity[0]", "write one JSON object a line"),
    ({**ASKED, "resource_policy": ALLOW}, "no Principal in a resource policy",
     "resource_policy.Statement[0]", 'add "Principal"'),
    ({**ASKED, "scp": [[ALLOW], [{**ALLOW, "Version": 1}]]}, "there is no version 1",
     "scp[1][0].Version", 'write "2012-10-17", the current version of the policy language'),
]  # fmt: skip


def test_every_error_says_what_where_and_how(tmp_path: Path) -> None:
    code, answers, _ = simulate(tmp_path, *[line for line, *_ in WRONG])
    assert code == 2
    assert [(one["error"], one.get("place", ""), one.get("help", "")) for one in answers] == [
        (what, where, cure) for _, what, where, cure in WRONG
    ]
    assert {one["id"] for one in answers} == {"one"}


def test_notes_on_what_does_not_do_what_it_seems_to(tmp_path: Path) -> None:
    statements = [
        {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::shop/*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::sh*"},
    ]
    _, answers, _ = simulate(tmp_path, {**ASKED, "identity": [{"Statement": statements}]})
    assert answers[0]["notes"] == [
        "identity[0].Statement[0].Action: there is no action s3:GetObjct;"
        " did you mean s3:GetObject or s3:GetObjectAcl?",
        "identity[0].Statement[0]: it never acts; Statement[1] denies all that it allows",
    ]


def test_nothing_to_read(tmp_path: Path) -> None:
    assert simulate(tmp_path, "") == (
        2,
        [],
        "error: asked.jsonl: there is no line to read\nhelp: write one JSON object a line\n",
    )


@pytest.mark.parametrize("words", [["policy"], ["policy", "--help"], ["policy", "simulate", "-h"]])
def test_help(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ringfence", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == (2 if words == ["policy"] else 0)
    assert "ringfence policy simulate requests.jsonl" in done.stdout


def test_a_file_that_is_not_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ringfence", "policy", "simulate", "no-such-file"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "error: no-such-file: No such file or directory\n")


def test_deep_nesting_is_an_error_of_its_line(tmp_path: Path) -> None:
    deep = [
        f'{{"{name}": {"[" * depth}1{"]" * depth}}}'
        for name in ("id", "identity", "boundary", "context", "principal")
        for depth in (300, 900, 990)
    ]
    code, answers, _ = simulate(tmp_path, "[" * 200_000, ASKED, *deep)
    assert (code, answers[0]["error"]) == (2, "it is nested too deeply")
    assert answers[1]["decision"] == "allowed"
    assert len(answers) == 2 + len(deep)
