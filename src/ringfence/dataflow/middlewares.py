"""Functions that run before or after a handler, given to what wraps it.

``middy(handler).use({ before: f })`` and ``.before(f)`` call ``f`` with a request that holds the
event and the context; ``after`` and ``onError`` with one that holds the answer or the error, too. https://middy.js.org/docs/intro/how-it-works
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow.objects import Closure, External, Struct
from ringfence.dataflow.values import NOTHING, Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax


#: Where a middleware has a part in a handler's run.
HOOKS = ("before", "after", "onError")
_BODY_PARSERS = late.pattern(r"@middy/http-(json|urlencode)-body-parser")


def remember(machine: Machine, handler: Closure, name: str, arguments: Arguments) -> None:
    """``handler.use({before})`` and ``handler.before(f)``: a wrapper gave ``handler`` back."""
    if name not in ("use", *HOOKS):
        return
    for value in arguments.positional[:1]:
        for obj in value.objects:
            if isinstance(obj, Struct) and obj.kind == "list":
                remember_each(machine, handler, obj.items())
        remember_each(machine, handler, value, name if name in HOOKS else "")


def remember_each(machine: Machine, handler: Closure, value: Value, hook: str = "") -> None:
    for obj in value.objects:
        if hook and isinstance(obj, Closure):
            machine.memo.setdefault((hook, id(handler.node)), []).append(obj)
        elif isinstance(obj, Struct):
            for name in HOOKS:
                held = obj.fields[name].objects if name in obj.fields else ()
                functions = [one for one in held if isinstance(one, Closure)]
                if functions:
                    machine.memo.setdefault((name, id(handler.node)), []).extend(functions)
        elif isinstance(obj, External) and _BODY_PARSERS.search(obj.path) is not None:
            machine.memo[PARSED_BODY] = True


#: Set where a middleware makes a structure of the body before the handler gets it.
PARSED_BODY = ("parsed body",)


def hooks(machine: Machine, handler: Value, name: str) -> list[Closure]:
    """What was remembered for a handler under the name of a hook."""
    return [
        function
        for obj in handler.objects
        if isinstance(obj, Closure)
        for function in machine.memo.get((name, id(obj.node)), ())
    ]


def request_of(machine: Machine, event: Value) -> Struct:
    """What a hook is given."""
    request = machine.struct("map")
    request.fields["event"] = event
    request.fields["context"] = Value(objects=(External("lambda.context"),))
    return request


def run_before(machine: Machine, handler: Value, event: Value, node: syntax.Node) -> None:
    """Call what was remembered for a handler with the event that it will get."""
    for function in hooks(machine, handler, "before"):
        given = [Value(objects=(request_of(machine, event),))]
        machine.call(Value(objects=(function,)), given, node)


def run_after(machine: Machine, handler: Value, event: Value, node: syntax.Node) -> None:
    """Call what changes a handler's answer, and what answers in its place where it fails."""
    for name in ("after", "onError"):
        for function in hooks(machine, handler, name):
            request = request_of(machine, event)
            answered = machine.returned if name == "after" else NOTHING
            request.fields["response"] = answered
            if name == "onError":
                request.fields["error"] = machine.exception(function.node)
            returned = machine.call(Value(objects=(function,)), [Value(objects=(request,))], node)
            for value in (request.fields["response"], returned):
                if value is not answered and value.objects:
                    machine.answer(value, function.node)


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
