"""What a condition proves about untrusted data where it holds.

A proof is either about a path of the event ("this value is one of a fixed list": kept in
``machine.proven``, so that it holds however the value is read again) or about a variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    addresses,
    answers,
    chosen_names,
    collection_tests,
    schemas,
    structures,
    subjects,
    text_tests,
)
from ringfence.dataflow.objects import External, deep_taint
from ringfence.dataflow.scopes import join_proven
from ringfence.dataflow.values import (
    OF_NUMBERS,
    ONE_SLASH,
    Mix,
    Value,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

A_TEXT = frozenset((structures.NOT_A_STRUCTURE,))
#: What needs a line break.
_OF_LINES = frozenset(("log-injection", "header-injection", "mail-injection"))
_NUMBER_TESTS = frozenset(
    ("Number.isInteger", "Number.isFinite", "Number.isSafeInteger", "isFinite")
)
_REMEMBERED = (
    syntax.Compare,
    syntax.Logical,
    syntax.Unary,
    syntax.Call,
    syntax.Comprehension,
    syntax.Index,
    syntax.Conditional,
    syntax.Template,
    syntax.Binary,
)


def remember(machine: Machine, name: str, value: syntax.Expression) -> None:
    """``ok = check(x)``: a later test of ``ok`` is a test of ``check(x)``, and a later call of
    ``f = object[name]`` picks by the name."""
    conditions = machine.frame.scope.conditions
    if isinstance(value, syntax.Await):
        value = value.value
    if isinstance(value, _REMEMBERED) or addresses.is_host_read(value):
        conditions[name] = value
    else:
        conditions.pop(name, None)


def remember_parts(machine: Machine, target: syntax.MapLiteral, value: syntax.Expression) -> None:
    """``const { error } = schema.validate(x)``, ``const { hostname } = new URL(x)``."""
    if isinstance(value, syntax.Await):
        value = value.value
    if not isinstance(value, syntax.Call):
        return
    conditions = machine.frame.scope.conditions
    addresses.remember_parts(target, value, conditions)
    for entry in target.entries:
        key = entry.key
        if isinstance(key, syntax.Constant) and isinstance(entry.value, syntax.Name):
            verdict = verdict_of(value, str(key.value))
            if verdict is not None:
                conditions[entry.value.name] = verdict


#: Fields of a validator's answer, and whether they are true for good data.
_VERDICTS = {"error": False, "errors": False, "issues": False, "success": True, "valid": True}


def verdict_of(call: syntax.Call, name: str) -> syntax.Expression | None:
    """The test that a field of a validator's answer stands for."""
    good = _VERDICTS.get(name)
    if good is None:
        return None
    place = (call.line, call.column, call.end_line, call.end_column)
    return call if good else syntax.Unary(*place, "not", call)


def refine(machine: Machine, test: syntax.Expression, positive: bool) -> None:
    """Change the state to what holds where ``test`` came out ``positive``."""
    machine.tentative += 1  # what is evaluated again here need not run
    _refine(machine, test, positive)
    machine.tentative -= 1


def _refine(machine: Machine, test: syntax.Expression, positive: bool) -> None:
    if isinstance(test, syntax.Unary) and test.operator == "not":
        refine(machine, test.operand, not positive)
    elif isinstance(test, (syntax.Await, syntax.AssignExpression)):
        refine(machine, test.value, positive)
    elif isinstance(test, syntax.Unary) and test.operator in ("!", "!!"):
        refine(machine, test.operand, positive if test.operator == "!!" else not positive)
    elif isinstance(test, syntax.Logical):
        refine_logical(machine, test, positive)
    elif isinstance(test, syntax.Compare):
        refine_compare(machine, test, positive)
    elif isinstance(test, syntax.Call):
        refine_call(machine, test, positive)
    elif isinstance(test, syntax.Name):
        condition = machine.frame.scope.conditions.get(test.name)
        if condition is not None:
            refine(machine, condition, positive)
    elif isinstance(test, syntax.Attribute):
        if not positive:
            text_tests.without_part(machine, test)
        held = test.value
        if isinstance(held, syntax.Name):
            held = machine.frame.scope.conditions.get(held.name, held)
        verdict = verdict_of(held, test.name) if isinstance(held, syntax.Call) else None
        if verdict is not None:
            refine(machine, verdict, positive)


def refine_logical(machine: Machine, test: syntax.Logical, positive: bool) -> None:
    if test.operator == "??":
        return
    if (test.operator == "and") is positive:
        for operand in test.operands:
            refine(machine, operand, positive)
        return
    before = machine.save()
    states = []
    for operand in test.operands:
        machine.restore(before)
        refine(machine, operand, positive)
        states.append(machine.save())
    machine.merge(states)
    common = states[0][1]
    for _, proven in states[1:]:
        common = join_proven(common, proven)
    machine.proven = common


