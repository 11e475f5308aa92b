"""Needs of labelled applications: no difference but those that are known."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LABELLED = Path(__file__).parent / "labelled"
APPLICATIONS = sorted(path.parent for path in LABELLED.glob("*/*/expected.json"))
KNOWN = (LABELLED / "known.txt").read_text(encoding="utf-8").splitlines()


def bench() -> Any:
    spec = importlib.util.spec_from_file_location("needed", ROOT / "bench" / "needed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("folder", APPLICATIONS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_needs(folder: Path) -> None:
    labels = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    lines = bench().judge(folder, labels, Counter())
    assert sorted(lines) == sorted(line for line in KNOWN if line.startswith(f"{folder.name} "))


def test_nothing_that_must_not_come_out_does() -> None:
    traps = 0
    for folder in APPLICATIONS:
        labels = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        drafts = {draft.contract.key: draft for draft in bench().drafts_of(folder)}
        for key, label in labels.items():
            wanted = {entry["action"] for entry in (*label["needed"], *label.get("optional", ()))}
            traps += len(label["not"])
            draft = drafts.get(key) or drafts[f"{key[:1].upper()}{key[1:]}LambdaFunction"]
            got = {need.action for need in draft.contract.permissions}
            wrong = {entry["action"] for entry in label["not"]} & got - wanted
            known = {
                line.split()[3] for line in KNOWN if line.startswith(f"{folder.name} {key}: extra")
            }
            assert {action.lower() for action in wrong} <= known
    assert traps > 200
