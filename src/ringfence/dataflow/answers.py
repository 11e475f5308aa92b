"""What the application's own validators proved where they returned such an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import subjects
from ringfence.dataflow.objects import Closure
from ringfence.dataflow.scopes import Exit, join_proven, proven_key
from ringfence.dataflow.values import Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def use_exits(machine: Machine, call: syntax.Call, positive: bool) -> bool:
    """What the called function had proved where it returned such an answer."""
    known = machine.exits_of.get(id(call))
    if known is None:
        return False
    exits, closure, arguments = known
    fitting = [leave for leave in exits if leave.truth is None or leave.truth is positive]
    if not fitting:
        return True
    proven = fitting[0].proven
    for leave in fitting[1:]:
        proven = join_proven(proven, leave.proven)
    machine.proven = {**machine.proven, **proven}
    apply_exits(machine, fitting, closure, arguments)
    return True


def apply_exits(
    machine: Machine, exits: list[Exit], closure: Closure, arguments: Arguments
) -> None:
    """Rules that every exit cleared of a parameter are cleared of the variable passed for it."""
    if not arguments.nodes:
        return
    parameters = closure.node.parameters
    offset = 1 if closure.this is not None and machine.language == "python" else 0
    for place, node in enumerate(arguments.nodes):
        if place + offset >= len(parameters):
            continue
        target = parameters[place + offset].target
        if not isinstance(target, syntax.Name):
            continue
        given = arguments.positional[place]
        rules = rules_at(exits, target.name, given)
        if rules and isinstance(node, (syntax.Attribute, syntax.Index)):
            if subjects.is_simple(node):
                subjects.prove_field(machine, node, given, rules)
        elif rules and isinstance(node, syntax.Name):
            scope = machine.frame.scope
            holder = scope.holder(node.name)
            if holder is not None:
                if holder is not scope:
                    scope.proved.add(node.name)
                value = subjects.cleared(holder.variables[node.name], rules)
                scope.variables[node.name] = value


def rules_at(exits: list[Exit], name: str, given: Value) -> frozenset[str]:
    before = {proven_key(atom) for atom in given.taint}
    common: frozenset[str] | None = None
    for leave in exits:
        value = leave.variables.get(name)
        if value is None or {proven_key(atom) for atom in value.taint} != before:
            return frozenset()
        for atom in value.taint:
            common = atom.cleared if common is None else common & atom.cleared
    already = [atom.cleared for atom in given.taint]
    if common is None or all(common <= one for one in already):
        return frozenset()
    return common


def passed_filter(machine: Machine, node: syntax.Node, element: Value) -> Value:
    """What ``list.filter(f)`` lets through."""
    known = machine.exits_of.get(id(node))
    if known is None or not element.taint:
        return element
    exits, closure, _ = known
    parameters = closure.node.parameters
    if not parameters or not isinstance(parameters[0].target, syntax.Name):
        return element
    fitting = [leave for leave in exits if leave.truth is not False]
    rules = rules_at(fitting, parameters[0].target.name, element)
    return subjects.cleared(element, rules) if rules else element
