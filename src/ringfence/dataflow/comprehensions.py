"""Comprehensions: their own variables, one round, with conditions that guard the element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, guards, leftovers, subjects, targets
from ringfence.dataflow.expressions import element_of
from ringfence.dataflow.objects import Struct
from ringfence.dataflow.values import NOTHING, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: Entries of a map that a comprehension goes through one by one.
MAX_ENTRIES = 24


def keeps_keys(node: syntax.Comprehension) -> bool:
    """``{k: f(v) for k, v in map.items()}``."""
    target = node.clauses[0].target if len(node.clauses) == 1 else None
    first = target.items[0] if isinstance(target, syntax.ListLiteral) and target.items else None
    return (
        isinstance(first, syntax.Name)
        and isinstance(node.key, syntax.Name)
        and first.name == node.key.name
    )


def without_fields(
    machine: Machine, target: syntax.Expression, condition: syntax.Expression
) -> None:
    """``{k: v for k, v in map.items() if k not in HIDDEN}``: what stood under these is gone."""
    if not (
        isinstance(condition, syntax.Compare)
        and condition.operator == "not in"
        and isinstance(condition.left, syntax.Name)
        and isinstance(target, syntax.ListLiteral)
    ):
        return
    held = subjects.evaluate_quietly(machine, condition.right)
    hidden = set(held.texts())
    for obj in held.objects:
        if isinstance(obj, Struct):
            hidden.update(obj.items().texts())
    variables = machine.frame.scope.variables
    for item in target.items:
        name = item.name if isinstance(item, syntax.Name) else ""
        value = variables.get(name)
        if value is not None and name != condition.left.name:
            taint = tuple(atom for atom in value.taint if not hidden.intersection(atom.path[-1:]))
            variables[name] = Value(value.consts, taint, value.objects, value.open)


def known_entries(machine: Machine, node: syntax.Comprehension) -> Struct | None:
    """The map that ``{k: f(k, v) for k, v in map.items()}`` goes through, if its keys are known."""
    call = node.clauses[0].iterable
    if not (node.kind == "dict" and keeps_keys(node) and isinstance(call, syntax.Call)):
        return None
    if not isinstance(call.function, syntax.Attribute) or call.function.name != "items":
        return None
    value = subjects.evaluate_quietly(machine, call.function.value)
    one = value.objects[0] if len(value.objects) == 1 and not value.taint else None
    if not isinstance(one, Struct) or one.kind != "map":
        return None
    length = one.known_length()
    return one if length is not None and length <= MAX_ENTRIES else None


def entry_by_entry(machine: Machine, node: syntax.Comprehension, held: Struct) -> Value:
    """A map made of one whose entries are known: what is done to each may depend on its key."""
    struct = machine.struct("map")
    outer, branch = machine.save(), machine.branch
    clause = node.clauses[0]
    for key, value in list(held.fields.items()):
        machine.branch = object()
        pair = machine.list_of(Value((key,)), value)
        targets.assign(machine, clause.target, pair, "let")
        kept = True
        for condition in clause.conditions:
            kept = kept and machine.evaluate(condition).truth() is not False
            guards.refine(machine, condition, True)
        element = subjects.settled(machine, machine.evaluate(node.element))
        if kept:
            struct.fields[key] = element
        machine.restore(outer)
    machine.branch = branch
    return Value(objects=(struct,))


def comprehension(machine: Machine, node: syntax.Comprehension) -> Value:
    """Its own variables, one round; conditions guard the element."""
    held = known_entries(machine, node)
    if held is not None:
        return entry_by_entry(machine, node, held)
    whole = leftovers.comprehension(machine, node) if node.kind == "dict" else None
    if whole is not None:
        return whole
    state = machine.save()
    branch = machine.branch
    element = key = NOTHING
    clauses = node.clauses
    for clause in clauses:
        iterable = machine.evaluate(clause.iterable)
        targets.assign(
            machine, clause.target, element_of(machine, iterable, clause.iterable, False), "let"
        )
        for condition in clause.conditions:
            machine.evaluate(condition)
            guards.refine(machine, condition, True)
            without_fields(machine, clause.target, condition)
    machine.branch = object()
    element = subjects.settled(machine, machine.evaluate(node.element))
    if node.key is not None:
        key = subjects.settled(machine, machine.evaluate(node.key))
    machine.branch = branch
    machine.restore(state)
    struct = machine.struct({"dict": "map", "set": "set"}.get(node.kind, "list"))
    machine.memo["made", id(struct)] = struct, machine.frame.module, node
    if node.kind == "dict":
        known = access.keys_of(key)
        for one in known:
            struct.put(one, element, machine.branch)
        if not known or key.open:
            struct.rest = element
            struct.names = key
            struct.mirrors = keeps_keys(node)
    else:
        struct.rest = element
    return Value(objects=(struct,))
