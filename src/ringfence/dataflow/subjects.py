"""What a condition is about: an expression whose value, or whose path of the event, is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import addresses
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.scopes import Proven, proven_key
from ringfence.dataflow.values import NO_SCRIPT, UNKNOWN, Hole, Mix, Taint, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


ALL = frozenset("*")


#: Methods that leave an equality or membership test meaningful for what they are called on.
_TRANSPARENT = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "trim",
        "toLowerCase",
        "toUpperCase",
        "toString",
        "casefold",
        "lstrip",
        "rstrip",
    ]
)


def evaluate_quietly(machine: Machine, node: syntax.Expression) -> Value:
    """The value of a simple expression again; of anything with effects, unknown."""
    if is_simple(node):
        return machine.evaluate(node)
    return UNKNOWN


def is_simple(node: syntax.Expression, depth: int = 8) -> bool:
    if depth == 0:
        return False
    if isinstance(node, (syntax.Constant, syntax.Name, syntax.RegularExpression)):
        return True
    if isinstance(node, syntax.Attribute):
        return is_simple(node.value, depth - 1)
    if isinstance(node, syntax.Index):
        return is_simple(node.value, depth - 1) and is_simple(node.key, depth - 1)
    if isinstance(node, syntax.Unary):
        return is_simple(node.operand, depth - 1)
    if isinstance(node, syntax.Await):
        return is_simple(node.value, depth - 1)
    if isinstance(node, syntax.ListLiteral):
        return all(item is not None and is_simple(item, depth - 1) for item in node.items)
    if isinstance(node, syntax.MapLiteral):
        return all(is_simple(entry.value, depth - 1) for entry in node.entries)
    if isinstance(node, syntax.Template):
        return all(is_simple(part, depth - 1) for part in node.parts)
    if isinstance(node, syntax.Binary):
        return is_simple(node.left, depth - 1) and is_simple(node.right, depth - 1)
    if isinstance(node, syntax.Logical):
        return all(is_simple(operand, depth - 1) for operand in node.operands)
    if isinstance(node, syntax.Call):
        simple = isinstance(node.function, syntax.Attribute) and (
            node.function.name in _TRANSPARENT
            or node.function.name in ("get", "keys", "split", "realpath", "abspath", "values")
        )
        named = isinstance(node.function, syntax.Name) and node.function.name in (
            "str",
            "set",
            "frozenset",
            "list",
            "tuple",
            "String",
            "Set",
        )
        return (
            (simple or named)
            and all(is_simple(argument.value, depth - 1) for argument in node.arguments)
            and is_simple(node.function, depth - 1)
        )
    return False


def prove_equal(machine: Machine, subject: syntax.Expression, value: Value) -> None:
    """A ``case`` of a switch."""
    clear_subject(machine, subject, ALL)


def is_host_of_kept(machine: Machine, node: syntax.Expression) -> bool:
    """``this.target.origin``: the host of a parsed URL that an object keeps."""
    return (
        isinstance(node, syntax.Attribute)
        and addresses.is_host_read(node)
        and isinstance(node.value, (syntax.Name, syntax.Attribute, syntax.Index))
        and any(
            isinstance(obj, External) and obj.path.rpartition(".")[2] in _PARSED
            for obj in evaluate_quietly(machine, node.value).objects
        )
    )


_PARSED = ("URL()", "urlparse()", "urlsplit()")


def clear_subject(machine: Machine, node: syntax.Expression, rules: frozenset[str]) -> None:
    """From here on, what ``node`` reads cannot serve these rules."""
    if not rules:
        return
    if rules is ALL:
        url = addresses.url_behind(node, machine.frame.scope.remembered)
        whole = addresses.text_behind_scheme(node, machine.frame.scope.remembered)
        if whole is not None:
            clear_subject(machine, whole, frozenset((NO_SCRIPT,)))
        if url is None and is_host_of_kept(machine, node):
            url = node.value if isinstance(node, syntax.Attribute) else None
        if url is not None:
            clear_subject(machine, url, addresses.RULES)
            if isinstance(node, syntax.Attribute):
                clear_subject(machine, node.value, addresses.RULES)
    while True:
        if (
            isinstance(node, syntax.Call)
            and isinstance(node.function, syntax.Attribute)
            and node.function.name in _TRANSPARENT
        ):
            node = node.function.value
        elif (
            isinstance(node, syntax.Call)
            and isinstance(node.function, syntax.Name)
            and node.function.name in ("str", "String", "set")
            and node.arguments
        ) or (isinstance(node, syntax.Call) and realpath_call(node)):
            node = node.arguments[0].value
        else:
            break
    if isinstance(node, syntax.Logical):
        for operand in node.operands:
            clear_subject(machine, operand, rules)
        return
    if not is_simple(node):
        return
    value = machine.evaluate(node)
    prove(machine, value, rules)
    if isinstance(node, syntax.Name) and value.taint:
        holder = machine.frame.scope.holder(node.name)
        scope = machine.frame.scope
        if holder is not None and holder is not scope:
            scope.proved.add(node.name)
        if holder is not None:
            scope.variables[node.name] = cleared(value, rules)
    elif isinstance(node, (syntax.Attribute, syntax.Index)):
        prove_field(machine, node, value, rules)


def prove_field(
    machine: Machine, node: syntax.Attribute | syntax.Index, value: Value, rules: frozenset[str]
) -> None:
    """The same for a field of a structure, of which no variable and no path of the event tells."""
    if not any(atom.derived for atom in value.taint):
        return
    key = getattr(node, "name", None)
    if isinstance(node, syntax.Index) and isinstance(node.key, syntax.Constant):
        key = node.key.value
    owners = machine.evaluate(node.value).objects
    if key is None or len(owners) != 1 or not isinstance(owners[0], Struct):
        return
    place = field_key(owners[0], key)
    machine.memo["proved field", place[0]] = owners[0]  # no other object gets its identity
    known = machine.proven.get(place, frozenset())
    machine.proven = {**machine.proven, place: known | rules}


def field_key(obj: Struct, key: str | int) -> tuple[int, tuple[str, ...]]:
    """The place of what is proved of a structure's field."""
    return id(obj), ("field", str(key))


