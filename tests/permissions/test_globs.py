"""Patterns on one side and on both, against all short texts."""

from __future__ import annotations

import itertools
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringfence.permissions.globs import covers, matches, overlaps

patterns = st.text(alphabet="ab*?", max_size=5)
#: ``c`` stands for every letter that a pattern does not name.
TEXTS = ["".join(letters) for n in range(7) for letters in itertools.product("abc", repeat=n)]


def meant(pattern: str) -> set[str]:
    expression = re.compile(
        "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    )
    return {text for text in TEXTS if expression.fullmatch(text)}


@given(patterns)
def test_matches_as_a_regular_expression_does(pattern: str) -> None:
    assert {text for text in TEXTS if matches(pattern, text)} == meant(pattern)


@given(patterns, patterns)
@example("???*", "??*a")
@settings(max_examples=400)
def test_covers_is_inclusion(pattern: str, other: str) -> None:
    assert covers(pattern, other) == (meant(other) <= meant(pattern))


@given(patterns, patterns)
def test_overlaps_is_intersection(pattern: str, other: str) -> None:
    common = meant(pattern) & meant(other)
    if len(pattern) + len(other) <= 7 or common:
        assert overlaps(pattern, other) == bool(common)


def test_hostile_patterns_end_soon() -> None:
    assert not matches("*a" * 1000 + "b", "a" * 4000)
    assert overlaps("*a" * 20_000, "a*" * 20_000)
    assert not covers("*a" * 300 + "b", "a*" * 300)
