"""Which flows become one finding."""

from __future__ import annotations

from ringfence.checks.folding import folds
from ringfence.model.facts import Flow, FlowSource
from ringfence.model.location import Location


def flow(
    rule: str, function: str, path: str, line: int, certainty: str = "high", kind: str = "event"
) -> Flow:
    source = FlowSource(kind, path, Location("app.py", 1))
    place = Location("app.py", line)
    return Flow(rule, function, source, "call", "argument", place, (), certainty, "disclose", "")


def grouped(*flows: Flow) -> list[int]:
    names = folds(flows)
    return [names.index(name) for name in names]


def test_functions_that_share_the_dangerous_place_share_the_finding() -> None:
    rule = "sql-injection"
    assert grouped(flow(rule, "F", "a", 3), flow(rule, "G", "b", 3), flow(rule, "F", "a", 4)) == [
        0, 0, 2,
    ]  # fmt: skip


def test_one_value_that_chooses_several_resources_is_one_finding() -> None:
    rule = "cloud-resource-injection"
    flows = [flow(rule, "F", "a", 3), flow(rule, "F", "a", 4), flow(rule, "F", "b", 5)]
    assert grouped(*flows) == [0, 0, 2]


def test_what_belongs_to_the_same_flow_belongs_together() -> None:
    rule = "cloud-resource-injection"
    flows = [flow(rule, "F", "a", 3), flow(rule, "G", "a", 4), flow(rule, "G", "b", 3)]
    assert grouped(*flows) == [0, 1, 0]
    assert grouped(*flows, flow(rule, "G", "a", 3)) == [0, 0, 0, 0]


def test_suspicions_of_one_kind_are_one_finding_and_never_hide_a_sure_one() -> None:
    rule = "sql-injection"
    low = [flow(rule, "F", "a", 3, "low"), flow(rule, "F", "b", 4, "low")]
    assert grouped(*low, flow(rule, "F", "a", 3)) == [0, 0, 2]
    assert grouped(*low, flow(rule, "F", "c", 5, "low", "response")) == [0, 0, 2]


def test_rules_never_mix() -> None:
    assert grouped(flow("sql-injection", "F", "a", 3), flow("code-injection", "F", "a", 3)) == [
        0,
        1,
    ]
