"""Patterns that are compiled late: all of them compile, and behave as if compiled at once."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest

import ringfence
from ringfence import late


def constants() -> Iterator[object]:
    for module in pkgutil.walk_packages(ringfence.__path__, "ringfence."):
        if not module.name.endswith("__main__"):
            waiting = list(vars(importlib.import_module(module.name)).values())
            while waiting:
                value = waiting.pop()
                yield value
                if isinstance(value, (tuple, list)):
                    waiting.extend(value)


def test_every_pattern_of_a_module_compiles() -> None:
    patterns = [value for value in constants() if isinstance(value, late._Late)]
    assert len(patterns) > 100
    assert all(value.pattern and isinstance(value.flags, int) for value in patterns)


def test_asks_the_compiled_pattern() -> None:
    word = late.pattern(r"(\w)o", re.IGNORECASE)
    assert word.search("a GO") is not None
    assert word.sub(r"\1-", "do go") == "d- g-"
    assert word.flags & re.IGNORECASE
    assert (word.pattern, word.groups) == (r"(\w)o", 1)


def test_a_malformed_pattern_is_refused_when_it_is_asked() -> None:
    broken = late.pattern("(")
    with pytest.raises(re.error):
        broken.match("")
