"""Principals that look dangerous and are not, and dangerous ones that do not look so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.permissions.escalation import account_of, analyse

FOLDER = Path(__file__).parent / "escalations"


def load(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text().splitlines()]


HEALTHY = load("healthy.jsonl")
VARIANTS = load("variants.jsonl")


@pytest.mark.parametrize("case", HEALTHY, ids=[case["why"] for case in HEALTHY])
def test_no_alarm(case: dict[str, Any]) -> None:
    result = analyse(account_of(case["record"]))
    assert [(item.technique, item.target) for item in result.via] == []
    assert not result.already_admin


@pytest.mark.parametrize("case", VARIANTS, ids=[case["why"] for case in VARIANTS])
def test_found_all_the_same(case: dict[str, Any]) -> None:
    result = analyse(account_of(case["record"]))
    via = [[item.technique, item.target] for item in result.via]
    assert [expected for expected in case["expect"] if expected not in via] == []
