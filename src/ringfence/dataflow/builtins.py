"""Methods of texts, lists, maps, promises: what every program uses without importing it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    environment,
    exposures,
    expressions,
    texts,
)
from ringfence.dataflow.objects import (
    Environment,
    External,
    Number,
    Obj,
    Regex,
    Struct,
)
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import (
    EITHER,
    NONE,
    NOTHING,
    UNKNOWN,
    Taint,
    Value,
    join,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.rules.taint import CallTables

Method = Callable[["Machine", Value, "Arguments", syntax.Node], "Value"]


class Settle(Obj):
    """A promise's ``resolve``: its argument becomes the promise's value."""

    __slots__ = ("promise",)

    def __init__(self, promise: Struct) -> None:
        self.promise = promise


def method(
    machine: Machine,
    receiver: Value,
    name: str,
    arguments: Arguments,
    node: syntax.Node,
    receiver_node: syntax.Expression | None,
) -> Value:
    """A method of a receiver that is no object of the application or a library."""
    from ringfence.dataflow import callbacks, sinks, table_conditions, wrappers

    if machine.members:
        member = wrappers.called(machine, receiver, name, machine.location(node))
        if member is not None:
            return member
    if name in _BODIES and any(is_request(atom) for atom in receiver.taint):
        return access.part_of(machine, receiver, name, node)
    tables = machine.catalogue.calls.get(
        ("str." if machine.language == "python" else "String.") + name
    )
    unknown_tables = machine.catalogue.methods.get(name)
    if unknown_tables is not None and not receiver.objects and not receiver.consts:
        sinks.check(machine, name, unknown_tables, receiver, arguments, node)
    own_tables = tables_of_own(machine, receiver, name, tables)
    if own_tables is not None:
        sinks.check(machine, name, own_tables, receiver, arguments, node)
    handler = methods(machine.language).get(name)
    if handler is not None:
        result = handler(machine, receiver, arguments, node)
    elif name in _CLEAN and not (name == "search" and machine.language == "python"):
        result = EITHER
    else:
        result = derive(receiver, *arguments.everything())
        callbacks.run_callbacks(machine, arguments, result, node)
    if tables is not None:
        for sanitiser in tables.sanitisers:
            if table_conditions.conditions_hold(sanitiser.when, arguments):
                taint = tuple(atom.changed(cleared=sanitiser.clears) for atom in result.taint)
                result = Value((), taint, result.objects, True)
    return result


#: Methods by which frameworks give the body of a request.
_BODIES = frozenset(("get_json", "get_data", "get_media", "json", "post", "text", "formData"))


def is_request(atom: Taint) -> bool:
    """Whether this is a request of a web framework as a whole."""
    return atom.source.label == "request" and not atom.path


def tables_of_own(
    machine: Machine, receiver: Value, name: str, of_text: CallTables | None
) -> CallTables | None:
    """What the tables say of a method of a regular expression or a text."""
    if any(isinstance(obj, Regex) for obj in receiver.objects):
        kind = "re.Pattern." if machine.language == "python" else "RegExp()."
        return machine.catalogue.calls.get(kind + name)
    return of_text


#: Methods that answer yes or no, or a place.
_CLEAN = frozenset(
    [
        "startswith",
        "endswith",
        "startsWith",
        "endsWith",
        "includes",
        "isdigit",
        "isalnum",
        "isalpha",
        "isnumeric",
        "isspace",
        "isupper",
        "islower",
        "isidentifier",
        "find",
        "index",
        "indexOf",
        "lastIndexOf",
        "rfind",
        "count",
        "search",
        "test",
        "has",
        "hasOwnProperty",
        "isArray",
        "getTime",
        "toISOString",
        "getFullYear",
        "localeCompare",
        "every",
        "some",
        "charCodeAt",
        "codePointAt",
        "isdecimal",
        "issubset",
        "issuperset",
        "__contains__",
        "getMonth",
        "getDate",
        "valueOf",
    ]
)


# --- lists and maps ---


def append(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import targets

    for obj in receiver.objects:
        if isinstance(obj, Struct):
            for value in arguments.everything():
                push(machine, obj, value)
                targets.note_method(machine, obj, value, node)
    return UNKNOWN


def push(machine: Machine, obj: Struct, value: Value) -> None:
    length = obj.known_length()
    if machine.branch is obj.born and length is not None and length < 100:
        machine.put(obj, length, value)
    else:
        machine.put(obj, None, value)


def extend(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import targets

    element = expressions.element_of(machine, arguments.get(0) or UNKNOWN, node, False)
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            machine.put(obj, None, element)
            targets.note_method(machine, obj, element, node)
    return NONE


def insert(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            machine.put(obj, None, arguments.get(1) or UNKNOWN)
    return NONE


def concat(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    if not any(isinstance(obj, Struct) for obj in receiver.objects) and (
        receiver.consts or receiver.taint
    ):
        return texts.concatenate([receiver, *arguments.positional], machine.language)
    element = expressions.element_of(machine, receiver, node, False)
    for value in arguments.positional:
        inner = expressions.element_of(machine, value, node, False)
        element = join(element, inner if not inner.is_nothing else value)
    return machine.sequence_of(element)


_NUMBERS = frozenset(("int", "float", "bool", "uuid.UUID", "decimal.Decimal"))


def get(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    if any(isinstance(obj, Environment) for obj in receiver.objects):
        from ringfence.dataflow import known_calls

        return known_calls.environment_variable(machine, arguments, node)
    if not arguments.positional:
        return derive(receiver)
    found = access.index(machine, receiver, arguments.positional[0], node)
    kind = arguments.keywords.get("type", NOTHING)  # request.args.get("days", type=int)
    if any(isinstance(obj, External) and obj.path in _NUMBERS for obj in kind.objects):
        found = Value((), (), (Number(found.taint),), True)
    default = arguments.get(1, "default")
    if default is None:
        known = not receiver.taint and not receiver.open and not receiver.consts
        missed = known and arguments.positional[0].only_text() is None
        return join(found, NONE) if missed else found
    known = len(receiver.objects) == 1 and not receiver.open and not receiver.taint
    key = arguments.positional[0].only_text()
    if known and key is not None:
        obj = receiver.objects[0]
        if isinstance(obj, Struct) and key in obj.fields:
            return found
    return join(found, default)


def set_item(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``map.set(k, v)``, ``dict.setdefault(k, v)``."""
    from ringfence.dataflow import targets

    known = access.keys_of(arguments.get(0) or UNKNOWN)
    value = arguments.get(1) or NONE
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            machine.put(obj, known[0] if len(known) == 1 else None, value)
            if len(known) == 1:
                targets.note_method(machine, obj, value, node, True)
    return join(receiver, NOTHING)


