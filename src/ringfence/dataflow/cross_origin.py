"""Cross-origin answers: any site that asks is named as allowed, and with it the user's cookies.

A browser refuses ``*`` together with credentials; what is dangerous is an answer that repeats the
origin of whoever asks (https://fetch.spec.whatwg.org/#http-cors-protocol).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import sinks, trees, verdicts
from ringfence.dataflow.objects import Closure, External, Struct
from ringfence.dataflow.values import NOTHING, Value
from ringfence.model import syntax
from ringfence.model.record import record

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

RULE = "permissive-cors-response"
REPEATED = (
    "the origin is taken from the request, so any site may read the response with the user's "
    "credentials"
)
_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"
_SETTERS = frozenset(("set", "header", "setHeader", "append", "writeHead", "headers"))
_OF_MAPS = frozenset(("add", "update", "setdefault", "extend"))


def is_callers(machine: Machine, origin: Value) -> bool:
    """Whether a value is the origin of the request, whatever it is."""
    return any(
        verdicts.judge(machine, atom) is not None and not sinks.is_known(machine, RULE, atom)
        for atom in origin.taint
    )


def is_allowed(credentials: Value) -> bool:
    return any(const is True or const == "true" for const in credentials.consts)


# --- headers that are set one by one ---


def called(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> None:
    """``response.setHeader(name, value)``, or with a map of names and values."""
    owner, _, name = path.rpartition(".")
    if name not in _SETTERS and not (name in _OF_MAPS and owner.endswith(".headers")):
        return
    for given in arguments.positional[-1:]:
        for obj in given.objects:
            for header, value in obj.fields.items() if isinstance(obj, Struct) else ():
                set_header(machine, header, value, node)
    if len(arguments.positional) > 1:
        set_header(machine, arguments.positional[0].only_text(), arguments.positional[1], node)


def set_header(machine: Machine, name: object, value: Value, node: syntax.Node) -> None:
    """A header of a response that a framework made; both together are told where the origin is."""
    lower = name.lower() if isinstance(name, str) else ""
    if lower not in (_ORIGIN, _CREDENTIALS):
        return
    closure = machine.frame.closure
    key = ("cross-origin", id(closure.node) if closure is not None else machine.frame.module.file)
    pair = machine.memo.setdefault(key, [None, False])
    assert isinstance(pair, list)
    if lower == _CREDENTIALS:
        pair[1] = pair[1] or is_allowed(value)
    elif is_callers(machine, value):
        pair[0] = node
    if pair[0] is not None and pair[1]:
        sinks.issue(machine, RULE, pair[0], REPEATED)


# --- libraries that set them ---


@record(frozen=True)
class Option:
    """The options of a library: which ones allow credentials and origins; ``anyone`` holds the
    origins that stand for any, with None where that is so when none is given."""

    credentials: str
    origins: tuple[str, ...]
    anyone: tuple[object, ...]


_EXPRESS = Option("credentials", ("origin",), (True,))
_MIDDY = Option("credentials", ("origin", "origins"), ("*",))
_FLASK = Option("supports_credentials", ("origins", "origin"), ("*", None))
_STARLETTE = Option("allow_credentials", ("allow_origins", "allow_origin_regex"), ("*", ".*"))
_LIBRARIES = {
    "cors": _EXPRESS,
    "@koa/cors": _EXPRESS,
    "hono/cors.cors": _EXPRESS,
    "@fastify/cors": _EXPRESS,
    "@middy/http-cors": _MIDDY,
    "flask_cors.CORS": _FLASK,
    "flask_cors.cross_origin": _FLASK,
    "fastapi.middleware.cors.CORSMiddleware": _STARLETTE,
    "starlette.middleware.cors.CORSMiddleware": _STARLETTE,
}


def configured(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> None:
    """``cors({origin: true, credentials: true})``, ``CORS(app, supports_credentials=True)``,
    ``app.add_middleware(CORSMiddleware, …)``, ``app.register(cors, {…})``."""
    option = _LIBRARIES.get(path)
    if option is None and path.endswith((".add_middleware", ".register", ".Middleware")):
        given = arguments.positional[0].objects if arguments.positional else ()
        names = [obj.path for obj in given if isinstance(obj, External)]
        option = next((_LIBRARIES[name] for name in names if name in _LIBRARIES), None)
    if option is None:
        return
    options = dict(arguments.keywords)
    for value in arguments.positional:
        for obj in value.objects:
            if isinstance(obj, Struct) and obj.kind == "map":
                options |= {str(key): inner for key, inner in obj.fields.items()}
    if options.get(option.credentials, NOTHING).truth() is not True:
        return
    named = [options[name] for name in option.origins if name in options]
    if not named:
        repeats = None in option.anyone
    else:
        repeats = any(names_anyone(value, option) for value in named)
    if repeats:
        text = "the library repeats the origin of whoever asks, so any site may read the response "
        sinks.issue(machine, RULE, node, text + "with the user's credentials")


def names_anyone(origin: Value, option: Option) -> bool:
    """Whether the origins of a library's options are any origin."""
    for obj in origin.objects:
        if isinstance(obj, Closure) and repeats_origin(obj.node):
            return True
        if isinstance(obj, Struct) and obj.kind == "list":
            items = [const for value in obj.fields.values() for const in value.consts]
            if any(const in option.anyone for const in items if isinstance(const, str)):
                return True
    return any(const in option.anyone for const in origin.consts if const is not None)


def repeats_origin(function: syntax.FunctionLiteral) -> bool:
    """Whether a function that is asked about an origin allows it without looking at it:
    ``(origin) => origin``, ``(origin, callback) => callback(null, true)``."""
    names = [one.target.name for one in function.parameters if isinstance(one.target, syntax.Name)]
    body = list(trees.nodes(function.body))
    if not names or any(isinstance(node, (syntax.If, syntax.Conditional)) for node in body):
        return False
    for node in body:
        given: list[object] = []
        if isinstance(node, syntax.Return):
            given = [node.value]
        elif isinstance(node, syntax.Call) and is_call_of(node, names[1:2]):
            given = [one.value for one in node.arguments[1:2]]
        for value in given:
            if isinstance(value, syntax.Name) and value.name == names[0]:
                return True
            if isinstance(value, syntax.Constant) and value.value is True:
                return True
    return False


def is_call_of(call: syntax.Call, names: list[str]) -> bool:
    return isinstance(call.function, syntax.Name) and call.function.name in names
