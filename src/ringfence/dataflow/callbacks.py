"""Functions that are given to libraries, by argument or as decorated ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    call_arguments,
    calls,
    cloud_libraries,
    event_routes,
    libraries,
    models,
    powertools,
    responses,
    targets,
)
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    External,
    Partial,
    Struct,
)
from ringfence.dataflow.values import NONE, NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.rules.taint import Callback


def run_callbacks(
    machine: Machine, arguments: call_arguments.Arguments, given: Value, node: syntax.Node
) -> Value:
    """A library may call the functions it gets; the last parameter (not an error) is its result.
    What they return, joined."""
    returned = NOTHING
    for value in arguments.everything():
        for obj in value.objects:
            if isinstance(obj, (Closure, Partial)):
                returned = join(returned, call_back(machine, Value(objects=(obj,)), given, node))
    return returned


def call_back(machine: Machine, function: Value, given: Value, node: syntax.Node) -> Value:
    """Call a callback of Node.js's shape (error, result) or of one parameter."""
    count = 1
    for obj in function.objects:
        if isinstance(obj, Closure):
            count = len(obj.node.parameters)
    error = join(NONE, machine.exception(node))
    values = [given] if count <= 1 else [error, *([given] * min(count - 1, 3))]
    outer = machine.branch
    machine.branch = object()
    try:
        return calls.call_value(machine, function, call_arguments.Arguments(values), node)
    finally:
        machine.branch = outer


def run_decorator(
    machine: Machine, decorator: External, function: Value, node: syntax.Node
) -> None:
    """A library's decorator that registers a function calls it as its table says."""
    powertools.remember(machine, decorator, function)
    event_routes.decorated(machine, decorator)
    if not belongs(machine, decorator, function):
        # Another function runs it, so it is not one that nothing reaches.
        machine.ran.update(id(o.node) for o in function.objects if isinstance(o, Closure))
        return
    tables = machine.catalogue.tables(decorator.path)
    powertools.run_middlewares(machine, decorator, node)
    for callback in tables.callbacks if tables is not None else ():
        if any(isinstance(obj, ClassObject) for obj in function.objects):
            function = libraries.functions_in(machine, function, callback.field)
        values = [
            libraries.callback_parameter(machine, word, UNKNOWN, call_arguments.Arguments([]), node)
            for word in callback.parameters
        ]
        for obj in function.objects:
            if isinstance(obj, Closure):
                while len(values) < len(obj.node.parameters):
                    values.append(UNKNOWN)
                if decorator.path.startswith("flask.App."):
                    machine.page_nodes.add(id(obj.node))
                if is_route(decorator):
                    machine.route_nodes.add(id(obj.node))
                for place in range(len(obj.node.parameters)):
                    with answering(machine, decorator.path.removesuffix("()")):
                        values[place] = models.parameter(
                            machine, decorator, obj, place, values[place]
                        )
        given = call_arguments.Arguments(values, others=by_name(machine, function, values, node))
        with answering(machine, decorator.path.removesuffix("()")):
            calls.call_value(machine, function, given, node)


def by_name(
    machine: Machine, function: Value, values: list[Value], node: syntax.Node
) -> Value | None:
    """What a function takes as ``**arguments`` of a library that gives the parts of a request."""
    for obj in function.objects:
        if isinstance(obj, Closure) and values and values[0].taint:
            kinds = [parameter.kind for parameter in obj.node.parameters]
            if "**" in kinds:
                return access.part_of(machine, values[0], "[]", node)
    return None


@contextmanager
def answering(machine: Machine, path: str) -> Iterator[None]:
    """Run what a framework calls for each request, where ``path`` registers such a function: what
    it leaves in the file's variables stays for the next one."""
    owner, _, name = path.rpartition(".")
    before = machine.in_handler
    machine.in_handler = before or (owner.endswith(_REGISTERING) and name in _ROUTES)
    if machine.in_handler and not before:
        machine.lasting = targets.lasting(machine)
    try:
        yield
    finally:
        machine.in_handler = before


