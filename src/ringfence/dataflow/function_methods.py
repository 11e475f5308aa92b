"""Methods of functions: ``call``, ``apply``, ``bind``, and what code has set on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, call_arguments, callbacks, calls, expressions, middlewares
from ringfence.dataflow.objects import Closure, Method, Partial
from ringfence.dataflow.values import UNKNOWN, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def call_of_function(
    machine: Machine,
    obj: Closure,
    name: str,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
) -> Value | None:
    """``f.call(this, …)``, ``f.apply(this, […])``, ``f.bind(this, …)``."""
    rest = arguments.positional[1:]
    this = arguments.get(0) or UNKNOWN
    bound = obj if obj.node.is_arrow else obj.bound(this, obj.home)
    if name == "call":
        return calls.call_closure(machine, bound, call_arguments.Arguments(rest), node)
    if name == "apply":
        items = access.known_items(rest[0]) if rest else []
        if items is not None:
            return calls.call_closure(machine, bound, call_arguments.Arguments(items), node)
        element = expressions.element_of(machine, rest[0], node, False)
        return calls.call_closure(machine, bound, call_arguments.Arguments([], rest=element), node)
    if name == "bind":
        if not rest:
            return Value(objects=(bound,))
        return Value(objects=(Partial(Value(objects=(bound,)), rest, {}),))
    member = access.function_member(machine, obj, name)
    if member.objects:
        return calls.call_value(machine, member, arguments, node)
    middlewares.remember(machine, obj, name, arguments)
    callbacks.run_callbacks(machine, arguments, UNKNOWN, node)
    return Value(objects=(obj,))  # wrapped(handler).use(…) and its like give the function back


def call_of_method(
    machine: Machine, obj: Method, name: str, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value:
    """``client.putObject.bind(client)``, and ``call`` and ``apply`` of it."""
    rest = arguments.positional[1:]
    if name == "bind":
        made = Partial(Value(objects=(obj,)), rest, {}) if rest else obj
        return Value(objects=(made,))
    if name == "apply":
        rest = (access.known_items(rest[0]) or []) if rest else []
    return calls.call_method(machine, obj.receiver, obj.name, call_arguments.Arguments(rest), node)
