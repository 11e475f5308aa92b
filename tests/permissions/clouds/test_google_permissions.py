"""What a service account may do: the documented semantics, one case each."""

from __future__ import annotations

from typing import Any

import pytest
from cloud_cases import cases, google_granted

CASES = cases("google.toml")


def test_there_are_enough() -> None:
    assert len(CASES) >= 90
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_documented(case: dict[str, Any]) -> None:
    granted = google_granted(case)
    answer = granted.answer(*case["ask"])
    assert (answer.verdict, list(granted.gaps)) == (case["verdict"], case.get("gaps", [])), case[
        "why"
    ]
    assert bool(granted.warnings) == case.get("wide", False)