_REGISTERING = (".App", ".Router", "alexa.Builder")
#: Methods by whose name a framework's decorator says that the function answers requests.
_ROUTES = frozenset(
    ("route", "get", "post", "put", "patch", "delete", "api_route", "resolver", "batch_resolver",
     "all", "on", "add_route", "add_resource", "add_url_rule", "add_api_route", "onQuery",
     "onMutation", "onPublish", "tool", "addRequestHandlers", "add_request_handler",
     "request_handler")
)  # fmt: skip


def is_route(decorator: External) -> bool:
    """Whether what a decorated function returns is what the caller gets: all of it, where no model
    picks the fields."""
    owner, _, name = decorator.path.removesuffix("()").rpartition(".")
    answers = name in _ROUTES or name in ("exception_handler", "errorhandler")
    return owner.endswith(".App") and answers and "response_model" not in decorator.keywords


#: Decorators of Chalice that make a function of its own, where routes share one.
_OWN_FUNCTIONS = ("chalice.App.on_", "chalice.App.schedule()")
_EVENT_KINDS = frozenset(
    ("s3", "sqs", "sns", "dynamodb-stream", "kinesis", "eventbridge", "schedule")
)


def belongs(machine: Machine, decorator: External, function: Value) -> bool:
    """Whether what a decorator registers runs in the function that is interpreted."""
    if not decorator.path.startswith("chalice.App."):
        return True
    if decorator.path.startswith(_OWN_FUNCTIONS):
        code = machine.function.code
        nodes = [obj.node for obj in function.objects if isinstance(obj, Closure)]
        machine.memo.update((("served", id(node)), True) for node in nodes)
        symbol = code.symbol.rpartition(".")[2] if code is not None else ""
        return any(node.name == symbol for node in nodes)
    kinds = {trigger.kind for trigger in machine.triggers}
    return not kinds or not kinds <= _EVENT_KINDS


def run_callback(
    machine: Machine,
    path: str,
    callback: Callback,
    function: Value,
    values: list[Value],
    node: syntax.Node,
) -> None:
    """Call a function that a library was given, as its table says."""
    for obj in function.objects:
        if isinstance(obj, (Closure, Partial)):
            branch, machine.branch = machine.branch, object()
            received = (*libraries.errors_first(machine, callback, obj, node), *values)
            with answering(machine, path):
                returned = machine.call_object(obj, list(received), node)
            machine.branch = branch
            responses.check(machine, returned, node)


def branches_of(value: Value) -> list[Value]:
    """A function, or those in a list and in the entries of one."""
    found = [value]
    for obj in value.objects:
        if isinstance(obj, Struct):
            held = obj.items()
            found.append(held)
            found += [one.items() for one in held.objects if isinstance(one, Struct)]
    return found


#: How deep resolvers stand in a schema.
MAX_SCHEMA = 6


def run_resolvers(machine: Machine, arguments: call_arguments.Arguments, node: syntax.Node) -> None:
    """The functions in a schema that is written as objects."""
    found: dict[int, Closure] = {}
    seen: set[int] = set()
    waiting = [(value, 0) for value in arguments.positional]
    while waiting:
        value, depth = waiting.pop()
        for obj in value.objects:
            if isinstance(obj, Closure):
                found[id(obj.node)] = obj
            elif isinstance(obj, Struct) and depth < MAX_SCHEMA and id(obj) not in seen:
                seen.add(id(obj))
                waiting += [(inner, depth + 1) for inner in obj.fields.values()]
    for closure in found.values():
        if id(closure.node) not in machine.ran:
            given = [UNKNOWN for _ in closure.node.parameters]
            machine.call(Value(objects=(closure,)), given, node)


#: https://docs.aws.amazon.com/lambda/latest/dg/durable-basic-concepts.html
STEPS = frozenset(
    ("step", "parallel", "map", "run_in_child_context", "runInChildContext", "wait_for_condition",
     "waitForCondition", "wait_for_callback", "waitForCallback", "invoke")
)  # fmt: skip


def run_steps(
    machine: Machine, path: str, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value:
    """Run what a durable function's context is given as a step, or as several."""
    cloud_libraries.called(machine, path, arguments, node, None)
    given = [value for one in arguments.everything() for value in branches_of(one)]
    return join(UNKNOWN, run_callbacks(machine, call_arguments.Arguments(given), UNKNOWN, node))
