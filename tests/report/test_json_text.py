"""Indented JSON is what the standard library writes."""

from __future__ import annotations

import json
import random
from typing import Any

from ringfence.report.json_text import indented

LEAVES = ["", 'a\n"b" \\ é \ud800 \U0001f600', 0, -7, 1.5, 1e30, True, False, None, [], {}, ()]


def some(random_: random.Random, depth: int) -> Any:
    if depth == 0 or random_.random() < 0.3:
        return random_.choice(LEAVES)
    count = random_.randrange(4)
    if random_.random() < 0.5:
        return [some(random_, depth - 1) for _ in range(count)]
    return {random_.choice("aé\n") * n: some(random_, depth - 1) for n in range(count)}


def test_is_what_the_standard_library_writes() -> None:
    random_ = random.Random(3)
    for _ in range(500):
        data = some(random_, 5)
        assert indented(data) == json.dumps(data, indent=2)
