"""Tests of lists, maps and characters, item by item, and what they prove of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import chosen_names, patterns, subjects, trees
from ringfence.dataflow.objects import Struct, deep_taint
from ringfence.dataflow.values import Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

WORDS = frozenset(["isdigit", "isalnum", "isalpha", "isnumeric", "isdecimal", "isidentifier"])
MEMBERSHIP = frozenset(["includes", "has", "contains", "hasOwnProperty", "__contains__"])
_TEXT_TYPES = frozenset(("string", "number", "boolean", "bigint"))


def subset_test(machine: Machine, left: syntax.Expression, right: syntax.Expression) -> None:
    if not (
        isinstance(left, syntax.Call)
        and isinstance(left.function, syntax.Name)
        and left.function.name in ("set", "frozenset")
        and left.arguments
    ):
        return
    alphabet = characters_of(machine, right)
    if alphabet is not None:
        subjects.clear_subject(machine, left.arguments[0].value, patterns.rules_cleared(alphabet))


def characters_of(machine: Machine, node: syntax.Expression) -> frozenset[str] | None:
    """The characters of a constant text, or of ``set("…")`` of one."""
    if isinstance(node, syntax.Call) and node.arguments:
        return characters_of(machine, node.arguments[0].value)
    value = subjects.evaluate_quietly(machine, node)
    text = value.only_text()
    if text is not None:
        return frozenset(text)
    items = [obj for obj in value.objects if isinstance(obj, Struct)]
    if len(items) == 1 and items[0].rest.is_nothing:
        found = [inner.only_text() for inner in items[0].fields.values()]
        if all(item is not None and len(item) == 1 for item in found):
            return frozenset(item for item in found if item)
    return None


def is_allow_list(machine: Machine, container: Value) -> bool:
    """Whether a container's members are not the sender's."""
    if any(atom.source.kind != "secret" for atom in deep_taint(container)):
        return False
    if container.is_nothing:
        return False
    if any(isinstance(o, Struct) and o.kind == "instance" for o in container.objects):
        return False  # what it inherits is in it, too
    return bool(container.objects or container.open or container.texts())


def own_test(machine: Machine, holder: syntax.Expression, name: syntax.Expression) -> None:
    """``Object.hasOwn(holder, name)``, ``holder.hasOwnProperty(name)``: the name is one of a table,
    or at least none that is inherited. The names of the sender's own structure prove nothing."""
    container = subjects.evaluate_quietly(machine, holder)
    if is_allow_list(machine, container):
        subjects.clear_subject(machine, name, subjects.ALL)
    elif not _is_run_through(machine, holder, name):
        chosen_names.refused(machine, name)


def _is_run_through(machine: Machine, holder: syntax.Expression, name: syntax.Expression) -> bool:
    """Whether the names come from this structure: ``for (const name of Object.keys(holder))``."""
    closure = machine.frame.closure
    if not isinstance(holder, syntax.Name) or not isinstance(name, syntax.Name) or closure is None:
        return True
    found = False
    for loop in trees.nodes(closure.node.body):
        if isinstance(loop, syntax.For) and name.name in _names(loop.target):
            found = True
            if holder.name in _names(loop.iterable):
                return True
    return not found


def _names(node: syntax.Expression) -> set[str]:
    return {one.name for one in trees.nodes(node) if isinstance(one, syntax.Name)}


def all_test(machine: Machine, node: syntax.Expression) -> None:
    """``all(c in ALLOWED for c in text)``, ``all(isinstance(v, str) for v in map.values())``."""
    if not isinstance(node, syntax.Comprehension) or len(node.clauses) != 1:
        return
    clause, element = node.clauses[0], node.element
    if isinstance(element, syntax.Call) and is_type_test(element):
        held = clause.iterable
        if isinstance(held, syntax.Call) and isinstance(held.function, syntax.Attribute):
            held = held.function.value
        subjects.clear_subject(machine, held, frozenset(("nosql-injection",)))
        return
    if not isinstance(clause.target, syntax.Name):
        return
    rules: frozenset[str] | None = None
    options = element.operands if isinstance(element, syntax.Logical) else [element]
    alphabet: frozenset[str] = frozenset()
    for option in options:
        if isinstance(option, syntax.Compare) and option.operator == "in":
            found = characters_of(machine, option.right)
            if found is None:
                return
            alphabet |= found
        elif (
            isinstance(option, syntax.Call)
            and isinstance(option.function, syntax.Attribute)
            and option.function.name in WORDS
        ):
            alphabet |= patterns.alphabet_of(r"\w", "", True) or frozenset()
        else:
            return
    rules = patterns.rules_cleared(alphabet)
    subjects.clear_subject(machine, clause.iterable, rules)


def is_type_test(call: syntax.Call) -> bool:
    """``isinstance(v, str)`` and its like, which leave no operators."""
    if not isinstance(call.function, syntax.Name) or call.function.name != "isinstance":
        return False
    if len(call.arguments) != 2:
        return False
    kinds = call.arguments[1].value
    names = kinds.items if isinstance(kinds, syntax.ListLiteral) else [kinds]
    words = {name.name if isinstance(name, syntax.Name) else "" for name in names}
    return words <= {"int", "float", "bool", "str", "bytes"}


def every_test(machine: Machine, node: syntax.Expression, test: syntax.Expression) -> None:
    """``Object.values(map).every((v) => typeof v === 'string')``; what ``list.every(f)`` proves of
    the items is left to the function's own exits."""
    if not (isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute)):
        return
    if node.function.name not in ("values", "entries") or not node.arguments:
        return
    body = test.body if isinstance(test, syntax.FunctionLiteral) else []
    answer = body[0].value if len(body) == 1 and isinstance(body[0], syntax.Return) else None
    options = answer.operands if isinstance(answer, syntax.Logical) else [answer]
    if all(is_text_test(option) for option in options):
        held = node.arguments[0].value
        subjects.clear_subject(machine, held, frozenset(("nosql-injection",)))


def none_test(machine: Machine, node: syntax.Expression, test: syntax.Expression) -> None:
    """``parts.some((part) => RESERVED.has(part))`` came out false."""
    body = test.body if isinstance(test, syntax.FunctionLiteral) else []
    answer = body[0].value if len(body) == 1 and isinstance(body[0], syntax.Return) else None
    if not (isinstance(answer, syntax.Call) and isinstance(answer.function, syntax.Attribute)):
        return
    if answer.function.name in MEMBERSHIP and "__proto__" in names_of(
        machine, answer.function.value
    ):
        rules = frozenset(("prototype-pollution",))
        subjects.clear_subject(machine, node, rules)
        for obj in subjects.evaluate_quietly(machine, node).objects:
            if isinstance(obj, Struct) and obj.kind == "list":
                obj.rest = subjects.cleared(obj.rest, rules)
                obj.fields = {k: subjects.cleared(v, rules) for k, v in obj.fields.items()}


def names_of(machine: Machine, node: syntax.Expression) -> set[str]:
    """The texts that a list or set is known to hold."""
    held = subjects.evaluate_quietly(machine, node)
    return {text for obj in held.objects if isinstance(obj, Struct) for text in obj.items().texts()}


def is_text_test(node: syntax.Expression | None) -> bool:
    """``typeof v === 'string'``."""
    return (
        isinstance(node, syntax.Compare)
        and node.operator == "=="
        and isinstance(node.left, syntax.Unary)
        and node.left.operator == "typeof"
        and isinstance(node.right, syntax.Constant)
        and node.right.value in _TEXT_TYPES
    )
