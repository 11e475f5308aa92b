"""What a condition proves about untrusted data where it holds.

A proof is either about a path of the event ("this value is one of a fixed list": kept in
``machine.proven``, so that it holds however the value is read again) or about a variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence.dataflow import addresses, patterns, structures, texts
from ringfence.dataflow.objects import Closure, External, Struct, deep_taint
from ringfence.dataflow.scopes import Exit, Proven, join_proven, proven_key
from ringfence.dataflow.values import UNKNOWN, Mix, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.calls import Arguments
    from ringfence.dataflow.machine import Machine

ALL = frozenset("*")
A_TEXT = frozenset((structures.NOT_A_STRUCTURE,))
_URL_PREFIX = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]+[/?#]")
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
_WORD_TESTS = frozenset(["isdigit", "isalnum", "isalpha", "isnumeric", "isdecimal", "isidentifier"])
_MEMBERSHIP = frozenset(["includes", "has", "contains", "hasOwnProperty", "__contains__"])
_NUMBER_TESTS = frozenset(
    ("Number.isInteger", "Number.isFinite", "Number.isSafeInteger", "isFinite")
)
_REMEMBERED = (syntax.Compare, syntax.Logical, syntax.Unary, syntax.Call)


def remember(machine: Machine, name: str, value: syntax.Expression) -> None:
    """``ok = check(x)``: a later test of ``ok`` is a test of ``check(x)``."""
    conditions = machine.frame.scope.conditions
    if isinstance(value, syntax.Await):
        value = value.value
    if isinstance(value, _REMEMBERED) or addresses.is_host_read(value):
        conditions[name] = value
    else:
        conditions.pop(name, None)


def refine(machine: Machine, test: syntax.Expression, positive: bool) -> None:
    """Change the state to what holds where ``test`` came out ``positive``."""
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
    if operator == "in" and positive:
        if is_allow_list(machine, evaluate_quietly(machine, test.right)):
            clear_subject(machine, test.left, ALL)
    elif operator in ("==", "is"):
        compare_equal(machine, test, positive)
    elif operator in (">", ">=", "<", "<="):
        compare_order(machine, test, operator, positive)


def compare_equal(machine: Machine, test: syntax.Compare, positive: bool) -> None:
    for subject, other in ((test.left, test.right), (test.right, test.left)):
        value = evaluate_quietly(machine, other)
        if isinstance(subject, syntax.Call) and index_test(machine, subject, value, positive):
            return
        if isinstance(subject, syntax.Unary) and subject.operator == "typeof":
            if positive and value.only_text() in ("number", "boolean", "bigint"):
                clear_subject(machine, subject.operand, ALL)
            elif positive and value.only_text() == "string":
                clear_subject(machine, subject.operand, A_TEXT)
            return
        if value.definite and len(value.consts) == 1:
            const = value.consts[0]
            if isinstance(const, bool) and isinstance(subject, (syntax.Call, syntax.Name)):
                refine(machine, subject, positive if const else not positive)
            elif (const is None and isinstance(subject, syntax.Call)) or (
                const is None and isinstance(subject, syntax.Name)
            ):
                refine(machine, subject, not positive)
        if positive and is_trusted(value):
            clear_subject(machine, subject, ALL)
        if not positive and value.only_text() in ("__proto__", "constructor", "prototype"):
            clear_subject(machine, subject, frozenset(("prototype-pollution",)))


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
        container = evaluate_quietly(machine, function.value)
        if function.name == "indexOf" and is_allow_list(machine, container):
            clear_subject(machine, call.arguments[0].value, ALL)
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
        and is_allow_list(machine, evaluate_quietly(machine, left.function.value))
    ):
        clear_subject(machine, left.arguments[0].value, ALL)
    if operator == "<=" and positive:
        subset_test(machine, left, test.right)


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
        clear_subject(machine, left.arguments[0].value, patterns.rules_cleared(alphabet))


def characters_of(machine: Machine, node: syntax.Expression) -> frozenset[str] | None:
    """The characters of a constant text, or of ``set("…")`` of one."""
    if isinstance(node, syntax.Call) and node.arguments:
        return characters_of(machine, node.arguments[0].value)
    value = evaluate_quietly(machine, node)
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
    return bool(container.objects or container.open or container.texts())


# --- calls as tests ---


def refine_call(machine: Machine, call: syntax.Call, positive: bool) -> None:
    function = call.function
    if use_exits(machine, call, positive):
        return
    if isinstance(function, syntax.Name):
        builtin_test(machine, function.name, call, positive)
    if isinstance(function, syntax.Attribute):
        method_test(machine, function, call, positive)
    if positive:
        table_test(machine, call)


def builtin_test(machine: Machine, name: str, call: syntax.Call, positive: bool) -> None:
    arguments = [argument.value for argument in call.arguments]
    if not arguments:
        return
    if name == "isNaN" and not positive:
        clear_subject(machine, arguments[0], ALL)
    elif not positive:
        return
    elif name in _NUMBER_TESTS:
        clear_subject(machine, arguments[0], ALL)
    elif name == "isinstance" and len(arguments) > 1:
        kinds = arguments[1]
        names = kinds.items if isinstance(kinds, syntax.ListLiteral) else [kinds]
        words = {n.name if isinstance(n, syntax.Name) else "" for n in names}
        if words <= {"int", "float", "bool"}:
            clear_subject(machine, arguments[0], ALL)
        elif words <= {"int", "float", "bool", "str", "bytes"}:
            clear_subject(machine, arguments[0], A_TEXT)
    elif name in ("all", "bool"):
        if name == "bool":
            refine(machine, arguments[0], True)
        else:
            all_test(machine, arguments[0])


def all_test(machine: Machine, node: syntax.Expression) -> None:
    """``all(c in ALLOWED for c in text)``."""
    if not isinstance(node, syntax.Comprehension) or len(node.clauses) != 1:
        return
    clause, element = node.clauses[0], node.element
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
            and option.function.name in _WORD_TESTS
        ):
            alphabet |= patterns.alphabet_of(r"\w", "", True) or frozenset()
        else:
            return
    rules = patterns.rules_cleared(alphabet)
    clear_subject(machine, clause.iterable, rules)


def method_test(
    machine: Machine, function: syntax.Attribute, call: syntax.Call, positive: bool
) -> None:
    name = function.name
    arguments = [argument.value for argument in call.arguments]
    if name == "isNaN" and arguments and not positive:
        clear_subject(machine, arguments[0], ALL)
        return
    if not positive:
        return
    if name in _WORD_TESTS and not arguments:
        clear_subject(machine, function.value, ALL)
    elif name in ("fullmatch", "match", "test", "search"):
        regex_test(machine, name, function.value, arguments)
    elif name in ("startswith", "startsWith") and arguments:
        prefix_test(machine, function.value, arguments[0])
    elif name in ("endswith", "endsWith") and arguments:
        suffix_test(machine, function.value, arguments[0])
    elif name == "is_relative_to":
        clear_subject(machine, function.value, frozenset(("path-traversal",)))
    elif name in ("hasOwnProperty", "call", "hasOwn") and arguments:
        container = evaluate_quietly(machine, function.value)
        if name == "hasOwnProperty" and is_allow_list(machine, container):
            clear_subject(machine, arguments[0], ALL)
        elif len(arguments) == 2 and is_allow_list(
            machine, evaluate_quietly(machine, arguments[0])
        ):
            clear_subject(machine, arguments[1], ALL)
    elif name in _MEMBERSHIP and arguments:
        container = evaluate_quietly(machine, function.value)
        if is_allow_list(machine, container):
            clear_subject(machine, arguments[0], ALL)
    elif name in ("isInteger", "isFinite", "isSafeInteger") and arguments:
        clear_subject(machine, arguments[0], ALL)
    elif name == "issubset" and arguments:
        subset_test(machine, function.value, arguments[0])
    elif name == "every":
        every_test(machine, function.value)


def every_test(machine: Machine, node: syntax.Expression) -> None:
    """``list.every(x => ALLOWED.includes(x))`` is left to the function's own exits."""


