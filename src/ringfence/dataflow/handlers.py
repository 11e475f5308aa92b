"""Running one function: its file, its handler with the event, and what nothing calls."""

from __future__ import annotations

from ringfence.dataflow import access, bindings, event_routes, imports, middlewares, targets
from ringfence.dataflow.call_arguments import Arguments
from ringfence.dataflow.calls import call_value
from ringfence.dataflow.libraries import callback_parameter
from ringfence.dataflow.machine import Machine
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    External,
    ModuleObject,
    Obj,
    Partial,
    Struct,
)
from ringfence.dataflow.scopes import Frame, Scope
from ringfence.dataflow.state import MAX_NODES_UNREACHED, MAX_UNREACHED, BudgetExceeded
from ringfence.dataflow.values import UNKNOWN, Source, Taint, Trail, Value, join, tainted
from ringfence.dataflow.wrappers import along
from ringfence.model import syntax
from ringfence.rules.events import split_path


def interpret(machine: Machine, overlay: Value, symbols: set[str]) -> str:
    """Run the handler's file, then the handler; the reason when there is nothing to run.

    ``symbols`` are the handlers of all functions in that file.
    """
    code = machine.function.code
    assert code is not None
    file = code.file
    if code.inline is not None:
        file = machine.function.id
    module = imports.load(machine, file)
    if module is None:
        return f"{code.file} cannot be read"
    if code.registered:
        handler = machine.registered.get(code.symbol)
    else:
        handler = find_handler(machine, module, code.symbol)
    if handler is None and code.inline is not None:
        handler = find_handler(machine, module, code.symbol.rpartition(".")[2])
    if handler is None:
        return f"{code.file} has no {code.symbol}"
    call_handler(machine, module, handler, overlay)
    run_unreached(machine, module, symbols)
    return ""


def run_unreached(machine: Machine, module: ModuleObject, others: set[str]) -> None:
    """Look into functions of the handler's file that nothing calls, with arguments not known.

    What other services answer can be dangerous there, once somebody calls them: their flows are of
    low certainty, and what they use does not count as used.
    """
    calls, uses = dict(machine.collected.calls), dict(machine.collected.uses)
    machine.unreached = True
    machine.in_handler = False
    machine.budget = min(machine.budget, machine.nodes + MAX_NODES_UNREACHED)
    machine.frames.append(Frame(module.scope, module, None, None, None))
    try:
        given = {node_of(obj) for value in machine.registered.values() for obj in value.objects}
        for name, value in list(module.scope.variables.items())[:MAX_UNREACHED]:
            for obj in value.objects:
                if (
                    isinstance(obj, Closure)
                    and obj.module is module
                    and id(obj.node) not in machine.ran
                    and name not in others
                    and id(obj.node) not in given
                ):
                    machine.proven = {}
                    arguments = Arguments([UNKNOWN for _ in obj.node.parameters])
                    call_value(machine, Value(objects=(obj,)), arguments, obj.node)
    except BudgetExceeded:
        return
    finally:
        machine.collected.calls, machine.collected.uses = calls, uses


def find_handler(machine: Machine, module: ModuleObject, symbol: str) -> Value | None:
    """The value of the handler's symbol, through dots; None where the file has no such name."""
    place = syntax.Constant(1, 1, 1, 1, None)
    machine.frames.append(Frame(module.scope, module, None, None, None))
    try:
        first, *rest = symbol.split(".")
        value: Value | None
        if machine.language == "python":
            value = module.scope.variables.get(first)
        else:
            value = exported(module, first)
            if value is None and first == "default":
                value = access.module_member(machine, module, first)
        for part in rest:
            if value is None:
                return None
            value = access.attribute(machine, value, part, place)
        return value
    finally:
        machine.frames.pop()


def exported(module: ModuleObject, name: str) -> Value | None:
    for obj in module.exports.fields["exports"].objects:
        if isinstance(obj, Struct):
            found = obj.fields.get(name)
            if found is not None:
                return found
            if not obj.rest.is_nothing:
                return obj.rest
        elif isinstance(obj, ClassObject):
            member = obj.find(name)
            return member[0] if member is not None else None
    exports = module.exports.fields["exports"]
    if any(isinstance(obj, External) for obj in exports.objects) or exports.open:
        return UNKNOWN
    return module.scope.variables.get(name)


def call_handler(machine: Machine, module: ModuleObject, handler: Value, overlay: Value) -> None:
    scope = Scope(module.scope)
    machine.frames.append(Frame(scope, module, None, None, None))
    machine.in_handler = True
    event_routes.start(machine)
    machine.lasting = targets.lasting(machine)
    node = handler_node(handler)
    machine.handler_nodes = {node_of(obj) for obj in functions_of(handler)}
    if machine.language == "python" and any(t.kind == "google-http" for t in machine.triggers):
        machine.page_nodes |= machine.handler_nodes
    place = machine.location(node)
    source = Source("event", "event", decided=False)
    taint = Taint(source, (), Trail(None, place, ""))
    machine.arrived = overlay
    # An empty map stands beside the event's data for what code adds to it.
    added = () if overlay.objects else (machine.struct("map"),)
    event = join(Value((), (taint,), added, True), overlay)
    if any(("served", node_of(obj)) in machine.memo for obj in handler.objects):
        event = UNKNOWN  # its decorator handed over the event already, as an object
    arguments = [event, Value(objects=(External("lambda.context"),))]
    if machine.language != "python":
        arguments.append(Value(objects=(External("lambda.callback"),)))
    words = code.parameters if (code := machine.function.code) is not None else ()
    if words:
        arguments = [received(machine, word, event, node) for word in words]
    middlewares.run_before(machine, handler, event, node)
    result = call_value(machine, handler, Arguments(arguments), node)
    event_routes.resolved(machine, handler)
    if code is not None and code.registered:
        bindings.returned(machine, code.symbol, result, node)
    middlewares.run_after(machine, handler, event, node)
    machine.frames.pop()


def received(machine: Machine, word: str, event: Value, node: syntax.Node) -> Value:
    """One parameter of a handler, by its word in the location of the code."""
    if "#" in word:
        return bindings.parameter(machine, word)
    first, *path = split_path(word) or ("",)
    if first != "event":
        return callback_parameter(machine, word, UNKNOWN, Arguments([]), node)
    place = machine.location(node)
    return tainted(along(atom, tuple(path), place) for atom in event.taint) if path else event


def node_of(obj: object) -> int:
    return id(getattr(obj, "node", None))


def functions_of(handler: Value, depth: int = 4) -> list[Obj]:
    """The functions that a handler is, also where arguments are already given."""
    found: list[Obj] = []
    for obj in handler.objects:
        if isinstance(obj, Partial) and depth:
            found += functions_of(obj.function, depth - 1)
        else:
            found.append(obj)
    return found


def handler_node(handler: Value) -> syntax.Node:
    for obj in handler.objects:
        node = getattr(obj, "node", None)
        if isinstance(node, syntax.Node):
            return node
    return syntax.Constant(1, 1, 1, 1, None)
