"""Every technique of the catalogue: a principal that has it, and the twins of it that have not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.permissions.escalation import account_of, analyse
from ringfence.permissions.escalation.catalogue import catalogue

FOLDER = Path(__file__).parent / "escalations"
CASES = [json.loads(line) for line in (FOLDER / "paths.jsonl").read_text().splitlines()]
IDS = [case["technique"] for case in CASES]
BY = {technique.id: technique.by for technique in catalogue().techniques}


def found(record: dict[str, Any]) -> set[tuple[str, str]]:
    return {(item.technique, item.target) for item in analyse(account_of(record)).via}


def holds(case: dict[str, Any], record: dict[str, Any]) -> bool:
    return (case["technique"], case["target"]) in found(record)


def actions_used(case: dict[str, Any]) -> tuple[str, ...]:
    via = analyse(account_of(case["record"])).via
    return next(
        item.actions
        for item in via
        if (item.technique, item.target) == (case["technique"], case["target"])
    )


def with_statement(record: dict[str, Any], **statement: Any) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    changed["identity"].append({"Version": "2012-10-17", "Statement": [statement]})
    return changed


def without(record: dict[str, Any], action: str) -> dict[str, Any]:
    changed = copy.deepcopy(record)
    statements = []
    for statement in changed["identity"][0]["Statement"]:
        actions = statement["Action"]
        listed = actions if isinstance(actions, list) else [actions]
        left = [one for one in listed if one != action]
        if left:
            statements.append({**statement, "Action": left})
    changed["identity"][0]["Statement"] = statements
    return changed


def test_every_technique_has_its_case() -> None:
    assert sorted(IDS) == sorted(technique.id for technique in catalogue().techniques)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_it_is_found(case: dict[str, Any]) -> None:
    assert holds(case, case["record"])


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_only_on_what_is_worth_taking(case: dict[str, Any]) -> None:
    weak = [target for _, target in found(case["record"]) if target.endswith(("-weak", "/intern"))]
    assert weak == []


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_not_without_each_action(case: dict[str, Any]) -> None:
    for action in actions_used(case):
        assert not holds(case, without(case["record"], action)), action


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_not_with_any_action_denied(case: dict[str, Any]) -> None:
    for action in actions_used(case):
        record = with_statement(case["record"], Effect="Deny", Action=action, Resource="*")
        assert not holds(case, record), action


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_not_where_the_resource_is_another(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    for statement in record["identity"][0]["Statement"]:
        statement["Resource"] = "arn:aws:sqs:eu-west-1:123456789012:unrelated"
    assert not holds(case, record)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_not_beyond_a_boundary(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    allow = {"Effect": "Allow", "Action": ["s3:Get*", "logs:*"], "Resource": "*"}
    record["boundary"] = {"Version": "2012-10-17", "Statement": [allow]}
    assert found(record) == set()


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_not_for_sure_behind_a_second_factor(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    for statement in record["identity"][0]["Statement"]:
        factor = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        statement["Condition"] = {**statement.get("Condition", {}), **factor}
    result = analyse(account_of(record))
    assert result.via == ()
    assert case["technique"] in {item.technique for item in result.possible}


PASSING = [case for case in CASES if BY[case["technique"]] == "pass"]
PASSING_IDS = [case["technique"] for case in PASSING]


@pytest.mark.parametrize("case", PASSING, ids=PASSING_IDS)
def test_a_role_for_another_service_does_not_help(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    trust = record["roles"][0]["trust"]["Statement"][0]
    trust["Principal"] = {"Service": "ssmmessages.amazonaws.com"}
    assert not holds(case, record)
    possible = analyse(account_of(record)).possible
    assert case["technique"] not in {item.technique for item in possible}


@pytest.mark.parametrize("case", PASSING, ids=PASSING_IDS)
def test_a_role_that_may_go_to_another_service_only(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    condition = {"StringEquals": {"iam:PassedToService": "ssmmessages.amazonaws.com"}}
    record["identity"][0]["Statement"][0]["Condition"] = condition
    assert not holds(case, record)


@pytest.mark.parametrize("case", PASSING, ids=PASSING_IDS)
def test_a_role_that_is_no_stronger(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    record["roles"][0]["admin"] = False
    assert not holds(case, record)


EXISTING = [case for case in CASES if BY[case["technique"]] in ("existing", "image", "code-object")]


@pytest.mark.parametrize("case", EXISTING, ids=[case["technique"] for case in EXISTING])
def test_what_runs_with_a_weak_role_is_healthy(case: dict[str, Any]) -> None:
    record = copy.deepcopy(case["record"])
    record["roles"][0]["admin"] = False
    assert found(record) == set()


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_an_administrator_gains_nothing(case: dict[str, Any]) -> None:
    record = with_statement(case["record"], Effect="Allow", Action="*", Resource="*")
    record.pop("boundary", None)
    result = analyse(account_of(record))
    assert (result.via, result.already_admin) == ((), True)
