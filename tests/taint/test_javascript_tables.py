"""Every case file of ``cases/javascript``: the marked lines are found, the others are silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from taint_harness import CASES, found, marked, run

FILES = sorted((CASES / "javascript").glob("*.js"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_javascript_tables(file: Path) -> None:
    facts = run(file, "javascript")
    assert facts.skipped == []
    assert found(facts) - marked(file, "perhaps") == marked(file)
