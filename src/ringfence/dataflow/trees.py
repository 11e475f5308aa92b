"""Walks over syntax trees, for questions that need no evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar, cast

from ringfence.model import syntax


def nodes(start: object, into_functions: bool = True) -> Iterator[syntax.Node]:
    """The nodes at and below a node or list of nodes, in no particular order.

    Without ``into_functions`` functions and classes are told but not entered.
    """
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if isinstance(current, (list, tuple)):
            waiting += current
        elif isinstance(current, syntax.Node):
            yield current
            if into_functions or not isinstance(
                current, (syntax.FunctionLiteral, syntax.ClassLiteral)
            ):
                waiting += [getattr(current, slot) for slot in slots_of(type(current))]


_SLOTS: dict[type, tuple[str, ...]] = {}


def slots_of(cls: type) -> tuple[str, ...]:
    """The fields of a node's class."""
    found = _SLOTS.get(cls)
    if found is None:
        found = tuple(slot for base in cls.__mro__ for slot in getattr(base, "__slots__", ()))
        _SLOTS[cls] = found
    return found


_Answer = TypeVar("_Answer")


def ask(module: syntax.Module, question: Callable[[syntax.Module], _Answer]) -> _Answer:
    """What a function says of a whole file, which is asked once."""
    name = question.__qualname__
    if name not in module.answers:
        module.answers[name] = question(module)
    return cast("_Answer", module.answers[name])


def dotted(node: syntax.Node) -> str:
    """``a.b.c`` for names and attributes, "" where anything else stands."""
    if isinstance(node, syntax.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.name}" if owner else ""
    return node.name if isinstance(node, syntax.Name) else ""
