"""What a managed identity may do: the documented semantics, one case each, and their laws."""

from __future__ import annotations

from typing import Any

import pytest
from cloud_cases import azure_granted, cases

from ringfence.permissions.clouds.azure_roles import about, built_in_roles, plane_of

CASES = cases("azure.toml")


def test_there_are_enough() -> None:
    assert len(CASES) >= 90
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_documented(case: dict[str, Any]) -> None:
    granted = azure_granted(case)
    answer = granted.answer(*case["ask"])
    assert (answer.verdict, list(granted.gaps)) == (case["verdict"], case.get("gaps", [])), case[
        "why"
    ]
    assert answer.verdict == "denied" or answer.statement is not None
