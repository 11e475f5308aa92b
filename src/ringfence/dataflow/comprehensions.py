"""Comprehensions: their own variables, one round, with conditions that guard the element."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, guards, leftovers, subjects, targets
from ringfence.dataflow.expressions import element_of
from ringfence.dataflow.objects import Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
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


def known_entries(machine: Machine, node: syntax.Comprehension) -> tuple[Struct, Value] | None:
    """The map that ``{k: f(k, v) for k, v in map.items()}`` goes through, if its keys are known,
    and the sender's data that may stand beside it, whose keys are not."""
    call = node.clauses[0].iterable
    if not (node.kind == "dict" and keeps_keys(node) and isinstance(call, syntax.Call)):
        return None
    if not isinstance(call.function, syntax.Attribute) or call.function.name != "items":
        return None
    value = subjects.evaluate_quietly(machine, call.function.value)
    merged = machine.struct("map")
    for obj in value.objects:
        if not isinstance(obj, Struct) or obj.kind != "map" or obj.known_length() is None:
            return None
        for key, inner in obj.fields.items():
            merged.fields[key] = join(merged.fields.get(key, NOTHING), inner)
    others = Value((), value.taint, (), bool(value.taint))
    return (merged, others) if 0 < len(merged.fields) <= MAX_ENTRIES else None


def entry_by_entry(
    machine: Machine, node: syntax.Comprehension, held: Struct, others: Value
) -> Value:
    """A map made of one whose entries are known: what is done to each may depend on its key."""
    struct = machine.struct("map")
    outer, branch = machine.save(), machine.branch
    clause = node.clauses[0]
    entries: list[tuple[str | int | None, Value]] = list(held.fields.items())
    if others.taint:
        entries = [
            (key, join(value, access.part_of(machine, others, str(key), node)))
            for key, value in held.fields.items()
        ]
        entries.append((None, access.part_of(machine, others, "[]", node)))
    for key, value in entries:
        machine.branch = object()
        name = UNKNOWN if key is None else Value((key,))
        targets.assign(machine, clause.target, machine.list_of(name, value), "let")
        kept = True
        for condition in clause.conditions:
            kept = kept and machine.evaluate(condition).truth() is not False
            guards.refine(machine, condition, True)
            if key is None:
                without_fields(machine, clause.target, condition)
        element = subjects.settled(machine, machine.evaluate(node.element))
        if kept and key is None:
            struct.rest, struct.mirrors = element, True
        elif kept and key is not None:
            struct.fields[key] = element
        machine.restore(outer)
    machine.branch = branch
    return Value(objects=(struct,))


def of_known_names(machine: Machine, node: syntax.Comprehension) -> Value | None:
    """``{name: f(name) for name in ("a", "b")}``: each key with what is made for it; of a list, one
    item after the other."""
    clause = node.clauses[0]
    if node.kind == "set" or len(node.clauses) > 1 or clause.conditions:
        return None
    if not isinstance(clause.iterable, (syntax.ListLiteral, syntax.Name)):
        return None
    items = access.known_items(subjects.evaluate_quietly(machine, clause.iterable))
    if not items or len(items) > MAX_ENTRIES or any(one.only_text() is None for one in items):
        return None
    outer = machine.save()
    if node.key is None:
        made = []
        for one in items:
            targets.assign(machine, clause.target, one, "let")
            made.append(subjects.settled(machine, machine.evaluate(node.element)))
            machine.restore(outer)
        return machine.list_of(*made)
    struct = machine.struct("map")
    for one in items:
        targets.assign(machine, clause.target, one, "let")
        key = access.keys_of(machine.evaluate(node.key))
        element = subjects.settled(machine, machine.evaluate(node.element))
        struct.put(key[0] if len(key) == 1 else None, element, machine.branch)
        machine.restore(outer)
    return Value(objects=(struct,))


def comprehension(machine: Machine, node: syntax.Comprehension) -> Value:
    """Its own variables, one round; conditions guard the element."""
    held = known_entries(machine, node)
    if held is not None:
        return entry_by_entry(machine, node, *held)
    unrolled = of_known_names(machine, node)
    if unrolled is not None:
        return unrolled
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
