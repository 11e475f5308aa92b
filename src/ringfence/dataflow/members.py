"""What stands in a library's objects: members and elements, what the code left there, and the
sources of the tables."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import access, cloud, powertools, stores, texts
from ringfence.dataflow.objects import Environment, External
from ringfence.dataflow.values import (
    UNKNOWN,
    Source,
    Taint,
    Trail,
    Value,
    join,
    tainted,
)
from ringfence.model import syntax
from ringfence.model.severity import CONFIDENCES
from ringfence.rules.taint import SourceTable

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_CALLS_IN_PATH = 8
_LETTERS = frozenset(
    ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "hexdigits", "octdigits",
     "punctuation")
)  # fmt: skip


#: Objects that stand for a path, and their members that hold no part of its folders.
_PATHS = late.pattern(r"^pathlib\.(Pure)?(Posix|Windows)?Path(\(\))?$|^path(\.posix)?\.parse\(\)$")
_LAST_PARTS = ("name", "stem", "suffix", "base", "ext")


def is_last_part(value: Value, name: str) -> bool:
    """Whether a member of a path holds no part of its folders: ``Path(x).name``."""
    return name in _LAST_PARTS and any(
        isinstance(obj, External) and _PATHS.search(obj.path) is not None for obj in value.objects
    )


#: Members of the context that name the function itself.
_OWN_NAMES = frozenset(
    ("function_name", "functionName", "invoked_function_arn", "invokedFunctionArn")
)


def external_member(
    machine: Machine, obj: External, name: str, value: Value, node: syntax.Node
) -> Value:
    """``library.name``: a source, a declared type, the environment, or a longer path."""
    path = f"{obj.path}.{name}"
    if path in ("os.environ", "process.env", "Deno.env", "os.environb"):
        return Value(objects=(Environment(),))
    if path == "awilix.createContainer().cradle":
        from ringfence.dataflow import injection

        return injection.cradle(machine, node)
    if obj.path == "lambda.context" and name in _OWN_NAMES:
        from ringfence.dataflow import environment

        return environment.own_name(machine)
    if obj.path == "string" and name in _LETTERS and machine.language == "python":
        return Value((getattr(string, name),))
    special = cloud.library_member(machine, path)
    if special is None and path == "web.App.context":
        special = powertools.context_of(machine)
    if special is not None:
        return special
    held = kept(machine, obj.path, name)
    if held is not None:
        member = External(path, obj.arguments, obj.keywords, obj.before)
        return join(held, from_external(machine, member, value))
    typed = machine.catalogue.type_reads.get(path)
    source = machine.catalogue.reads.get(path)
    if source is not None:
        found = from_source(machine, source, path, node)
        if typed is not None:
            found = join(found, Value(objects=(External(typed),)))
        return found
    if obj.path == "Exception()":
        return exception_part(value, name)
    member = External(typed or path, obj.arguments, obj.keywords, obj.before)
    if value.taint and is_data(machine, obj):
        part = access.part_of(machine, Value((), value.taint, (), True), name, node)
        return Value((), part.taint, (member,))
    return stores.filled(machine, from_external(machine, member, value))


def keep(machine: Machine, path: str, name: str, value: Value) -> None:
    """Code sets an attribute of a library's object: ``res.locals.user``, ``g.db``,
    ``ctx.state.order``. Whoever reads it of an object of this kind may get it."""
    if value.taint or value.objects:
        key = ("kept", path, name)
        known = machine.memo.get(key)
        machine.heap_writes += 1
        machine.memo[key] = value if known is None else join(known, value)


def kept(machine: Machine, path: str, name: str) -> Value | None:
    found = machine.memo.get(("kept", path.removesuffix(".var"), name))
    assert found is None or isinstance(found, Value)
    return found


def exception_part(value: Value, name: str) -> Value:
    """``error.stack`` shows the code's inside, ``error.message`` less."""
    marks = {"stack": ("traceback",), "__traceback__": ("traceback",), "message": ("text",)}.get(
        name, ()
    )
    taint = tuple(
        atom.changed(marks=marks) if atom.source.kind == "error" else atom for atom in value.taint
    )
    return Value((), texts.derived(taint), (External(f"Exception().{name}"),), True)


def element_of(obj: External) -> External:
    """An element of what a library gave."""
    return External(obj.path + "[]", obj.arguments, obj.keywords, obj.before)


def from_external(machine: Machine, member: External, value: Value) -> Value:
    """A part of a library's object keeps the taint that the object carries."""
    if member.path.count("()") + member.path.count("[]") > MAX_CALLS_IN_PATH:
        return tainted(texts.derived(value.taint))
    return Value((), texts.derived(value.taint), (member,))


def from_source(machine: Machine, table: SourceTable, path: str, node: syntax.Node) -> Value:
    """Fresh taint from a source of the tables."""
    label = table.path or path
    certainty = table.certainty or ("low" if table.kind == "response" else "high")
    source = machine_source(machine, table, label, path)
    place = machine.location(node)
    return Value(
        (),
        (Taint(source, (), Trail(None, place, ""), quality=CONFIDENCES.index(certainty)),),
        (),
        True,
    )


def table_source(machine: Machine, word: str, name: str, node: syntax.Node) -> Value:
    """Fresh data of the source that the tables call ``word``, or its part of this name."""
    table = machine.catalogue.reads.get(word)
    if table is None:
        return UNKNOWN
    value = from_source(machine, table, word, node)
    return access.part_of(machine, value, name, node) if name else value


def machine_source(machine: Machine, table: SourceTable, label: str, path: str) -> Source:
    key = ("source", label, path)
    found = machine.memo.get(key)
    if found is None:
        triggers = tuple(t.id for t in machine.triggers) if table.kind == "event" else ()
        found = Source(table.kind, label, triggers, (), table.sender, decided=True)
        machine.memo[key] = found
    assert isinstance(found, Source)
    return found


def is_data(machine: Machine, obj: External) -> bool:
    """Whether a library's object is what a call gave that the tables call a source of an event:
    the sender's data, whose fields are read by their names."""
    if not obj.path.endswith("()"):
        return False
    tables = machine.catalogue.tables(obj.path.removesuffix("()"))
    return tables is not None and any(source.kind == "event" for source in tables.sources)
