"""Observations to the contracts that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.logs.assign import Finder, assign, fits
from ringfence.logs.observing import arguments_of
from ringfence.model.contract import FunctionContract
from ringfence.model.event import Observation

FUNCTIONS = [
    FunctionContract(id="Resize", key="Resize", name="shop-*-Resize-*", role="shop-*-ResizeRole-*"),
    FunctionContract(id="Thumb", key="Thumb", name="shop-*", role="shared"),
    FunctionContract(
        id="a/Pay", key="a/template.yaml:Pay", name="pay", role="arn:aws:iam::1:role/x/shared"
    ),
    FunctionContract(id="Nameless", key="Nameless"),
]


@pytest.mark.parametrize(
    ("function", "keys"),
    [
        ("Resize", ("Resize",)),
        ("a/Pay", ("a/template.yaml:Pay",)),
        ("a/template.yaml:Pay", ("a/template.yaml:Pay",)),
        ("pay", ("a/template.yaml:Pay",)),
        ("shop-prod-Resize-1A2B", ("Resize",)),
        ("shop-prod-Other-1A2B", ("Thumb",)),
        ("role/shop-prod-ResizeRole-9Z", ("Resize",)),
        ("role/shared", ("Thumb", "a/template.yaml:Pay")),
        ("role/pay", ()),
        ("ada", ()),
        ("", ()),
    ],
)
def test_keys(function: str, keys: tuple[str, ...]) -> None:
    assert Finder(FUNCTIONS).keys(function) == keys


def test_what_no_contract_names_is_counted() -> None:
    items = [Observation("t", name, "action", "s3:GetObject") for name in ("pay", "ada", "ada")]
    found = assign(items, FUNCTIONS)
    assert found.by_key == {"a/template.yaml:Pay": items[:1]}
    assert found.unassigned == {"ada": 2}


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_patterns_mean_what_fnmatch_means(pattern: str, text: str) -> None:
    from fnmatch import fnmatchcase

    assert fits(pattern, text) == (bool(pattern) and fnmatchcase(text, pattern))


def test_a_pattern_of_many_stars_is_quick() -> None:
    assert not fits("*a" * 200 + "b", "a" * 2_000)


def test_arguments_are_named_by_their_paths() -> None:
    parameters = {
        "TransactItems": [{"Put": {"TableName": "a"}}, {"Put": {"TableName": "b"}}],
        "RequestItems": {"orders": []}, "Limit": 5, "Force": True, "Body": b"x", "Nothing": None,
    }  # fmt: skip
    assert {path: found.texts for path, found in arguments_of(parameters).items()} == {
        "TransactItems[]{}": ("Put",),
        "TransactItems[].Put{}": ("TableName",),
        "TransactItems[].Put.TableName": ("a", "b"),
        "RequestItems{}": ("orders",),
        "Limit": ("5",),
        "Force": ("true",),
    }