def setdefault(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    found = access.index(machine, receiver, arguments.get(0) or UNKNOWN, node)
    value = arguments.get(1) or NONE
    known = access.keys_of(arguments.get(0) or UNKNOWN)
    for obj in receiver.objects:
        if isinstance(obj, Struct) and not (len(known) == 1 and known[0] in obj.fields):
            machine.put(obj, known[0] if len(known) == 1 else None, value)
            found = join(found, value)
    return found


def update(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import targets

    for obj in receiver.objects:
        if isinstance(obj, Struct):
            for value in arguments.positional:
                access.spread_into(machine, obj, value)
                targets.note_method(machine, obj, value, node)
            for key, value in arguments.keywords.items():
                machine.put(obj, key, value)
                targets.note_method(machine, obj, value, node)
    return NONE


def pop(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    key = arguments.get(0)
    if key is not None:
        exposures.take_out(machine, receiver)
        return get(machine, receiver, arguments, node)
    return expressions.element_of(machine, receiver, node, False)


def keys(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.sequence_of(expressions.element_of(machine, receiver, node, True))


def values(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import containers

    return machine.sequence_of(containers.all_items(machine, receiver, node))


def items(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import containers

    key = expressions.element_of(machine, receiver, node, True)
    value = containers.all_items(machine, receiver, node)
    return machine.sequence_of(machine.list_of(key, value))


_WITH_NAMES = ("Map", "FormData", "Headers", "URLSearchParams", "Set")


def entries(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``list.entries()`` of a script: places, and what stands there. Only what parsed JSON may be
    is known to have no names: maps, forms and headers have the method, too."""
    named = any(
        (isinstance(obj, Struct) and obj.kind != "list")
        or (isinstance(obj, External) and any(name in obj.path for name in _WITH_NAMES))
        for obj in receiver.objects
    )
    of_form = any("form" in part.lower() for atom in receiver.taint for part in atom.path)
    if named or of_form or not all(atom.path for atom in receiver.taint):
        return items(machine, receiver, arguments, node)
    element = expressions.element_of(machine, receiver, node, False)
    return machine.sequence_of(machine.list_of(UNKNOWN, element))


# --- promises ---


def then(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """A promise is its value, so ``p.then(f)`` is ``f(p)``."""
    function = arguments.get(0)
    if len(arguments.positional) > 1:
        rejected(machine, receiver, "catch", arguments, node)
    if function is None or not function.objects:
        return receiver
    return machine.call(function, [receiver], node)


def rejected(
    machine: Machine, receiver: Value, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    function = arguments.get(-1)
    error = machine.exception(node)
    if function is None or not function.objects:
        return receiver
    branch, machine.branch = machine.branch, object()
    result = machine.call(function, [error] if name == "catch" else [], node)
    machine.branch = branch
    return join(receiver, result) if name == "catch" else receiver


def catch(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    return rejected(machine, receiver, "catch", arguments, node)


def finally_(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    return rejected(machine, receiver, "finally", arguments, node)


def json_body(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``response.json()``."""
    from ringfence.dataflow import encodings

    return encodings.parsed(machine, receiver, receiver.taint)


def variable(machine: Machine, name: str, node: syntax.Node) -> Value:
    return environment.variable(machine, name, node)


@cache
def methods(language: str) -> dict[str, Method]:
    """The methods by name; the table needs all of this package loaded."""
    from ringfence.dataflow import method_table

    return method_table.METHODS[language]


def knows(language: str, name: str) -> bool:
    """Whether texts, lists and maps have a method of this name."""
    return name in methods(language) or name in _CLEAN
