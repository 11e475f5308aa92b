"""Environment variables: their values come from the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.values import UNKNOWN, Const, Hole, Mix, Value, join_all, of
from ringfence.model import syntax
from ringfence.model.facts import Use
from ringfence.model.value import (
    Choice,
    Reference,
    Scalar,
    Text,
)
from ringfence.model.value import Value as TemplateValue

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def variable(machine: Machine, name: str, node: syntax.Node) -> Value:
    """The value of one variable, and the fact that it is read."""
    place = machine.location(node)
    machine.collected.uses.setdefault(
        ("environment", name, place), Use("environment", machine.function.id, name, place)
    )
    known = machine.environment_cache.get(name)
    if known is None:
        value = machine.function.environment.get(name)
        if value is None and name == "AWS_LAMBDA_FUNCTION_NAME":
            return own_name(machine)
        known = translate(value, name) if value is not None else unknown(name)
        machine.environment_cache[name] = known
    return known


def own_name(machine: Machine) -> Value:
    """The name or ARN of the function itself."""
    return Value((Mix((Hole((), machine.function.id),)),))


def unknown(name: str) -> Value:
    return Value((Mix((Hole((), "", name),)),))


def translate(value: TemplateValue, name: str = "") -> Value:
    """A template's value as the interpreter's: references become holes that name resources."""
    const: Const
    if isinstance(value, Scalar) and str(value.value).startswith("{{resolve:"):
        return unknown(name)  # what a store holds, put in when the stack is deployed
    if isinstance(value, Scalar):
        return Value(("" if value.value is None else str(value.value),))
    if isinstance(value, Reference) and value.attribute.startswith("MasterUserSecret"):
        return Value(("arn:aws:secretsmanager:*:*:secret:rds!*",))  # RDS makes it up
    if isinstance(value, Reference):
        return Value((Mix((Hole((), value.resource, name),)),))
    if isinstance(value, Text):
        parts: list[str | Hole] = []
        for part in value.parts:
            if isinstance(part, str):
                parts.append(part)
            elif isinstance(part, Reference):
                parts.append(Hole((), "" if part.is_pseudo else part.resource, name))
            else:
                parts.append(Hole((), "", name))
        if all(isinstance(part, str) for part in parts):
            const = "".join(part for part in parts if isinstance(part, str))
        else:
            const = Mix(tuple(parts))
        return of(const)
    if isinstance(value, Choice):
        branches = [translate(branch, name) for branch in value.branches()]
        return join_all(branches) if branches else UNKNOWN
    return unknown(name)
