"""Which tasks of a state machine see what started it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_helpers import app, cfn, function

TASK = {"Type": "Task", "Resource": "${First}", "Next": "Second"}
LAST = {"Type": "Task", "Resource": "${Second}", "End": True}


def machine(states: dict[str, Any], start: str = "First") -> str:
    definition = json.dumps({"StartAt": start, "States": states})
    return cfn(
        function("First"),
        function("Second"),
        f"""
        Machine:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            RoleArn: arn:aws:iam::123456789012:role/machine
            DefinitionSubstitutions: {{First: !GetAtt First.Arn, Second: !GetAtt Second.Arn}}
            DefinitionString: |
              {definition}
        """,
    )


@pytest.mark.parametrize(
    ("states", "fed"),
    [
        ({"First": TASK, "Second": LAST}, {"First"}),
        ({"First": {**TASK, "ResultPath": "$.made"}, "Second": LAST}, {"First", "Second"}),
        ({"First": {**TASK, "ResultPath": None}, "Second": LAST}, {"First", "Second"}),
        ({"First": {**TASK, "ResultPath": "$"}, "Second": LAST}, {"First"}),
        (
            {"First": TASK, "Second": {**LAST, "Parameters": {"all.$": "$$.Execution.Input.a"}}},
            {"First", "Second"},
        ),
        (
            {"First": {"Type": "Choice", "Choices": [{"Next": "Second"}], "Default": "Other"},
             "Other": {**TASK, "End": True}, "Second": LAST},
            {"First", "Second"},
        ),
        ({"First": {"Type": "Pass", "Result": 1, "Next": "Second"}, "Second": LAST}, set()),
        ({"First": {"Type": "Pass", "Next": "Second"}, "Second": LAST}, {"Second"}),
        (
            {"First": {**TASK, "Catch": [{"Next": "Other", "ResultPath": "$.error"}]},
             "Second": {"Type": "Succeed"}, "Other": LAST},
            {"First", "Second"},
        ),
        (
            {"First": {"Type": "Map", "End": True, "ItemProcessor": {
                "StartAt": "A", "States": {"A": {**TASK, "Next": "B"}, "B": LAST}}}},
            {"First"},
        ),
        (
            {"First": {**TASK, "Output": "{% $states.result %}"}, "Second": LAST},
            {"First"},
        ),
        (
            {"First": {**TASK, "Output": "{% $merge([$states.input, $states.result]) %}"},
             "Second": LAST},
            {"First", "Second"},
        ),
        (
            {"First": {**TASK, "Assign": {"all": "{% $states.input %}"}}, "Second": LAST},
            {"First", "Second"},
        ),
        ({"First": {**TASK, "Next": "First"}, "Second": LAST}, {"First"}),
    ],
)  # fmt: skip
def test_what_started_a_machine_reaches_some_of_its_tasks(
    tmp_path: Path, states: dict[str, Any], fed: set[str]
) -> None:
    found = app(tmp_path, machine(states))
    reached = {
        found.functions[trigger.function].logical_id
        for trigger in found.triggers.values()
        if trigger.kind == "stepfunctions" and trigger.fed
    }
    assert reached == fed
