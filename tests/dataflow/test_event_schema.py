"""The schema of events that code relies on: small handlers and what the contract says of them."""

from __future__ import annotations

import textwrap
import tomllib
from pathlib import Path
from typing import Any

import pytest
from dataflow_harness import python, script

from ringfence.contract.events import event_paths
from ringfence.model.application import Authentication, Sender, Trigger
from ringfence.model.contract import EventPath
from ringfence.model.facts import Facts
from ringfence.model.severity import Exposure
from ringfence.model.value import NOWHERE
from ringfence.rules.events import load_events

FOLDER = Path(__file__).parent / "events"


def cases(language: str) -> list[Any]:
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["case"]
    return [pytest.param(table, id=table["name"]) for table in tables]


def paths_of(facts: Facts, triggers: list[str], kind: str) -> tuple[EventPath, ...]:
    declared = [
        Trigger(one, one, "t#F", one, Sender(Exposure.ANYONE, "anyone", ""),
                Authentication("none"), NOWHERE)
        for one in triggers
    ]  # fmt: skip
    found = event_paths(declared, facts.event_reads, facts.event_tests, load_events())
    return found[kind]


def line(path: EventPath) -> str:
    """A path of the schema in one line."""
    bounds = f"{path.minimum}..{path.maximum}" if path.minimum or path.maximum else ""
    allowed = f"allowed={','.join(path.allowed)}" if path.allowed else ""
    pattern = f"~{path.pattern}" if path.pattern else ""
    required = "required" if path.required else ""
    return " ".join(filter(None, [path.path, path.type, allowed, pattern, bounds, required]))


def lines_of(facts: Facts, case: dict[str, Any]) -> list[str]:
    triggers = case.get("triggers", ["invoke"])
    assert facts.skipped == []
    return [line(one) for one in paths_of(facts, triggers, case.get("kind", triggers[0]))]


@pytest.mark.parametrize("case", cases("python"))
def test_python(case: dict[str, Any]) -> None:
    body = textwrap.indent(textwrap.dedent(case["code"]).strip(), "    ")
    code = f"import json\nimport re\n{case.get('top', '')}\ndef handler(event, context):\n{body}\n"
    assert lines_of(python(code, *case.get("triggers", ())), case) == case["paths"]


@pytest.mark.parametrize("case", cases("script"))
def test_script(case: dict[str, Any]) -> None:
    head = case.get("top", "")
    code = f"{head}\nexports.handler = async (event) => {{\n{case['code']}\n}};\n"
    facts = script(head if case.get("bare") else code, *case.get("triggers", ()))
    assert lines_of(facts, case) == case["paths"]


def test_typescript_is_read_the_same_way() -> None:
    from dataflow_harness import App

    code = """
    interface Order { id: string }
    export const handler = async (event: { detail: Order }): Promise<void> => {
      if (typeof event.detail.id !== 'string') throw new Error('id');
      await save(event.detail.id as string);
    };
    """
    facts = App({"app.ts": code}).function("F", "app.ts:handler", "eventbridge").facts()
    assert [line(one) for one in paths_of(facts, ["eventbridge"], "eventbridge")] == [
        "detail.id string required"
    ]


def test_each_path_has_its_lines() -> None:
    facts = python(
        "def handler(event, context):\n"
        "    if event['kind'] not in ('a', 'b'):\n"
        "        raise ValueError\n"
        "    return save(event['kind'])\n"
    )
    (path,) = paths_of(facts, ["invoke"], "invoke")
    assert [(one.where, one.text) for one in path.evidence] == [
        ("app.py:2", "allowed values, required"),
        ("app.py:4", ""),
    ]
