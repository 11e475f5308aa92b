"""Which part of a request FastAPI hands to each parameter of a route's function.

https://fastapi.tiangolo.com/tutorial/body-multiple-params/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import members, models
from ringfence.dataflow.objects import ClassObject, Closure, External, Obj
from ringfence.dataflow.scopes import Frame
from ringfence.dataflow.values import UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: How a default says where a parameter comes from, and the source of it in the tables.
_PLACES = {
    "Query": "web.Query",
    "Body": "web.Body",
    "Form": "web.Body",
    "File": "web.Body",
    "Header": "web.Header",
    "Cookie": "web.Cookie",
    "Path": "web.PathParameter",
}
_REQUESTS = ("fastapi.Request", "starlette.requests.Request", "fastapi.requests.Request")
#: What the framework makes itself.
_OWN = ("BackgroundTasks", "SecurityScopes")
_MAX_DEPENDENCIES = 4


def part(
    machine: Machine, closure: Closure, place: int, route: str, value: Value, depth: int = 0
) -> Value:
    """By a default such as ``Query()``, else by the route, else a body for models and a query
    parameter for everything else. ``value`` is what a part of the route holds."""
    parameter = closure.node.parameters[place]
    name = parameter.target.name if isinstance(parameter.target, syntax.Name) else ""
    kinds = _kinds(machine, closure, parameter)
    for obj in kinds:
        word = obj.path.removesuffix("()").rpartition(".")[2] if isinstance(obj, External) else ""
        if isinstance(obj, External) and word in ("Depends", "Security"):
            return _dependency(machine, obj, route, closure.node, depth)
        if word in _PLACES:
            return members.table_source(machine, _PLACES[word], name, closure.node)
        if isinstance(obj, External) and obj.path in _REQUESTS:
            return members.table_source(machine, "starlette.Request", "", closure.node)
        if word == "Response":
            return Value(objects=(External("fastapi.Response()"),))
        if word in _OWN:
            return UNKNOWN
    if f"{{{name}}}" in route or f"{{{name}:" in route:
        return value
    if any(isinstance(obj, ClassObject) and models.is_model(obj) for obj in kinds):
        return members.table_source(machine, "web.Body", "", closure.node)
    return members.table_source(machine, "web.Query", name, closure.node)


def _kinds(machine: Machine, closure: Closure, parameter: syntax.Parameter) -> list[Obj]:
    """What the default and the annotation of a parameter are."""
    machine.frames.append(Frame(closure.scope, closure.module, None, None, None))
    try:
        return [obj for node in _told(parameter) for obj in machine.evaluate(node).objects]
    finally:
        machine.frames.pop()


def _told(parameter: syntax.Parameter) -> Iterator[syntax.Expression]:
    """The default and the annotation, the parts of ``Annotated`` from the last."""
    if isinstance(parameter.default, syntax.Call):
        yield parameter.default
    annotation = parameter.annotation
    if isinstance(annotation, syntax.Index):
        key = annotation.key
        inner = key.items if isinstance(key, syntax.ListLiteral) else [key]
        yield from (one for one in reversed(inner) if one is not None)
    elif annotation is not None:
        yield annotation


def _dependency(
    machine: Machine, depends: External, route: str, node: syntax.Node, depth: int
) -> Value:
    """What ``Depends(function)`` gives: the function's answer to its own parts of the request."""
    function = depends.arguments[0] if depends.arguments else depends.keywords.get("dependency")
    found: list[Value] = []
    for obj in function.objects if function is not None and depth < _MAX_DEPENDENCIES else ():
        if isinstance(obj, Closure):
            path = members.table_source(machine, "web.PathParameter", "", node)
            count = len(obj.node.parameters)
            values = [part(machine, obj, place, route, path, depth + 1) for place in range(count)]
            found.append(machine.call_object(obj, values, node))
    result = found[0] if found else UNKNOWN
    for value in found[1:]:
        result = join(result, value)
    return result
