"""What each expression of the tree evaluates to."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ringfence.dataflow import (
    access,
    amounts,
    answer_places,
    authority,
    call_arguments,
    calls,
    choices,
    cloud,
    credentials,
    definitions,
    event_reads,
    exposures,
    guards,
    guessable,
    members,
    special_methods,
    stores,
    subjects,
    targets,
    texts,
)
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    CloudObject,
    External,
    JsonText,
    Record,
    Regex,
    Struct,
    deep_taint,
)
from ringfence.dataflow.values import (
    ALL_RULES,
    EITHER,
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Mix,
    Value,
    join,
    join_all,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def constant(machine: Machine, node: syntax.Constant) -> Value:
    value = node.value
    if isinstance(value, bytes):
        return Value((value.decode("latin-1"),))
    return Value((value,))


def name(machine: Machine, node: syntax.Name) -> Value:
    found = machine.lookup(node.name)
    if found is not None:
        return found
    return access.builtin(machine, node.name)


def attribute(machine: Machine, node: syntax.Attribute) -> Value:
    return access.attribute(machine, machine.evaluate(node.value), node.name, node)


def index(machine: Machine, node: syntax.Index) -> Value:
    value = machine.evaluate(node.value)
    if isinstance(node.key, syntax.Slice):
        return slice_of(machine, value, node.key)
    return access.index(machine, value, machine.evaluate(node.key), node)


def slice_of(machine: Machine, value: Value, key: syntax.Slice) -> Value:
    """Part of a text or list."""
    for part in (key.lower, key.upper, key.step):
        if part is not None:
            machine.evaluate(part)
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            result = join(result, machine.sequence_of(obj.items()))
        else:
            result = join(result, Value(objects=(obj,)))
    if value.consts or value.open or value.taint:
        known = [const[_slice(key)] for const in value.consts if isinstance(const, str)]
        whole = len(known) == len(value.consts) and _slice(key) != slice(None, None)
        taint = value.taint
        if key.lower or key.upper:
            whole = key.lower is None and texts.is_limit(getattr(key.upper, "value", None))
            taint = (texts.limited if whole else texts.derived)(value.taint)
        result = join(
            result,
            Value(tuple(known) if whole else (), taint, (), not whole or value.open),
        )
    return result


def _slice(key: syntax.Slice) -> slice:
    def number(part: syntax.Expression | None) -> int | None:
        if isinstance(part, syntax.Constant) and isinstance(part.value, int):
            return part.value
        return None

    return slice(number(key.lower), number(key.upper))


def slice_alone(machine: Machine, node: syntax.Slice) -> Value:
    return UNKNOWN


def template(machine: Machine, node: syntax.Template) -> Value:
    values = [machine.evaluate(part) for part in node.parts]
    return texts.concatenate(values, machine.language)


_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "-": operators.sub,
    "*": operators.mul,
    "+": operators.add,
}


def binary_node(machine: Machine, node: syntax.Binary) -> Value:
    left = machine.evaluate(node.left)
    if node.operator == "%" and isinstance(node.right, syntax.ListLiteral):
        items = [machine.evaluate(item) for item in node.right.items if item is not None]
        return texts.percent_format(left, items, machine.language)
    return binary(machine, node.operator, left, machine.evaluate(node.right), node)


def binary(machine: Machine, operator: str, left: Value, right: Value, node: syntax.Node) -> Value:
    if operator == "+":
        return add(machine, left, right)
    if operator == "%" and any(isinstance(const, (str, Mix)) for const in left.consts):
        for obj in right.objects:
            if isinstance(obj, Struct) and obj.kind == "map":
                return texts.derive(left, right)
        return texts.percent_format(left, [right], machine.language)
    if operator in _NUMBERS and left.definite and right.definite:
        numbers = [
            _NUMBERS[operator](a, b)
            for a in left.consts
            for b in right.consts
            if isinstance(a, (int, float)) and isinstance(b, (int, float))
        ]
        if len(numbers) == 1 and abs(numbers[0]) < 10**12:
            return Value((numbers[0],))
        return UNKNOWN
    if operator == "*":
        amounts.repeated(machine, left, right, node)
    if operator in ("|", "&", "/", "*", "-", "??"):
        return combine(machine, operator, left, right)
    return UNKNOWN


def combine(machine: Machine, operator: str, left: Value, right: Value) -> Value:
    """Operators that join maps, sets, conditions of query builders and paths."""
    if operator == "/" and (left.objects or right.objects):
        externals = [obj for obj in left.objects if isinstance(obj, External)]
        if externals:  # pathlib: Path("a") / name
            parts = [external.arguments[0] for external in externals if external.arguments]
            joined = texts.concatenate(
                [join_all(parts) if parts else UNKNOWN, Value(("/",)), right], machine.language
            )
            path = External(externals[0].path, (joined,))
            return Value((), joined.taint, (path,))
    if operator in ("|", "&") and (left.objects or right.objects):
        return join(left, right)
    if operator == "*" and (left.texts() or right.texts()):
        return texts.derive(left, right)
    if operator in ("*", "/", "-"):
        return amounts.arithmetic(left, right)
    return UNKNOWN


def add(machine: Machine, left: Value, right: Value) -> Value:
    if left.definite and right.definite and len(left.consts) * len(right.consts) == 1:
        a, b = left.consts[0], right.consts[0]
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return Value((a + b,))
    if amounts.numbers(left) or amounts.numbers(right):
        texts_too = any(side.taint or side.texts() for side in (left, right))
        if not texts_too:
            return amounts.arithmetic(left, right)
    lists = [obj for obj in (*left.objects, *right.objects) if isinstance(obj, Struct)]
    if lists and machine.language == "python":
        struct = machine.struct("list")
        length = 0
        for side in (left, right):
            for obj in side.objects:
                if isinstance(obj, Struct):
                    known = obj.known_length()
                    if known is not None and length >= 0 and len(side.objects) == 1:
                        for key in range(known):
                            struct.fields[length + key] = obj.fields.get(key, UNKNOWN)
                        length += known
                    else:
                        struct.rest = join(struct.rest, obj.items())
                        length = -10_000
            if side.taint:
                struct.rest = join(struct.rest, tainted(side.taint))
        return Value(objects=(struct,))
    return texts.concatenate([left, right], machine.language)


def unary(machine: Machine, node: syntax.Unary) -> Value:
    value = machine.evaluate(node.operand)
    if node.operator == "not":
        truth = value.truth()
        known = EITHER if truth is None else (FALSE if truth else TRUE)
        return join(known, authority.turned(machine, value)) if value.objects else known
    if node.operator == "-" and value.definite and len(value.consts) == 1:
        number = value.consts[0]
        if isinstance(number, (int, float)):
            return Value((-number,))
    if node.operator == "typeof":
        return type_name(value)
    if node.operator == "delete" and isinstance(node.operand, (syntax.Attribute, syntax.Index)):
        held = machine.evaluate(node.operand.value)
        exposures.take_out(machine, held)
        if isinstance(node.operand, syntax.Index):
            key = machine.evaluate(node.operand.key)
            special_methods.ask_all(machine, held, "__delitem__", [key], node)
    return UNKNOWN


def type_name(value: Value) -> Value:
    if value.open or value.taint or len(value.objects) + len(value.consts) != 1:
        return UNKNOWN
    if value.objects:
        callable_ = isinstance(value.objects[0], (Closure, ClassObject))
        return (
            Value(("function",))
            if callable_
            else (Value(("object",)) if isinstance(value.objects[0], Struct) else UNKNOWN)
        )
    const = value.consts[0]
    if isinstance(const, (str, Mix)):
        return Value(("string",))
    if isinstance(const, bool):
        return Value(("boolean",))
    return Value(("number",)) if isinstance(const, (int, float)) else UNKNOWN


def may_miss(machine: Machine, node: syntax.Expression) -> bool:
    """Whether ``TABLE[key]`` may find nothing, where a language answers that with a value."""
    is_lookup = isinstance(node, syntax.Index) and not isinstance(node.key, syntax.Constant)
    return is_lookup and machine.language != "python"


def logical(machine: Machine, node: syntax.Logical) -> Value:
    """Each operand runs where those before it allow; what they proved holds for it."""
    result = NOTHING
    before = machine.proven
    tentative = machine.tentative
    variables = machine.frame.scope.variables
    for place, operand in enumerate(node.operands):
        value = machine.evaluate(operand)
        last = place == len(node.operands) - 1
        if last:
            result = join(result, subjects.settled(machine, value))
            break
        truth = value.truth()
        if value.objects:
            result = join(result, Value(objects=authority.decisions(value)))
        if node.operator == "or":
            if truth is True and not may_miss(machine, operand):
                result = join(result, value)
                break
            if truth is not False:
                result = join(result, truthy_part(value))
        elif node.operator == "and":
            if truth is False:
                result = join(result, value)
                break
        elif value.definite and None not in value.consts and not may_miss(machine, operand):
            result = join(result, value)
            break
        else:
            result = join(result, truthy_part(value))
        if place == 0:
            machine.frame.scope.variables = dict(variables)
        if place == 0:
            machine.tentative += 1
        if node.operator in ("and", "or"):
            guards.refine(machine, operand, node.operator == "and")
    machine.tentative = tentative
    if len(node.operands) > 1:
        machine.proven = before
        changed = machine.frame.scope.variables
        if changed is not variables:
            for key, value in changed.items():
                variables.setdefault(key, value)
            machine.frame.scope.variables = variables
    return result if not result.is_nothing else UNKNOWN


def truthy_part(value: Value) -> Value:
    """Without the constants that are false."""
    if not any(isinstance(c, (str, type(None), bool, int)) and not c for c in value.consts):
        return value
    consts = tuple(const for const in value.consts if isinstance(const, Mix) or const)
    return Value(consts, value.taint, value.objects, value.open)


def is_inside(left: Value, right: Value) -> bool | None:
    """Whether one known text is in a collection of known ones; None where either is not known."""
    text = left.only_text() if left.definite else None
    if text is None or right.taint or right.open or len(right.objects) != 1:
        return None
    held = right.objects[0]
    if not isinstance(held, Struct) or held.kind == "instance" or held.base is not None:
        return None
    if held.kind == "map":
        return True if text in held.fields else None
    items = held.items()
    if not items.consts or items.open or items.taint or items.objects:
        return None
    return text in items.consts


def compare(machine: Machine, node: syntax.Compare) -> Value:
    reads = machine.module_reads
    left = machine.evaluate(node.left)
    right = machine.evaluate(node.right)
    amounts.compared(machine, left, right)
    if node.operator in ("in", "not in"):
        special_methods.ask_all(machine, right, "__contains__", [left], node)
        inside = is_inside(left, right)
        if inside is not None:
            machine.module_reads = reads  # a list of known texts is no state
            return TRUE if inside is (node.operator == "in") else FALSE
    if left.definite and right.definite and len(left.consts) == len(right.consts) == 1:
        a, b = left.consts[0], right.consts[0]
        if node.operator in ("==", "is"):
            return TRUE if a == b else FALSE
        if node.operator in ("!=", "is not"):
            return FALSE if a == b else TRUE
    result = join(EITHER, authority.compared(machine, node, left, right))
    if any(isinstance(obj, External) and obj.path.startswith(_COLUMNS) for obj in left.objects):
        # a condition of a statement that is built: bound as a parameter, and so harmless
        bound = (atom.changed(derived=True, cleared=(ALL_RULES,)) for atom in deep_taint(right))
        result = join(result, tainted(bound))
    return result


#: The columns of declared tables.
_COLUMNS = ("sqlalchemy.", "peewee.", "pynamodb.")


def conditional(machine: Machine, node: syntax.Conditional) -> Value:
    choice = choices.Choice(machine, node)
    known = machine.test(node.test)
    choice.decide(machine.tested, known)
    result = NOTHING
    before = machine.save()
    machine.tentative += 1
    for positive, branch in ((True, node.then), (False, node.otherwise)):
        if known is not None and known is not positive:
            continue
        guards.refine(machine, node.test, positive)
        choice.enter(positive)
        result = join(result, subjects.settled(machine, machine.evaluate(branch)))
        choice.leave(positive, True)
        machine.restore(before)
    machine.tentative -= 1
    choice.judge()
    return result


def list_literal(machine: Machine, node: syntax.ListLiteral) -> Value:
    struct = machine.struct("set" if node.kind == "set" else "list")
    place: int | None = 0
    for item in node.items:
        if item is None:
            place = None if place is None else place + 1
        elif isinstance(item, syntax.Spread):
            spread = machine.evaluate(item.value)
            for value in access.known_items(spread) or ():
                if place is None:
                    struct.rest = join(struct.rest, value)
                else:
                    struct.fields[place] = value
                    place += 1
            if access.known_items(spread) is None:
                struct.rest = join(struct.rest, element_of(machine, spread, item, False))
                place = None
        else:
            value = machine.evaluate(item)
            if place is None or place > 199:
                struct.rest = join(struct.rest, value)
                place = None
            else:
                struct.fields[place] = value
                place += 1
    return Value(objects=(struct,))


def map_literal(machine: Machine, node: syntax.MapLiteral) -> Value:
    struct = machine.struct("map")
    machine.memo["made", id(struct)] = struct, machine.frame.module, node
    result = Value(objects=(struct,))
    for entry in node.entries:
        if entry.key is None:
            spread_value = machine.evaluate(entry.value)
            if isinstance(entry.value, syntax.Logical):  # ``...(condition && {…})``
                spread_value = join(spread_value, FALSE)
            access.spread_into(machine, struct, spread_value)
            continue
        key = machine.evaluate(entry.key)
        value = machine.evaluate(entry.value)
        if isinstance(entry.value, syntax.Constant) and isinstance(entry.key, syntax.Constant):
            credentials.check(machine, str(entry.key.value), entry.value)
        elif isinstance(entry.key, syntax.Constant):
            guessable.put(machine, str(entry.key.value), entry.value)
        method = machine.language != "python" and isinstance(entry.value, syntax.FunctionLiteral)
        if method and not getattr(entry.value, "is_arrow", False):
            value = definitions.bind(value, result)
        known = access.keys_of(key)
        if len(known) == len(key.consts) == 1 and not key.open:
            struct.put(known[0], value, machine.branch)
            answer_places.wrote(machine, struct, str(known[0]), entry)
        else:
            for one in known:
                struct.put(one, join(struct.fields.get(one, NOTHING), value), machine.branch)
            if not known or key.open or len(known) < len(key.consts):
                struct.put(None, value, machine.branch)
                struct.names = join(struct.names, key)
    return result


def await_(machine: Machine, node: syntax.Await) -> Value:
    return machine.evaluate(node.value)


def yield_(machine: Machine, node: syntax.Yield) -> Value:
    frame = machine.frame
    value = machine.evaluate(node.value) if node.value is not None else NONE
    if node.delegate:
        value = element_of(machine, value, node, False)
    value = subjects.settled(machine, value)
    frame.yielded = value if frame.yielded is None else join(frame.yielded, value)
    return UNKNOWN


def assign_expression(machine: Machine, node: syntax.AssignExpression) -> Value:
    value = machine.evaluate(node.value)
    if node.operator:
        old = machine.evaluate(node.target)
        value = (
            join(old, value)
            if node.operator in ("or", "and", "??")
            else binary(machine, node.operator, old, value, node)
        )
    targets.assign(machine, node.target, value)
    if isinstance(node.target, syntax.Name) and not node.operator:
        guards.remember(machine, node.target.name, node.value)
    return value


def regular_expression(machine: Machine, node: syntax.RegularExpression) -> Value:
    return Value(objects=(Regex(node.pattern, node.flags),))


def sequence(machine: Machine, node: syntax.SequenceExpression) -> Value:
    result = UNKNOWN
    for item in node.items:
        result = machine.evaluate(item)
    return result


def opaque(machine: Machine, node: syntax.Opaque) -> Value:
    counts = machine.collected.opaque
    counts[node.kind] = counts.get(node.kind, 0) + 1
    return texts.derive(*(machine.evaluate(child) for child in node.children))


def spread(machine: Machine, node: syntax.Spread) -> Value:
    return element_of(machine, machine.evaluate(node.value), node, False)


def default(machine: Machine, node: syntax.Default) -> Value:
    return machine.evaluate(node.value)


def element_of(machine: Machine, value: Value, node: syntax.Node, keys: bool) -> Value:
    """What a loop over the value sees."""
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            own = special_methods.iterated(machine, obj, node) if obj.cls is not None else None
            if own is not None:
                result = join(result, element_of(machine, own, node, keys))
            elif keys or (obj.kind == "map" and machine.language == "python"):
                result = join(result, access.key_values(machine, obj))
            else:
                result = join(result, obj.items())
                if obj.base is not None:
                    result = join(result, element_of(machine, obj.base, node, keys))
        elif isinstance(obj, Record):
            result = join(result, Value((), (), (obj,), True))
        elif isinstance(obj, JsonText):
            result = join(result, tainted(texts.derived(deep_taint(obj.inner))))
        elif isinstance(obj, External):
            element = External(obj.path + "[]", before=obj)
            found = members.from_external(machine, element, value)
            result = join(result, stores.filled(machine, found))
        elif isinstance(obj, CloudObject):
            result = join(result, cloud.elements(machine, obj, node))
        else:
            result = join(result, UNKNOWN)
    if value.taint:
        if keys:
            parts = texts.derived(value.taint)
        else:
            place = machine.location(node)
            parts = tuple(atom.at("[]", place) for atom in value.taint)
            event_reads.note(machine, parts, node, place)
        result = join(result, tainted(parts))
    for const in value.consts:
        if isinstance(const, (str, Mix)):
            result = join(result, texts.derive(Value((), value.taint)))
    if value.open and not value.taint:
        result = join(result, UNKNOWN)
    return result


def enter_context(machine: Machine, value: Value, node: syntax.Node) -> Value:
    """What ``with value as x`` binds: the value itself, or what its ``__enter__`` yields."""
    for obj in value.objects:
        if isinstance(obj, Struct) and obj.cls is not None:
            for name in ("__enter__", "__aenter__"):
                if obj.cls.find(name) is not None:
                    return calls.call_method(
                        machine, value, name, call_arguments.Arguments([]), node
                    )
    generated = [obj for obj in value.objects if isinstance(obj, Struct) and obj.kind == "list"]
    if generated and len(generated) == len(value.objects):
        return join_all(obj.items() for obj in generated)
    return value


def leave_context(machine: Machine, value: Value, node: syntax.Node) -> None:
    """What an own ``__exit__`` does at the end of ``with``, with or without an exception."""
    for obj in value.objects:
        if isinstance(obj, Struct) and obj.cls is not None:
            for name in ("__exit__", "__aexit__"):
                if obj.cls.find(name) is not None:
                    given = call_arguments.Arguments([UNKNOWN, UNKNOWN, UNKNOWN])
                    calls.call_method(machine, value, name, given, node)
