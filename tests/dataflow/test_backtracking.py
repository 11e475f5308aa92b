"""Exponential regular expressions: found where a text exists, silent where none does."""

from __future__ import annotations

import pytest

from ringfence.dataflow.backtracking import MAX_PATTERN, is_exponential


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"^(\w+\s?)*$",
        r"^(a|ab?)*c$",
        r"^(\d+,?)+$",
        r"(.*,)*x",
        r"([a-z]+)*@",
        r"(x+x+)+y",
        r"<(\w+\s*)*>",
        r"^([a-z0-9])(([\-.]|[_]+)?([a-z0-9]+))*@[a-z]+$",
        r"^\w+([\.-]?\w+)*@\w+([\.-]?\w+)*(\.\w{2,3})+$",
        r"^(?i:A+|a+)*b",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_a_repetition_that_reads_a_word_in_two_ways(pattern: str) -> None:
    assert is_exponential(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z]+$",
        r"^(\w+\s+)*$",
        r"(a+)+",
        r"^\d{4}-\d{2}$",
        r"^([a-z]+-)*[a-z]+$",
        r"^[\w.+-]+@[\w-]+(\.[\w-]+)+$",
        r"^(a|b)*$",
        r'(?:[^"\\]|\\.)*"',
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        r"(\w+)\s+(\w+)",
        r"^https?://([^/]+)(/.*)?$",
        r"(a)\1+$",
        r"(",
        "a" * (MAX_PATTERN + 1) + "(a+)+$",
        r"((a{1,60}){1,60}b?)+$",
    ],
)
def test_what_is_not_exponential_or_not_understood_is_silent(pattern: str) -> None:
    assert not is_exponential(pattern)


def test_a_full_match_can_fail_at_its_end() -> None:
    assert not is_exponential("(a+)+")
    assert is_exponential("(a+)+", whole=True)


def test_named_groups_of_javascript() -> None:
    assert is_exponential(r"^(?<word>\w+\s?)*$", "javascript")
    assert is_exponential(r"^(?<word>\p{L}+\s?)*$", "javascript")
    assert is_exponential(r"^([\p{N}_]+\.?)*$", "javascript")
    assert not is_exponential(r"^(?:\p{L}+-)*\p{N}$", "javascript")
    assert not is_exponential(r"^(?<word>\p{Script=Greek}+\s?)*$", "javascript")
