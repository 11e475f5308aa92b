"""Controllers of NestJS: classes whose methods are routes, made with the services they ask for.

``@Controller("orders")`` marks the class, ``@Get(":id")`` a route, ``@Param("id")`` on a parameter
the part of the request that it receives; a parameter of the constructor gets an instance of the
class that its type names. https://docs.nestjs.com/controllers
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, call_arguments, calls, instances, members, responses
from ringfence.dataflow.objects import ClassObject, Closure, External
from ringfence.dataflow.scopes import Frame
from ringfence.dataflow.values import UNKNOWN, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_LIBRARIES = ("@nestjs/common.", "@nestjs/graphql.", "routing-controllers.")
_CLASSES = ("Controller", "Resolver", "JsonController")
_ROUTES = frozenset(
    ("Get", "Post", "Put", "Patch", "Delete", "All", "Options", "Head", "Search", "Sse",
     "Query", "Mutation", "ResolveField", "Subscription")
)  # fmt: skip
#: A parameter's decorator → the part of the request.
_PARTS = {
    "Body": "body",
    "RawBody": "body",
    "UploadedFile": "body",
    "UploadedFiles": "body",
    "Query": "query",
    "Param": "params",
    "Headers": "headers",
    "Req": "",
    "Request": "",
    "Args": "body",
    "BodyParam": "body",
    "QueryParam": "query",
    "QueryParams": "query",
    "Params": "params",
    "HeaderParam": "headers",
    "HeaderParams": "headers",
    "CookieParam": "cookies",
}
#: Pipes that let only numbers, dates, or one of a list through.
_SAFE_PIPES = frozenset(
    ("ParseIntPipe", "ParseFloatPipe", "ParseBoolPipe", "ParseUUIDPipe", "ParseEnumPipe",
     "ParseDatePipe")
)  # fmt: skip
_MAX_INJECTED = 6


def run_controller(machine: Machine, cls: ClassObject, decorators: list[Value]) -> None:
    """Call every route of a class that one of its decorators makes a controller."""
    if not any(_name(obj) in _CLASSES for value in decorators for obj in value.objects):
        return
    instance = injected(machine, cls, 0)
    for member in list(cls.members.values()):
        for obj in member.objects:
            if isinstance(obj, Closure) and _is_route(machine, obj):
                bound = access.bind(Value(objects=(obj,)), instance, cls)
                parameters = obj.node.parameters
                values = [_received(machine, obj, parameter) for parameter in parameters]
                outer, machine.branch = machine.branch, object()
                returned = calls.call_value(
                    machine, bound, call_arguments.Arguments(values), obj.node
                )
                machine.branch = outer
                responses.check(machine, returned, obj.node)


def _name(obj: object) -> str:
    """The decorator's own name, where the library has it."""
    if not isinstance(obj, External) or not obj.path.startswith(_LIBRARIES):
        return ""
    return obj.path.removesuffix("()").rpartition(".")[2]


def _evaluated(machine: Machine, closure: Closure, node: syntax.Expression) -> Value:
    machine.frames.append(Frame(closure.scope, closure.module, None, None, None))
    try:
        return machine.evaluate(node)
    finally:
        machine.frames.pop()


def _is_route(machine: Machine, closure: Closure) -> bool:
    return any(
        _name(obj) in _ROUTES
        for decorator in closure.node.decorators
        for obj in _evaluated(machine, closure, decorator).objects
    )


def injected(machine: Machine, cls: ClassObject, depth: int) -> Value:
    """An instance with instances of the classes that its constructor asks for."""
    found = cls.find("constructor")
    values: list[Value] = []
    for obj in found[0].objects if found is not None else ():
        if isinstance(obj, Closure):
            values = [_service(machine, obj, one, depth) for one in obj.node.parameters]
    return instances.construct(machine, cls, call_arguments.Arguments(values), cls.node)


def _service(machine: Machine, closure: Closure, parameter: syntax.Parameter, depth: int) -> Value:
    if parameter.annotation is None or depth >= _MAX_INJECTED:
        return UNKNOWN
    wanted = _evaluated(machine, closure, parameter.annotation)
    for obj in wanted.objects:
        if isinstance(obj, ClassObject):
            return injected(machine, obj, depth + 1)
        if isinstance(obj, External):
            return Value(objects=(External(f"{obj.path}()"),))
    return UNKNOWN


def _received(machine: Machine, closure: Closure, parameter: syntax.Parameter) -> Value:
    """The part of the request that a parameter's decorator names, past the pipes given to it."""
    for decorator in parameter.decorators:
        for obj in _evaluated(machine, closure, decorator).objects:
            name = _name(obj)
            if name in ("Res", "Response"):
                return Value(objects=(External("express.Response"),))
            if name not in _PARTS or not isinstance(obj, External):
                continue
            if any(_is_safe(pipe) for value in obj.arguments for pipe in value.objects):
                return UNKNOWN
            value = members.table_source(machine, "express.Request", _PARTS[name], closure.node)
            key = obj.arguments[0].only_text() if obj.arguments else None
            return access.part_of(machine, value, key, parameter) if key else value
    return UNKNOWN


def _is_safe(pipe: object) -> bool:
    return isinstance(pipe, External) and (
        pipe.path.removesuffix("()").rpartition(".")[2] in _SAFE_PIPES
    )