def regex_test(
    machine: Machine, name: str, receiver: syntax.Expression, arguments: list[syntax.Expression]
) -> None:
    """``re.fullmatch(p, x)``, ``pattern.match(x)``, ``/p/.test(x)``, ``x.match(/p/)``."""
    value = evaluate_quietly(machine, receiver)
    subject: syntax.Expression
    module = any(isinstance(obj, External) and obj.path == "re" for obj in value.objects)
    if module and len(arguments) > 1:
        pattern = texts.pattern_of(evaluate_quietly(machine, arguments[0]))
        subject = arguments[1]
    elif not arguments:
        return
    elif texts.pattern_of(value) is not None and not value.consts:
        pattern = texts.pattern_of(value)
        subject = arguments[0]
    else:
        pattern = texts.pattern_of(evaluate_quietly(machine, arguments[0]))
        subject = receiver
    if pattern is None:
        return
    text = pattern[0]
    if name == "match" and machine.language == "python" and not text.startswith("^"):
        text = "^" + text
    alphabet = patterns.alphabet_of(text, pattern[1], name == "fullmatch")
    if alphabet is not None:
        rules = patterns.rules_cleared(alphabet)
        clear_subject(machine, subject, rules)
        return
    if re.match(r"\^?https?:(\\?/){2}[\w.\\-]+(\\?/|\$)", text) and text.startswith("^"):
        clear_subject(machine, subject, frozenset(("server-side-request-forgery", "open-redirect")))


def prefix_test(machine: Machine, subject: syntax.Expression, prefix: syntax.Expression) -> None:
    """A prefix confines a normalised path, and a URL when it spans scheme and host."""
    value = evaluate_quietly(machine, prefix)
    taint = evaluate_quietly(machine, subject).taint
    rules: set[str] = set()
    known = [c.text("x") if isinstance(c, Mix) else c for c in value.consts]
    if taint and all("normalised" in atom.marks for atom in taint) and not value.taint:
        rules.add("path-traversal")
    if known and all(isinstance(text, str) and _URL_PREFIX.match(text) for text in known):
        rules |= {"server-side-request-forgery", "open-redirect"}
    if known and not value.taint:
        rules.add("cloud-resource-injection")
    if rules:
        clear_subject(machine, subject, frozenset(rules))


