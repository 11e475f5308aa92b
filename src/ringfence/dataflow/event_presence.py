"""Conditions on what an event has: one key, or each of a list of names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import event_reads, event_subjects, subjects
from ringfence.dataflow.event_subjects import ABSENT, Passing
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def lacking(machine: Machine, node: syntax.Expression, positive: bool) -> Iterator[Passing]:
    """``missing = [n for n in NAMES if n not in body]``, ``NAMES.filter((n) => !body[n])``: none of
    them may be missing."""
    if positive:
        return
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    if isinstance(node, syntax.Comprehension) and len(node.clauses) == 1:
        clause = node.clauses[0]
        if isinstance(clause.target, syntax.Name) and len(clause.conditions) == 1:
            yield from _each_name(machine, clause.iterable, clause.target.name,
                                  clause.conditions[0], False)  # fmt: skip
    elif isinstance(node, syntax.Call) and getattr(node.function, "name", "") in ("filter", "find"):
        yield from _by_function(machine, node, False)


def _by_function(machine: Machine, node: syntax.Call, positive: bool) -> Iterator[Passing]:
    """``NAMES.every((name) => name in body)``."""
    function = node.arguments[0].value if node.arguments else None
    if not isinstance(function, syntax.FunctionLiteral) or not isinstance(
        node.function, syntax.Attribute
    ):
        return
    body = function.body
    last = body[0] if len(body) == 1 else None
    target = function.parameters[0].target if function.parameters else None
    if isinstance(last, syntax.Return) and last.value and isinstance(target, syntax.Name):
        iterable = node.function.value
        yield from _each_name(machine, iterable, target.name, last.value, positive)


def _each_name(
    machine: Machine,
    names: syntax.Expression,
    variable: str,
    test: syntax.Expression,
    positive: bool,
) -> Iterator[Passing]:
    while isinstance(test, syntax.Unary) and test.operator in ("not", "!"):
        test, positive = test.operand, not positive
    holder = _asked_holder(test, variable)
    negative = isinstance(test, syntax.Compare) and test.operator in ("not in", "==", "is")
    if holder is None or positive is negative:
        return
    path = event_subjects.path_at(machine, holder)
    if path is None and subjects.is_simple(holder):
        value = event_subjects.quietly(machine, holder)
        path = () if any(event_reads.path_of(atom) == () for atom in value.taint) else None
    for name in event_subjects.members(machine, names) if path is not None else ():
        place = machine.location(test)
        yield Passing((*(path or ()), name), "required", (), place)


def _asked_holder(test: syntax.Expression, variable: str) -> syntax.Expression | None:
    """``body`` of ``name in body``, ``body[name]``, ``body.get(name)``, ``name not in body``,
    ``body[name] === undefined``."""
    if isinstance(test, syntax.Compare):
        if test.operator in ("in", "not in") and _is_name(test.left, variable):
            return test.right
        if isinstance(test.right, (syntax.Constant, syntax.Name)) and test.operator in (
            "==", "!=", "is", "is not"
        ):  # fmt: skip
            return _asked_holder(test.left, variable)
        return None
    if isinstance(test, syntax.Index) and _is_name(test.key, variable):
        return test.value
    if isinstance(test, syntax.Call) and isinstance(test.function, syntax.Attribute):
        given = [argument.value for argument in test.arguments]
        if test.function.name in ("get", "hasOwnProperty") and given and _is_name(
            given[0], variable
        ):  # fmt: skip
            return test.function.value
    return None


def _is_name(node: syntax.Expression, name: str) -> bool:
    return isinstance(node, syntax.Name) and node.name == name


def has(machine: Machine, holder: syntax.Expression, name: str, place: syntax.Node,
         positive: bool) -> Iterator[Passing]:  # fmt: skip
    """``"sku" in body``, ``Object.hasOwn(body, "sku")``."""
    if not subjects.is_simple(holder):
        return
    paths = {event_reads.path_of(atom) for atom in event_subjects.quietly(machine, holder).taint}
    path = paths.pop() if len(paths) == 1 else None
    if path is not None:
        kind = event_reads.HAS if positive else ABSENT
        yield Passing((*path, name), kind, (), machine.location(place))


def quantified(machine: Machine, call: syntax.Call, positive: bool) -> Iterator[Passing]:
    """``all(k in body for k in NAMES)``, ``NAMES.every(…)``, ``any(k not in body …)`` false."""
    first = call.arguments[0].value if call.arguments else None
    if isinstance(first, syntax.Comprehension) and len(first.clauses) == 1:
        clause = first.clauses[0]
        if isinstance(clause.target, syntax.Name) and not clause.conditions:
            yield from _each_name(machine, clause.iterable, clause.target.name, first.element,
                                  positive)  # fmt: skip
    else:
        yield from _by_function(machine, call, positive)


def all_in(
    machine: Machine, names: syntax.Expression, holder: syntax.Expression, place: syntax.Node
) -> Iterator[Passing]:
    name, receiver = (
        event_subjects.method(holder) if isinstance(holder, syntax.Call) else ("", None)
    )
    holder = receiver if name == "keys" and receiver is not None else holder
    for key in event_subjects.members(machine, names):
        yield from has(machine, holder, key, place, True)
