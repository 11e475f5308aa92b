"""Numbers of the sender's choice: what arithmetic leaves of them, and the work that they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import expressions, sinks
from ringfence.dataflow.objects import Number, Struct
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.values import OF_NUMBERS, UNKNOWN, Mix, Taint, Value, join_all, join_taint
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def numbers(value: Value) -> list[Number]:
    return [obj for obj in value.objects if isinstance(obj, Number)]


def arithmetic(left: Value, right: Value) -> Value:
    """A sum or product is as much the sender's as what it is made of, and as bounded."""
    kept = tuple(obj for side in (left, right) for obj in numbers(side))
    loose = join_taint(left.taint, right.taint)
    if loose and not kept:
        kept = (Number(loose),)
    return Value((), (), kept[:2], True) if kept else UNKNOWN


def compared(machine: Machine, left: Value, right: Value) -> None:
    """A number that is compared with something counts as bounded from there on.

    That it is positive says nothing about how large it is.
    """
    for side, other in ((left, right), (right, left)):
        if all(isinstance(const, int) and const <= 1 for const in other.consts or (2,)):
            continue
        for number in numbers(side):
            number.bounded = True
        made_of = (atom for number in numbers(side) for atom in number.taint)
        for atom in (*side.taint, *made_of):
            machine.memo[("bounded", proven_key(atom))] = True


def is_bounded(machine: Machine, atom: Taint) -> bool:
    return ("bounded", proven_key(atom)) in machine.memo


def greatest(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``max(…)`` of its arguments, or of one list's items."""
    values = arguments.positional
    if len(values) == 1:
        return expressions.element_of(machine, values[0], node, False)
    return join_all(values)


def smallest(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``min(…)``: bounded by whatever else is given, unless that is the sender's, too."""
    values = arguments.positional
    if len(values) == 1:  # of a list, one of its items
        return expressions.element_of(machine, values[0], node, False)
    if all(numbers(value) or value.taint for value in values):
        return join_all(values)
    return join_all([_bounded(value) for value in values])


def _bounded(value: Value) -> Value:
    taint = tuple(atom.changed(cleared=(OF_NUMBERS,)) for atom in value.taint)
    objects = tuple(obj for obj in value.objects if not isinstance(obj, Number))
    return Value(value.consts, taint, objects, True)


#: Operators between numbers alone.
_OF_NUMBERS = ("-", "/", "//", "**")


def repeated(machine: Machine, left: Value, right: Value, node: syntax.Node) -> None:
    """``[0] * n`` and ``"x" * n``."""
    if machine.language != "python":
        return
    sides = (getattr(node, "left", None), getattr(node, "right", None))
    if any(isinstance(side, syntax.Binary) and side.operator in _OF_NUMBERS for side in sides):
        return
    for series, count in ((left, right), (right, left)):
        text = any(isinstance(const, (str, Mix)) for const in series.consts)
        listed = any(isinstance(obj, Struct) and obj.kind == "list" for obj in series.objects)
        if text or listed:
            decided(machine, count, "the repetition", "the number of times", node)


def decided(machine: Machine, count: Value, what: str, argument: str, node: syntax.Node) -> None:
    """Record that data decides how often something is done."""
    atoms = [atom for number in numbers(count) if not number.bounded for atom in number.taint]
    atoms += [atom for atom in count.taint if not is_bounded(machine, atom)]
    for atom in atoms:
        sinks.flow(
            machine, OF_NUMBERS, "weaken", atom, what, argument, node, 1,
            text=f"decides how long {what} runs",
        )  # fmt: skip