def suffix_test(machine: Machine, subject: syntax.Expression, suffix: syntax.Expression) -> None:
    """A host that ends in a known domain, dot first."""
    url = addresses.url_behind(subject, machine.frame.scope.conditions)
    value = evaluate_quietly(machine, suffix)
    if url is not None and not value.taint and all(t.startswith(".") for t in value.texts()):
        clear_subject(machine, url, addresses.RULES)


def table_test(machine: Machine, call: syntax.Call) -> None:
    """Guards of the tables."""
    function = call.function
    names: list[str] = []
    if isinstance(function, syntax.Attribute):
        receiver = evaluate_quietly(machine, function.value)
        for obj in receiver.objects:
            if isinstance(obj, External):
                names.append(f"{obj.path}.{function.name}")
        if not names:
            owner = "str." if machine.language == "python" else "String."
            names.append(owner + function.name)
    else:
        callee = evaluate_quietly(machine, function)
        names += [obj.path for obj in callee.objects if isinstance(obj, External)]
    for name in names:
        tables = machine.catalogue.tables(name)
        for guard in tables.guards if tables is not None else ():
            for selector in guard.argument:
                if selector == "self" and isinstance(function, syntax.Attribute):
                    clear_subject(machine, function.value, frozenset(guard.clears))
                elif isinstance(selector, int) and selector < len(call.arguments):
                    node = call.arguments[selector].value
                    clear_subject(machine, node, frozenset(guard.clears))


# --- subjects ---


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


def clear_subject(machine: Machine, node: syntax.Expression, rules: frozenset[str]) -> None:
    """From here on, what ``node`` reads cannot serve these rules."""
    if not rules:
        return
    if rules is ALL:
        url = addresses.url_behind(node, machine.frame.scope.conditions)
        if url is not None:
            clear_subject(machine, url, addresses.RULES)
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
        if holder is not None:
            holder.variables[node.name] = cleared(value, rules)


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


def prove(machine: Machine, value: Value, rules: frozenset[str]) -> None:
    """Record the proof for the very values read from the event."""
    added: Proven = {}
    for atom in value.taint:
        if not atom.derived:
            key = proven_key(atom)
            added[key] = machine.proven.get(key, frozenset()) | rules
    if added:
        machine.proven = {**machine.proven, **added}


# --- the application's own validators ---


def use_exits(machine: Machine, call: syntax.Call, positive: bool) -> bool:
    """What the called function had proved where it returned such an answer."""
    known = machine.exits_of.get(id(call))
    if known is None:
        return False
    exits, closure, arguments = known
    fitting = [leave for leave in exits if leave.truth is None or leave.truth is positive]
    if not fitting:
        return True
    proven = fitting[0].proven
    for leave in fitting[1:]:
        proven = join_proven(proven, leave.proven)
    machine.proven = {**machine.proven, **proven}
    apply_exits(machine, fitting, closure, arguments)
    return True


def apply_exits(
    machine: Machine, exits: list[Exit], closure: Closure, arguments: Arguments
) -> None:
    """Rules that every exit cleared of a parameter are cleared of the variable passed for it."""
    if not arguments.nodes:
        return
    parameters = closure.node.parameters
    offset = 1 if closure.this is not None and machine.language == "python" else 0
    for place, node in enumerate(arguments.nodes):
        if place + offset >= len(parameters) or not isinstance(node, syntax.Name):
            continue
        target = parameters[place + offset].target
        if not isinstance(target, syntax.Name):
            continue
        rules = rules_at(exits, target.name, arguments.positional[place])
        if rules:
            holder = machine.frame.scope.holder(node.name)
            if holder is not None:
                holder.variables[node.name] = cleared(holder.variables[node.name], rules)


def rules_at(exits: list[Exit], name: str, given: Value) -> frozenset[str]:
    before = {proven_key(atom) for atom in given.taint}
    common: frozenset[str] | None = None
    for leave in exits:
        value = leave.variables.get(name)
        if value is None or {proven_key(atom) for atom in value.taint} != before:
            return frozenset()
        for atom in value.taint:
            common = atom.cleared if common is None else common & atom.cleared
    already = [atom.cleared for atom in given.taint]
    if common is None or all(common <= one for one in already):
        return frozenset()
    return common


def passed_filter(machine: Machine, node: syntax.Node, element: Value) -> Value:
    """What ``list.filter(f)`` lets through."""
    known = machine.exits_of.get(id(node))
    if known is None or not element.taint:
        return element
    exits, closure, _ = known
    parameters = closure.node.parameters
    if not parameters or not isinstance(parameters[0].target, syntax.Name):
        return element
    fitting = [leave for leave in exits if leave.truth is not False]
    rules = rules_at(fitting, parameters[0].target.name, element)
    return cleared(element, rules) if rules else element
