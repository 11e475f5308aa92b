"""For which values of a path a function acts at all, every other event being refused or ignored.

Said only where it is certain: the branches are reached by every event, nothing was done before
them, and nothing is done after them, in the function that they stand in nor in those that call it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ringfence.dataflow import event_conditions, event_idle, event_reads, event_subjects, trees
from ringfence.dataflow.objects import Closure, External
from ringfence.dataflow.schemas import words
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.event_reads import EventPlace
    from ringfence.dataflow.machine import Following, Machine
    from ringfence.dataflow.values import Value

Body = Sequence[syntax.Statement]
#: Uses that somebody notices.
_EFFECTS = frozenset(("process", "file-write", "host"))
#: Calls that only run what they are given.
_RUNS = frozenset(
    ("all", "allSettled", "map", "forEach", "gather", "run", "list", "process_partial_response",
     "processPartialResponse")
)  # fmt: skip
MAX_BODIES = 40


def routed(
    machine: Machine,
    node: syntax.Node,
    cases: Sequence[tuple[syntax.Expression, Body]],
    default: Body,
    is_tail: bool,
) -> None:
    """A chain of branches: note for which values of which one path they act."""
    if not _begins_here(machine, node):
        return
    path: EventPlace | None = None
    values: list[str] = []
    for test, body in cases:
        found = [one for one in event_conditions.read(machine, test, True)
                 if one.kind == "allowed" or _prefix(one)]  # fmt: skip
        if not found or (path is not None and all(one.path != path for one in found)):
            return
        chosen = next((one for one in found if one.path == path), found[0])
        path = chosen.path
        told = list(chosen.values) if chosen.kind == "allowed" else [_prefix(chosen)]
        if not event_idle.refuses(body):
            values += told
    if path is not None and values:
        _settle(machine, node, path, tuple(dict.fromkeys(values)), default, is_tail)


def _prefix(passing: event_subjects.Passing) -> str:
    """The beginning that a test demands, with its ``*``."""
    text = passing.values[0] if passing.kind == "pattern" else ""
    if not text.startswith("^") or any(sign in text[1:] for sign in "$(|[*+?.{"):
        return ""
    return text[1:].replace("\\", "") + "*"


def switched(
    machine: Machine, node: syntax.Node, path: EventPlace, values: tuple[str, ...], default: Body,
    is_tail: bool,
) -> None:  # fmt: skip
    """The same for a ``switch``."""
    if _begins_here(machine, node):
        _settle(machine, node, path, values, default, is_tail)


def _begins_here(machine: Machine, node: syntax.Node) -> bool:
    """Whether every event comes here, the first time that one does, before anything was done."""
    key = ("event routes", id(node))
    if key in machine.memo or machine.unreached or not machine.in_handler:
        return False
    machine.memo[key] = True
    if not event_reads.is_sure(machine, event_reads.ANSWERED):
        return False
    silent = _effects(machine) <= machine.memo.get(_START, 0)
    return silent and not any(_speaks(machine, one) for one in _before(machine.following))


_START = ("effects before the handler",)


def start(machine: Machine) -> None:
    """The handler is about to be called."""
    machine.memo[_START] = _effects(machine)


def _effects(machine: Machine) -> int:
    collected = machine.collected
    uses = sum(1 for use in collected.uses.values() if use.kind in _EFFECTS)
    return len(collected.calls) + len(collected.stored) + uses


def _before(following: Following) -> Iterator[syntax.Statement]:
    """What ran before, in the bodies that the branches stand in."""
    current: Following | None = following
    for _ in range(MAX_BODIES):
        if current is None:
            return
        body, place, current = current
        yield from body[: max(place - 1, 0)]


def _speaks(machine: Machine, node: syntax.Statement) -> bool:
    """Whether a statement calls a library for nothing but its effect."""
    if not isinstance(node, syntax.Expr):
        return False
    value = node.value.value if isinstance(node.value, syntax.Await) else node.value
    if not isinstance(value, syntax.Call) or event_idle.is_idle_call(machine, value):
        return False
    if isinstance(value.function, syntax.Name):
        return machine.frame.module.scope.variables.get(value.function.name) is None
    return True


def _settle(
    machine: Machine, node: syntax.Node, path: EventPlace, values: tuple[str, ...], default: Body,
    is_tail: bool,
) -> None:  # fmt: skip
    if not event_idle.is_idle(machine, default):
        return
    refused = event_idle.refuses(default)
    ended = bool(default) and isinstance(default[-1], (syntax.Return, syntax.Raise))
    if not _nothing_after(machine, is_tail, ended):
        return
    kind = "handled" if refused and event_reads.is_sure(machine) else "acted"
    event_reads.test(machine, path, kind, values, machine.location(node))


def _nothing_after(machine: Machine, is_tail: bool, ended: bool) -> bool:
    """Whether nothing else is done with an event that no branch takes."""
    body, place, outer = machine.following
    if not ended and not is_tail and not event_idle.is_idle(machine, body[place:]):
        return False
    for _ in range(MAX_BODIES):
        if outer is None:
            return True
        body, place, beyond = outer
        if place and not _only_runs(machine, body[place - 1]):
            return False
        if not event_idle.is_idle(machine, body[place:]):
            return False
        outer = beyond
    return False


def _only_runs(machine: Machine, node: syntax.Statement) -> bool:
    """Whether a statement around the branches does nothing else with an event."""
    if isinstance(node, syntax.Try):
        rest = [*node.otherwise, *node.finally_]
        handlers = (handler.body for handler in node.handlers)
        return event_idle.is_idle(machine, rest) and all(
            event_idle.is_idle(machine, body) for body in handlers
        )
    if isinstance(node, (syntax.For, syntax.While)):
        return event_idle.is_idle(machine, node.otherwise)
    if isinstance(node, (syntax.If, syntax.Switch, syntax.With, syntax.Block)):
        return not isinstance(node, (syntax.If, syntax.Switch))
    others = [
        one
        for one in trees.nodes(node, into_functions=False)
        if isinstance(one, syntax.Call)
        and getattr(one.function, "name", "") not in _RUNS
        and not event_idle.is_idle_call(machine, one)
    ]
    return len(others) <= 1


# --- routers ---

#: Where a router of a library keeps what it was told.
_ROUTED = ("event methods routed",)
_METHODS = frozenset(("get", "post", "put", "patch", "delete", "head"))
#: What else a router's decorators may be that answers no other request.
_BESIDE = frozenset(("exception_handler", "middleware"))


def decorated(machine: Machine, decorator: External) -> None:
    """``@app.get("/orders")`` of a Powertools resolver: one more method that is answered. Anything
    else that answers requests makes the methods unknown."""
    owner, _, name = decorator.path.removesuffix("()").rpartition(".")
    if owner != "web.App" or name in _BESIDE:
        return
    known: dict[str, None] = machine.memo.setdefault(_ROUTED, {})
    told = words(decorator.keywords.get("method"))
    if name in _METHODS:
        known[name.upper()] = None
    elif name == "route" and told:
        known.update((text.upper(), None) for text in sorted(told))
    else:
        known["*"] = None
    app = decorator.before
    if app is not None and "cors" in app.keywords:
        known["OPTIONS"] = None


def resolved(machine: Machine, handler: Value) -> None:
    """The handler was run: where it only asks its router, the router's methods are all that is
    answered."""
    known: dict[str, None] = machine.memo.get(_ROUTED, {})
    nodes = [obj.node for obj in handler.objects if isinstance(obj, Closure)]
    if not known or "*" in known or len(nodes) != 1 or len(nodes) != len(handler.objects):
        return
    last = nodes[0].body[-1] if nodes[0].body else None
    value = last.value if isinstance(last, syntax.Return) else None
    is_asked = isinstance(value, syntax.Call) and getattr(value.function, "name", "") == "resolve"
    if is_asked and event_idle.is_idle(machine, nodes[0].body[:-1]):
        kinds = {trigger.kind for trigger in machine.triggers}
        new = kinds == {"apigateway-http"}
        path = ("requestContext", "http", "method") if new else ("httpMethod",)
        event_reads.test(machine, path, "handled", tuple(known), machine.location(nodes[0]))
