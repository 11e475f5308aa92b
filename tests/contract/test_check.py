"""``ringfence lock --check``, decisions that survive a refresh, and new ones."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import contract_samples as samples
import jsonschema
import pytest
from hypothesis import given, settings

from ringfence.contract.accept import accept
from ringfence.contract.check import check, fails
from ringfence.contract.lockfile import lock_text, parsed
from ringfence.contract.merge import merged
from ringfence.contract.order import settled
from ringfence.errors import UsageError
from ringfence.model.contract import Accepted, Contract, Evidence, FunctionContract, Permission
from ringfence.model.contract_change import Difference, Surplus
from ringfence.model.record import replace
from ringfence.report.lock_changes import differences_json, differences_text

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "checks.toml").read_text(encoding="utf-8"))["case"]
SCHEMA = HERE.parents[1] / "docs" / "schemas" / "lock-diff.schema.json"
TODAY = date(2026, 6, 15)
FEWER = settings(max_examples=25)


def found(case: dict[str, Any]) -> list[Difference]:
    extra = [
        Surplus(
            "x", *(part.strip() for part in line.split("|")), "template.yaml:9", "no line needs it"
        )
        for line in case.get("surplus", ())
    ]
    locked, needed = samples.function("x", case["locked"]), samples.function("x", case["needed"])
    return check(samples.contract(locked), samples.contract(needed), extra, TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_difference_is_found(case: dict[str, Any]) -> None:
    shown = [f"{'fails' if one.fails else 'note'} {one.line}" for one in found(case)]
    assert shown == case["found"]


def test_the_differences_satisfy_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for case in CASES:
        validator.validate(json.loads(differences_json(found(case))))


def test_functions_that_came_and_went() -> None:
    old = samples.contract(samples.function("gone"))
    new = samples.contract(samples.function("new", ["handler | src/app.handler"]))
    assert [one.line for one in check(old, new, [], TODAY)] == [
        "gone: function is in the lock and does not exist",
        "new: function is not in the lock (src/app.handler)",
    ]


def test_a_grant_to_a_function_that_is_not_locked_counts() -> None:
    extra = [Surplus("new", "s3:*", "*", "template.yaml:3")]
    new = samples.contract(samples.function("new"))
    assert fails(check(new, new, extra, TODAY))
    assert len(check(Contract(), Contract(), extra, TODAY)) == 1


def test_what_was_found_on_a_terminal() -> None:
    one = Difference("missing", "x", "host \x1b[2J", "a.py:1", "is needed", True)
    other = Difference("unused", "x", "host b", "", "is accepted", False)
    assert differences_text([one, other]) == (
        "  fails  x: host \\x1b[2J is needed (a.py:1)\n"
        "  note   x: host b is accepted\n"
        "1 difference.\n"
    )
    assert differences_text([]) == "The lock holds.\n"


@FEWER
@given(samples.contracts)
def test_what_was_written_holds(contract: Contract) -> None:
    assert not fails(check(parsed(lock_text(contract).encode()), contract, [], TODAY))


@FEWER
@given(samples.contracts, samples.contracts)
def test_it_fails_exactly_when_the_file_would_say_something_else(
    old: Contract, new: Contract
) -> None:
    """Leaving aside evidence, unknown parts and decisions, which are not told by the code."""
    needed = without_decisions(new)
    differs = bare(settled(without_decisions(old))) != bare(settled(needed))
    assert fails(check(without_decisions(old), needed, [], TODAY)) == differs


def without_decisions(contract: Contract) -> Contract:
    return Contract(
        functions={k: replace(f, accepted=[], gaps=[]) for k, f in contract.functions.items()}
    )


def bare(contract: Contract) -> Any:
    """The text of a contract without its lines of evidence and unknown parts."""
    tree = tomllib.loads(lock_text(contract))
    for function in tree.get("functions", {}).values():
        for blocks in function.values():
            for block in blocks if isinstance(blocks, list) else ():
                if isinstance(block, dict):
                    block.pop("evidence", None)
                    block.pop("unknown", None)
    return tree


def decided(key: str, *entries: Accepted) -> Contract:
    return samples.contract(FunctionContract(key, key, accepted=list(entries)))


STANDS = Accepted("permission", "s3:GetObject", "*", "old clients", "2026-12-31")
ENDED = Accepted("host", "a.example", "", "pilot", "2026-06-14")


def test_decisions_survive_a_refresh_expired_ones_too() -> None:
    result = merged(samples.contract(samples.function("x")), decided("x", STANDS, ENDED), TODAY)
    assert result.contract.functions["x"].accepted == [ENDED, STANDS]
    assert [one.line for one in result.notes] == [
        "x: host a.example was accepted until 2026-06-14: renew it with a reason, "
        "or remove the entry"
    ]
    assert not fails(result.notes)


def test_a_decision_holds_on_its_last_day() -> None:
    last = replace(ENDED, until=TODAY.isoformat())
    assert merged(samples.contract(samples.function("x")), decided("x", last), TODAY).notes == ()


def test_a_decision_goes_with_its_function_and_that_is_said() -> None:
    result = merged(Contract(), decided("x", STANDS), TODAY)
    assert result.contract == Contract()
    assert [(one.kind, one.line) for one in result.notes] == [
        (
            "dropped",
            "x: s3:GetObject on * was accepted until 2026-12-31; "
            "its function is gone, and the entry with it",
        )
    ]


@pytest.mark.parametrize(
    ("before", "after"), [("Fn", "api/template.yaml:Fn"), ("api/template.yaml:Fn", "Fn")]
)
def test_a_decision_follows_a_function_that_got_a_namesake(before: str, after: str) -> None:
    new = samples.contract(samples.function(after))
    result = merged(new, decided(before, STANDS), TODAY)
    assert result.contract.functions[after].accepted == [STANDS]
    assert result.notes == ()


@pytest.mark.parametrize("others", [["a:Fn", "b:Fn"], ["MyFn"], ["Fn2"]])
def test_a_decision_follows_nobody_by_chance(others: list[str]) -> None:
    new = samples.contract(*(samples.function(key) for key in others))
    result = merged(new, decided("Fn", STANDS), TODAY)
    assert all(not function.accepted for function in result.contract.functions.values())
    assert [one.kind for one in result.notes] == ["dropped"]


def test_a_decision_that_became_a_need_is_noted() -> None:
    need = Permission("s3:getobject", "*", evidence=(Evidence("code", "a.py:4"),))
    new = samples.contract(FunctionContract("x", "x", permissions=[need]))
    assert [one.line for one in merged(new, decided("x", STANDS), TODAY).notes] == [
        "x: s3:GetObject on * is needed by now, so that nobody has to accept it: "
        "remove the entry (a.py:4)"
    ]


def test_a_first_lock_has_no_decisions_to_keep() -> None:
    new = samples.contract(samples.function("x"))
    assert merged(new, None, TODAY).contract == new


def test_a_merge_changes_neither_argument() -> None:
    new, old = samples.contract(samples.function("x")), decided("x", STANDS)
    merged(new, old, TODAY)
    assert new.functions["x"].accepted == []
    assert old == decided("x", STANDS)


def test_a_decision_is_added_and_written() -> None:
    contract = samples.contract(samples.function("x"))
    changed = accept(
        contract, "x", "permission", "s3:GetObject", "*", " old\n clients ", "2026-12-31", TODAY
    )
    assert changed.functions["x"].accepted == [STANDS]
    assert contract.functions["x"].accepted == []
    assert parsed(lock_text(changed).encode()) == changed


def test_a_decision_on_the_same_item_is_replaced() -> None:
    day = date(2026, 7, 1)
    changed = accept(
        decided("x", STANDS), "x", "permission", "s3:GetObject", "*", "again", day, TODAY
    )
    assert changed.functions["x"].accepted == [
        Accepted("permission", "s3:GetObject", "*", "again", "2026-07-01")
    ]


DAY = "write a day such as 2026-09-13"
#: What differs from a good call, then what, where and cure of the error.
REFUSED = [
    (
        {"function": "Orderz"},
        "there is no function Orderz in the lock", "", "did you mean Orders?",
    ),
    (
        {"function": "zzz"},
        "there is no function zzz in the lock", "", "the lock knows: Orders, services/a b.yaml:Empty",
    ),
    ({"kind": "permision"}, "permision is no kind of item", "", "did you mean permission?"),
    ({"value": " "}, "which permission is not said", "", "name it"),
    (
        {"value": "GetObject"},
        "GetObject is no action", "", "write service:Action, such as s3:GetObject",
    ),
    (
        {"value": "s3:GetObjekt"},
        "there is no action s3:GetObjekt", "", "did you mean s3:GetObject?",
    ),
    ({"resource": ""}, "on which resource s3:GetObject?", "--resource", 'name it, or "*" for any'),
    ({"kind": "host"}, "a host has no resource", "--resource", "leave it out"),
    ({"reason": " \n"}, "the reason is empty", "--reason", "say why it may stand"),
    ({"reason": "x" * 501}, "the reason has 501 characters", "--reason", "say it in 500"),
    ({"until": "soon"}, "soon is no day", "--until", DAY),
    ({"until": "2026-06-14"}, "2026-06-14 is over", "--until", DAY),
    (
        {"until": "2027-06-17"},
        "2027-06-17 is more than a year ahead", "--until", f"{DAY}; accept it again then",
    ),
    (
        {"value": "dynamodb:getitem", "resource": "arn:aws:dynamodb:*:*:table/shop-*-Orders-*"},
        "dynamodb:getitem is needed at src/orders.py:12, and so allowed", "Orders",
        "accept only what the code does not need",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given_", "what", "where", "cure"), REFUSED)
def test_a_decision_is_refused(given_: dict[str, str], what: str, where: str, cure: str) -> None:
    call = {
        "function": "Orders",
        "kind": "permission",
        "value": "s3:GetObject",
        "resource": "*",
        "reason": "old clients",
        "until": "2026-12-31",
    }
    with pytest.raises(UsageError) as caught:
        accept(samples.shop(), **(call | given_), today=TODAY)
    assert (caught.value.what, caught.value.where, caught.value.cure) == (what, where, cure)


def test_a_lock_without_functions_says_so() -> None:
    with pytest.raises(UsageError) as caught:
        accept(Contract(), "x", "host", "a", "", "why", "2026-12-31", TODAY)
    assert caught.value.cure == "the lock knows: none; run `ringfence lock`"


def test_no_more_is_accepted_than_is_read() -> None:
    full = decided("x", *(replace(ENDED, value=f"h{number}") for number in range(500)))
    with pytest.raises(UsageError) as caught:
        accept(full, "x", "host", "a", "", "why", "2026-12-31", TODAY)
    assert caught.value.what == "500 entries are accepted already"
    renewed = accept(full, "x", "host", "h7", "", "why", "2026-12-31", TODAY)
    assert parsed(lock_text(renewed).encode()) == renewed


@pytest.mark.parametrize("until", ["2026-06-15", "2027-06-16"])
def test_the_first_and_the_last_day_that_may_be_named(until: str) -> None:
    changed = accept(samples.shop(), "Orders", "host", "a.example", "", "why", until, TODAY)
    assert changed.functions["Orders"].accepted[0].until == until


@pytest.mark.parametrize("value", ["*", "s3:*", "s3:Get*"])
def test_a_pattern_may_be_accepted(value: str) -> None:
    changed = accept(samples.shop(), "Orders", "permission", value, "*", "why", "2026-12-31", TODAY)
    assert any(entry.value == value for entry in changed.functions["Orders"].accepted)
    assert parsed(lock_text(changed).encode()) == changed
