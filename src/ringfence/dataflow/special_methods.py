"""Methods that Python calls for the code: ``x[k] = v``, ``del x[k]``, ``k in x``, ``for i in x``.

Source: Python Language Reference, "Special method names".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.objects import Struct
from ringfence.dataflow.values import Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def ask(
    machine: Machine, obj: object, names: tuple[str, ...], given: list[Value], node: syntax.Node
) -> Value | None:
    """What the first of these methods gives that the object's class has; None for none."""
    if not isinstance(obj, Struct) or obj.cls is None or machine.language != "python":
        return None
    found = next((member for name in names if (member := obj.cls.find(name)) is not None), None)
    if found is None:
        return None
    from ringfence.dataflow import access

    return machine.call(access.bind(found[0], Value(objects=(obj,)), found[1]), given, node)


def ask_all(
    machine: Machine, value: Value, name: str, given: list[Value], node: syntax.Node
) -> None:
    """Call the method of every object that a value may be, for what it does."""
    for obj in value.objects:
        ask(machine, obj, (name,), given, node)


def iterated(machine: Machine, obj: Struct, node: syntax.Node) -> Value | None:
    """What a loop over an instance with an iterator of its own goes through: the iterator, or what
    ``__next__`` gives where the instance is its own; None where it has neither."""
    found = ask(machine, obj, ("__iter__", "__aiter__"), [], node)
    if found is not None and not any(one is obj for one in found.objects):
        return found
    following = ask(machine, obj, ("__next__", "__anext__"), [], node)
    return machine.list_of(following) if following is not None else None
