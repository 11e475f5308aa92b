"""The parts that the templates are made of."""

from __future__ import annotations

import json
from typing import Any

FUNCTION: dict[str, Any] = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"Handler": "app.handler", "Runtime": "python3.12", "CodeUri": "src/"},
}


def function(**properties: Any) -> dict[str, Any]:
    return {**FUNCTION, "Properties": {**FUNCTION["Properties"], **properties}}


def event(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def template(sections: dict[str, Any] | None = None, **resources: Any) -> str:
    return json.dumps(
        {
            "Transform": "AWS::Serverless-2016-10-31",
            **(sections or {}),
            "Resources": resources,
        }
    )
