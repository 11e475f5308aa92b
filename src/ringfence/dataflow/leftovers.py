"""What is left of the environment, or of a request's headers, when code leaves some of it out.

A list of names that may not be shown is never complete: whoever adds a variable does not think of
it. Only a filter that keeps what is named, or one that knows every kind of secret, shows what it is
meant to show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import logs, subjects, trees
from ringfence.dataflow.objects import Closure, Environment, Regex, Struct
from ringfence.dataflow.values import Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_UNEQUAL = ("not in", "!=", "!==", "is not")
#: Of each, a filter of variables must know a word; of headers, one of the two that tell who calls.
_KINDS = (late.pattern(r"(?i)key"), late.pattern(r"(?i)secret"), late.pattern(r"(?i)token"))
_WHO = late.pattern(r"(?i)auth|cookie")
ENVIRONMENT = Value(objects=(Environment(),))


def is_environment(value: Value) -> bool:
    return any(isinstance(obj, Environment) for obj in value.objects)


def refuses(node: syntax.Expression) -> bool:
    """Whether a condition tells what may not pass, and not what may."""
    if isinstance(node, syntax.Unary):
        return node.operator in ("not", "!")
    if isinstance(node, syntax.Logical):
        return all(refuses(one) for one in node.operands)
    return isinstance(node, syntax.Compare) and node.operator in _UNEQUAL


def words_in(machine: Machine, node: syntax.Expression) -> str:
    """The texts and patterns that a condition knows, one after the other."""
    found: list[str] = []
    for one in trees.nodes(node):
        if isinstance(one, syntax.Constant):
            found.append(str(one.value))
        elif isinstance(one, syntax.RegularExpression):
            found.append(one.pattern)
        elif isinstance(one, (syntax.Name, syntax.Attribute)):
            value = subjects.evaluate_quietly(machine, one)
            found += value.texts()
            for obj in value.objects:
                if isinstance(obj, Regex):
                    found.append(obj.pattern)
                elif isinstance(obj, Struct):
                    found += obj.items().texts()
    return " ".join(found)


def passed(machine: Machine, value: Value, conditions: list[syntax.Expression]) -> Value | None:
    """The whole, where conditions on its names leave most of it in; None where they do not."""
    if not all(refuses(one) for one in conditions):
        return None
    words = " ".join(words_in(machine, one) for one in conditions)
    if is_environment(value):
        return None if all(kind.search(words) for kind in _KINDS) else ENVIRONMENT
    whole = tuple(atom for atom in value.taint if logs.is_headers(machine, atom))
    if whole and not _WHO.search(words):
        return Value((), whole, (), True)
    return None


def comprehension(machine: Machine, node: syntax.Comprehension) -> Value | None:
    """``{k: v for k, v in os.environ.items() if k not in HIDDEN}``; None for any other."""
    clause = node.clauses[0]
    call, target = clause.iterable, clause.target
    if (
        len(node.clauses) != 1
        or not isinstance(call, syntax.Call)
        or getattr(call.function, "name", "") != "items"
        or not isinstance(call.function, syntax.Attribute)
        or not isinstance(target, syntax.ListLiteral)
        or [trees.dotted(one) for one in target.items if one is not None]
        != [trees.dotted(one) for one in (node.key, node.element) if one is not None]
    ):
        return None
    return passed(machine, machine.evaluate(call.function.value), clause.conditions)


def filtered(machine: Machine, receiver: Value, function: Value) -> Value | None:
    """``Object.entries(process.env).filter(([name]) => !SECRET.test(name))``."""
    if not is_environment(receiver):
        return None
    for obj in function.objects:
        body = obj.node.body if isinstance(obj, Closure) else []
        answer = body[0] if len(body) == 1 else None
        if isinstance(answer, syntax.Return) and answer.value is not None:
            return passed(machine, receiver, [answer.value])
    return None
