"""What conditions say of the event: what passes where the other side is refused.

Only branches count of which one side refuses what comes (an error, a status of 400 or more, a
``return`` or ``continue`` without anything done) or does nothing at all. Chains of branches over
the same question are one question. What passes is then read from the conditions by
:mod:`.event_conditions`; for which values alone the whole function acts, by :mod:`.event_routes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    event_conditions,
    event_idle,
    event_reads,
    event_routes,
    event_subjects,
)
from ringfence.dataflow.event_subjects import Passing
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.values import Value

Body = Sequence[syntax.Statement]
Case = tuple[syntax.Expression, Body]
MAX_CHAIN = 40


class Question:
    """A chain of branches: the cases in their order, and what is done with everything else."""

    __slots__ = ("cases", "default", "first", "is_tail")

    def __init__(self, first: syntax.Node, cases: list[Case], default: Body, is_tail: bool) -> None:
        self.first = first
        self.cases = cases
        self.default = default
        #: Whether what follows the chain stands in ``default`` already.
        self.is_tail = is_tail


def branch(machine: Machine, node: syntax.If) -> None:
    """Note what passes a branch."""
    if not machine.unreached:
        _ask(machine, node)


def ended(machine: Machine, node: syntax.If, positive: bool) -> None:
    """A side of a branch ends: some events may have been dealt with there."""
    if machine.unreached:
        return
    key = ("event side", id(node), positive)
    known = machine.memo.get(key)
    frame = machine.frame
    if known is None:
        body = node.then if positive else node.otherwise
        known = 0
        if not event_idle.refuses(body):
            chosen = event_conditions.read(machine, node.test, positive)
            machine.memo.setdefault(_CHOSEN, set()).update(one.path for one in chosen)
            dealt = frame.parted == event_reads.DEALT or not event_idle.is_idle(machine, body)
            known = event_reads.DEALT if dealt else event_reads.ANSWERED
        machine.memo[key] = known
    assert isinstance(known, int)
    frame.parted = max(frame.parted, known)


#: Paths by which some events were picked and dealt with; what is asked of them later is asked of
#: the rest only.
_CHOSEN = ("event paths chosen",)


def _ask(machine: Machine, node: syntax.If) -> None:
    key = ("event question", id(node))
    if key not in machine.memo:
        machine.memo[key] = _question(machine, node)
    plan = machine.memo[key]
    if plan is not None:
        question, refused = plan
        event_routes.routed(machine, question.first, question.cases, question.default,
                            question.is_tail)  # fmt: skip
        for test, positive in refused:
            for passing in event_conditions.read(machine, test, positive):
                told(machine, passing)


def told(machine: Machine, passing: Passing) -> None:
    if passing.kind == event_subjects.ABSENT:
        return
    if passing.path not in machine.memo.get(_CHOSEN, ()):
        event_reads.test(machine, passing.path, passing.kind, passing.values, passing.place)


Plan = tuple[Question, list[tuple[syntax.Expression, bool]]]


def _question(machine: Machine, node: syntax.If) -> Plan | None:
    """The chain that a branch begins, with the conditions of what passes; None where it is part of
    another, or nothing is refused."""
    if ("event chained", id(node)) in machine.memo:
        return None
    body, place, _ = machine.following
    rest = body[place:] if place and body[place - 1] is node else []
    if event_idle.refuses(node.then) and not node.otherwise:
        negated = syntax.Unary(node.line, node.column, node.end_line, node.end_column, "not",
                               node.test)  # fmt: skip
        question = Question(node, [(negated, rest)], node.then, True)
        return question, [(node.test, False)]
    cases, default, is_tail = _chain(machine, node, rest)
    question = Question(node, cases, default, is_tail)
    tests = [test for test, then in cases if not event_idle.refuses(then)]
    refused = event_idle.refuses(default)
    if is_tail and not event_idle.is_idle(machine, default):
        refused = False
    if not tests or not refused or len(tests) < len(cases):
        return question, []
    whole = tests[0]
    if len(tests) > 1:
        first = node.test
        whole = syntax.Logical(first.line, first.column, first.end_line, first.end_column, "or",
                               tests)  # fmt: skip
    return question, [(whole, True)]


def _chain(machine: Machine, node: syntax.If, rest: Body) -> tuple[list[Case], Body, bool]:
    """``if … elif … else``, or branches after each other that all end; what is left at the end, and
    whether that stands behind the branches."""
    cases: list[Case] = []
    current = node
    while len(cases) < MAX_CHAIN:
        cases.append((current.test, current.then))
        following = current.otherwise
        if not following and _ends(current.then):
            if not rest or not isinstance(rest[0], syntax.If):
                return cases, rest, True
            current, rest = rest[0], rest[1:]
        elif len(following) == 1 and isinstance(following[0], syntax.If):
            current = following[0]
        elif not following:
            return cases, rest, True
        else:
            return cases, following, False
        machine.memo["event chained", id(current)] = True
    return cases, [current], True


def _ends(body: Body) -> bool:
    return bool(body) and isinstance(
        body[-1], (syntax.Return, syntax.Raise, syntax.Continue, syntax.Break)
    )


def switch(machine: Machine, node: syntax.Switch, subject: Value) -> None:
    """``switch`` and ``match``: the values of the cases, where the default refuses."""
    if machine.unreached or not subject.taint:
        return
    path = event_reads.only_path(subject)
    if path is None:
        return
    cases, default = list(_cases(node)), next((b for v, b in node.cases if not v), None)
    found = [event_subjects.texts_of(machine, value) for value, _ in cases]
    if not cases or any(not texts for texts in found):
        return
    body, place, _ = machine.following
    rest = body[place:] if place and body[place - 1] is node else []
    values = tuple(dict.fromkeys(text for texts in found for text in texts))
    left = rest if default is None else _own(default)
    if event_idle.refuses(left) and not any(event_idle.refuses(body) for _, body in cases):
        event_reads.test(machine, path, "allowed", values, machine.location(node))
        if "null" not in values and not subject.texts():
            event_reads.test(machine, path, "required", (), machine.location(node))
    event_routes.switched(machine, node, path, values, left, default is None)


def _cases(node: syntax.Switch) -> Iterator[Case]:
    for values, body in node.cases:
        yield from ((value, body) for value in values)


def _own(body: Body) -> Body:
    """A default without the ``break`` at its end."""
    return body[:-1] if body and isinstance(body[-1], syntax.Break) else body


def goes_on(machine: Machine, node: syntax.Try) -> bool:
    """Whether an error in a ``try`` is caught without being one of the function."""
    return bool(node.handlers) and not all(
        event_idle.refuses(handler.body) for handler in node.handlers
    )
