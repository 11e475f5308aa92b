"""Library functions whose meaning the interpreter must know: JSON, collections, promises, URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    amounts,
    authority,
    call_arguments,
    calls,
    containers,
    environment,
    expressions,
    imports,
    members,
    structures,
    templating,
    texts,
)
from ringfence.dataflow.objects import (
    External,
    JsonText,
    Number,
    Partial,
    Regex,
    Struct,
    deep_taint,
)
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import (
    EITHER,
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Taint,
    Value,
    join,
    join_all,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

Handler = Callable[["Machine", "Arguments", syntax.Node], "Value | None"]


def first(arguments: Arguments) -> Value:
    return arguments.get(0) or UNKNOWN


# --- texts and numbers ---


def clean(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """A number, a truth value, a length, a time: nothing of the sender's text is left."""
    return UNKNOWN


def path_parts(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``os.path.split`` and ``splitext``: the second part names no folder."""
    from ringfence.dataflow import subjects

    whole = Value((), derive(*arguments.positional).taint, (), True)
    last = subjects.cleared_of(whole, frozenset(("path-traversal",)))
    return machine.list_of(whole, last)


def hasher(name: str) -> Handler:
    """A hash object: nothing of what it is given is left in what it yields."""

    def made(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
        return Value(objects=(External(f"{name}()"),), open=True)

    return made


def number(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``int(x)``: clean, and it raises where x is no number, so x is one from here on."""
    from ringfence.dataflow import subjects

    if machine.language == "python" and arguments.nodes:
        subjects.clear_subject(machine, arguments.nodes[0], frozenset("*"))
    value = first(arguments)
    if value.definite and len(value.consts) == 1:
        const = value.consts[0]
        if isinstance(const, (int, float)):
            return value
        if isinstance(const, str) and const.strip().lstrip("-").isdigit() and len(const) < 15:
            return Value((int(const),))
    return Value((), (), (Number(value.taint),), True) if value.taint else UNKNOWN


def rounded(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``round(x)``, ``Math.floor(x)``: a number, as much the sender's as before."""
    kept = amounts.arithmetic(first(arguments), NOTHING)
    return Value((), (), kept.objects, True)


def largest(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``Math.max(…)``: none of them is bounded by the others."""
    given = [amounts.arithmetic(value, NOTHING) for value in arguments.positional]
    return join_all([UNKNOWN, *given])


def text(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``str(x)``: the same text, as far as an attack is concerned."""
    value = first(arguments)
    taint = tuple(as_text(atom) for atom in value.taint)
    if any(isinstance(obj, (JsonText, External)) for obj in value.objects):
        return Value(value.consts, taint, value.objects, value.open)
    if value.objects:
        return tainted(texts.derived_parts(deep_taint(value)))
    consts = tuple(texts.const_text(const, machine.language) for const in value.consts)
    return Value(consts, taint, (), value.open)


def as_text(atom: Taint) -> Taint:
    """What is known to be a text from here on; of an exception that tells nothing new."""
    return atom if atom.source.kind == "error" else atom.changed(marks=(structures.TEXT,))


def same(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return first(arguments)


# --- attributes by name ---


def deserialise_item(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """boto3's ``TypeDeserializer().deserialize({"S": x})`` is x."""
    value = first(arguments)
    inner = [obj.items() for obj in value.objects if isinstance(obj, Struct)]
    return join_all([*inner, tainted(value.taint)]) if inner else tainted(value.taint)


def serialise_item(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    struct = machine.struct("map")
    struct.rest = first(arguments)
    return Value(objects=(struct,))


def get_attribute(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import chosen_names

    key = arguments.get(1) or UNKNOWN
    chosen_names.reflection(machine, first(arguments), key, node)
    found = access.index(machine, first(arguments), key, node)
    if access.keys_of(key) and not key.open:
        return found
    return join(found, access.any_method(first(arguments), key))


def set_attribute(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import sinks

    key = arguments.get(1) or UNKNOWN
    name = key.only_text()
    value = arguments.get(2) or UNKNOWN
    for obj in first(arguments).objects:
        if isinstance(obj, Struct):
            machine.put(obj, name, value)
        elif isinstance(obj, External) and deep_taint(value):
            for atom in key.taint:  # a record of a library's, such as a row
                sinks.flow(
                    machine, "mass-assignment", "write-data", atom, "setattr", "name", node, 1,
                    text="names the field that is set",
                )  # fmt: skip
    return NONE


def environment_variable(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    names = first(arguments).texts()
    default = arguments.get(1, "default")
    result = join_all(environment.variable(machine, name, node) for name in names)
    if default is not None and all(name not in machine.function.environment for name in names):
        result = join(result, default)
    return result if not result.is_nothing else UNKNOWN


# --- collections ---


def partial(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    if not arguments.positional:
        return UNKNOWN
    made = Partial(arguments.positional[0], arguments.positional[1:], arguments.keywords)
    return Value(objects=(made,))


def submit(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``executor.submit(function, x)``: its future stands for what the function gives."""
    if not arguments.positional:
        return UNKNOWN
    return machine.call(partial(machine, arguments, node), [], node)


def thread(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``Thread(target=f, args=(x,))``: it will run ``f(x)``."""
    target = arguments.keywords.get("target") or arguments.get(1) or UNKNOWN
    given = arguments.keywords.get("args") or UNKNOWN
    items = access.known_items(given) or [expressions.element_of(machine, given, node, False)]
    named: dict[str, Value] = {}
    for obj in arguments.keywords.get("kwargs", UNKNOWN).objects:
        if isinstance(obj, Struct):
            named.update((str(key), value) for key, value in obj.fields.items())
    if named and "args" not in arguments.keywords:
        items = []
    calls.call_value(machine, target, call_arguments.Arguments(items, named), node)
    return Value(objects=(External("threading.Thread()"),))


def reflect_apply(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``Reflect.apply(f, this, [x])``."""
    given = arguments.get(2) or UNKNOWN
    items = access.known_items(given) or [expressions.element_of(machine, given, node, False)]
    return machine.call(first(arguments), items, node)


def keep_variable(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``c.set("user", user)`` of a Hono context."""
    name = first(arguments).only_text()
    if name is not None:
        members.keep(machine, "hono.Context", name, arguments.get(1) or UNKNOWN)
    return UNKNOWN


def kept_variable(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``c.get("user")``."""
    name = first(arguments).only_text()
    return (members.kept(machine, "hono.Context", name) if name is not None else None) or UNKNOWN


def reduce_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, arguments.get(1) or UNKNOWN, node, False)
    start = arguments.get(2) or element
    step = machine.call(first(arguments), [start, element], node)
    return join(start, step)


def wraps(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return Value(objects=(External("functools.wraps()"),))


def isinstance_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return EITHER


def format_trace(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``traceback.format_exc()``: the stack of the exception that is being handled."""
    error = machine.exception(node)
    return tainted(atom.changed(derived=True, marks=("traceback",)) for atom in error.taint)


def any_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    told = [obj.items() for obj in first(arguments).objects if isinstance(obj, Struct)]
    return join(EITHER, Value(objects=authority.decisions(join_all(told))))


def join_path(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``os.path.join``, ``path.join``: an absolute later part replaces what stands before it,
    and ``..`` climbs, so the parts after the first keep their taint."""
    parts: list[Value] = []
    for place, part in enumerate(arguments.positional):
        if place:
            parts.append(Value(("/",)))
        parts.append(part)
    if arguments.rest is not None:
        parts.append(arguments.rest)
    return texts.concatenate(parts, machine.language)


def normalised(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``os.path.realpath``, ``path.resolve``: ``..`` is gone, so a prefix check means something."""
    joined = join_path(machine, arguments, node)
    return Value(
        joined.consts,
        tuple(atom.changed(marks=("normalised",)) for atom in joined.taint),
        joined.objects,
        joined.open,
    )


def url_join(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return derive(*arguments.everything())


def open_file(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """A file object: what it holds is not known."""
    return Value(objects=(External("open()", tuple(arguments.positional)),), open=True)


def import_module(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    name = first(arguments).only_text()
    if name is None:
        return UNKNOWN
    base = imports.find_python(machine, name)
    return imports.package_value(machine, base, name)


def compile_regex(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    found = texts.pattern_of(first(arguments))
    if found is None:
        return UNKNOWN
    return Value(objects=(Regex(*found),))


def substitute(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``re.sub(pattern, replacement, text)``."""
    from ringfence.dataflow import text_methods

    pattern = texts.pattern_of(first(arguments))
    return text_methods.removed(
        arguments.get(2, "string") or UNKNOWN, pattern, arguments.get(1) or UNKNOWN
    )


# --- JavaScript only ---


def require(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    name = first(arguments).only_text()
    return imports.required(machine, name, node) if name is not None else UNKNOWN


def dynamic_import(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    name = first(arguments).only_text()
    return imports.require(machine, name, node) if name is not None else UNKNOWN


def promise_all(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = first(arguments)
    known = access.known_items(value)
    if known is not None:
        return machine.list_of(*known)
    return machine.sequence_of(expressions.element_of(machine, value, node, False))


def promise_race(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return expressions.element_of(machine, first(arguments), node, False)


def new_promise(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``new Promise((resolve, reject) => …)`` is its value."""
    from ringfence.dataflow import builtins

    struct = machine.struct("promise")
    resolve = Value(objects=(builtins.Settle(struct),))
    machine.call(first(arguments), [resolve, UNKNOWN], node)
    return struct.rest if not struct.rest.is_nothing else UNKNOWN


def boolean(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    truth = first(arguments).truth()
    return EITHER if truth is None else (TRUE if truth else FALSE)


def array(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.list_of(*arguments.positional)


def make_regex(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    found = texts.pattern_of(first(arguments))
    flags = (arguments.get(1) or NONE).only_text() or ""
    return (
        Value(objects=(Regex(found[0], flags or found[1]),))
        if found
        else derive(*arguments.positional)
    )


def new_url(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """A URL object stands for its text, until a part of it is taken."""
    value = first(arguments)
    base = arguments.get(1)
    whole = texts.concatenate([base, value], machine.language) if base is not None else value
    external = External("URL()", (whole,))
    return Value(whole.consts, whole.taint, (external,), whole.open)


def new_map(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return containers.to_map(machine, arguments, node)


def new_function(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return UNKNOWN


def timer(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``setTimeout(f, ms, x)`` will run ``f(x)``."""
    return _later(machine, arguments, 2, node)


def next_tick(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``process.nextTick(f, x)``, ``setImmediate(f, x)``."""
    return _later(machine, arguments, 1, node)


def _later(machine: Machine, arguments: Arguments, start: int, node: syntax.Node) -> Value:
    branch, machine.branch = machine.branch, object()
    machine.call(first(arguments), arguments.positional[start:], node)
    machine.branch = branch
    return UNKNOWN


#: Where the store of a context lies that runs across calls.
_CONTEXT = "async_hooks.AsyncLocalStorage()"


def run_in_context(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``storage.run(store, f, ...)``."""
    members.keep(machine, _CONTEXT, "store", first(arguments))
    return machine.call(arguments.get(1) or UNKNOWN, arguments.positional[2:], node)


def enter_store(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    members.keep(machine, _CONTEXT, "store", first(arguments))
    return UNKNOWN


def context_store(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return members.kept(machine, _CONTEXT, "store") or UNKNOWN


def enter_on_stack(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``stack.enter_context(manager)``."""
    return expressions.enter_context(machine, first(arguments), node)


def callbackify(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return first(arguments)


_EMITTERS = frozenset(("events()", "events.EventEmitter()", "events.default()", "eventemitter3()"))


def emitter(
    machine: Machine, made: External, name: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """``bus.on("name", f)`` keeps a function, ``bus.emit("name", data)`` calls it."""
    event = (arguments.get(0) or UNKNOWN).only_text()
    key = ("listeners", id(made), event)
    if name in ("on", "once", "addListener", "prependListener"):
        known = machine.memo.get(key, NOTHING)
        machine.memo[key] = join(known, arguments.get(1) or NOTHING)
        return Value(objects=(made,))
    if name != "emit":
        return None
    listeners = machine.memo.get(key, NOTHING)
    if isinstance(listeners, Value) and listeners.objects:
        machine.call(listeners, arguments.positional[1:], node)
    return EITHER


#: What ``compose`` gives: a function that runs its steps.
COMPOSED = frozenset(("koa-compose()", "koa-compose.default()"))


def composed(machine: Machine, made: External, arguments: Arguments, node: syntax.Node) -> Value:
    """``compose([a, b])(context)``: each may await the next, so that the last ends first."""
    steps = access.known_items(made.arguments[0]) or [made.arguments[0]]
    context = first(arguments)
    for step in reversed(steps):
        machine.call(step, [context, Value(objects=(External("next"),))], node)
    return UNKNOWN


def library_method(
    machine: Machine,
    made: External,
    path: str,
    receiver: Value | None,
    arguments: Arguments,
    node: syntax.Node,
) -> Value | None:
    """Methods that every library object may have: promises, and texts that objects stand for."""
    name = path.rpartition(".")[2]
    if made.path in _EMITTERS:
        return emitter(machine, made, name, arguments, node)
    if name == "then" and machine.language == "javascript" and receiver is not None:
        from ringfence.dataflow import builtins

        return builtins.then(machine, receiver, arguments, node)
    if name in ("catch", "finally") and machine.language == "javascript" and receiver is not None:
        from ringfence.dataflow import builtins

        return builtins.rejected(machine, receiver, name, arguments, node)
    if name == "promise" and receiver is not None and not arguments.positional:
        return receiver
    if name in ("bind",) and not arguments.positional[1:]:
        return Value(objects=(made,))
    if made.path == "string.Template()" and name in ("substitute", "safe_substitute"):
        return templating.substituted(made, arguments)
    if made.path == "URL()" and name == "toString":
        if receiver is not None and receiver.taint:  # what was proved of it stands there
            return Value(receiver.consts, receiver.taint, (), receiver.open)
        return made.arguments[0] if made.arguments else UNKNOWN
    return None
