"""Where an answer is told: where its body or header is written, or where a helper was asked for it
that only hands on what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringfence.dataflow import exposures, trees
from ringfence.dataflow.objects import Closure, JsonText, Obj, Struct
from ringfence.dataflow.scopes import Frame
from ringfence.dataflow.values import Hole, Mix, Value
from ringfence.model import syntax
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.rules.taint import CallTables

#: What tells a response from other structures, in all clouds.
PARTS = frozenset(("statusCode", "body", "jsonBody"))


def remember(machine: Machine, value: Value, node: syntax.Return) -> None:
    """Keep where a response is put together, unless what it holds is what the function was given:
    a helper's ``respond(status, body)`` says nothing of where the body comes from."""
    closure = machine.frame.closure
    obj = value.objects[0] if len(value.objects) == 1 else None
    if closure is None or not isinstance(obj, Struct):
        return
    whole = isinstance(node.value, syntax.MapLiteral) and answers_data(machine)
    if (
        not whole
        and not PARTS.intersection(obj.fields)
        and not {"status", "headers"} <= set(obj.fields)
    ):
        return
    key = ("put together", id(obj))
    if key not in machine.memo and not hands_on(machine, node.value):
        machine.memo[key] = obj, machine.location(node)


#: Members of a response and headers whose lines are told instead of the whole response's.
_WRITTEN = frozenset((
    "body", "jsonbody", "location", "set-cookie", "content-type", "content-security-policy",
    "cookies", "refresh", "link", "content-disposition", "x-accel-redirect", "x-sendfile",
    "access-control-allow-origin",
))  # fmt: skip


#: This one is a decision wherever it is written.
_ORIGIN = "access-control-allow-origin"


def assigned(machine: Machine, obj: Struct, key: object, target: syntax.Node) -> None:
    """Keep where a member of a response, or a header, is assigned, unless that only hands on what
    the function was given. The last place counts."""
    if isinstance(key, str) and key.lower() in _WRITTEN:
        statement = machine.current
        given = statement.value if isinstance(statement, syntax.Assign) else None
        if key.lower() == _ORIGIN or not hands_on(machine, given):
            machine.memo[("written", id(obj), key.lower())] = obj, machine.location(target)


def wrote(machine: Machine, obj: Struct, key: str, entry: syntax.Entry) -> None:
    """The same for an entry of a literal."""
    lower = key.lower()
    if lower == "body" and is_given_back(machine, entry.value):
        machine.memo[("given back", id(obj))] = obj
    if lower in _WRITTEN and (lower == _ORIGIN or not hands_on(machine, entry.value)):
        machine.memo[("written", id(obj), key.lower())] = obj, machine.location(entry)


def copied(machine: Machine, old: Struct, new: Struct, key: object) -> None:
    """Such a member that is spread into another map was written where it was."""
    if isinstance(key, str) and key.lower() in _WRITTEN:
        known = machine.memo.get(("written", id(old), key.lower()))
        if known is not None:
            machine.memo[("written", id(new), key.lower())] = new, known[1]


def hands_on(machine: Machine, node: syntax.Expression | None, frame: Frame | None = None) -> bool:
    """Whether something in a response stands there as the function was given it."""
    frame = frame or machine.frame
    closure = frame.closure
    if closure is None:
        return False
    given = {
        item.name
        for parameter in closure.node.parameters
        for item in trees.nodes(parameter.target)
        if isinstance(item, syntax.Name)
    }
    given = {name for name in given if not is_event(frame, name)}
    behind = frame.scope.conditions
    waiting = whole_parts(node)
    seen: set[str] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, syntax.Name) or one.name in seen:
            continue
        if one.name in given:
            return True
        seen.add(one.name)
        parts = whole_parts(behind.get(one.name))
        waiting += parts if len(parts) == 1 else ()
    return frame is machine.frame and any(
        isinstance(one, syntax.Name) and one.name in given and is_page_part(machine.evaluate(one))
        for one in trees.nodes(node, into_functions=False)
    )


def is_event(frame: Frame, name: str) -> bool:
    """Whether a parameter is a request as it came: what is taken of it is nobody's own text."""
    value = frame.scope.variables.get(name)
    return value is not None and any(
        atom.source.kind == "event" and not atom.path and not atom.derived for atom in value.taint
    )


