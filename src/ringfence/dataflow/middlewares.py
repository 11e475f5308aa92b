"""Functions that run before a handler, given to what wraps it.

``middy(handler).use({ before: f })`` and ``.before(f)`` call ``f`` with a request that holds the
event and the context. https://middy.js.org/docs/intro/how-it-works
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.objects import Closure, External, Struct
from ringfence.dataflow.values import Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax


def remember(machine: Machine, handler: Closure, name: str, arguments: Arguments) -> None:
    """``handler.use({before})`` and ``handler.before(f)``: a wrapper gave ``handler`` back."""
    if name not in ("use", "before"):
        return
    for value in arguments.positional[:1]:
        for obj in value.objects:
            if isinstance(obj, Struct) and obj.kind == "list":
                remember_each(machine, handler, obj.items())
        remember_each(machine, handler, value, name == "before")


def remember_each(machine: Machine, handler: Closure, value: Value, plain: bool = False) -> None:
    kept = machine.memo.setdefault(("before", id(handler.node)), [])
    for obj in value.objects:
        if plain and isinstance(obj, Closure):
            kept.append(obj)
        elif isinstance(obj, Struct) and "before" in obj.fields:
            kept += [f for f in obj.fields["before"].objects if isinstance(f, Closure)]


def run_before(machine: Machine, handler: Value, event: Value, node: syntax.Node) -> None:
    """Call what was remembered for a handler with the event that it will get."""
    for obj in handler.objects:
        kept = machine.memo.get(("before", id(obj.node)), ()) if isinstance(obj, Closure) else ()
        for function in kept:
            request = machine.struct("map")
            request.fields["event"] = event
            request.fields["context"] = Value(objects=(External("lambda.context"),))
            machine.call(Value(objects=(function,)), [Value(objects=(request,))], node)


def remember_chain(machine: Machine, handler: Value, receiver: Value) -> None:
    """What was given to ``use`` in ``middy().use(a).use(b).handler(f)``."""
    closures = [obj for obj in handler.objects if isinstance(obj, Closure)]
    for obj in receiver.objects:
        made = obj if isinstance(obj, External) else None
        while made is not None:
            for value in made.arguments[:1]:
                for closure in closures:
                    remember_each(machine, closure, value)
            made = made.before
