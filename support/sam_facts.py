"""Writes the facts about AWS SAM that Ringfence ships, from the package aws-sam-translator.

Two files come out: the policy templates (name, parameters, statements) and the connector profiles
(which permissions join which two resource types). Run it with aws-sam-translator installed:

    python support/sam_facts.py

The facts are AWS's, published under Apache-2.0; each file names the package and its version.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

PACKAGE = "aws-sam-translator"
SOURCE = f"{PACKAGE} {version(PACKAGE)} (PyPI, Apache-2.0)"
ROOM = Path(__file__).parent.parent / "src" / "ringfence"


def flat(value: Any) -> Any:
    """``Fn::Sub`` and ``Ref`` as one ``${Parameter}`` string."""
    if isinstance(value, list):
        return [flat(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return "${" + value["Ref"] + "}"
    if set(value) != {"Fn::Sub"}:
        return {key: flat(item) for key, item in value.items()}
    body = value["Fn::Sub"]
    if isinstance(body, str):
        return body
    text, names = body
    for name, target in names.items():
        text = text.replace("${" + name + "}", flat(target))
    return text


def policy_templates() -> dict[str, Any]:
    data = json.loads(
        (files("samtranslator") / "policy_templates_data" / "policy_templates.json").read_text()
    )
    return {
        name: {
            "parameters": sorted(template["Parameters"]),
            "statements": flat(template["Definition"]["Statement"]),
        }
        for name, template in sorted(data["Templates"].items())
    }


def connector_profiles() -> dict[str, Any]:
    data = json.loads(
        (files("samtranslator") / "model" / "connector_profiles" / "profiles.json").read_text()
    )
    return {
        f"{source} -> {destination}": {
            "kind": profile["Type"],
            "on_source": profile["Properties"].get("SourcePolicy"),
            "access": profile["Properties"]["AccessCategories"],
        }
        for source, destinations in sorted(data["Permissions"].items())
        for destination, profile in sorted(destinations.items())
    }


def write(path: Path, key: str, facts: dict[str, Any]) -> None:
    """One fact a line, so that a new version reads well in a diff."""
    lines = [f" {json.dumps(name)}: {json.dumps(fact)}" for name, fact in facts.items()]
    text = ",\n".join(lines)
    path.write_text(f'{{"source": {json.dumps(SOURCE)},\n"{key}": {{\n{text}\n}}}}\n')


if __name__ == "__main__":
    write(
        ROOM / "rules" / "permissions" / "sam_policy_templates.json",
        "templates",
        policy_templates(),
    )
    write(ROOM / "loaders" / "sam" / "connector_profiles.json", "profiles", connector_profiles())
