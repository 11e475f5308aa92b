"""Tables of stores: what is malformed is refused, and every pattern compiles."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.errors import RuleError
from ringfence.rules.stores import read_store
from ringfence.rules.taint import load_taint

GOOD: dict[str, Any] = {
    "name": "notes",
    "holder": r"\.collection\(\)$",
    "write": [{"call": r"\.add$", "argument": 0}],
    "records": r"\.data\(\)$",
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"holders": "x"}, "a store has"),
        ({"named": "colour"}, "named = 'colour'"),
        ({"write": [{"call": "x"}]}, "a write has call, argument"),
        ({"write": [{"call": "x", "argument": 0, "of": 1}]}, "a write has call, argument"),
    ],
)
def test_what_is_malformed_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_store({**GOOD, **change}, "stores.toml, [[store]] 1")


def test_a_store_without_a_holder_is_refused() -> None:
    with pytest.raises(RuleError, match="a store has"):
        read_store({"name": "notes"}, "stores.toml, [[store]] 1")


def test_a_path_is_a_record_a_list_or_nothing() -> None:
    store = read_store({**GOOD, "lists": r"\.all\(\)$"}, "here")
    assert (store.shape("a.data()"), store.shape("a.all()"), store.shape("a.b")) == (
        "one",
        "list",
        "",
    )
    written = store.written("a.collection().add")
    assert written is not None
    assert written.argument == 0
    assert store.written("a.collection().get") is None


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_every_shipped_pattern_compiles(language: str) -> None:
    for store in load_taint(language).stores:
        assert store.shape("nothing of any library") == ""
        assert store.written("nothing of any library") is None
        assert store.holder.search("nothing of any library") is None
