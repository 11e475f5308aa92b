"""Every family of sinks behind every trigger, dangerous and safe, with exactly what is to be told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matrix_harness import (
    FAMILIES,
    MISSES,
    ROUTES,
    TRIGGERS,
    Told,
    cells,
    meets,
    name_of,
    run,
    told,
)

from ringfence.dataflow.authority import RULE
from ringfence.model.application import OUTSIDE_KINDS, TRIGGER_KINDS
from ringfence.rules.checks import load_rules

LANGUAGES = ("python", "javascript")
MATRIX = [
    pytest.param(family, language, id=f"{name_of(family)}-{language}")
    for family in FAMILIES
    for language in LANGUAGES
    if language in family
]


@pytest.mark.parametrize(("family", "language"), MATRIX)
def test_family(family: dict[str, Any], language: str, tmp_path: Path) -> None:
    made = list(cells(family, language))
    result = run(language, made, tmp_path)
    delivered = {entry.function.partition("#")[2]: entry.kind for entry in result.entries}
    assert result.skipped == []
    found = told(result, family["rule"])
    missed = {
        miss["cell"]
        for miss in MISSES
        if miss["family"] == name_of(family) and language in miss["languages"]
    }
    wrong: dict[str, tuple[str, set[Told], set[Told]]] = {}
    for cell in made:
        kind = cell.trigger["kind"]
        assert delivered.get(cell.function, "invoke") == kind, cell.name
        seen = found.get(cell.function, set())
        if seen != cell.expected:
            wrong[cell.name] = cell.route, cell.expected - seen, seen - cell.expected
    assert {name: wrong[name] for name in sorted(set(wrong) - missed)} == {}
    assert missed - set(wrong) == set(), "works now: take it out of misses.toml"


def test_every_flow_rule_meets_every_kind_of_trigger() -> None:
    """Those of other clouds are tried in ``test_cloud_flows.py``."""
    # A decision is no use of a value: test_authority.py tries it.
    flow_rules = {rule.id for rule in load_rules() if rule.kind == "flow"} - {RULE}
    assert {family["rule"] for family in FAMILIES} == flow_rules
    for rule in flow_rules:
        of_rule = [family for family in FAMILIES if family["rule"] == rule]
        assert {
            trigger["kind"]
            for trigger in TRIGGERS
            if any(meets(family, trigger) for family in of_rule)
        } == set(TRIGGER_KINDS) - set(OUTSIDE_KINDS)


def test_what_is_left_out_has_its_reason() -> None:
    assert [
        name_of(family) for family in FAMILIES if "meant" in family and "why" not in family
    ] == []
    assert [
        trigger["name"] for trigger in TRIGGERS if ("path" in trigger) is ("why_none" in trigger)
    ] == []
    assert [miss for miss in MISSES if not miss["why"]] == []


def test_findings_are_reached_by_many_routes() -> None:
    routes: dict[str, set[str]] = {}
    for family, language in ((case.values[0], case.values[1]) for case in MATRIX):
        for cell in cells(family, language):
            if cell.expected:
                routes.setdefault(cell.trigger["name"], set()).add(cell.route)
    assert set(routes) == {trigger["name"] for trigger in TRIGGERS if "path" in trigger}
    assert set().union(*routes.values()) == {route["name"] for route in ROUTES}
    assert min(len(taken) for taken in routes.values()) >= 15
