"""The arguments, and their parts, that a table is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow.objects import External, JsonText, Struct, deep_taint
from ringfence.dataflow.values import (
    NOTHING,
    Hole,
    Mix,
    Taint,
    Value,
    join,
    join_all,
    join_taint,
)
from ringfence.rules.entries import Selector
from ringfence.rules.taint import Sink

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def selected(selector: Selector, receiver: Value | None, arguments: Arguments) -> Value | None:
    """The argument that a table names; None when the call does not give it."""
    numbers = [word for word in selector if isinstance(word, int)]
    found: Value | None = None
    for word in selector:
        value: Value | None
        if word == "*":
            everything = arguments.everything()
            value = everything[0] if everything else None
            for other in everything[1:]:
                value = join(value, other) if value is not None else other
        elif word == "self":
            value = receiver
        elif word == "**":
            value = arguments.others or arguments.keywords.get("*")
        elif isinstance(word, int):
            value = positional(arguments, word)
        else:
            value = arguments.keywords.get(word)
            if value is None and arguments.others is not None and not numbers:
                value = arguments.others
        if value is not None:
            found = value if found is None else join(found, value)
    return found


def positional(arguments: Arguments, place: int) -> Value | None:
    count = len(arguments.positional)
    if place < 0:
        place += count
    if 0 <= place < count:
        return arguments.positional[place]
    return arguments.rest


def parts_of(machine: Machine, value: Value, sink: Sink) -> list[Value]:
    """The parts of an argument that the sink is about."""
    found: list[Value] = []
    for inner in fields_of(value, sink.field):
        lists = [obj for obj in inner.objects if is_list(obj)]
        if sink.part == "whole":
            found.append(inner)
        elif sink.part == "text":
            if not is_statement(inner) and (
                len(lists) < len(inner.objects) or inner.consts or inner.taint
            ):
                rest = tuple(obj for obj in inner.objects if not is_list(obj))
                found.append(Value(inner.consts, inner.taint, rest, inner.open))
        elif sink.part == "keys":
            found += [keys for obj in inner.objects if (keys := keys_taint(obj)) is not None]
            if inner.taint:
                found.append(Value((), inner.taint, (), True))
        elif sink.part == "mixed":
            found += mixed_texts(inner)
        else:
            for obj in lists:
                assert isinstance(obj, Struct)
                head = obj.fields.get(0)
                if sink.part == "first":
                    if head is not None:
                        found.append(head)
                else:
                    rest_value = obj.rest
                    for key, item in obj.fields.items():
                        if key != 0:
                            rest_value = join(rest_value, item)
                    found.append(rest_value)
    return [part for part in found if not part.is_nothing]


_WORD = late.pattern(r"[^\W\d_]{2,}")
#: Tags around the sender's text, and the marks by which models know turns.
_TAG = late.pattern(r"<[^<>]*>|\[/?\w+\]")
#: Words of the code's own from which on a text is more than a label before what the sender wrote.
OWN_WORDS = 3


def mixed_texts(value: Value) -> list[Value]:
    """The texts, also of the items of lists, in which the sender's stand among the code's own."""
    found: list[Value] = []
    for const in value.consts:
        if isinstance(const, Mix):
            own = _TAG.sub(" ", " ".join(part for part in const.parts if isinstance(part, str)))
            if len(_WORD.findall(own)) >= OWN_WORDS:
                taint: tuple[Taint, ...] = ()
                for part in const.parts:
                    if isinstance(part, Hole):
                        taint = join_taint(taint, part.taint)
                found.append(Value((const,), taint, (), True))
    for obj in value.objects:
        if is_list(obj):
            assert isinstance(obj, Struct)
            found += mixed_texts(obj.items())
    return found


def is_list(obj: object) -> bool:
    return isinstance(obj, Struct) and obj.kind in ("list", "set")


def keys_taint(obj: object) -> Value | None:
    if not isinstance(obj, Struct) or (obj.base is None and not obj.names.taint):
        return None
    inherited = deep_taint(obj.base) if obj.base is not None else ()
    return Value((), join_taint(obj.names.taint, inherited), (), True)


def fields_of(value: Value, fields: tuple[str, ...]) -> list[Value]:
    """The named parts of an options object; the value itself without names."""
    if not fields:
        return [value]
    found: list[Value] = []
    for dotted in fields:
        inner = at(value, dotted)
        if inner is not None:
            found.append(inner)
    return found


def at(value: Value, dotted: str, guess: bool = True) -> Value | None:
    """The value at a dotted key of known maps; None where there is none.

    ``(text)`` is the value itself as far as it is no list or map, ``[]`` any item of a list,
    ``[role=system]`` those items whose ``role`` may be that text. A key that has dots itself is
    found as a whole. Without ``guess``, a field that untrusted data may hold unseen is none.
    """
    whole = [obj for obj in value.objects if isinstance(obj, Struct) and dotted in obj.fields]
    if whole:
        return join_all(obj.fields[dotted] for obj in whole)
    for key in dotted.split("."):
        if key == "(text)":
            return text_of(value)
        step = NOTHING
        for obj in structures_in(value):
            if isinstance(obj, Struct):
                step = join(step, member(obj, key, guess))
            elif isinstance(obj, External):
                step = join(step, made_with(obj, key))
        known = any(isinstance(obj, JsonText) for obj in value.objects)
        if guess and value.taint and not known:
            step = join(step, Value((), guessed(value.taint), (), True))
        if step.is_nothing:
            return None
        value = step
    return value


def member(struct: Struct, key: str, guess: bool = True) -> Value:
    """What a map or list holds under one part of a dotted key."""
    if key.startswith("[") and "=" in key:
        return items_with(struct, key)
    if key == "[]":
        return struct.items()
    name = int(key) if key.isdigit() and is_list(struct) else key
    found = struct.fields.get(name, NOTHING)
    if guess and name not in struct.fields and struct.base is not None:
        found = join(found, Value((), guessed(deep_taint(struct.base)), (), True))
    if key == "(whole)":
        found = join(found, copied(struct))
    return found


def copied(struct: Struct) -> Value:
    """The names of what code put into a map one by one, whatever the sender called it."""
    held = {id(atom.source) for atom in struct.rest.taint if not atom.derived}
    taint = tuple(atom for atom in struct.names.taint if id(atom.source) in held)
    return Value((), taint, (), True) if taint else NOTHING


def structures_in(value: Value) -> list[object]:
    """The objects of a value; a JSON text counts as what it holds."""
    found: list[object] = []
    for obj in value.objects:
        if isinstance(obj, JsonText) and obj.encoding == "json":
            found += obj.inner.objects
        else:
            found.append(obj)
    return found


def items_with(items: Struct, test: str) -> Value:
    """The items of a list whose field may be a text, for ``[field=text]``."""
    name, _, text = test.strip("[]").partition("=")
    found = NOTHING
    for item in (*items.fields.values(), items.rest):
        kept = tuple(
            obj
            for obj in item.objects
            if isinstance(obj, Struct) and text in member(obj, name).texts()
        )
        if kept:
            found = join(found, Value(objects=kept))
    return found


def is_statement(value: Value) -> bool:
    """Whether this is a statement that a library put together: its values are bound, and of texts
    in it the calls tell that take them."""
    return any(
        isinstance(obj, External) and obj.path.startswith(("sqlalchemy.", "sqlmodel."))
        for obj in value.objects
    )


def text_of(value: Value) -> Value | None:
    """A value as far as it is no list or map."""
    texts = tuple(const for const in value.consts if isinstance(const, (str, Mix)))
    return Value(texts, value.taint, (), True) if texts or value.taint else None


def made_with(obj: External, key: str) -> Value:
    """What a library's object was made with: a keyword, a position, an option among the options."""
    if key.isdigit():
        return obj.arguments[int(key)] if int(key) < len(obj.arguments) else NOTHING
    found = obj.keywords.get(key, NOTHING)
    for given in obj.arguments:
        for inner in given.objects:
            if isinstance(inner, Struct) and inner.kind == "map":
                found = join(found, inner.fields.get(key, NOTHING))
    return found


def guessed(taint: tuple[Taint, ...]) -> tuple[Taint, ...]:
    """A field of something merely made from untrusted data may well be another part of it."""
    return tuple(atom.changed(quality=2) if atom.derived else atom for atom in taint)


def argument_name(sink: Sink, arguments: Arguments) -> str:
    words = [word for word in sink.argument if isinstance(word, str) and word not in ("*", "self")]
    words = [word for word in words if word in arguments.keywords] or words
    if words:
        return words[0]
    for word in sink.argument:
        if isinstance(word, int):
            return f"argument {word + 1}" if word >= 0 else "last argument"
    return "an argument"
