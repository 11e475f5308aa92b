"""A condition → what it says of paths of the event where it holds, or where it does not.

``isinstance``, ``typeof``, comparisons with known values, membership of known lists, bounds of
numbers and of lengths, patterns, beginnings and ends, presence. Of what may be either, only what
holds for both is said; ``x is None or …`` says something of ``x`` where it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import event_presence, event_reads, event_subjects, texts
from ringfence.dataflow.event_subjects import ABSENT, Passing
from ringfence.dataflow.objects import External, Regex
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_DEPTH = 12
_TYPES = {
    "str": "string", "string": "string", "bytes": "string", "int": "number", "float": "number",
    "Decimal": "number", "number": "number", "bigint": "number", "complex": "number",
    "Number": "number", "bool": "boolean", "boolean": "boolean", "list": "list", "tuple": "list",
    "Array": "list", "dict": "map", "Mapping": "map", "object": "map",
}  # fmt: skip
_MEMBERSHIP = frozenset(("includes", "has", "__contains__", "contains"))
_NEGATED = {"not in": "in", "!=": "==", "is not": "is"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_DIGITS = {"isdigit": r"^\d+$", "isdecimal": r"^\d+$", "isnumeric": r"^\d+$",
           "isalnum": r"^\w+$", "isalpha": r"^\w+$"}  # fmt: skip


def read(
    machine: Machine, test: syntax.Expression, positive: bool, depth: int = MAX_DEPTH
) -> list[Passing]:
    """What holds where ``test`` comes out ``positive``."""
    if depth <= 0:
        return []
    if isinstance(test, syntax.Unary) and test.operator in ("not", "!", "!!"):
        turned = positive if test.operator == "!!" else not positive
        return read(machine, test.operand, turned, depth - 1)
    if isinstance(test, syntax.Await):
        return read(machine, test.value, positive, depth - 1)
    if isinstance(test, syntax.Logical):
        if test.operator == "??":
            return []
        found = [read(machine, one, positive, depth - 1) for one in test.operands]
        if (test.operator == "and") is positive:
            return [one for each in found for one in each]
        return _either(found)
    if isinstance(test, syntax.Compare):
        return list(_compared(machine, test, positive, depth))
    if isinstance(test, syntax.Call):
        return list(_called(machine, test, positive, depth))
    if isinstance(test, syntax.Name):
        behind = machine.frame.scope.conditions.get(test.name)
        if isinstance(behind, (syntax.Compare, syntax.Logical, syntax.Unary, syntax.Call)):
            found_behind = read(machine, behind, positive, depth - 1)
            if found_behind:
                return found_behind
    return _present(machine, test, positive)


def _either(found: list[list[Passing]]) -> list[Passing]:
    """What holds whichever of these does."""
    absent = {one.path for each in found for one in each if one.kind == ABSENT}
    kept = [each for each in found if not any(one.kind == ABSENT for one in each)]
    if not kept or any(not each for each in kept):
        return []
    result = []
    for first in kept[0]:
        like = [
            [one for one in each if (one.path, one.kind) == (first.path, first.kind)]
            for each in kept
        ]
        if not all(like) or (absent and first.path not in absent) or (
            first.kind in ("required", event_reads.HAS) and first.path in absent
        ):  # fmt: skip
            continue
        values = tuple(dict.fromkeys(v for each in like for v in each[0].values))
        if first.kind == "pattern" and len(values) > 1:
            values = ("|".join(values),)
        if first.kind in ("allowed", "pattern", "required", event_reads.HAS) or len(values) == 1:
            result.append(first._replace(values=values))
    return result


def _present(machine: Machine, node: syntax.Expression, positive: bool) -> list[Passing]:
    """``if x``, ``if not x``; ``if items.length``, ``if (missing.length)``."""
    measured = event_subjects.measured(machine, node)
    if measured is not None:
        found = list(event_presence.lacking(machine, measured, positive))
        if found:
            return found
        if not positive:
            return list(event_subjects.said(machine, measured, ABSENT))
        return [
            *event_subjects.said(machine, measured, "required"),
            *event_subjects.said(machine, measured, "minimum", ("1",)),
        ]
    found = list(event_presence.lacking(machine, node, positive))
    return found or list(event_subjects.said(machine, node, "required" if positive else ABSENT))


# --- comparisons ---


def _compared(
    machine: Machine, test: syntax.Compare, positive: bool, depth: int
) -> Iterator[Passing]:
    operator = test.operator
    if operator in _NEGATED:
        operator, positive = _NEGATED[operator], not positive
    if operator == "in":
        yield from _inside_of(machine, test.left, test.right, test, positive)
    elif operator in ("==", "is"):
        for subject, other in ((test.left, test.right), (test.right, test.left)):
            found = list(_equal(machine, subject, other, positive, depth))
            yield from found
            if found:
                return
    elif operator == "instanceof" and positive:
        kind = _TYPES.get(getattr(test.right, "name", ""))
        yield from event_subjects.said(
            machine, test.left, "type", (kind,) if kind in ("list", "number") else ()
        )
    elif operator in _MIRRORED:
        if not positive:
            operator = _OPPOSITE[operator]
        found = list(_bound(machine, test.left, operator, test.right))
        yield from found or _bound(machine, test.right, _MIRRORED[operator], test.left)


def _inside_of(
    machine: Machine, left: syntax.Expression, right: syntax.Expression, place: syntax.Node,
    positive: bool,
) -> Iterator[Passing]:  # fmt: skip
    if isinstance(left, syntax.Constant) and isinstance(left.value, str):
        yield from event_presence.has(machine, right, left.value, place, positive)
    elif positive:
        yield from event_subjects.said(
            machine, left, "allowed", event_subjects.members(machine, right)
        )


def _equal(
    machine: Machine, subject: syntax.Expression, other: syntax.Expression, positive: bool,
    depth: int,
) -> Iterator[Passing]:  # fmt: skip
    known = event_subjects.texts_of(machine, other)
    if isinstance(subject, syntax.Unary) and subject.operator == "typeof":
        if known == ("undefined",):
            yield from event_subjects.said(
                machine, subject.operand, ABSENT if positive else "required"
            )
        elif positive and known and known[0] in _TYPES:
            yield from event_subjects.said(machine, subject.operand, "type", (_TYPES[known[0]],))
        return
    if isinstance(subject, syntax.Call) and getattr(subject.function, "name", "") == "type":
        kind = _TYPES.get(getattr(other, "name", ""))
        if positive and kind and len(subject.arguments) == 1:
            yield from event_subjects.said(machine, subject.arguments[0].value, "type", (kind,))
        return
    if not known:
        return
    measured = event_subjects.measured(machine, subject)
    if measured is not None and known[0].isdigit():
        if positive:
            yield from event_subjects.said(machine, measured, "minimum", known[:1])
            yield from event_subjects.said(machine, measured, "maximum", known[:1])
        elif known == ("0",):
            yield from _present(machine, subject, True)
        return
    if measured is None and known == ("0",) and positive:
        yield from event_presence.lacking(machine, subject, False)
    if known == ("-1",) and isinstance(subject, syntax.Call) and not positive:
        name, receiver = event_subjects.method(subject)
        if name == "indexOf" and receiver is not None and subject.arguments:
            members = event_subjects.members(machine, receiver)
            yield from event_subjects.said(machine, subject.arguments[0].value, "allowed", members)
        return
    if known == ("null",):
        if isinstance(event_subjects.bare(machine, subject), syntax.Call) and not _is_get(subject):
            yield from read(machine, subject, not positive, depth - 1)
        else:
            yield from event_subjects.said(machine, subject, ABSENT if positive else "required")
    elif known == ("",):
        yield from event_subjects.said(machine, subject, ABSENT if positive else "required")
    elif known in (("true",), ("false",)) and isinstance(subject, (syntax.Call, syntax.Name)) and (
        not _is_get(subject)
    ):  # fmt: skip
        truth = positive is (known == ("true",))
        found = read(machine, subject, truth, depth - 1) if isinstance(subject, syntax.Call) else []
        yield from found or (
            event_subjects.said(machine, subject, "allowed", known) if positive else ()
        )
    elif positive:
        yield from event_subjects.said(machine, subject, "allowed", known)


def _is_get(node: syntax.Expression) -> bool:
    return isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "get"


def _bound(
    machine: Machine, subject: syntax.Expression, operator: str, limit: syntax.Expression
) -> Iterator[Passing]:
    """``x >= limit`` and its like, of a number or of a length."""
    known = event_subjects.known(machine, limit)
    if known is None or not known.definite or len(known.consts) != 1:
        return
    number = known.consts[0]
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    kind = "minimum" if operator.startswith(">") else "maximum"
    measured = event_subjects.measured(machine, subject)
    if measured is not None and isinstance(number, int):
        if operator in ("<", ">"):
            number += 1 if operator == ">" else -1
        found = (
            list(event_presence.lacking(machine, measured, number >= 1))
            if kind == "maximum"
            else []
        )
        yield from found or event_subjects.said(machine, measured, kind, (str(number),))
        return
    name, receiver = (
        event_subjects.method(subject) if isinstance(subject, syntax.Call) else ("", None)
    )
    if name == "indexOf" and receiver is not None and isinstance(subject, syntax.Call):
        if kind == "minimum" and subject.arguments:
            members = event_subjects.members(machine, receiver)
            yield from event_subjects.said(machine, subject.arguments[0].value, "allowed", members)
        return
    sign = operator if operator in ("<", ">") else ""
    yield from event_subjects.said(machine, subject, kind, (f"{sign}{number}",))


# --- calls ---


def _called(machine: Machine, call: syntax.Call, positive: bool, depth: int) -> Iterator[Passing]:
    name, receiver = event_subjects.method(call)
    given = [argument.value for argument in call.arguments]
    if name == "bool" and len(given) == 1:
        yield from read(machine, given[0], positive, depth - 1)
    elif name in ("isNaN",) and given and not positive:
        yield from event_subjects.said(machine, given[0], "type", ("number",))
    elif name in ("hasOwn", "hasOwnProperty") and given:
        holder, key = (receiver, given[0]) if name == "hasOwnProperty" else (given[0], given[-1])
        yield from _named_in(machine, holder, key, positive)
    elif name == "call" and len(given) == 2 and getattr(receiver, "name", "") == "hasOwnProperty":
        yield from _named_in(machine, given[0], given[1], positive)
    elif name in ("some", "any") and not positive and (receiver is not None or given):
        yield from event_presence.quantified(machine, call, False)
    elif positive:
        yield from _held(machine, call, name, receiver, given)
    elif name == "get" or name in event_subjects.SAME or name in event_subjects.CONVERSIONS:
        yield from event_subjects.said(machine, call, ABSENT)


def _named_in(
    machine: Machine, holder: syntax.Expression | None, key: syntax.Expression, positive: bool
) -> Iterator[Passing]:
    known = event_subjects.texts_of(machine, key)
    if holder is not None and len(known) == 1:
        yield from event_presence.has(machine, holder, known[0], key, positive)


def _held(
    machine: Machine, call: syntax.Call, name: str, receiver: syntax.Expression | None,
    given: list[syntax.Expression],
) -> Iterator[Passing]:  # fmt: skip
    """A call that came out true."""
    if name == "isinstance" and len(given) == 2:
        kinds = given[1].items if isinstance(given[1], syntax.ListLiteral) else [given[1]]
        found = {_TYPES.get(getattr(kind, "name", ""), "") for kind in kinds}
        yield from event_subjects.said(
            machine, given[0], "type", tuple(found - {""}) if len(found) == 1 else ()
        )
    elif name == "isArray" and given:
        yield from event_subjects.said(machine, given[0], "type", ("list",))
    elif name in ("isInteger", "isFinite", "isSafeInteger") and given:
        yield from event_subjects.said(machine, given[0], "type", ("number",))
    elif name in ("fullmatch", "match", "test", "search"):
        yield from _matched(machine, name, receiver, given)
    elif name in ("startswith", "startsWith", "endswith", "endsWith") and receiver and given:
        yield from _begins(machine, name.lower(), receiver, given[0])
    elif name in _DIGITS and receiver is not None and not given:
        yield from event_subjects.said(machine, receiver, "pattern", (_DIGITS[name],))
    elif name in _MEMBERSHIP and receiver is not None and given:
        yield from event_subjects.said(
            machine, given[0], "allowed", event_subjects.members(machine, receiver)
        )
    elif name == "issubset" and receiver is not None and given:
        yield from event_presence.all_in(machine, receiver, given[0], call)
    elif name in ("every", "all"):
        yield from event_presence.quantified(machine, call, True)
    elif name == "get" or name in event_subjects.SAME or name in event_subjects.CONVERSIONS:
        yield from event_subjects.said(machine, call, "required")


def _matched(
    machine: Machine, name: str, receiver: syntax.Expression | None, given: list[syntax.Expression]
) -> Iterator[Passing]:
    """``re.fullmatch(p, x)``, ``P.match(x)``, ``/p/.test(x)``, ``x.match(/p/)``."""
    if receiver is None or not given:
        return
    held = event_subjects.quietly(machine, receiver)
    if any(isinstance(obj, External) and obj.path in ("re", "regex") for obj in held.objects):
        if len(given) > 1:
            pattern = texts.pattern_of(event_subjects.quietly(machine, given[0]))
            yield from event_subjects.said(
                machine, given[1], "pattern", _pattern(machine, pattern, name)
            )
    elif any(isinstance(obj, Regex) for obj in held.objects):
        pattern = texts.pattern_of(held)
        yield from event_subjects.said(
            machine, given[0], "pattern", _pattern(machine, pattern, name)
        )
    else:
        pattern = texts.pattern_of(event_subjects.quietly(machine, given[0]))
        yield from event_subjects.said(
            machine, receiver, "pattern", _pattern(machine, pattern, name)
        )


def _pattern(machine: Machine, pattern: tuple[str, str] | None, name: str) -> tuple[str, ...]:
    """The pattern as one that is searched for."""
    if pattern is None:
        return ()
    text = pattern[0]
    if machine.language == "python" and name == "fullmatch":
        text = text.removeprefix("^").removesuffix("$")
        text = f"^(?:{text})$" if "|" in text else f"^{text}$"
    elif machine.language == "python" and name == "match" and not text.startswith("^"):
        text = f"^(?:{text})" if "|" in text else f"^{text}"
    return (f"(?i){text}" if "i" in pattern[1] else text,)


def _begins(
    machine: Machine, name: str, receiver: syntax.Expression, given: syntax.Expression
) -> Iterator[Passing]:
    known = event_subjects.texts_of(machine, given) or event_subjects.members(machine, given)
    if not known or not all(known):
        return
    escaped = [re.sub(r"([\\.^$*+?{}\[\]()|])", r"\\\1", text) for text in known]
    inside = escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
    pattern = f"^{inside}" if name == "startswith" else f"{inside}$"
    yield from event_subjects.said(machine, receiver, "pattern", (pattern,))
