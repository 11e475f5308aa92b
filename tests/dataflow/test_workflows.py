"""State machines that somebody wrote to keep the analysis busy end soon."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.dataflow.documents import MAX_PARTS, Mixed, Ref, bounded, parts_of
from ringfence.dataflow.workflows import plan_of
from ringfence.model.application import Workflow
from ringfence.model.value import Mapping, Scalar, Sequence, Value

LAST = {"Type": "Task", "Resource": "arn", "End": True}


def value(data: Any) -> Value:
    if isinstance(data, dict):
        return Mapping({key: value(item) for key, item in data.items()})
    if isinstance(data, list):
        return Sequence([value(item) for item in data])
    return Scalar(data)


def events(states: dict[str, Any], last: str) -> list[object]:
    definition = value({"StartAt": next(iter(states)), "States": states})
    assert isinstance(definition, Mapping)
    return list(plan_of(Workflow("machine", definition, {last: ("function",)})).events[last])


def doubled(count: int) -> dict[str, Any]:
    template = {"a.$": "$", "b.$": "$", "c": {"d.$": "$"}}
    states: dict[str, Any] = {
        f"S{n}": {"Type": "Pass", "Parameters": template, "Next": f"S{n + 1}"} for n in range(count)
    }
    return {**states, f"S{count}": LAST}


def test_a_document_that_doubles_is_known_by_its_origin() -> None:
    assert events(doubled(40), "S40") == [Mixed((Ref(""),))]


def test_a_ring_that_grows_ends() -> None:
    states = {
        f"S{n}": {
            "Type": "Task",
            "Resource": "arn",
            "ResultPath": f"$.r{n}",
            "Next": f"S{(n + 1) % 900}",
        }
        for n in range(900)
    }
    for event in events(states, "S899"):
        assert bounded(event) == event  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [3, 2_000])
def test_intrinsic_functions_inside_of_each_other(depth: int) -> None:
    text = "States.Array(" * depth + "$.a" + ")" * depth
    (event,) = events({"S": {**LAST, "Parameters": {"x.$": text}}}, "S")
    waiting, count = [event], 0
    while waiting:
        count += 1
        waiting += parts_of(waiting.pop())  # type: ignore[arg-type]
    assert count < MAX_PARTS


def test_maps_inside_of_each_other() -> None:
    state: dict[str, Any] = LAST
    for _ in range(60):
        state = {
            "Type": "Map",
            "End": True,
            "ItemProcessor": {"StartAt": "A", "States": {"A": state}},
        }
    definition = value({"StartAt": "A", "States": {"A": state}})
    assert isinstance(definition, Mapping)
    assert plan_of(Workflow("machine", definition, {"A": ("function",)})).events == {}
