"""The evaluated arguments of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    credentials,
    event_reads,
    expressions,
)
from ringfence.dataflow.objects import OPTIONAL, Struct
from ringfence.dataflow.values import NONE, NOTHING, UNKNOWN, Taint, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


class Arguments:
    """The evaluated arguments of a call. ``rest`` stands for any number more (``*args``),
    ``others`` for any keyword (``**kwargs``); ``nodes`` are the positional expressions."""

    __slots__ = ("keywords", "nodes", "others", "positional", "rest")

    def __init__(
        self,
        positional: list[Value],
        keywords: dict[str, Value] | None = None,
        rest: Value | None = None,
        others: Value | None = None,
        nodes: list[syntax.Expression] | None = None,
    ) -> None:
        self.positional: list[Value] = positional
        self.keywords = keywords or {}
        self.rest = rest
        self.others = others
        self.nodes = nodes or []

    def get(self, place: int, name: str = "") -> Value | None:
        """The argument at a position or keyword; None when it is not given."""
        if place < 0:
            place += len(self.positional)
        if 0 <= place < len(self.positional):
            return self.positional[place]
        if name and name in self.keywords:
            return self.keywords[name]
        if self.others is not None and name:
            return named(self.others, name)
        return self.rest

    def everything(self) -> list[Value]:
        found = [*self.positional, *self.keywords.values()]
        if self.rest is not None:
            found.append(self.rest)
        if self.others is not None:
            found.append(self.others)
        return found

    def key(self) -> tuple[object, ...]:
        return (
            tuple(value.key for value in self.positional),
            tuple((name, value.key) for name, value in self.keywords.items()),
            self.rest.key if self.rest else None,
            self.others.key if self.others else None,
        )


def named(others: Value, name: str) -> Value:
    """What ``**value`` gives for a keyword: of data without known keys, the part of this name."""
    if not any(atom.path[-1:] == ("[]",) and not atom.derived for atom in others.taint):
        return others
    taint = tuple(
        Taint(atom.source, (*atom.path[:-1], name), atom.trail, atom.derived, atom.cleared,
              atom.marks, atom.quality)
        if atom.path[-1:] == ("[]",) and not atom.derived
        else atom
        for atom in others.taint
    )  # fmt: skip
    return Value(others.consts, taint, others.objects, others.open)


def evaluate_arguments(machine: Machine, node: syntax.Call) -> Arguments:
    positional: list[Value] = []
    nodes: list[syntax.Expression] = []
    keywords: dict[str, Value] = {}
    rest: Value | None = None
    others: Value | None = None
    for argument in node.arguments:
        value = machine.evaluate(argument.value)
        if argument.spread == "*":
            known = access.known_items(value)
            if known is not None and rest is None:
                positional += known
                nodes += [argument.value] * len(known)
            else:
                element = expressions.element_of(machine, value, argument, False)
                rest = element if rest is None else join(rest, element)
        elif argument.spread == "**":
            others = spread_keywords(machine, value, keywords, others, node)
        elif argument.name is not None:
            keywords[argument.name] = value
            if isinstance(argument.value, syntax.Constant):
                credentials.check(machine, argument.name, argument.value)
        elif rest is not None:
            rest = join(rest, value)
        else:
            positional.append(value)
            nodes.append(argument.value)
    return Arguments(positional, keywords, rest, others, nodes)


def spread_keywords(
    machine: Machine,
    value: Value,
    keywords: dict[str, Value],
    others: Value | None,
    node: syntax.Node,
) -> Value | None:
    """``**value``: known keys become keywords, the rest any keyword."""
    certain = len(value.objects) == 1 and not value.consts and not value.open
    for obj in value.objects:
        if isinstance(obj, Struct):
            for key, inner in obj.fields.items():
                if isinstance(key, str):
                    known = keywords.get(key, NONE if key in OPTIONAL and not certain else NOTHING)
                    keywords[key] = join(known, inner)
            for loose in (obj.rest, obj.base or NOTHING):
                if not loose.is_nothing:
                    others = loose if others is None else join(others, loose)
    if value.taint:
        part = access.part_of(machine, value, "[]", node)
        event_reads.forget(machine, part.taint, machine.location(node))
        others = part if others is None else join(others, part)
    elif value.open and others is None and not value.objects:
        others = UNKNOWN
    return others
