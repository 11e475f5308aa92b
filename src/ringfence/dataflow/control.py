"""Statements that branch and repeat: switch, loops, try, with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    choices,
    event_checks,
    event_reads,
    expressions,
    guards,
    own_texts,
    sinks,
    subjects,
    targets,
)
from ringfence.dataflow.values import NOTHING, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine, State


def run_switch(machine: Machine, node: syntax.Switch) -> bool:
    subject = machine.evaluate(node.subject)
    event_checks.switch(machine, node, subject)
    if subject.taint:
        choices.switched(machine, node, subject)
    before = machine.save()
    branch = machine.branch
    ends: list[State] = []
    falling: State | None = None
    has_default = False
    frame = machine.frames[-1]
    for values, body in node.cases:
        machine.restore(before)
        machine.branch = object()
        for value in values:
            machine.evaluate(value)
        has_default = has_default or not values
        if values and not any(isinstance(value, syntax.Opaque) for value in values):
            subjects.prove_equal(machine, node.subject, subject)
        if falling is not None:
            machine.merge([machine.save(), falling])
            falling = None
        if node.falls_through:
            frame.broken.append([])
        alive = machine.run(body)
        if node.falls_through:
            ends += frame.broken.pop()
            if alive:
                falling = machine.save()
        elif alive:
            ends.append(machine.save())
    machine.branch = branch
    if falling is not None:
        ends.append(falling)
    if not has_default:
        ends.append(before)
    if not ends:
        machine.restore(before)
        return False
    machine.merge(ends)
    return True


def run_break(machine: Machine, node: syntax.Break | syntax.Continue) -> bool:
    frame = machine.frames[-1]
    if frame.broken:
        frame.broken[-1].append((dict(frame.scope.variables), machine.proven))
    return False


def loop(
    machine: Machine, once: Callable[[], bool], make: Callable[[], object] = object
) -> list[State]:
    """Run a loop's body until its state settles (at most three rounds). ``make`` makes the token of
    a round's branch."""
    before = machine.save()
    states: list[State] = [before]
    branch = machine.branch
    frame = machine.frames[-1]
    for _ in range(3):
        keys = {name: value.key for name, value in frame.scope.variables.items()}
        writes = machine.heap_writes
        machine.branch = make()
        frame.broken.append([])
        if once():
            states.append(machine.save())
        states += frame.broken.pop()
        machine.branch = branch
        machine.merge(states)
        if writes == machine.heap_writes and keys == {
            name: value.key for name, value in frame.scope.variables.items()
        }:
            break
    return states


def run_while(machine: Machine, node: syntax.While) -> bool:
    endless = isinstance(node.test, syntax.Constant) and bool(node.test.value)
    sinks.check_bound(machine, node.test, node)
    machine.test(node.test)
    leaves = False

    def once() -> bool:
        nonlocal leaves
        guards.refine(machine, node.test, True)
        alive = machine.run(node.body)
        leaves = leaves or bool(machine.frames[-1].broken[-1])
        if alive:
            machine.evaluate(node.test)
        return alive

    loop(machine, once)
    if endless and not leaves:
        return bool(machine.frames[-1].closure is None)
    guards.refine(machine, node.test, False) if not endless else None
    return machine.run(node.otherwise)


def run_for(machine: Machine, node: syntax.For) -> bool:
    iterable = machine.evaluate(node.iterable)
    element = expressions.element_of(machine, iterable, node.iterable, node.over == "keys")

    def once() -> bool:
        targets.assign(machine, node.target, element, node.declares)
        return machine.run(node.body)

    loop(machine, once, event_reads.each(machine, iterable))
    return machine.run(node.otherwise)


def run_try(machine: Machine, node: syntax.Try) -> bool:
    before = machine.save()
    frame = machine.frames[-1]
    outer_raised, frame.raised = frame.raised, NOTHING
    caught = event_checks.goes_on(machine, node)
    machine.tentative += caught
    alive = machine.run(node.body)
    machine.tentative -= caught
    after = machine.save()
    raised, frame.raised = frame.raised, outer_raised
    ends: list[State] = []
    if alive:
        alive = machine.run(node.otherwise)
        if alive:
            ends.append(machine.save())
    branch = machine.branch
    for handler in node.handlers:
        machine.merge([before, after])
        machine.proven = before[1]
        machine.branch = object()
        if handler.target is not None:
            own = own_texts.says_own_text(frame.module.module, handler)
            error = machine.exception(handler, (own_texts.OWN_TEXT,) if own else ())
            targets.assign(machine, handler.target, join(error, raised), "let")
        for kind in handler.types:
            machine.evaluate(kind)
        if machine.run(handler.body):
            ends.append(machine.save())
    machine.branch = branch
    if ends:
        machine.merge(ends)
    else:
        machine.merge([before, after])
    if node.finally_ and not machine.run(node.finally_):
        return False
    return bool(ends)


def run_with(machine: Machine, node: syntax.With) -> bool:
    held = []
    for context, target in node.items:
        value = machine.evaluate(context)
        entered = expressions.enter_context(machine, value, context)
        held.append((value, context))
        if target is not None:
            targets.assign(machine, target, entered, "")
    went_on = machine.run(node.body)
    for value, context in reversed(held):
        expressions.leave_context(machine, value, context)
    return went_on
