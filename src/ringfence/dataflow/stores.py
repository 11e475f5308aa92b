"""Stores outside of AWS: what one function writes into a collection, container, table or bucket,
and another one reads there.

A store is known by its kind and by the name that the code gives it (``firestore#postcards``), which
may be a variable of the environment (``blobs#$BUCKET``). The tables tell which paths write and
which hold what was read (:mod:`ringfence.rules.stores`), as patterns, for a chain of calls may be
of any length. Rows of SQL databases are told by their statements (:mod:`.statements`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import exposures, selection, statements
from ringfence.dataflow.letters import fresh
from ringfence.dataflow.objects import ClassObject, External, Obj, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Mix, Value, join
from ringfence.rules.stores import Store, shape_in, written_in

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax

#: What lies in a store: records with fields, or texts and bytes.
RECORD, CONTENT = "item", "body"


#: Keys of a call's argument under which the stored record stands.
_INSIDE = ("$set", "$setOnInsert", "data", "create", "update")


def written(
    machine: Machine, path: str, made: External | None, arguments: Arguments, node: syntax.Node
) -> None:
    """Keep what a call writes into a store for those who read it."""
    if made is None:
        return
    place = machine.location(node)
    found = written_in(machine.catalogue.stores, path)
    if found is None:
        for store, row in statements.rows_written(path, arguments):
            machine.collected.stored[store, RECORD, place] = row
        return
    kind, write = found
    value = arguments.get(write.argument)
    if value is not None and write.field is not None:
        value = under(machine, value, arguments.get(write.field))
    elif value is None:
        value = arguments.get(write.field) if write.field is not None else None
        value = value or next(iter(arguments.keywords.values()), None)
    owner = made
    first = arguments.get(0)
    # of batch.set(document, …), the document names the store
    if kind.named == "first-part" and write.argument and first is not None:
        owner = next((obj for obj in first.objects if isinstance(obj, External)), made)
    name = name_of(kind, External(path, tuple(arguments.positional), {}, owner))
    if name and value is not None:
        content = kind.contents is not None
        machine.collected.stored[f"{kind.name}#{name}", CONTENT if content else RECORD, place] = (
            value if content else opened(value)
        )


def under(machine: Machine, value: Value, name: Value | None) -> Value:
    """A record with one field of this name."""
    record = machine.struct("map")
    text = name.only_text() if name is not None else None
    if text is None:
        record.rest = value
    else:
        record.fields[text] = value
    return Value(objects=(record,))


def opened(value: Value) -> Value:
    """The record inside of what a call is given: under ``$set``, ``data``, or one of a list."""
    found = Value((), value.taint, (), value.open) if value.taint else NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct) and obj.kind == "list":
            found = join(found, opened(obj.items()))
        elif isinstance(obj, Struct):
            inside = [obj.fields[key] for key in _INSIDE if key in obj.fields]
            for one in inside:
                found = join(found, opened(one))
            if not inside:
                found = join(found, Value(objects=(obj,)))
    return found


def name_of(kind: Store, obj: External) -> str:
    """The name of the store that a chain of calls leads to, "" where it is not known."""
    found = ""
    link: External | None = obj
    while link is not None:
        match = kind.holder.search(link.path)
        if match is not None:
            group = next((one for one in match.groups() if one), "")
            by_path = kind.named == "path" and group not in ("", "get_")
            found = (group if by_path else label_of(kind, link)) or found
        elif kind.named == "first-part" and not found:  # transaction.get(document)
            held = [obj for one in link.arguments for obj in one.objects]
            found = next((name for obj in held if (name := name_in(kind, obj))), "")
        link = link.before
    return found


def label_of(kind: Store, link: External) -> str:
    """The text, the variable of the environment, the class or the declared table by which a call
    names a store."""
    given = [*link.arguments, *link.keywords.values()]
    if kind.named == "last-text":
        given.reverse()  # the address or the credentials come first
    for value in given[:1] if kind.named == "key" else given:
        text = value.only_text()
        if text:
            return text.partition("/")[0] if kind.named == "first-part" else text
        for const in value.consts:
            if isinstance(const, Mix):
                if kind.named == "key":
                    return const.parts[0] if isinstance(const.parts[0], str) else ""
                if const.variables():
                    return f"${const.variables()[0]}"
        for obj in value.objects:
            name = name_in(kind, obj)
            if name:
                return name
    return ""


def name_in(kind: Store, obj: Obj) -> str:
    """The name of a store that an argument carries: its class's, or that of a library's object."""
    if isinstance(obj, Struct) and obj.cls is not None:
        return obj.cls.node.name
    if isinstance(obj, ClassObject):
        return obj.node.name
    if isinstance(obj, External):
        return name_of(kind, obj) or ("" if kind.named == "first-part" else label_of(kind, obj))
    return ""


def filled(machine: Machine, value: Value) -> Value:
    """The value, with what is known to lie in the store that its objects were read from. A field
    is what lies there, and no longer an object of the library."""
    if machine.look_up is None:
        return value
    for obj in value.objects:
        if isinstance(obj, External):
            held = held_by(machine, obj)
            if held.is_nothing:
                continue
            if shape_of(machine, obj) == "field":
                others = tuple(one for one in value.objects if one is not obj)
                value = Value(value.consts, value.taint, others, True)
            value = join(value, held)
    return value


def shape_of(machine: Machine, obj: External) -> str:
    found = shape_in(machine.catalogue.stores, obj.path)
    return found[1] if found is not None else ""


def held_by(machine: Machine, obj: External) -> Value:
    """What is known to lie in the store that a library's object was read from."""
    assert machine.look_up is not None
    found = shape_in(machine.catalogue.stores, obj.path)
    if found is None:
        rows = statements.rows_read(obj)
        if rows is None:
            return NOTHING
        return statements.shaped(machine, machine.look_up(rows.store), rows)
    kind, shape = found
    name = name_of(kind, obj)
    held = machine.look_up(f"{kind.name}#{name}") if name else NOTHING
    if shape == "one" or held.is_nothing:
        return held
    if shape == "field":
        return selection.at(held, obj.arguments[-1].only_text() or "", guess=False) or NOTHING
    listed = machine.struct("list")
    listed.rest = held
    return Value(objects=(listed,))


def as_stored(value: Value, place: str) -> Value:
    """What lies in a store, as whoever reads it finds it: a record may have more fields."""
    copy = fresh(value)
    if place != RECORD:
        return copy
    for obj in copy.objects:
        if isinstance(obj, Struct) and obj.rest.is_nothing:
            obj.rest = UNKNOWN
    return exposures.as_record(copy)
