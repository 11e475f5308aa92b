"""Members that are written or called by a name that the sender chooses; no table tells of these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ringfence.dataflow import sinks, subjects, trees
from ringfence.dataflow.objects import (
    ClassObject,
    External,
    Inherited,
    ModuleObject,
    Struct,
    deep_taint,
)
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.values import Taint, Value
from ringfence.model import syntax
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def assigned(
    machine: Machine, container: Value, key: Value, value: Value, node: syntax.Expression
) -> None:
    """``object[a][b] = c`` with a and b the sender's: prototype pollution."""
    if machine.language == "python" or not key.taint or not isinstance(node, syntax.Index):
        return
    inner = node.value
    reached = any(isinstance(obj, Inherited) for obj in container.objects)
    if isinstance(inner, syntax.Index) and not isinstance(inner.key, syntax.Slice):
        reached = reached or bool(machine.evaluate(inner.key).taint)
    tainted = deep_taint(value)
    if not tainted and any(isinstance(obj, Struct) for obj in value.objects):
        return  # a map on the way to the last key
    statement = machine.current
    if isinstance(statement, syntax.Assign) and is_default(statement):
        return  # the member keeps what it had
    lost = 1 if tainted else 2
    for atom in key.taint if reached else ():
        with of_piece(machine, atom) as piece:
            sinks.flow(machine, RULE, "execute", piece, "[key][key] =", "key", node, lost)


RULE = "prototype-pollution"
#: The mark of what stands between the dots of a text.
_PIECE = "split-token"


def refused(machine: Machine, node: syntax.Expression) -> None:
    """From here on, a name is none of those that lead to a prototype; of a text with dots, the
    pieces may still be."""
    for atom in subjects.evaluate_quietly(machine, node).taint:
        machine.memo[("refused", _PIECE in atom.marks, proven_key(atom))] = True
    subjects.clear_subject(machine, node, frozenset((RULE,)))


@contextmanager
def of_piece(machine: Machine, atom: Taint) -> Iterator[Taint]:
    """Without the proof that holds for the whole text only of which this is a piece."""
    key = proven_key(atom)
    before = machine.proven.get(key, frozenset())
    whole = ("refused", False, key) in machine.memo and ("refused", True, key) not in machine.memo
    if whole and _PIECE in atom.marks:
        machine.proven[key] = before - {RULE}
        atom = Taint(
            atom.source, atom.path, atom.trail, atom.derived, atom.cleared - {RULE}, atom.marks,
            atom.quality,
        )  # fmt: skip
    try:
        yield atom
    finally:
        if before:
            machine.proven[key] = before


def is_default(node: syntax.Assign) -> bool:
    """``a[k] = a[k] || {}``, ``a[k] = merge(a[k] ?? {}, b)``."""
    first: syntax.Expression | None = node.value
    if isinstance(first, syntax.Call) and first.arguments:
        first = first.arguments[0].value
    if isinstance(first, syntax.Logical):
        first = first.operands[0]
    return (
        isinstance(first, syntax.Index)
        and isinstance(node.target, syntax.Index)
        and trees.dotted(first.value) == trees.dotted(node.target.value) != ""
        and trees.dotted(first.key) == trees.dotted(node.target.key) != ""
    )


def called_by_name(machine: Machine, function: syntax.Index, node: syntax.Call) -> None:
    """``object[name]()`` with the sender's name, on something other than a plain map."""
    if isinstance(function.key, syntax.Slice):
        return
    key = machine.evaluate(function.key)
    if not key.taint:
        return
    receiver = machine.evaluate(function.value)
    reflection(machine, receiver, key, node, machine.location(function))


def reflection(
    machine: Machine,
    receiver: Value,
    key: Value,
    node: syntax.Node,
    place: Location | None = None,
) -> None:
    """A function picked by the sender's name from a module, library or instance; it is picked at
    ``place``, by default where ``node`` stands."""
    wide = [
        obj
        for obj in receiver.objects
        if isinstance(obj, (ModuleObject, External, ClassObject))
        or (isinstance(obj, Struct) and obj.kind == "instance")
    ]
    for atom in key.taint if wide else ():
        prefixes = [sinks.prefix_before(const, atom) for const in key.consts]
        if prefixes and all(prefixes):
            continue  # such as getattr(self, "do_" + name): only what bears the name can be picked
        sinks.flow(
            machine, "unsafe-reflection", "execute", atom, "a call by name", "name", node, 1,
            text="picks the function that is called", place=place,
        )  # fmt: skip