def as_proved(machine: Machine, obj: Struct, key: str | int, value: Value) -> Value:
    """A field of a structure, with what was proved of it here."""
    rules = machine.proven.get(field_key(obj, key))
    return value if rules is None else cleared(value, rules)


def realpath_call(node: syntax.Call) -> bool:
    return (
        isinstance(node.function, syntax.Attribute)
        and node.function.name in ("realpath", "abspath", "resolve")
        and len(node.arguments) == 1
    )


def cleared(value: Value, rules: frozenset[str]) -> Value:
    return Value(
        tuple(const for const in value.consts if not isinstance(const, Mix)),
        tuple(atom.changed(cleared=rules) for atom in value.taint),
        value.objects,
        True,
    )


def settled(machine: Machine, value: Value, depth: int = 2) -> Value:
    """The value with what is proved here kept on it, before it leaves the branch where the proof
    holds. Structures that were made in this branch are changed in place."""
    proven = machine.proven
    if not proven:
        return value
    for obj in value.objects if depth else ():
        if isinstance(obj, Struct) and obj.born is machine.branch:
            for key, inner in obj.fields.items():
                obj.fields[key] = settled(machine, inner, depth - 1)
    if not any(proven_key(atom) in proven for atom in value.taint):
        return value
    taint = settled_taint(proven, value.taint)
    consts = tuple(
        Mix(
            tuple(
                part
                if isinstance(part, str)
                else Hole(settled_taint(proven, part.taint), part.resource, part.variable)
                for part in const.parts
            )
        )
        if isinstance(const, Mix)
        else const
        for const in value.consts
    )
    return Value(consts, taint, value.objects, value.open)


def settled_taint(proven: Proven, atoms: tuple[Taint, ...]) -> tuple[Taint, ...]:
    found = []
    for atom in atoms:
        rules = proven.get(proven_key(atom))
        known = rules is None or rules <= atom.cleared
        found.append(atom if known or rules is None else atom.changed(cleared=rules))
    return tuple(found)


def cleared_of(value: Value, rules: frozenset[str]) -> Value:
    """The value, of which some rules have been told."""
    taint = tuple(atom.changed(cleared=rules) for atom in value.taint)
    return Value(value.consts, taint, value.objects, value.open)


def prove(machine: Machine, value: Value, rules: frozenset[str]) -> None:
    """Record the proof for the very values read from the event."""
    added: Proven = {}
    for atom in value.taint:
        if not atom.derived:
            key = proven_key(atom)
            added[key] = machine.proven.get(key, frozenset()) | rules
    if added:
        machine.proven = {**machine.proven, **added}
