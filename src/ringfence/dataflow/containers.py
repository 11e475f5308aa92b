"""Lists, sets and maps that builtin functions make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    access,
    expressions,
    known_calls,
)
from ringfence.dataflow.objects import (
    Environment,
    Struct,
)
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import (
    NOTHING,
    UNKNOWN,
    Value,
    join,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


#: How long a constant text may be whose single signs are followed.
MAX_SIGNS = 128


def to_list(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``list(x)``, ``sorted(x)``, ``Array.from(x)``, ``reversed(x)``."""
    value = arguments.get(0)
    if value is None:
        return Value(objects=(machine.struct("list"),))
    known = access.known_items(value)
    if known is not None:
        return machine.list_of(*known)
    text = value.only_text() if value.definite else None
    if text is not None and len(text) <= MAX_SIGNS:
        return machine.list_of(*(Value((sign,)) for sign in text))
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
        if any(isinstance(obj, Environment) for obj in value.objects):
            return value
        if pairs is not None:
            for pair in pairs:
                put_pair(machine, struct, access.known_items(pair))
        elif pairs_of(value):
            for key, element in pairs_of(value):
                if len(access.keys_of(key)) == 1:
                    put_pair(machine, struct, [key, element])
                else:
                    struct.names = join(struct.names, key)
                    struct.rest = join(struct.rest, element)
        elif any(isinstance(obj, Struct) and obj.kind == "list" for obj in value.objects):
            struct.rest = join(struct.rest, derive(value))
        else:
            access.spread_into(machine, struct, value)
    struct.fields.update(arguments.keywords)
    if arguments.others is not None:
        struct.rest = join(struct.rest, arguments.others)
    return Value(objects=(struct,))


def pairs_of(value: Value) -> list[list[Value]]:
    """The keys and values of a list of pairs whose length is not known: ``Object.entries(map)``."""
    found = []
    for obj in value.objects:
        if isinstance(obj, Struct) and obj.kind == "list":
            for one in obj.items().objects:
                pair = access.known_items(Value(objects=(one,)))
                if pair is not None and len(pair) == 2:
                    found.append(pair)
    return found


def to_plain(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``dataclasses.asdict(instance)``, ``vars(instance)``: its fields as a map."""
    given = known_calls.first(arguments)
    struct = machine.struct("map")
    access.spread_into(machine, struct, given)
    return Value(objects=(struct,))


def put_pair(machine: Machine, struct: Struct, pair: list[Value] | None) -> None:
    if pair is None or len(pair) != 2:
        struct.rest = join(struct.rest, UNKNOWN)
        return
    known = access.keys_of(pair[0])
    struct.put(known[0] if len(known) == 1 else None, pair[1], machine.branch)


def keys(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``Object.keys(map)``; the names in a secret's structure are no secret."""
    key = expressions.element_of(machine, known_calls.first(arguments), node, True)
    taint = tuple(atom for atom in key.taint if atom.source.kind != "secret")
    return machine.sequence_of(Value(key.consts, taint, key.objects, key.open))


def values(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.sequence_of(all_items(machine, known_calls.first(arguments), node))


def default_map(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``defaultdict(list)``: a map that makes what is not there yet."""
    struct = machine.struct("map")
    if arguments.positional:
        machine.memo["factory", id(struct)] = struct, arguments.positional[0]
    for value in arguments.positional[1:]:
        access.spread_into(machine, struct, value)
    return Value(objects=(struct,))


def entries(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    value = known_calls.first(arguments)
    if any(isinstance(obj, Environment) for obj in value.objects):
        return value
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
    target = known_calls.first(arguments)
    for obj in target.objects:
        if isinstance(obj, Struct):
            for source in arguments.positional[1:]:
                access.spread_into(machine, obj, source)
    return target


def from_entries(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    return to_map(machine, arguments, node)


def enumerate_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, known_calls.first(arguments), node, False)
    return machine.sequence_of(machine.list_of(UNKNOWN, element))


def zip_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    parts = [expressions.element_of(machine, value, node, False) for value in arguments.positional]
    return machine.sequence_of(machine.list_of(*parts))


def map_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    elements = [
        expressions.element_of(machine, value, node, False) for value in arguments.positional[1:]
    ]
    return machine.sequence_of(machine.call(known_calls.first(arguments), elements, node))


def filter_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, arguments.get(1) or UNKNOWN, node, False)
    machine.call(known_calls.first(arguments), [element], node)
    return machine.sequence_of(element)


def next_(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, known_calls.first(arguments), node, False)
    default = arguments.get(1)
    return join(element, default) if default is not None else element
