"""Methods of texts, lists, maps, promises: what every program uses without importing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import access, answers, environment, expressions, patterns, texts
from ringfence.dataflow.objects import (
    Environment,
    JsonText,
    Obj,
    Regex,
    Struct,
    deep_taint,
)
from ringfence.dataflow.texts import derive, derived
from ringfence.dataflow.values import (
    EITHER,
    NONE,
    NOTHING,
    UNKNOWN,
    Mix,
    Value,
    join,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.calls import Arguments
    from ringfence.dataflow.machine import Machine

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
    from ringfence.dataflow import calls, sinks

    tables = machine.catalogue.calls.get(
        ("str." if machine.language == "python" else "String.") + name
    )
    unknown_tables = machine.catalogue.methods.get(name)
    if unknown_tables is not None and not receiver.objects and not receiver.consts:
        sinks.check(machine, name, unknown_tables, receiver, arguments, node)
    handler = _METHODS[machine.language].get(name)
    if handler is not None:
        result = handler(machine, receiver, arguments, node)
    elif name in _CLEAN:
        result = EITHER
    else:
        result = derive(receiver, *arguments.everything())
        calls.run_callbacks(machine, arguments, result, node)
    if tables is not None:
        for sanitiser in tables.sanitisers:
            if sinks.conditions_hold(sanitiser.when, arguments):
                taint = tuple(atom.changed(cleared=sanitiser.clears) for atom in result.taint)
                result = Value((), taint, result.objects, True)
    return result


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


# --- texts ---


def same(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """The same text, or one that serves an attack as well."""
    objects = tuple(obj for obj in receiver.objects if not isinstance(obj, Struct))
    taint = receiver.taint
    if len(objects) != len(receiver.objects):
        taint = derived(deep_taint(receiver))
    return Value(receiver.consts, taint, objects, receiver.open)


def change_case(
    change: Callable[[str], str],
) -> Method:
    def changed(
        machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node
    ) -> Value:
        consts = tuple(
            Mix(tuple(change(p) if isinstance(p, str) else p for p in const.parts))
            if isinstance(const, Mix)
            else (change(const) if isinstance(const, str) else const)
            for const in receiver.consts
        )
        return Value(consts, receiver.taint, (), receiver.open or bool(receiver.objects))

    return changed


def format_text(
    machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node
) -> Value:
    if arguments.rest is not None or arguments.others is not None:
        return derive(receiver, *arguments.everything())
    return texts.brace_format(receiver, arguments.positional, arguments.keywords, machine.language)


def join_text(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """Python's ``separator.join(items)``."""
    return joined(machine, receiver, arguments.get(0) or UNKNOWN, node)


