"""State machines: which functions their tasks invoke, and what else they write to.

A definition stands in the template as an object, or as JSON text with references and named
substitutions inside. Source: Amazon States Language specification; Step Functions Developer
Guide, "Integrating services".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.triggers.services import WRITABLE, strings
from ringfence.loaders.aws.triggers.states import definitions_in, fed_states
from ringfence.loaders.aws.values import every, fields, first, place, rendered, text_of
from ringfence.model.application import Function, Resource, Workflow
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import (
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
    string,
)

MAXIMUM_STATES = 2_000
MAXIMUM_DEPTH = 100
MAXIMUM_DEFINITION_CHARACTERS = 1_100_000  # the service's own limit is 1 MiB
_MARK = "\ue001"
_READING = ("getitem", "query", "scan", "getobject", "receivemessage", "listobjects", "describe")


def collect(triggers: Triggers) -> None:
    for machine in triggers.graph.of("AWS::StepFunctions::StateMachine"):
        definitions = list(_definitions(triggers, machine))
        called: dict[str, tuple[str, ...]] = {}
        for task in tasks(machine, definitions):
            functions = _task(triggers, machine, task)
            if functions:
                called[task.name] = tuple(function.id for function in functions)
        if called:
            triggers.graph.application.workflows += [
                Workflow(machine.id, definition, called) for definition in definitions
            ]
        if not definitions:
            _without_definition(triggers, machine)


@record(frozen=True)
class Task:
    """A task state: its name, resource and arguments."""

    name: str
    resource: Value | None
    arguments: list[Value]
    location: Location
    definition: Mapping
    fed: bool


def tasks(machine: Resource, definitions: list[Mapping]) -> Iterator[Task]:
    """The task states of a machine, at any depth of maps and parallels."""
    substitutions = {
        key: value for key, value, _ in fields(machine.properties, "DefinitionSubstitutions")
    }
    for value in definitions:
        yield from _states(value, substitutions, value.location, fed_states(value))


def _without_definition(triggers: Triggers, machine: Resource) -> None:
    """A definition that cannot be read still says by its substitutions what it may call."""
    if "DefinitionS3Location" in machine.properties:
        at = place(machine.properties, "DefinitionS3Location")
        triggers.graph.skip(f"definition of {machine.logical_id}", "it lies in S3", at)
    for _, value, at in fields(machine.properties, "DefinitionSubstitutions"):
        for function in triggers.graph.functions(value):
            triggers.add(
                "stepfunctions",
                function,
                f"state machine {name_of(machine)}",
                triggers.of_resource(machine),
                at,
                source=machine,
            )


def _definitions(triggers: Triggers, machine: Resource) -> Iterator[Mapping]:
    properties = machine.properties
    for key in ("Definition", "DefinitionString"):
        for value in every(properties, key):
            if isinstance(value, Mapping):
                yield value
            elif isinstance(value, (Scalar, Text)):
                parsed = parse_text(value)
                if parsed is not None:
                    yield parsed
                else:
                    triggers.graph.unknown(
                        f"definition of {machine.logical_id}", "it is not JSON", value.location
                    )
    template = triggers.graph.templates.get(machine.template)
    for key in ("DefinitionUri", "DefinitionS3Location"):
        for value in every(properties, key):
            path = string(value) if not isinstance(value, Mapping) else None
            if path and template is not None and template.read_document is not None:
                document = template.read_document(path, place(properties, key))
                if isinstance(document, Mapping):
                    yield document


def _states(
    definition: Mapping, substitutions: dict[str, Value], outer: Location, fed: set[int]
) -> Iterator[Task]:
    stack: list[Value] = [definition]
    count = 0
    while stack and count < MAXIMUM_STATES:
        current = stack.pop()
        for name, state, at in fields(current, "States"):
            count += 1
            if not isinstance(state, Mapping):
                continue
            if text_of(state, "Type") == "Task":
                arguments = [
                    substituted(value, substitutions)
                    for key in ("Parameters", "Arguments")
                    for value in every(state, key)
                ]
                resource = first(state, "Resource")
                yield Task(
                    name,
                    substituted(resource, substitutions) if resource is not None else None,
                    arguments,
                    at if at.line else outer,
                    state,
                    id(state) in fed,
                )
            stack.extend(definitions_in(state))


def substituted(value: Value, substitutions: dict[str, Value]) -> Value:
    """A value with the ``${Name}`` of its texts replaced by the named substitutions."""
    if isinstance(value, Mapping):
        entries = {key: substituted(item, substitutions) for key, item in value.entries.items()}
        return Mapping(entries, value.location, value.origins, value.keys)
    if isinstance(value, Sequence):
        return Sequence([substituted(item, substitutions) for item in value.items], value.location)
    if not isinstance(value, Scalar) or not isinstance(value.value, str):
        return value
    if "${" not in value.value or not substitutions:
        return value
    parts: list[str | Reference | Unknown] = []
    rest = value.value
    while rest:
        before, opened, after = rest.partition("${")
        if before:
            parts.append(before)
        if not opened:
            break
        name, _, rest = after.partition("}")
        held = substitutions.get(name)
        if isinstance(held, Text):
            parts.extend(held.parts)
        elif isinstance(held, (Reference, Unknown)):
            parts.append(held)
        elif held is not None:
            parts.append(rendered(held))
        else:
            parts.append("${" + name + "}")
    return Text(tuple(parts), value.location)


def _task(triggers: Triggers, machine: Resource, task: Task) -> list[Function]:
    """Note what a task state causes; the functions that it calls."""
    graph = triggers.graph
    sender = triggers.of_resource(machine)
    action = rendered(task.resource)
    name = f"state machine {name_of(machine)}, state {task.name}"
    called = [task.resource] if task.resource is not None else []
    if ":lambda:invoke" in action:
        called = [value for held in task.arguments for value in every(held, "FunctionName")]
    functions = [function for value in called for function in graph.functions(value)]
    for function in functions:
        triggers.add(
            "stepfunctions",
            function,
            name,
            sender,
            task.location,
            source=machine,
            properties=task.definition,
            fed=task.fed,
        )
    if functions or "states:::" not in action or action.lower().endswith(_READING):
        return functions
    for held in task.arguments:
        for value in strings(held):
            for target in graph.find(value, *WRITABLE):
                words = f"state machine {name_of(machine)} writes to it"
                if target.id != machine.id:
                    triggers.senders.feed(target.id, words, sender, task.location)
    return functions


# --- definitions as text ------------------------------------------------------------------------


def parse_text(value: Scalar | Text) -> Mapping | None:
    """A JSON definition at the text's place; references inside strings survive."""
    parts = value.parts if isinstance(value, Text) else (str(value.value),)
    holes = [part for part in parts if not isinstance(part, str)]
    pieces, count = [], 0
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        else:
            pieces.append(f"{_MARK}{count}{_MARK}")
            count += 1
    text = "".join(pieces)
    if len(text) > MAXIMUM_DEFINITION_CHARACTERS:
        return None
    try:
        found = _value(json.loads(text, strict=False), value.location, holes)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _value(data: Any, at: Location, holes: list[Reference | Unknown], depth: int = 0) -> Value:
    if depth > MAXIMUM_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(data, dict):
        return Mapping(
            {str(key): _value(item, at, holes, depth + 1) for key, item in data.items()}, at
        )
    if isinstance(data, list):
        return Sequence([_value(item, at, holes, depth + 1) for item in data], at)
    if isinstance(data, str) and _MARK in data:
        parts: list[str | Reference | Unknown] = []
        for index, piece in enumerate(data.split(_MARK)):
            if index % 2:
                parts.append(holes[int(piece)])
            elif piece:
                parts.append(piece)
        return (
            parts[0] if len(parts) == 1 and isinstance(parts[0], Value) else Text(tuple(parts), at)
        )
    return Scalar(data, at)
