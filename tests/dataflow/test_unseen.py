"""Handlers as people write them, vulnerable and safe, through the whole scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import (
    BESIDE,
    DELIVERED_AS,
    RESOURCES,
    TRIGGERS,
    Case,
    cases,
    place,
    places,
    run,
)

CASES = cases()


def marked(case: Case) -> list[object]:
    reason = pytest.mark.xfail(strict=True, reason=case.miss) if case.miss else ()
    return [pytest.param(case, id=case.name, marks=reason)]


@pytest.mark.parametrize("case", [one for case in CASES for one in marked(case)])
def test_case(case: Case, tmp_path: Path) -> None:
    findings, kinds = run(case, tmp_path)
    if case.trigger:
        assert DELIVERED_AS.get(case.trigger, case.trigger) in kinds
    found = {one for item in findings for one in places(item)}
    told = {(rule, file) for rule, file, _ in found}
    assert case.exact - found == set(), "missed"
    assert case.somewhere - told == set(), "missed"
    # What is of low confidence is shown to those who ask for it.
    others = [item for item in findings if case.exact.isdisjoint(places(item))]
    found = {place(item) for item in others if item.confidence != "low"}
    expected = case.exact | {item for item in found if item[:2] in case.somewhere}
    beside = BESIDE.difference(case.safe, case.rules)
    wrong = {item for item in found - expected if item[0] not in {*case.also, *beside}}
    watched = wrong if "*" in case.safe or case.rules else {w for w in wrong if w[0] in case.safe}
    assert watched == set(), "false alarm"


def test_every_trigger_is_tried() -> None:
    assert {case.trigger for case in CASES} - {""} == set(TRIGGERS)
    assert set(RESOURCES) <= set(TRIGGERS)


def test_cases_say_what_they_are_about() -> None:
    assert [case.name for case in CASES if bool(case.rules) is bool(case.safe)] == []
