"""A condition → what it says of paths of the event where it holds, or where it does not.

``isinstance``, ``typeof``, comparisons with known values, membership of known lists, bounds of
numbers and of lengths, patterns, beginnings and ends, presence. Of what may be either, only what
holds for both is said; ``x is None or …`` says something of ``x`` where it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ringfence.dataflow import event_reads, subjects, texts
from ringfence.dataflow.objects import External, Regex, Struct
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.event_reads import EventPlace
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.values import Const, Value
    from ringfence.model.location import Location

ABSENT = "absent"
MAX_DEPTH = 12
MAX_LINKS = 4
MAX_NAMES = 40


class Passing(NamedTuple):
    """What holds of a path; ``kind`` as in :data:`~ringfence.model.facts.EVENT_TESTS`, or
    :data:`ABSENT`."""

    path: EventPlace
    kind: str
    values: tuple[str, ...]
    place: Location


_TYPES = {
    "str": "string", "string": "string", "bytes": "string", "int": "number", "float": "number",
    "Decimal": "number", "number": "number", "bigint": "number", "complex": "number",
    "Number": "number", "bool": "boolean", "boolean": "boolean", "list": "list", "tuple": "list",
    "Array": "list", "dict": "map", "Mapping": "map", "object": "map",
}  # fmt: skip
_SAME = frozenset(
    ("strip", "trim", "lower", "upper", "toLowerCase", "toUpperCase", "toString", "casefold",
     "normalize")
)  # fmt: skip
_CONVERSIONS = frozenset(
    ("str", "String", "int", "float", "Number", "parseInt", "parseFloat", "Decimal", "bool",
     "Boolean", "set", "frozenset", "list")
)  # fmt: skip
_MEMBERSHIP = frozenset(("includes", "has", "__contains__", "contains"))
_NEGATED = {"not in": "in", "!=": "==", "is not": "is"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
#: Tests that nothing passes which is not there, unless something stands in for it.
_OF_WHAT_IS_THERE = frozenset(("type", "allowed", "pattern"))
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


# --- subjects ---


def path_at(machine: Machine, node: syntax.Expression) -> EventPlace | None:
    """The path of the event that an expression reads, also where it is trimmed or converted."""
    node = bare(machine, node)
    return event_reads.only_path(_quietly(machine, node))


def _quietly(machine: Machine, node: syntax.Expression) -> Value:
    """The value of a simple expression again, which need not run here."""
    machine.tentative += 1
    value = subjects.evaluate_quietly(machine, node)
    machine.tentative -= 1
    return value


def bare(machine: Machine, node: syntax.Expression) -> syntax.Expression:
    """Without conversions and changes of case and space."""
    for _ in range(MAX_LINKS):
        if isinstance(node, syntax.Await):
            node = node.value
        elif isinstance(node, syntax.Name):
            behind = machine.frame.scope.conditions.get(node.name)
            inner = _inside(behind) if isinstance(behind, syntax.Call) else None
            if inner is None:
                return node
            node = inner
        else:
            inner = _inside(node) if isinstance(node, syntax.Call) else None
            if inner is None:
                return node
            node = inner
    return node


def _inside(call: syntax.Call) -> syntax.Expression | None:
    function = call.function
    if isinstance(function, syntax.Attribute) and function.name in _SAME:
        return function.value
    if isinstance(function, syntax.Attribute) and function.name in ("parseInt", "parseFloat"):
        return call.arguments[0].value if call.arguments else None
    if isinstance(function, syntax.Name) and function.name in _CONVERSIONS and call.arguments:
        return call.arguments[0].value
    return None


def _measured(machine: Machine, node: syntax.Expression) -> syntax.Expression | None:
    """``x`` of ``len(x)`` and ``x.length``."""
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    if isinstance(node, syntax.Attribute) and node.name in ("length", "size"):
        return node.value
    named = isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "len"
    return node.arguments[0].value if isinstance(node, syntax.Call) and (
        named and len(node.arguments) == 1
    ) else None  # fmt: skip


def _known(machine: Machine, node: syntax.Expression) -> Value | None:
    """What the code itself says; None for what may come from elsewhere."""
    value = _quietly(machine, node)
    return None if value.taint or value.is_nothing else value


def word(const: Const) -> str:
    """A constant as a contract writes it."""
    if isinstance(const, bool):
        return "true" if const else "false"
    return "null" if const is None else str(const)


def texts_of(machine: Machine, node: syntax.Expression) -> tuple[str, ...]:
    """The known constants that a value may be; none where it may be something else."""
    value = _known(machine, node)
    return tuple(map(word, value.consts)) if value is not None and value.definite else ()


def _members(machine: Machine, node: syntax.Expression) -> tuple[str, ...]:
    """The known members of a list, set or map, or of ``Object.keys`` and ``values`` of one."""
    if isinstance(node, syntax.Call) and node.arguments and isinstance(
        node.function, (syntax.Attribute, syntax.Name)
    ):  # fmt: skip
        name = node.function.name
        inner = node.arguments[0].value
        if name in ("set", "frozenset", "list", "tuple", "Set", "keys", "freeze"):
            return _members(machine, inner)
        if name == "values":
            value = _known(machine, inner)
            return _consts(one for obj in value.objects if isinstance(obj, Struct)
                           for one in obj.fields.values()) if value else ()  # fmt: skip
        return ()
    if isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "keys":
        assert isinstance(node.function, syntax.Attribute)
        node = node.function.value
    value = _known(machine, node)
    if value is None or len(value.objects) != 1 or value.consts or value.open:
        return ()
    held = value.objects[0]
    if not isinstance(held, Struct) or not held.rest.is_nothing or held.base is not None:
        return ()
    if held.kind == "map":
        return tuple(str(key) for key in held.fields)[:MAX_NAMES]
    return _consts(held.fields.values())


def _consts(values: Iterable[Value]) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        if not value.definite:
            return ()
        found += map(word, value.consts)
    return tuple(dict.fromkeys(found))


def _of(
    machine: Machine, node: syntax.Expression, kind: str, values: tuple[str, ...] = ()
) -> Iterator[Passing]:
    value = _quietly(machine, bare(machine, node))
    path = event_reads.only_path(value)
    if path and (values or kind in ("required", ABSENT)):
        place = machine.location(node)
        yield Passing(path, kind, values, place)
        if kind in _OF_WHAT_IS_THERE and "null" not in values and not value.texts():
            yield Passing(path, "required", (), place)


# --- presence ---


def _present(machine: Machine, node: syntax.Expression, positive: bool) -> list[Passing]:
    """``if x``, ``if not x``; ``if items.length``, ``if (missing.length)``."""
    measured = _measured(machine, node)
    if measured is not None:
        found = list(_lacking(machine, measured, positive))
        if found:
            return found
        if not positive:
            return list(_of(machine, measured, ABSENT))
        return [*_of(machine, measured, "required"), *_of(machine, measured, "minimum", ("1",))]
    found = list(_lacking(machine, node, positive))
    return found or list(_of(machine, node, "required" if positive else ABSENT))


def _lacking(machine: Machine, node: syntax.Expression, positive: bool) -> Iterator[Passing]:
    """``missing = [n for n in NAMES if n not in body]``, ``NAMES.filter((n) => !body[n])``: none of
    them may be missing."""
    if positive:
        return
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    if isinstance(node, syntax.Comprehension) and len(node.clauses) == 1:
        clause = node.clauses[0]
        if isinstance(clause.target, syntax.Name) and len(clause.conditions) == 1:
            yield from _each_name(machine, clause.iterable, clause.target.name,
                                  clause.conditions[0], False)  # fmt: skip
    elif isinstance(node, syntax.Call) and getattr(node.function, "name", "") in ("filter", "find"):
        yield from _by_function(machine, node, False)


def _by_function(machine: Machine, node: syntax.Call, positive: bool) -> Iterator[Passing]:
    """``NAMES.every((name) => name in body)``."""
    function = node.arguments[0].value if node.arguments else None
    if not isinstance(function, syntax.FunctionLiteral) or not isinstance(
        node.function, syntax.Attribute
    ):
        return
    body = function.body
    last = body[0] if len(body) == 1 else None
    target = function.parameters[0].target if function.parameters else None
    if isinstance(last, syntax.Return) and last.value and isinstance(target, syntax.Name):
        iterable = node.function.value
        yield from _each_name(machine, iterable, target.name, last.value, positive)


def _each_name(
    machine: Machine,
    names: syntax.Expression,
    variable: str,
    test: syntax.Expression,
    positive: bool,
) -> Iterator[Passing]:
    while isinstance(test, syntax.Unary) and test.operator in ("not", "!"):
        test, positive = test.operand, not positive
    holder = _asked_holder(test, variable)
    negative = isinstance(test, syntax.Compare) and test.operator in ("not in", "==", "is")
    if holder is None or positive is negative:
        return
    path = path_at(machine, holder)
    if path is None and subjects.is_simple(holder):
        value = _quietly(machine, holder)
        path = () if any(event_reads.path_of(atom) == () for atom in value.taint) else None
    for name in _members(machine, names) if path is not None else ():
        place = machine.location(test)
        yield Passing((*(path or ()), name), "required", (), place)


def _asked_holder(test: syntax.Expression, variable: str) -> syntax.Expression | None:
    """``body`` of ``name in body``, ``body[name]``, ``body.get(name)``, ``name not in body``,
    ``body[name] === undefined``."""
    if isinstance(test, syntax.Compare):
        if test.operator in ("in", "not in") and _is_name(test.left, variable):
            return test.right
        if isinstance(test.right, (syntax.Constant, syntax.Name)) and test.operator in (
            "==", "!=", "is", "is not"
        ):  # fmt: skip
            return _asked_holder(test.left, variable)
        return None
    if isinstance(test, syntax.Index) and _is_name(test.key, variable):
        return test.value
    if isinstance(test, syntax.Call) and isinstance(test.function, syntax.Attribute):
        given = [argument.value for argument in test.arguments]
        if test.function.name in ("get", "hasOwnProperty") and given and _is_name(
            given[0], variable
        ):  # fmt: skip
            return test.function.value
    return None


def _is_name(node: syntax.Expression, name: str) -> bool:
    return isinstance(node, syntax.Name) and node.name == name


def _has(machine: Machine, holder: syntax.Expression, name: str, place: syntax.Node,
         positive: bool) -> Iterator[Passing]:  # fmt: skip
    """``"sku" in body``, ``Object.hasOwn(body, "sku")``."""
    if not subjects.is_simple(holder):
        return
    paths = {event_reads.path_of(atom) for atom in _quietly(machine, holder).taint}
    path = paths.pop() if len(paths) == 1 else None
    if path is not None:
        kind = event_reads.HAS if positive else ABSENT
        yield Passing((*path, name), kind, (), machine.location(place))


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
        yield from _of(machine, test.left, "type", (kind,) if kind in ("list", "number") else ())
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
        yield from _has(machine, right, left.value, place, positive)
    elif positive:
        yield from _of(machine, left, "allowed", _members(machine, right))


def _equal(
    machine: Machine, subject: syntax.Expression, other: syntax.Expression, positive: bool,
    depth: int,
) -> Iterator[Passing]:  # fmt: skip
    known = texts_of(machine, other)
    if isinstance(subject, syntax.Unary) and subject.operator == "typeof":
        if known == ("undefined",):
            yield from _of(machine, subject.operand, ABSENT if positive else "required")
        elif positive and known and known[0] in _TYPES:
            yield from _of(machine, subject.operand, "type", (_TYPES[known[0]],))
        return
    if isinstance(subject, syntax.Call) and getattr(subject.function, "name", "") == "type":
        kind = _TYPES.get(getattr(other, "name", ""))
        if positive and kind and len(subject.arguments) == 1:
            yield from _of(machine, subject.arguments[0].value, "type", (kind,))
        return
    if not known:
        return
    measured = _measured(machine, subject)
    if measured is not None and known[0].isdigit():
        if positive:
            yield from _of(machine, measured, "minimum", known[:1])
            yield from _of(machine, measured, "maximum", known[:1])
        elif known == ("0",):
            yield from _present(machine, subject, True)
        return
    if measured is None and known == ("0",) and positive:
        yield from _lacking(machine, subject, False)
    if known == ("-1",) and isinstance(subject, syntax.Call) and not positive:
        name, receiver = _method(subject)
        if name == "indexOf" and receiver is not None and subject.arguments:
            members = _members(machine, receiver)
            yield from _of(machine, subject.arguments[0].value, "allowed", members)
        return
    if known == ("null",):
        if isinstance(bare(machine, subject), syntax.Call) and not _is_get(subject):
            yield from read(machine, subject, not positive, depth - 1)
        else:
            yield from _of(machine, subject, ABSENT if positive else "required")
    elif known == ("",):
        yield from _of(machine, subject, ABSENT if positive else "required")
    elif known in (("true",), ("false",)) and isinstance(subject, (syntax.Call, syntax.Name)) and (
        not _is_get(subject)
    ):  # fmt: skip
        truth = positive is (known == ("true",))
        found = read(machine, subject, truth, depth - 1) if isinstance(subject, syntax.Call) else []
        yield from found or (_of(machine, subject, "allowed", known) if positive else ())
    elif positive:
        yield from _of(machine, subject, "allowed", known)


def _is_get(node: syntax.Expression) -> bool:
    return isinstance(node, syntax.Call) and getattr(node.function, "name", "") == "get"


def _bound(
    machine: Machine, subject: syntax.Expression, operator: str, limit: syntax.Expression
) -> Iterator[Passing]:
    """``x >= limit`` and its like, of a number or of a length."""
    known = _known(machine, limit)
    if known is None or not known.definite or len(known.consts) != 1:
        return
    number = known.consts[0]
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    kind = "minimum" if operator.startswith(">") else "maximum"
    measured = _measured(machine, subject)
    if measured is not None and isinstance(number, int):
        if operator in ("<", ">"):
            number += 1 if operator == ">" else -1
        found = list(_lacking(machine, measured, number >= 1)) if kind == "maximum" else []
        yield from found or _of(machine, measured, kind, (str(number),))
        return
    name, receiver = _method(subject) if isinstance(subject, syntax.Call) else ("", None)
    if name == "indexOf" and receiver is not None and isinstance(subject, syntax.Call):
        if kind == "minimum" and subject.arguments:
            members = _members(machine, receiver)
            yield from _of(machine, subject.arguments[0].value, "allowed", members)
        return
    sign = operator if operator in ("<", ">") else ""
    yield from _of(machine, subject, kind, (f"{sign}{number}",))


# --- calls ---


def _method(call: syntax.Call) -> tuple[str, syntax.Expression | None]:
    function = call.function
    if isinstance(function, syntax.Attribute):
        return function.name, function.value
    return getattr(function, "name", ""), None


def _called(machine: Machine, call: syntax.Call, positive: bool, depth: int) -> Iterator[Passing]:
    name, receiver = _method(call)
    given = [argument.value for argument in call.arguments]
    if name == "bool" and len(given) == 1:
        yield from read(machine, given[0], positive, depth - 1)
    elif name in ("isNaN",) and given and not positive:
        yield from _of(machine, given[0], "type", ("number",))
    elif name in ("hasOwn", "hasOwnProperty") and given:
        holder, key = (receiver, given[0]) if name == "hasOwnProperty" else (given[0], given[-1])
        yield from _named_in(machine, holder, key, positive)
    elif name == "call" and len(given) == 2 and getattr(receiver, "name", "") == "hasOwnProperty":
        yield from _named_in(machine, given[0], given[1], positive)
    elif name in ("some", "any") and not positive and (receiver is not None or given):
        yield from _quantified(machine, call, False)
    elif positive:
        yield from _held(machine, call, name, receiver, given)
    elif name == "get" or name in _SAME or name in _CONVERSIONS:
        yield from _of(machine, call, ABSENT)


def _named_in(
    machine: Machine, holder: syntax.Expression | None, key: syntax.Expression, positive: bool
) -> Iterator[Passing]:
    known = texts_of(machine, key)
    if holder is not None and len(known) == 1:
        yield from _has(machine, holder, known[0], key, positive)


def _held(
    machine: Machine, call: syntax.Call, name: str, receiver: syntax.Expression | None,
    given: list[syntax.Expression],
) -> Iterator[Passing]:  # fmt: skip
    """A call that came out true."""
    if name == "isinstance" and len(given) == 2:
        kinds = given[1].items if isinstance(given[1], syntax.ListLiteral) else [given[1]]
        found = {_TYPES.get(getattr(kind, "name", ""), "") for kind in kinds}
        yield from _of(machine, given[0], "type", tuple(found - {""}) if len(found) == 1 else ())
    elif name == "isArray" and given:
        yield from _of(machine, given[0], "type", ("list",))
    elif name in ("isInteger", "isFinite", "isSafeInteger") and given:
        yield from _of(machine, given[0], "type", ("number",))
    elif name in ("fullmatch", "match", "test", "search"):
        yield from _matched(machine, name, receiver, given)
    elif name in ("startswith", "startsWith", "endswith", "endsWith") and receiver and given:
        yield from _begins(machine, name.lower(), receiver, given[0])
    elif name in _DIGITS and receiver is not None and not given:
        yield from _of(machine, receiver, "pattern", (_DIGITS[name],))
    elif name in _MEMBERSHIP and receiver is not None and given:
        yield from _of(machine, given[0], "allowed", _members(machine, receiver))
    elif name == "issubset" and receiver is not None and given:
        yield from _all_in(machine, receiver, given[0], call)
    elif name in ("every", "all"):
        yield from _quantified(machine, call, True)
    elif name == "get" or name in _SAME or name in _CONVERSIONS:
        yield from _of(machine, call, "required")


def _all_in(
    machine: Machine, names: syntax.Expression, holder: syntax.Expression, place: syntax.Node
) -> Iterator[Passing]:
    name, receiver = _method(holder) if isinstance(holder, syntax.Call) else ("", None)
    holder = receiver if name == "keys" and receiver is not None else holder
    for key in _members(machine, names):
        yield from _has(machine, holder, key, place, True)


def _quantified(machine: Machine, call: syntax.Call, positive: bool) -> Iterator[Passing]:
    """``all(k in body for k in NAMES)``, ``NAMES.every(…)``, ``any(k not in body …)`` false."""
    first = call.arguments[0].value if call.arguments else None
    if isinstance(first, syntax.Comprehension) and len(first.clauses) == 1:
        clause = first.clauses[0]
        if isinstance(clause.target, syntax.Name) and not clause.conditions:
            yield from _each_name(machine, clause.iterable, clause.target.name, first.element,
                                  positive)  # fmt: skip
    else:
        yield from _by_function(machine, call, positive)


def _matched(
    machine: Machine, name: str, receiver: syntax.Expression | None, given: list[syntax.Expression]
) -> Iterator[Passing]:
    """``re.fullmatch(p, x)``, ``P.match(x)``, ``/p/.test(x)``, ``x.match(/p/)``."""
    if receiver is None or not given:
        return
    held = _quietly(machine, receiver)
    if any(isinstance(obj, External) and obj.path in ("re", "regex") for obj in held.objects):
        if len(given) > 1:
            pattern = texts.pattern_of(_quietly(machine, given[0]))
            yield from _of(machine, given[1], "pattern", _pattern(machine, pattern, name))
    elif any(isinstance(obj, Regex) for obj in held.objects):
        pattern = texts.pattern_of(held)
        yield from _of(machine, given[0], "pattern", _pattern(machine, pattern, name))
    else:
        pattern = texts.pattern_of(_quietly(machine, given[0]))
        yield from _of(machine, receiver, "pattern", _pattern(machine, pattern, name))


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
    known = texts_of(machine, given) or _members(machine, given)
    if not known or not all(known):
        return
    escaped = [re.escape(text) for text in known]
    inside = escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
    pattern = f"^{inside}" if name == "startswith" else f"{inside}$"
    yield from _of(machine, receiver, "pattern", (pattern,))
