"""How many rounds the fuzzing, soaking and killing run: a seeded sample unless told otherwise."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def rounds() -> int:
    return int(os.environ.get("RINGFENCE_ROUNDS", "0"))