def refine_compare(machine: Machine, test: syntax.Compare, positive: bool) -> None:
    operator = test.operator
    if operator in ("not in", "!=", "is not"):
        positive = not positive
        operator = {"not in": "in", "!=": "==", "is not": "is"}[operator]
    if operator == "in" and not positive:
        text_tests.without_sign(machine, test.left, test.right)
    if operator == "in" and positive:
        if isinstance(test.right, syntax.Attribute) and test.right.name == "parents":
            text_tests.inside_test(machine, test.right.value)
        if collection_tests.is_allow_list(machine, subjects.evaluate_quietly(machine, test.right)):
            subjects.clear_subject(machine, test.left, subjects.ALL)
    elif operator in ("==", "is"):
        compare_equal(machine, test, positive)
    elif operator in (">", ">=", "<", "<="):
        compare_order(machine, test, operator, positive)


def compare_equal(machine: Machine, test: syntax.Compare, positive: bool) -> None:
    for subject, other in ((test.left, test.right), (test.right, test.left)):
        own = addresses.url_behind(other, machine.frame.scope.remembered)
        value = subjects.evaluate_quietly(machine, other if own is None else own)
        if isinstance(subject, syntax.Call) and index_test(machine, subject, value, positive):
            return
        if isinstance(subject, syntax.Unary) and subject.operator == "typeof":
            if positive and value.only_text() in ("number", "boolean", "bigint"):
                subjects.clear_subject(machine, subject.operand, subjects.ALL)
            elif positive and value.only_text() == "string":
                subjects.clear_subject(machine, subject.operand, A_TEXT)
            return
        if value.definite and len(value.consts) == 1:
            const = value.consts[0]
            if isinstance(const, bool) and isinstance(subject, (syntax.Call, syntax.Name)):
                refine(machine, subject, positive if const else not positive)
            elif (const is None and isinstance(subject, syntax.Call)) or (
                const is None and isinstance(subject, syntax.Name)
            ):
                refine(machine, subject, not positive)
        if positive and isinstance(subject, syntax.Call) and not value.taint:
            text_tests.common_path_test(machine, subject)
        if positive and not value.taint:
            text_tests.folder_test(machine, subject)
        if positive and value.only_text() == "" and isinstance(subject, syntax.Attribute):
            text_tests.without_part(machine, subject)
        if positive and is_trusted(value):
            subjects.clear_subject(machine, subject, subjects.ALL)
        if not positive and value.only_text() == "__proto__":
            chosen_names.refused(machine, subject)


def is_trusted(value: Value) -> bool:
    """Something that the sender does not choose."""
    if any(atom.source.kind != "secret" for atom in deep_taint(value)):
        return False
    secret = bool(value.taint)
    return secret or value.definite or any(isinstance(const, Mix) for const in value.consts)


def index_test(machine: Machine, call: syntax.Call, other: Value, positive: bool) -> bool:
    """``LIST.indexOf(x) === -1`` and its like."""
    function = call.function
    if not isinstance(function, syntax.Attribute) or function.name not in ("indexOf", "search"):
        return False
    if other.definite and other.consts == (-1,) and not positive and call.arguments:
        container = subjects.evaluate_quietly(machine, function.value)
        if function.name == "indexOf" and collection_tests.is_allow_list(machine, container):
            subjects.clear_subject(machine, call.arguments[0].value, subjects.ALL)
        return True
    return other.consts == (-1,)


def compare_order(machine: Machine, test: syntax.Compare, operator: str, positive: bool) -> None:
    """``LIST.indexOf(x) > -1``; ``set(x) <= ALLOWED``."""
    left = test.left
    if (
        isinstance(left, syntax.Call)
        and isinstance(left.function, syntax.Attribute)
        and left.function.name == "indexOf"
        and left.arguments
        and (operator in (">", ">=")) is positive
        and collection_tests.is_allow_list(
            machine, subjects.evaluate_quietly(machine, left.function.value)
        )
    ):
        subjects.clear_subject(machine, left.arguments[0].value, subjects.ALL)
    if operator == "<=" and positive:
        collection_tests.subset_test(machine, left, test.right)
    smaller = test.left if (operator in ("<", "<=")) is positive else test.right
    larger = test.right if smaller is test.left else test.left
    limit = subjects.evaluate_quietly(machine, larger)
    if not limit.taint and not limit.objects:
        subjects.clear_subject(machine, smaller, frozenset((OF_NUMBERS,)))


# --- calls as tests ---


