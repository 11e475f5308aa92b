"""Ways to write a function: the language's features, frameworks and libraries in between.

Each file holds one short program, whose weakness is found only by who understands the way.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from unseen_harness import Case, cases, check

CASES = cases(Path(__file__).parent / "shapes")


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_shape(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)
