"""The policy templates of SAM: ``S3ReadPolicy: {BucketName: …}`` → statements.

The facts lie in ``rules/permissions/sam_policy_templates.json`` (written by
``support/sam_facts.py``) and are read once, when the first template is used.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ringfence.loaders.construct import make, mapping_of, sub
from ringfence.model.location import Location
from ringfence.model.value import Sequence, Unknown, Value

_FILE = Path(__file__).parents[2] / "rules" / "permissions" / "sam_policy_templates.json"


@cache
def _templates() -> dict[str, Any]:
    templates: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))["templates"]
    return templates


def is_policy_template(name: str) -> bool:
    return name in _templates()


def statements_of(name: str, arguments: Value | None, location: Location) -> Sequence:
    """The statements of the template ``name``, all at ``location``; a missing argument becomes
    unknown, since the deployment would refuse it."""
    template = _templates()[name]
    given = mapping_of(arguments)
    values: dict[str, Value | str] = {}
    for parameter in template["parameters"]:
        value = given.get(parameter)
        if value is None:
            value = Unknown(f"{name} needs the parameter {parameter}", location)
        values[parameter] = value
    statements = fill(template["statements"], values, location)
    assert isinstance(statements, Sequence)
    return statements


def fill(data: Any, values: dict[str, Value | str], location: Location) -> Value:
    """``data`` with every ``${Name}`` in its strings replaced."""
    if isinstance(data, dict):
        return make({key: fill(item, values, location) for key, item in data.items()}, location)
    if isinstance(data, list):
        return make([fill(item, values, location) for item in data], location)
    if isinstance(data, str) and "${" in data:
        return sub(data, location, **values)
    return make(data, location)