def refine_call(machine: Machine, call: syntax.Call, positive: bool) -> None:
    function = call.function
    checked = machine.checks.get(id(call))
    if checked is not None:
        if positive:
            schemas.prove(machine, *checked)
        return
    if getattr(function, "name", "") == "some" and call.arguments and not positive:
        assert isinstance(function, (syntax.Attribute, syntax.Name))
        if isinstance(function, syntax.Attribute):
            collection_tests.none_test(machine, function.value, call.arguments[0].value)
    if answers.use_exits(machine, call, positive):
        return
    if isinstance(function, syntax.Name):
        builtin_test(machine, function.name, call, positive)
    if isinstance(function, syntax.Attribute):
        method_test(machine, function, call, positive)
    if positive:
        text_tests.signed_test(machine, call)
        table_test(machine, call)


def builtin_test(machine: Machine, name: str, call: syntax.Call, positive: bool) -> None:
    arguments = [argument.value for argument in call.arguments]
    if not arguments:
        return
    if name == "isNaN" and not positive:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif not positive:
        return
    elif name in _NUMBER_TESTS:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif name == "isinstance" and len(arguments) > 1:
        kinds = arguments[1]
        names = kinds.items if isinstance(kinds, syntax.ListLiteral) else [kinds]
        words = {n.name if isinstance(n, syntax.Name) else "" for n in names}
        if words <= {"int", "float", "bool"}:
            subjects.clear_subject(machine, arguments[0], subjects.ALL)
        elif words <= {"int", "float", "bool", "str", "bytes"}:
            subjects.clear_subject(machine, arguments[0], A_TEXT)
    elif name in ("all", "bool"):
        if name == "bool":
            refine(machine, arguments[0], True)
        else:
            collection_tests.all_test(machine, arguments[0])


def method_test(
    machine: Machine, function: syntax.Attribute, call: syntax.Call, positive: bool
) -> None:
    name = function.name
    arguments = [argument.value for argument in call.arguments]
    if name in ("startswith", "startsWith") and arguments and not positive:
        if subjects.evaluate_quietly(machine, arguments[0]).only_text() == "//":
            subjects.clear_subject(machine, function.value, frozenset((ONE_SLASH,)))
        text_tests.outside_test(machine, function.value, arguments[0])
        return
    if name in collection_tests.MEMBERSHIP and arguments and not positive:
        text_tests.without_sign(machine, arguments[0], function.value)
        if "__proto__" in collection_tests.names_of(machine, function.value):
            chosen_names.refused(machine, arguments[0])
        return
    if name == "isNaN" and arguments and not positive:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
        return
    if not positive:
        return
    if name in collection_tests.WORDS and not arguments:
        subjects.clear_subject(machine, function.value, subjects.ALL)
    elif name == "isprintable" and not arguments:
        subjects.clear_subject(machine, function.value, _OF_LINES)
    elif name in ("fullmatch", "match", "test", "search"):
        text_tests.regex_test(machine, name, function.value, arguments)
    elif name in ("startswith", "startsWith") and arguments:
        text_tests.prefix_test(machine, function.value, arguments[0])
    elif name in ("endswith", "endsWith") and arguments:
        text_tests.suffix_test(machine, function.value, arguments[0])
    elif name == "is_relative_to":
        text_tests.inside_test(machine, function.value)
    elif name in ("hasOwnProperty", "call", "hasOwn") and arguments:
        if name == "hasOwnProperty":
            collection_tests.own_test(machine, function.value, arguments[0])
        elif len(arguments) == 2:
            collection_tests.own_test(machine, *arguments)
    elif name in collection_tests.MEMBERSHIP and arguments:
        container = subjects.evaluate_quietly(machine, function.value)
        if collection_tests.is_allow_list(machine, container):
            subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif name in ("isInteger", "isFinite", "isSafeInteger") and arguments:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif name == "issubset" and arguments:
        collection_tests.subset_test(machine, function.value, arguments[0])
    elif name == "every" and arguments:
        collection_tests.every_test(machine, function.value, arguments[0])


def table_test(machine: Machine, call: syntax.Call) -> None:
    """Guards of the tables."""
    function = call.function
    names: list[str] = []
    if isinstance(function, syntax.Attribute):
        receiver = subjects.evaluate_quietly(machine, function.value)
        for obj in receiver.objects:
            if isinstance(obj, External):
                names.append(f"{obj.path}.{function.name}")
        if not names:
            owner = "str." if machine.language == "python" else "String."
            names.append(owner + function.name)
    else:
        callee = subjects.evaluate_quietly(machine, function)
        names += [obj.path for obj in callee.objects if isinstance(obj, External)]
    for name in names:
        tables = machine.catalogue.tables(name)
        for guard in tables.guards if tables is not None else ():
            for selector in guard.argument:
                if selector == "self" and isinstance(function, syntax.Attribute):
                    subjects.clear_subject(machine, function.value, frozenset(guard.clears))
                elif isinstance(selector, int) and selector < len(call.arguments):
                    node = call.arguments[selector].value
                    subjects.clear_subject(machine, node, frozenset(guard.clears))
