"""Observations to the contracts that they belong to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.logs import assign as assigning
from ringfence.logs.assign import Finder, Usage, assign, fits
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


def _item(function: str, time: str, resource: str = "r") -> Observation:
    return Observation(time, function, "action", "s3:GetObject", resource, "allowed", "relay")


def test_equal_observations_become_one_usage() -> None:
    items = [
        _item("pay", "2026-11-02"),
        _item("pay", "2026-11-01"),
        _item("pay", "2026-11-03", "x"),
    ]
    items += [_item("ada", "2026-11-01")] * 2
    found = assign(items, FUNCTIONS)
    assert found.by_key == {
        "a/template.yaml:Pay": [
            Usage("action", "s3:GetObject", "r", "allowed", "relay", "2026-11-01", "2026-11-02", 2),
            Usage("action", "s3:GetObject", "x", "allowed", "relay", "2026-11-03", "2026-11-03", 1),
        ]
    }
    assert (found.unassigned, found.left) == ({"ada": 2}, {})


def test_usages_without_number_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assigning, "MAX_USAGES", 2)
    found = assign([_item("pay", "t", str(at)) for at in range(5)], FUNCTIONS)
    assert len(found.by_key["a/template.yaml:Pay"]) == 2
    assert found.left == {"a/template.yaml:Pay": 3}


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
