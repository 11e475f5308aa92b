"""Library functions whose meaning the interpreter must know: JSON, collections, promises, URLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    calls,
    environment,
    expressions,
    imports,
    models,
    structures,
    texts,
    tokens,
    validators,
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
from ringfence.dataflow.texts import derive, derived
from ringfence.dataflow.values import (
    EITHER,
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Mix,
    Taint,
    Value,
    join,
    join_all,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.calls import Arguments
    from ringfence.dataflow.machine import Machine

Handler = Callable[["Machine", "Arguments", syntax.Node], "Value | None"]


def first(arguments: Arguments) -> Value:
    return arguments.get(0) or UNKNOWN


# --- texts and numbers ---


def clean(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """A number, a truth value, a length, a time: nothing of the sender's text is left."""
    return UNKNOWN


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


def text(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``str(x)``: the same text, as far as an attack is concerned."""
    value = first(arguments)
    if any(isinstance(obj, (JsonText, External)) for obj in value.objects):
        return Value(value.consts, value.taint, value.objects, value.open)
    if value.objects:
        return derive(value)
    consts = tuple(texts.const_text(const, machine.language) for const in value.consts)
    taint = tuple(atom.changed(marks=(structures.TEXT,)) for atom in value.taint)
    return Value(consts, taint, (), value.open)


def same(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return first(arguments)


# --- JSON and encodings ---


def dump_json(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = first(arguments)
    taint = deep_taint(value)
    inner = JsonText(value)
    return Value((), derived(taint), (inner,))


def load_json(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = first(arguments)
    place = machine.location(node)
    tokens.check(machine, value.taint, node)
    taint = tuple(atom.stepped(place, f"{atom.display} is parsed as JSON") for atom in value.taint)
    return parsed(machine, value, taint)


def parsed(machine: Machine, value: Value | None, taint: tuple[Taint, ...]) -> Value:
    """The structure behind a text: the one that was dumped, or a tainted unknown one."""
    result = NOTHING
    if value is not None:
        inner = [obj for obj in value.objects if isinstance(obj, JsonText)]
        for obj in inner:
            result = join(result, obj.inner)
        if inner:
            covered = {
                (id(atom.source), atom.path) for obj in inner for atom in deep_taint(obj.inner)
            }
            taint = tuple(atom for atom in taint if (id(atom.source), atom.path) not in covered)
            if not taint and not value.open:
                return result
    return join(result, tainted(mark_json(atom) for atom in taint))


def mark_json(atom: Taint) -> Taint:
    """The structure in a text; of a text that was changed, the path is no longer followed."""
    path = atom.path
    if not atom.derived and path and path[-1] != "!json":
        path = (*path, "!json")
    marks = (atom.marks - {structures.TEXT}) | {structures.PARSED}
    cleared = atom.cleared - {structures.NOT_A_STRUCTURE}
    return Taint(atom.source, path, atom.trail, atom.derived, cleared, marks, atom.quality)


def encode(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """base64 and friends: reversible, so the inner value is kept."""
    value = first(arguments)
    return Value((), derived(deep_taint(value)), (JsonText(value, "text"),))


def decode(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """The text behind an encoding, with the mark that it was decoded."""
    value = first(arguments)
    inner = [obj.inner for obj in value.objects if isinstance(obj, JsonText)]
    if inner:
        return join_all(inner)
    place = machine.location(node)
    taint = tuple(
        atom.changed(marks=("decoded",)).stepped(place, "is decoded") for atom in value.taint
    )
    consts = tuple(const for const in value.consts if isinstance(const, Mix))
    return Value(consts, taint, (), True)


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
    from ringfence.dataflow import sinks

    key = arguments.get(1) or UNKNOWN
    sinks.reflection(machine, first(arguments), key, node)
    found = access.index(machine, first(arguments), key, node)
    if access.keys_of(key) and not key.open:
        return found
    return join(found, access.any_method(first(arguments)))


def set_attribute(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    key = arguments.get(1) or UNKNOWN
    name = key.only_text()
    for obj in first(arguments).objects:
        if isinstance(obj, Struct):
            machine.put(obj, name, arguments.get(2) or UNKNOWN)
    return NONE


def environment_variable(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    names = first(arguments).texts()
    default = arguments.get(1, "default")
    result = join_all(environment.variable(machine, name, node) for name in names)
    if default is not None and all(name not in machine.function.environment for name in names):
        result = join(result, default)
    return result if not result.is_nothing else UNKNOWN


# --- collections ---


def to_list(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``list(x)``, ``sorted(x)``, ``Array.from(x)``, ``reversed(x)``."""
    value = arguments.get(0)
    if value is None:
        return Value(objects=(machine.struct("list"),))
    known = access.known_items(value)
    if known is not None:
        return machine.list_of(*known)
    element = expressions.element_of(machine, value, node, False)
    function = arguments.get(1)
    if function is not None and function.objects and machine.language != "python":
        element = machine.call(function, [element, UNKNOWN], node)
    return machine.sequence_of(element)


def to_set(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    result = to_list(machine, arguments, node)
    for obj in result.objects:
        if isinstance(obj, Struct):
            obj.kind = "set"
    return result


def to_map(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    struct = machine.struct("map")
    for value in arguments.positional:
        pairs = access.known_items(value)
        if pairs is not None:
            for pair in pairs:
                put_pair(machine, struct, access.known_items(pair))
        elif any(isinstance(obj, Struct) and obj.kind == "list" for obj in value.objects):
            struct.rest = join(struct.rest, derive(value))
        else:
            access.spread_into(machine, struct, value)
    struct.fields.update(arguments.keywords)
    if arguments.others is not None:
        struct.rest = join(struct.rest, arguments.others)
    return Value(objects=(struct,))


def put_pair(machine: Machine, struct: Struct, pair: list[Value] | None) -> None:
    if pair is None or len(pair) != 2:
        struct.rest = join(struct.rest, UNKNOWN)
        return
    known = access.keys_of(pair[0])
    struct.put(known[0] if len(known) == 1 else None, pair[1], machine.branch)


def keys(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.sequence_of(expressions.element_of(machine, first(arguments), node, True))


def values(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.sequence_of(all_items(machine, first(arguments), node))


def entries(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = first(arguments)
    key = expressions.element_of(machine, value, node, True)
    return machine.sequence_of(machine.list_of(key, all_items(machine, value, node)))


def all_items(machine: Machine, value: Value, node: syntax.Node) -> Value:
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            result = join(result, obj.items())
            if obj.base is not None:
                result = join(result, access.index(machine, obj.base, UNKNOWN, node))
        else:
            result = join(result, UNKNOWN)
    if value.taint:
        result = join(result, access.part_of(machine, value, "[]", node))
    return result if not result.is_nothing else UNKNOWN


def assign_into(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``Object.assign(target, ...sources)``."""
    target = first(arguments)
    for obj in target.objects:
        if isinstance(obj, Struct):
            for source in arguments.positional[1:]:
                access.spread_into(machine, obj, source)
    return target


def from_entries(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return to_map(machine, arguments, node)


def enumerate_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, first(arguments), node, False)
    return machine.sequence_of(machine.list_of(UNKNOWN, element))


def zip_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    parts = [expressions.element_of(machine, value, node, False) for value in arguments.positional]
    return machine.sequence_of(machine.list_of(*parts))


def map_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    elements = [
        expressions.element_of(machine, value, node, False) for value in arguments.positional[1:]
    ]
    return machine.sequence_of(machine.call(first(arguments), elements, node))


def filter_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, arguments.get(1) or UNKNOWN, node, False)
    machine.call(first(arguments), [element], node)
    return machine.sequence_of(element)


def next_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, first(arguments), node, False)
    default = arguments.get(1)
    return join(element, default) if default is not None else element


def partial(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    if not arguments.positional:
        return UNKNOWN
    made = Partial(arguments.positional[0], arguments.positional[1:], arguments.keywords)
    return Value(objects=(made,))


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
    return EITHER


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
    from ringfence.dataflow import builtins

    pattern = texts.pattern_of(first(arguments))
    return builtins.removed(
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
    return to_map(machine, arguments, node)


def new_function(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return UNKNOWN


def timer(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    calls.run_callbacks(machine, arguments, UNKNOWN, node)
    return UNKNOWN


def callbackify(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return first(arguments)


_PYTHON: dict[str, Handler] = {
    **dict.fromkeys(
        ("float", "complex", "bool", "len", "id", "hash", "abs", "round", "ord", "sum", "range",
         "time.time", "datetime.datetime.now", "datetime.datetime.utcnow", "uuid.uuid4",
         "uuid.uuid1",
         "decimal.Decimal", "uuid.UUID", "secrets.token_hex", "secrets.token_urlsafe",
         "hashlib.sha256", "hashlib.md5", "hashlib.sha1", "hashlib.sha512", "hashlib.new",
         "hmac.new", "hmac.compare_digest", "os.path.exists", "os.path.isfile", "os.path.isdir",
         "os.path.getsize", "callable", "hasattr", "type", "issubclass",
         "datetime.datetime.strptime",
         "datetime.datetime.fromisoformat", "ipaddress.ip_address", "datetime.date.today",
         "traceback.print_exc", "time.sleep", "random.randint", "random.random", "print"),
        clean,
    ),
    "int": number,
    "float": number,
    "str": text, "bytes": text, "bytearray": text, "repr": text, "format": text,
    "json.dumps": dump_json, "simplejson.dumps": dump_json, "ujson.dumps": dump_json,
    "orjson.dumps": dump_json,
    "json.loads": load_json, "simplejson.loads": load_json, "ujson.loads": load_json,
    "orjson.loads": load_json,
    "base64.b64encode": encode, "base64.urlsafe_b64encode": encode,
    "base64.b64decode": decode, "base64.urlsafe_b64decode": decode,
    "base64.standard_b64decode": decode, "base64.decodebytes": decode,
    "gzip.compress": encode, "gzip.decompress": decode, "zlib.decompress": decode,
    "urllib.parse.quote_plus": text, "urllib.parse.unquote_plus": same,
    "urllib.parse.unquote": same, "urllib.unquote_plus": same, "urllib.unquote": same,
    "html.unescape": same, "copy.deepcopy": same, "copy.copy": same, "iter": same,
    "typing.cast": lambda machine, arguments, node: arguments.get(1) or UNKNOWN,
    "getattr": get_attribute, "setattr": set_attribute,
    "os.getenv": environment_variable, "os.environ.get": environment_variable,
    "list": to_list, "tuple": to_list, "sorted": to_list, "reversed": to_list,
    "set": to_set, "frozenset": to_set, "dict": to_map, "collections.OrderedDict": to_map,
    "collections.defaultdict": lambda machine, arguments, node: Value(
        objects=(machine.struct("map"),)
    ),
    "enumerate": enumerate_, "zip": zip_, "map": map_, "filter": filter_, "next": next_,
    "max": lambda machine, arguments, node: join_all(arguments.positional),
    "min": lambda machine, arguments, node: join_all(arguments.positional),
    "functools.partial": partial, "functools.reduce": reduce_, "functools.wraps": wraps,
    "traceback.format_exc": format_trace, "traceback.format_exception": format_trace,
    "traceback.format_tb": format_trace, "sys.exc_info": format_trace,
    "boto3.dynamodb.types.TypeDeserializer().deserialize": deserialise_item,
    "boto3.dynamodb.types.TypeSerializer().serialize": serialise_item,
    "isinstance": isinstance_, "any": any_, "all": any_,
    "os.path.join": join_path, "posixpath.join": join_path,
    "os.path.realpath": normalised, "os.path.abspath": normalised, "os.path.normpath": normalised,
    "urllib.parse.urljoin": url_join,
    "asyncio.run": same, "asyncio.gather": lambda machine, arguments, node: machine.list_of(
        *arguments.positional
    ),
    "open": open_file, "io.open": open_file,
    "importlib.import_module": import_module, "__import__": import_module,
    "re.compile": compile_regex, "re.sub": substitute,
    "collections.namedtuple": clean,
    "jsonschema.validate": validators.validate_json,
    "aws_lambda_powertools.utilities.validation.validate": validators.validate_json,
    "fastjsonschema.validate": validators.validate_fast,
    "aws_lambda_powertools.utilities.parser.parse": models.parse_call,
}  # fmt: skip

_SCRIPT: dict[str, Handler] = {
    **dict.fromkeys(
        ("isNaN", "isFinite", "Number()", "Date.now", "Number.isInteger", "Number.isNaN",
         "Math.floor",
         "Math.round", "Math.ceil", "Math.random", "Math.max", "Math.min", "Math.abs", "BigInt",
         "crypto.randomUUID", "crypto.randomBytes", "uuid.v4", "uuid.v1", "uuid", "Array.isArray",
         "Object.is", "fs.existsSync", "process.cwd", "process.hrtime", "Buffer.byteLength",
         "Object.hasOwn", "performance.now", "console.time", "console.timeEnd"),
        clean,
    ),
    **dict.fromkeys(
        ("Number", "parseInt", "parseFloat", "Number.parseInt", "Number.parseFloat"), number
    ),
    "Boolean": boolean,
    "String": text,
    "JSON.stringify": dump_json, "JSON.parse": load_json,
    "Buffer.from": lambda machine, arguments, node: (
        decode(machine, arguments, node)
        if (arguments.get(1) or NONE).only_text() in ("base64", "base64url", "hex")
        else text(machine, arguments, node)
    ),
    "atob": decode, "btoa": encode, "structuredClone": same, "Object.freeze": same,
    "Object.create": lambda machine, arguments, node: Value(objects=(machine.struct("map"),)),
    "Object.keys": keys, "Object.values": values, "Object.entries": entries,
    "Object.getOwnPropertyNames": keys, "Reflect.ownKeys": keys,
    "Object.assign": assign_into, "Object.fromEntries": from_entries,
    "Reflect.get": get_attribute,
    "Array.from": to_list, "Array.of": array, "Array": array, "Set": to_set, "WeakSet": to_set,
    "Map": new_map, "WeakMap": new_map, "Object": same,
    "Promise.all": promise_all, "Promise.allSettled": promise_all, "Promise.race": promise_race,
    "Promise.any": promise_race, "Promise.resolve": same, "Promise": new_promise,
    "require": require, "import": dynamic_import,
    "decodeURIComponent": same, "decodeURI": same, "unescape": same, "encodeURI": same,
    "path.join": join_path, "path.posix.join": join_path, "path.resolve": normalised,
    "path.normalize": normalised,
    "RegExp": make_regex, "URL": new_url, "url.URL": new_url,
    "setTimeout": timer, "setInterval": timer, "setImmediate": timer, "process.nextTick": timer,
    "util.promisify": callbackify, "process.on": clean,
    "Error": lambda machine, arguments, node: Value(
        (), derive(*arguments.everything()).taint, (External("Error()"),)
    ),
}  # fmt: skip

HANDLERS: dict[str, dict[str, Handler]] = {"python": _PYTHON, "javascript": _SCRIPT}


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
    if made.path == "URL()" and name == "toString":
        return made.arguments[0] if made.arguments else UNKNOWN
    return None