def asked_for_at(machine: Machine, tables: CallTables, node: syntax.Node) -> Location | None:
    """Where a helper that only hands on what it answers was called, for a call that makes or sends
    an answer; None where the function that runs says itself what it answers."""
    body = answered_by(tables, node)
    place = None
    for frame in reversed(machine.frames):
        call = frame.call
        if (
            body is None
            or frame.closure is None
            or not isinstance(call, syntax.Call)
            or not is_named(call, frame.closure)
            or not hands_on(machine, body, frame)
        ):
            break
        place = frame.called_at
        body = call
    return place


def answered_by(tables: CallTables, node: syntax.Node) -> syntax.Expression | None:
    """The argument of a call that is the body of an answer."""
    selectors = [table.body for table in tables.answers if table.body] + [
        table.argument for table in tables.exposures if table.into == exposures.RESPONSE
    ]
    for argument_place, argument in enumerate(getattr(node, "arguments", ())):
        name = argument.name or argument_place
        if any(name in selector for selector in selectors):
            body: syntax.Expression = argument.value
            return body
    return None


def is_named(call: syntax.Call, closure: Closure) -> bool:
    """Whether a call names the function that it runs, as no call of a library does that is given
    a function."""
    name = getattr(call.function, "name", "")
    return bool(name) and name in (closure.node.name, closure.label)


def is_page_part(value: Value) -> bool:
    """Whether a text is HTML already, into which somebody else put the sender's words."""
    return any(
        isinstance(const, Mix)
        and any(isinstance(part, str) and "<" in part for part in const.parts)
        and any(isinstance(part, Hole) and part.taint for part in const.parts)
        for const in value.consts
    )


def is_given_back(machine: Machine, node: syntax.Expression) -> bool:
    """Whether something in a response is what a function answered: ``status, content = page()``."""
    closure = machine.frame.closure
    names = {one.name for one in whole_parts(node) if isinstance(one, syntax.Name)}
    for statement in closure.node.body if closure is not None and names else ():
        target = statement.target if isinstance(statement, syntax.Assign) else None
        if isinstance(target, syntax.ListLiteral) and isinstance(
            getattr(statement, "value", None), (syntax.Call, syntax.Await)
        ):
            held = {one.name for one in target.items if isinstance(one, syntax.Name)}
            if names & held:
                return True
    return False


def given_parts(machine: Machine, response: Struct, body: Value) -> list[tuple[Value, Location]]:
    """The maps that another function gave as a body, with where that one puts each together."""
    if ("given back", id(response)) not in machine.memo:
        return []
    held = [
        obj
        for one in body.objects
        for obj in (one.inner.objects if isinstance(one, JsonText) else (one,))
    ]
    found = []
    for obj in held:
        _, module, node = machine.memo.get(("made", id(obj)), (None, None, None))
        if node is not None:
            place = (node.line, node.column, node.end_line, node.end_column)
            found.append((Value(objects=(obj,)), Location(module.file, *place)))
    return found


@contextmanager
def placed(machine: Machine, node: syntax.Node, place: Location | None) -> Iterator[None]:
    """Tell what is found at a node at another place, if there is one."""
    if place is None:
        yield
        return
    before = machine.places.get(id(node))
    machine.places[id(node)] = place
    try:
        yield
    finally:
        machine.places.pop(id(node), None)
        if before is not None:
            machine.places[id(node)] = before


@contextmanager
def told_at(machine: Machine, node: syntax.Node, obj: Obj | None, key: str) -> Iterator[None]:
    """Tell what is found at a member of a response where it was written."""
    written = machine.memo.get(("written", id(obj), key))
    with placed(machine, node, written[1] if written is not None else None):
        yield


def whole_parts(node: syntax.Expression | None) -> list[syntax.Expression]:
    """What stands as it is in a response or in the call that makes one: values of its maps and
    arguments of its calls, and no parts of texts."""
    found: list[syntax.Expression] = []
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, syntax.MapLiteral):
            waiting += [entry.value for entry in one.entries]
        elif isinstance(one, syntax.Call) and getattr(one.function, "name", "") not in _FILLS:
            waiting += [argument.value for argument in one.arguments]
        elif isinstance(one, syntax.Await):
            waiting.append(one.value)
        elif isinstance(one, syntax.Conditional):
            waiting += [one.then, one.otherwise]
        elif isinstance(one, syntax.Logical):
            waiting += one.operands
        else:
            found.append(one)
    return found


#: Methods that put what they are given into a text.
_FILLS = frozenset(("substitute", "safe_substitute"))


def answers_data(machine: Machine) -> bool:
    """Whether what a function returns is the answer itself, and no response around it."""
    return bool(machine.triggers) and all(one.kind == "appsync" for one in machine.triggers)
