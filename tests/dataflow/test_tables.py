"""The taint tables: all load, malformed ones are refused with their place."""

from __future__ import annotations

import pytest

from ringfence.errors import RuleError
from ringfence.model.severity import Effect
from ringfence.rules.taint import Sink, TaintCatalogue, load_taint, read_tables


@pytest.mark.parametrize("language", ["python", "javascript", "typescript"])
def test_shipped_tables_load(language: str) -> None:
    catalogue = load_taint(language)
    sinks = [sink for tables in catalogue.calls.values() for sink in tables.sinks]
    assert sinks
    effects = {str(effect) for effect in Effect}
    assert {sink.effect for sink in sinks} <= effects


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[sink", "not TOML"),
        ("[[sinc]]\n", "unknown table 'sinc'"),
        ('[[sink]]\ncall = ["a"]\n', "rule is missing"),
        ('[[sink]]\nrule = "r"\neffect = "execute"\n', "names no call"),
        ('[[sink]]\ncall = "a"\nrule = "r"\neffect = "execute"\n', "call must be a list"),
        (
            '[[sink]]\ncall = ["a"]\nrule = "r"\neffect = "execute"\npart = "some"\n',
            "part = 'some'",
        ),
        ('[[sink]]\ncall = ["a"]\nrule = "r"\neffect = "execute"\nwen = []\n', "unknown key 'wen'"),
        (
            '[[sink]]\ncall = ["a"]\nrule = "r"\neffect = "execute"\nwhen = [{ argument = [0] }]\n',
            "a condition has",
        ),
        ("[[type]]\nfrom = []\n", "a type has name"),
    ],
)
def test_malformed_tables_are_refused(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_tables(text, "x.toml", TaintCatalogue("python"))


def test_methods_are_found_through_base_types() -> None:
    catalogue = TaintCatalogue("python")
    read_tables(
        '[[type]]\nname = "b.B"\nbase = ["a.A"]\n'
        '[[sink]]\ncall = ["a.A.run"]\nrule = "r"\neffect = "execute"\n',
        "x.toml",
        catalogue,
    )
    tables = catalogue.tables("b.B.run")
    assert tables is not None
    assert tables.sinks == [Sink(call=("a.A.run",), rule="r", effect="execute")]
    assert catalogue.tables("b.B.walk") is None
