"""Functions over lists: map, filter, reduce and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    answers,
    authority,
    event_reads,
    expressions,
    leftovers,
)
from ringfence.dataflow.objects import (
    Struct,
)
from ringfence.dataflow.texts import derive, is_limit, limited
from ringfence.dataflow.values import (
    EITHER,
    NONE,
    NOTHING,
    UNKNOWN,
    Value,
    join,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def each(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``forEach``, ``map``, ``flatMap``: the function sees every item."""
    known = access.known_items(receiver)
    function = arguments.get(0) or UNKNOWN
    branch, machine.branch = machine.branch, event_reads.each(machine, receiver)()
    try:
        if known is not None and 0 < len(known) <= 12:
            results = [machine.call(function, [item, UNKNOWN, receiver], node) for item in known]
            machine.branch = branch
            return machine.list_of(*results)
        element = expressions.element_of(machine, receiver, node, False)
        result = machine.call(function, [element, UNKNOWN, receiver], node)
    finally:
        machine.branch = branch
    return machine.sequence_of(result)


def flat_map(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    mapped = each(machine, receiver, arguments, node)
    inner = expressions.element_of(machine, mapped, node, False)
    return machine.sequence_of(join(inner, expressions.element_of(machine, inner, node, False)))


def filtered(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, receiver, node, False)
    function = arguments.get(0) or UNKNOWN
    whole = leftovers.filtered(machine, receiver, function)
    if whole is not None:
        return whole
    branch, machine.branch = machine.branch, object()
    machine.call(function, [element, UNKNOWN], node)
    machine.branch = branch
    return machine.sequence_of(answers.passed_filter(machine, node, element))


def found(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    listed = filtered(machine, receiver, arguments, node)
    return join(expressions.element_of(machine, listed, node, False), NONE)


def yes_no(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, receiver, node, False)
    told = machine.call(arguments.get(0) or UNKNOWN, [element, UNKNOWN], node)
    return join(EITHER, Value(objects=authority.decisions(told)))


def reduce(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, receiver, node, False)
    function = arguments.get(0) or UNKNOWN
    total = arguments.get(1) or element
    branch, machine.branch = machine.branch, object()
    for _ in range(2):
        total = join(total, machine.call(function, [total, element, UNKNOWN], node))
    machine.branch = branch
    return total


def same_list(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    function = arguments.get(0)
    if function is not None and function.objects and machine.language == "javascript":
        element = expressions.element_of(machine, receiver, node, False)
        machine.call(function, [element, element], node)
    return receiver


def filled(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            machine.put(obj, None, arguments.get(0) or UNKNOWN)
    return receiver


def part(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``slice``, ``substring``, ``splice`` of texts and lists."""
    result = NOTHING
    if getattr(getattr(node, "function", None), "name", "") == "splice":
        for obj in receiver.objects:
            if isinstance(obj, Struct):
                for value in arguments.positional[2:]:
                    machine.put(obj, None, value)
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            result = join(result, machine.sequence_of(obj.items()))
    if receiver.consts or receiver.taint or receiver.open:
        text = Value(receiver.consts, receiver.taint, (), receiver.open)
        start, end = (arguments.get(place) for place in (0, 1))
        if start and end and start.consts == (0,) and end.consts and is_limit(end.consts[0]):
            text = Value(receiver.consts, limited(receiver.taint), (), receiver.open)
        result = join(result, derive(text))
    return result if not result.is_nothing else UNKNOWN
