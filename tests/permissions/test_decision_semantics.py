"""The documented semantics, one case a line: each names the page of the reference it follows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.permissions.decision.lines import Simulator

FOLDER = Path(__file__).parent / "semantics"
CASES = [
    json.loads(line)
    for file in sorted(FOLDER.glob("*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]


def test_there_are_enough() -> None:
    assert len(CASES) >= 300
    assert len({case["name"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_documented(case: dict[str, Any]) -> None:
    (answer,) = Simulator().decide([json.dumps(case["request"]).encode()])
    found = {key: answer.get(key) for key in ("decision", "kind", "unknown", "error")}
    expected = {"decision": case["decision"], "kind": case["kind"], "error": None}
    assert found == expected | {"unknown": case.get("unknown", [])}, case["why"]