def join_list(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """JavaScript's ``items.join(separator)``."""
    return joined(machine, arguments.get(0) or Value((",",)), receiver, node)


def joined(machine: Machine, separator: Value, items: Value, node: syntax.Node) -> Value:
    known = access.known_items(items)
    if known is None:
        element = expressions.element_of(machine, items, node, False)
        if items.taint or element.taint or element.objects:
            return derive(separator, items, element)
        return UNKNOWN
    row: list[Value] = []
    for place, item in enumerate(known[:40]):
        if place:
            row.append(separator)
        row.append(item)
    return texts.concatenate(row, machine.language)


def split(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    text = receiver.only_text()
    separator = (arguments.get(0) or NONE).only_text()
    if text is not None and separator:
        return machine.list_of(*(Value((part,)) for part in text.split(separator)[:50]))
    marks = ("split-token",) if separator == "." else ()
    whole = tuple(atom.changed(derived=True, marks=marks) for atom in deep_taint(receiver))
    if separator not in ("/", "\\"):
        return machine.sequence_of(tainted(whole))
    piece = tuple(atom.changed(cleared=("path-traversal",)) for atom in whole)
    if len(arguments.positional) == 1:  # no piece holds the separator
        return machine.sequence_of(tainted(piece))
    return machine.sequence_of(tainted(whole))


def first_only(arguments: Arguments) -> Arguments:
    from ringfence.dataflow import calls

    return calls.Arguments(arguments.positional[:1])


def split_last(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``rsplit(separator, 1)``: only the last piece is free of the separator."""
    pieces = split(machine, receiver, first_only(arguments), node)
    if len(arguments.positional) == 1 or receiver.only_text() is not None:
        return pieces
    last = expressions.element_of(machine, pieces, node, False)
    return machine.list_of(derive(receiver), last)


def replace(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    old = arguments.get(0) or UNKNOWN
    new = arguments.get(1) or UNKNOWN
    given = new
    callback = any(not isinstance(obj, (Regex, JsonText)) for obj in new.objects)
    if callback:
        given = machine.call(new, [texts.derive(receiver)], node)
    for obj in old.objects:
        if isinstance(obj, Regex):
            result = removed(receiver, (obj.pattern, obj.flags), given, "g" in obj.flags)
            if "g" not in obj.flags:
                return result
            return escaped(result, patterns.single_characters(obj.pattern), given, callback)
    a, b = old.only_text(), given.only_text()
    known = receiver.texts()
    all_known = bool(known) and not receiver.taint and len(known) == len(receiver.consts)
    if a is not None and b is not None and all_known:
        return Value(tuple(text.replace(a, b) for text in known), (), (), receiver.open)
    if given.taint and receiver.only_text() is not None and a:
        pieces = (receiver.only_text() or "").split(a)
        return texts.interleave(pieces, [given] * (len(pieces) - 1), machine.language)
    result = derive(receiver, given)
    if a is not None and len(a) == 1:
        result = escaped(result, frozenset(a), given, callback)
    if a in ("..", "../", "/") and b is not None and a == "/":
        return Value(
            (),
            tuple(atom.changed(cleared=("path-traversal",)) for atom in result.taint),
            (),
            True,
        )
    return result


def escaped(result: Value, replaced: frozenset[str], given: Value, callback: bool) -> Value:
    """A text in which every one of these characters gave way to something else."""
    replacement = given.only_text()
    if not result.taint or not replaced or (replacement is None and not callback):
        return result
    rules = patterns.escaped_rules(replaced, None if callback else replacement)
    if not rules:
        return result
    taint = tuple(atom.changed(cleared=rules) for atom in result.taint)
    return Value(result.consts, taint, result.objects, result.open)


def removed(
    subject: Value, pattern: tuple[str, str] | None, given: Value, everywhere: bool = True
) -> Value:
    """A text after every match of a pattern is replaced."""
    result = derive(subject, given)
    if pattern is None or not everywhere:
        return result
    left = patterns.removed_by(pattern[0])
    replacement = given.only_text()
    if left is None or replacement is None:
        return result
    rules = patterns.rules_cleared(left | frozenset(replacement))
    if "*" in rules:
        return UNKNOWN
    return Value((), tuple(atom.changed(cleared=rules) for atom in result.taint), (), True)


def encode(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``text.encode()``, ``buffer.toString('base64')``."""
    coding = (arguments.get(0) or NONE).only_text()
    if coding in ("base64", "base64url", "hex"):
        return Value((), derived(deep_taint(receiver)), (JsonText(receiver, "text"),))
    return same(machine, receiver, arguments, node)


def match(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    if any(isinstance(obj, Regex) for obj in receiver.objects):
        return derive(*arguments.everything())
    return derive(receiver)


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


def get(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    if any(isinstance(obj, Environment) for obj in receiver.objects):
        from ringfence.dataflow import known_calls

        return known_calls.environment_variable(machine, arguments, node)
    if not arguments.positional:
        return derive(receiver)
    found = access.index(machine, receiver, arguments.positional[0], node)
    default = arguments.get(1, "default")
    if default is None:
        return found
    known = len(receiver.objects) == 1 and not receiver.open and not receiver.taint
    key = arguments.positional[0].only_text()
    if known and key is not None:
        obj = receiver.objects[0]
        if isinstance(obj, Struct) and key in obj.fields:
            return found
    return join(found, default)


def set_item(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``map.set(k, v)``, ``dict.setdefault(k, v)``."""
    known = access.keys_of(arguments.get(0) or UNKNOWN)
    value = arguments.get(1) or NONE
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            machine.put(obj, known[0] if len(known) == 1 else None, value)
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
        return get(machine, receiver, arguments, node)
    return expressions.element_of(machine, receiver, node, False)


def keys(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    return machine.sequence_of(expressions.element_of(machine, receiver, node, True))


def values(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import known_calls

    return machine.sequence_of(known_calls.all_items(machine, receiver, node))


def items(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    from ringfence.dataflow import known_calls

    key = expressions.element_of(machine, receiver, node, True)
    value = known_calls.all_items(machine, receiver, node)
    return machine.sequence_of(machine.list_of(key, value))


# --- functions over lists ---


def each(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``forEach``, ``map``, ``flatMap``: the function sees every item."""
    known = access.known_items(receiver)
    function = arguments.get(0) or UNKNOWN
    branch, machine.branch = machine.branch, object()
    try:
        if known is not None and 0 < len(known) <= 12:
            results = [machine.call(function, [item, UNKNOWN, receiver], node) for item in known]
            machine.branch = branch
            return machine.list_of(*results)
        element = expressions.element_of(machine, receiver, node, False)
        result = machine.call(function, [element, UNKNOWN, receiver], node)
    finally:
        machine.branch = branch
    return machine.sequence_of(result)


def flat_map(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    mapped = each(machine, receiver, arguments, node)
    inner = expressions.element_of(machine, mapped, node, False)
    return machine.sequence_of(join(inner, expressions.element_of(machine, inner, node, False)))


def filtered(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:

    element = expressions.element_of(machine, receiver, node, False)
    function = arguments.get(0) or UNKNOWN
    branch, machine.branch = machine.branch, object()
    machine.call(function, [element, UNKNOWN], node)
    machine.branch = branch
    return machine.sequence_of(answers.passed_filter(machine, node, element))


def found(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    listed = filtered(machine, receiver, arguments, node)
    return join(expressions.element_of(machine, listed, node, False), NONE)


def yes_no(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, receiver, node, False)
    machine.call(arguments.get(0) or UNKNOWN, [element, UNKNOWN], node)
    return EITHER


def reduce(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    element = expressions.element_of(machine, receiver, node, False)
    function = arguments.get(0) or UNKNOWN
    total = arguments.get(1) or element
    branch, machine.branch = machine.branch, object()
    for _ in range(2):
        total = join(total, machine.call(function, [total, element, UNKNOWN], node))
    machine.branch = branch
    return total


def same_list(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    function = arguments.get(0)
    if function is not None and function.objects and machine.language == "javascript":
        element = expressions.element_of(machine, receiver, node, False)
        machine.call(function, [element, element], node)
    return receiver


def part(machine: Machine, receiver: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """``slice``, ``substring``, ``splice`` of texts and lists."""
    result = NOTHING
    for obj in receiver.objects:
        if isinstance(obj, Struct):
            result = join(result, machine.sequence_of(obj.items()))
    if receiver.consts or receiver.taint or receiver.open:
        result = join(result, derive(Value(receiver.consts, receiver.taint, (), receiver.open)))
    return result if not result.is_nothing else UNKNOWN


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
    from ringfence.dataflow import known_calls

    return known_calls.parsed(machine, receiver, receiver.taint)


def variable(machine: Machine, name: str, node: syntax.Node) -> Value:
    return environment.variable(machine, name, node)


_LOWER = change_case(str.lower)
_UPPER = change_case(str.upper)
_STRIP = change_case(lambda text: text)

_PYTHON: dict[str, Method] = {
    "lower": _LOWER, "upper": _UPPER, "casefold": _LOWER, "strip": _STRIP, "lstrip": _STRIP,
    "rstrip": _STRIP, "title": same, "capitalize": same, "decode": same, "encode": same,
    "read": same, "readline": same,
    "format": format_text, "join": join_text, "split": split, "rsplit": split_last,
    "splitlines": split,
    "partition": split, "rpartition": split, "replace": replace, "zfill": same,
    "append": append, "add": append, "appendleft": append, "extend": extend, "insert": insert,
    "get": get, "setdefault": setdefault, "update": update, "pop": pop, "popitem": items,
    "keys": keys, "values": values, "items": items, "copy": same_list, "json": json_body,
    "match": match, "fullmatch": match, "group": same, "groups": same, "sort": same_list,
    "format_map": format_text, "__getitem__": get,
}  # fmt: skip

_SCRIPT: dict[str, Method] = {
    "toLowerCase": _LOWER, "toUpperCase": _UPPER, "trim": _STRIP, "trimStart": _STRIP,
    "trimEnd": _STRIP, "toString": encode, "normalize": same, "padStart": same, "padEnd": same,
    "concat": concat, "join": join_list, "split": split, "replace": replace, "replaceAll": replace,
    "substring": part, "substr": part, "slice": part, "splice": part,
    "push": append, "unshift": append, "add": append, "pop": pop, "shift": pop, "at": get,
    "get": get, "set": set_item, "keys": keys, "values": values, "entries": items,
    "map": each, "forEach": each, "flatMap": flat_map, "filter": filtered, "find": found,
    "findLast": found, "some": yes_no, "every": yes_no, "findIndex": yes_no, "reduce": reduce,
    "reduceRight": reduce, "sort": same_list, "reverse": same_list, "flat": part, "fill": same_list,
    "then": then, "catch": catch, "finally": finally_, "json": json_body, "match": match,
    "matchAll": match, "exec": match,
    "promise": lambda machine, receiver, arguments, node: receiver,
    "transformToString": same, "transformToByteArray": same, "text": same,
}  # fmt: skip

_METHODS: dict[str, dict[str, Method]] = {"python": _PYTHON, "javascript": _SCRIPT}


def knows(language: str, name: str) -> bool:
    """Whether texts, lists and maps have a method of this name."""
    return name in _METHODS[language] or name in _CLEAN
