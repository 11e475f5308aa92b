"""What a condition on the event is about: the path that an expression reads, also where it is
trimmed, converted or measured, and what the code itself says beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ringfence.dataflow import event_reads, subjects
from ringfence.dataflow.objects import Struct
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.event_reads import EventPlace
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.values import Const, Value
    from ringfence.model.location import Location

ABSENT = "absent"
MAX_LINKS = 4
MAX_NAMES = 40


class Passing(NamedTuple):
    """What holds of a path; ``kind`` as in :data:`~ringfence.model.facts.EVENT_TESTS`, or
    :data:`ABSENT`."""

    path: EventPlace
    kind: str
    values: tuple[str, ...]
    place: Location


SAME = frozenset(
    ("strip", "trim", "lower", "upper", "toLowerCase", "toUpperCase", "toString", "casefold",
     "normalize")
)  # fmt: skip
CONVERSIONS = frozenset(
    ("str", "String", "int", "float", "Number", "parseInt", "parseFloat", "Decimal", "bool",
     "Boolean", "set", "frozenset", "list")
)  # fmt: skip
#: Tests that nothing passes which is not there, unless something stands in for it.
_OF_WHAT_IS_THERE = frozenset(("type", "allowed", "pattern"))


def path_at(machine: Machine, node: syntax.Expression) -> EventPlace | None:
    """The path of the event that an expression reads, also where it is trimmed or converted."""
    node = bare(machine, node)
    return event_reads.only_path(quietly(machine, node))


def quietly(machine: Machine, node: syntax.Expression) -> Value:
    """The value of a simple expression again, which need not run here."""
    machine.tentative += 1
    value = subjects.evaluate_quietly(machine, node)
    machine.tentative -= 1
    return value


def bare(machine: Machine, node: syntax.Expression) -> syntax.Expression:
    """Without conversions and changes of case and space."""
    for _ in range(MAX_LINKS):
        if isinstance(node, syntax.Await):
            node = node.value
        elif isinstance(node, syntax.Name):
            behind = machine.frame.scope.conditions.get(node.name)
            inner = _inside(behind) if isinstance(behind, syntax.Call) else None
            if inner is None:
                return node
            node = inner
        else:
            inner = _inside(node) if isinstance(node, syntax.Call) else None
            if inner is None:
                return node
            node = inner
    return node


def _inside(call: syntax.Call) -> syntax.Expression | None:
    function = call.function
    if isinstance(function, syntax.Attribute) and function.name in SAME:
        return function.value
    if isinstance(function, syntax.Attribute) and function.name in ("parseInt", "parseFloat"):
        return call.arguments[0].value if call.arguments else None
    if isinstance(function, syntax.Name) and function.name in CONVERSIONS and call.arguments:
        return call.arguments[0].value
    return None


def measured(machine: Machine, node: syntax.Expression) -> syntax.Expression | None:
    """``x`` of ``len(x)`` and ``x.length``."""
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    if isinstance(node, syntax.Attribute) and node.name in ("length", "size"):
        return node.value
    named = isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "len"
    return node.arguments[0].value if isinstance(node, syntax.Call) and (
        named and len(node.arguments) == 1
    ) else None  # fmt: skip


def known(machine: Machine, node: syntax.Expression) -> Value | None:
    """What the code itself says; None for what may come from elsewhere."""
    value = quietly(machine, node)
    return None if value.taint or value.is_nothing else value


def word(const: Const) -> str:
    """A constant as a contract writes it."""
    if isinstance(const, bool):
        return "true" if const else "false"
    return "null" if const is None else str(const)


def texts_of(machine: Machine, node: syntax.Expression) -> tuple[str, ...]:
    """The known constants that a value may be; none where it may be something else."""
    value = known(machine, node)
    return tuple(map(word, value.consts)) if value is not None and value.definite else ()


def members(machine: Machine, node: syntax.Expression) -> tuple[str, ...]:
    """The known members of a list, set or map, or of ``Object.keys`` and ``values`` of one."""
    if isinstance(node, syntax.Call) and node.arguments and isinstance(
        node.function, (syntax.Attribute, syntax.Name)
    ):  # fmt: skip
        name = node.function.name
        inner = node.arguments[0].value
        if name in ("set", "frozenset", "list", "tuple", "Set", "keys", "freeze"):
            return members(machine, inner)
        if name == "values":
            value = known(machine, inner)
            return _consts(one for obj in value.objects if isinstance(obj, Struct)
                           for one in obj.fields.values()) if value else ()  # fmt: skip
        return ()
    if isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "keys":
        assert isinstance(node.function, syntax.Attribute)
        node = node.function.value
    value = known(machine, node)
    if value is None or len(value.objects) != 1 or value.consts or value.open:
        return ()
    held = value.objects[0]
    if not isinstance(held, Struct) or not held.rest.is_nothing or held.base is not None:
        return ()
    if held.kind == "map":
        return tuple(str(key) for key in held.fields)[:MAX_NAMES]
    return _consts(held.fields.values())


def _consts(values: Iterable[Value]) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        if not value.definite:
            return ()
        found += map(word, value.consts)
    return tuple(dict.fromkeys(found))


def said(
    machine: Machine, node: syntax.Expression, kind: str, values: tuple[str, ...] = ()
) -> Iterator[Passing]:
    value = quietly(machine, bare(machine, node))
    path = event_reads.only_path(value)
    if path and (values or kind in ("required", ABSENT)):
        place = machine.location(node)
        yield Passing(path, kind, values, place)
        if kind in _OF_WHAT_IS_THERE and "null" not in values and not value.texts():
            yield Passing(path, "required", (), place)


def method(call: syntax.Call) -> tuple[str, syntax.Expression | None]:
    function = call.function
    if isinstance(function, syntax.Attribute):
        return function.name, function.value
    return getattr(function, "name", ""), None
