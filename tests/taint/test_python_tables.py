"""Every case file of ``cases/python``: the marked lines are found, the others are silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from taint_harness import CASES, found, marked, run

FILES = sorted((CASES / "python").glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_python_tables(file: Path) -> None:
    facts = run(file, "python")
    assert facts.skipped == []
    assert found(facts) - marked(file, "perhaps") == marked(file)
