"""Handlers as people write them, vulnerable and safe, through the whole scan."""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import RESOURCES, TRIGGERS, Case, cases, check

CASES = cases()


def marked(case: Case) -> list[object]:
    reason = pytest.mark.xfail(strict=True, reason=case.miss) if case.miss else ()
    return [pytest.param(case, id=case.name, marks=reason)]


@pytest.mark.parametrize("case", [one for case in CASES for one in marked(case)])
def test_case(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


def test_every_trigger_is_tried() -> None:
    assert {case.trigger for case in CASES} - {""} == set(TRIGGERS)
    assert set(RESOURCES) <= set(TRIGGERS)


def test_cases_say_what_they_are_about() -> None:
    assert [case.name for case in CASES if bool(case.rules) is bool(case.safe)] == []
