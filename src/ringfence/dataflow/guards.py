"""What a condition proves about untrusted data where it holds.

A proof is either about a path of the event ("this value is one of a fixed list": kept in
``machine.proven``, so that it holds however the value is read again) or about a variable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    addresses,
    answers,
    patterns,
    schemas,
    structures,
    subjects,
    texts,
    trees,
)
from ringfence.dataflow.objects import Closure, External, Struct, deep_taint
from ringfence.dataflow.scopes import join_proven
from ringfence.dataflow.values import (
    NO_BACKSLASH,
    NO_HOST,
    NO_SCHEME,
    OF_NUMBERS,
    ONE_SLASH,
    ROOTED,
    Mix,
    Value,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

A_TEXT = frozenset((structures.NOT_A_STRUCTURE,))
_URL_PREFIX = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]+[/?#]")
_WORD_TESTS = frozenset(["isdigit", "isalnum", "isalpha", "isnumeric", "isdecimal", "isidentifier"])
#: What needs a line break.
_OF_LINES = frozenset(("log-injection", "header-injection", "mail-injection"))
_MEMBERSHIP = frozenset(["includes", "has", "contains", "hasOwnProperty", "__contains__"])
_NUMBER_TESTS = frozenset(
    ("Number.isInteger", "Number.isFinite", "Number.isSafeInteger", "isFinite")
)
_REMEMBERED = (
    syntax.Compare,
    syntax.Logical,
    syntax.Unary,
    syntax.Call,
    syntax.Index,
    syntax.Conditional,
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
            without_part(machine, test)
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


def without_sign(machine: Machine, sign: syntax.Expression, text: syntax.Expression) -> None:
    """``"\\\\" in target`` came out false."""
    known = subjects.evaluate_quietly(machine, sign).only_text()
    if known == "\\":
        subjects.clear_subject(machine, text, frozenset((NO_BACKSLASH,)))
    elif known == "//":
        subjects.clear_subject(machine, text, frozenset((ONE_SLASH, NO_SCHEME)))


def without_part(machine: Machine, test: syntax.Attribute) -> None:
    """``urlsplit(url).netloc`` is empty, or its scheme is."""
    conditions = machine.frame.scope.conditions
    url = addresses.url_behind(test, conditions)
    proof = NO_HOST
    if url is None and test.name in ("scheme", "protocol"):
        url, proof = addresses.parsed_text(test.value, conditions), NO_SCHEME
    if url is not None:
        subjects.clear_subject(machine, url, frozenset((proof,)))


def refine_compare(machine: Machine, test: syntax.Compare, positive: bool) -> None:
    operator = test.operator
    if operator in ("not in", "!=", "is not"):
        positive = not positive
        operator = {"not in": "in", "!=": "==", "is not": "is"}[operator]
    if operator == "in" and not positive:
        without_sign(machine, test.left, test.right)
    if operator == "in" and positive:
        if is_allow_list(machine, subjects.evaluate_quietly(machine, test.right)):
            subjects.clear_subject(machine, test.left, subjects.ALL)
    elif operator in ("==", "is"):
        compare_equal(machine, test, positive)
    elif operator in (">", ">=", "<", "<="):
        compare_order(machine, test, operator, positive)


def compare_equal(machine: Machine, test: syntax.Compare, positive: bool) -> None:
    for subject, other in ((test.left, test.right), (test.right, test.left)):
        own = addresses.url_behind(other, machine.frame.scope.conditions)
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
            common_path_test(machine, subject)
        if positive and value.only_text() == "" and isinstance(subject, syntax.Attribute):
            without_part(machine, subject)
        if positive and is_trusted(value):
            subjects.clear_subject(machine, subject, subjects.ALL)
        if not positive and value.only_text() in ("__proto__", "constructor", "prototype"):
            subjects.clear_subject(machine, subject, frozenset(("prototype-pollution",)))


def common_path_test(machine: Machine, call: syntax.Call) -> None:
    """``os.path.commonpath([root, path]) == root``, of a path that was normalised before."""
    name = call.function.name if isinstance(call.function, syntax.Attribute) else ""
    if name != "commonpath" or not call.arguments:
        return
    paths = call.arguments[0].value
    for item in paths.items if isinstance(paths, syntax.ListLiteral) else ():
        taint = subjects.evaluate_quietly(machine, item).taint if item is not None else ()
        if item is not None and taint and all("normalised" in atom.marks for atom in taint):
            subjects.clear_subject(machine, item, frozenset(("path-traversal",)))


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
        if function.name == "indexOf" and is_allow_list(machine, container):
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
        and is_allow_list(machine, subjects.evaluate_quietly(machine, left.function.value))
    ):
        subjects.clear_subject(machine, left.arguments[0].value, subjects.ALL)
    if operator == "<=" and positive:
        subset_test(machine, left, test.right)
    smaller = test.left if (operator in ("<", "<=")) is positive else test.right
    larger = test.right if smaller is test.left else test.left
    limit = subjects.evaluate_quietly(machine, larger)
    if not limit.taint and not limit.objects:
        subjects.clear_subject(machine, smaller, frozenset((OF_NUMBERS,)))


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
    return bool(container.objects or container.open or container.texts())


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
            none_test(machine, function.value, call.arguments[0].value)
    if answers.use_exits(machine, call, positive):
        return
    if isinstance(function, syntax.Name):
        builtin_test(machine, function.name, call, positive)
    if isinstance(function, syntax.Attribute):
        method_test(machine, function, call, positive)
    if positive:
        signed_test(machine, call)
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
            all_test(machine, arguments[0])


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
            and option.function.name in _WORD_TESTS
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


def outside_test(machine: Machine, node: syntax.Expression, prefix: syntax.Expression) -> None:
    """``path.relative(root, p).startsWith('..')`` came out false, of a normalised path."""
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    name = getattr(node.function, "name", "") if isinstance(node, syntax.Call) else ""
    if not isinstance(node, syntax.Call) or len(node.arguments) != 2:
        return
    dots = subjects.evaluate_quietly(machine, prefix).only_text()
    if name not in ("relative", "relpath") or dots is None or not dots.startswith(".."):
        return
    path = node.arguments[1 if name == "relative" else 0].value
    taint = subjects.evaluate_quietly(machine, path).taint
    if taint and all("normalised" in atom.marks for atom in taint):
        subjects.clear_subject(machine, path, frozenset(("path-traversal",)))


def method_test(
    machine: Machine, function: syntax.Attribute, call: syntax.Call, positive: bool
) -> None:
    name = function.name
    arguments = [argument.value for argument in call.arguments]
    if name in ("startswith", "startsWith") and arguments and not positive:
        if subjects.evaluate_quietly(machine, arguments[0]).only_text() == "//":
            subjects.clear_subject(machine, function.value, frozenset((ONE_SLASH,)))
        outside_test(machine, function.value, arguments[0])
        return
    if name in _MEMBERSHIP and arguments and not positive:
        without_sign(machine, arguments[0], function.value)
        if "__proto__" in names_of(machine, function.value):
            subjects.clear_subject(machine, arguments[0], frozenset(("prototype-pollution",)))
        return
    if name == "isNaN" and arguments and not positive:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
        return
    if not positive:
        return
    if name in _WORD_TESTS and not arguments:
        subjects.clear_subject(machine, function.value, subjects.ALL)
    elif name == "isprintable" and not arguments:
        subjects.clear_subject(machine, function.value, _OF_LINES)
    elif name in ("fullmatch", "match", "test", "search"):
        regex_test(machine, name, function.value, arguments)
    elif name in ("startswith", "startsWith") and arguments:
        prefix_test(machine, function.value, arguments[0])
    elif name in ("endswith", "endsWith") and arguments:
        suffix_test(machine, function.value, arguments[0])
    elif name == "is_relative_to":
        subjects.clear_subject(machine, function.value, frozenset(("path-traversal",)))
    elif name in ("hasOwnProperty", "call", "hasOwn") and arguments:
        container = subjects.evaluate_quietly(machine, function.value)
        if name == "hasOwnProperty" and is_allow_list(machine, container):
            subjects.clear_subject(machine, arguments[0], subjects.ALL)
        elif len(arguments) == 2 and is_allow_list(
            machine, subjects.evaluate_quietly(machine, arguments[0])
        ):
            subjects.clear_subject(machine, arguments[1], subjects.ALL)
    elif name in _MEMBERSHIP and arguments:
        container = subjects.evaluate_quietly(machine, function.value)
        if is_allow_list(machine, container):
            subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif name in ("isInteger", "isFinite", "isSafeInteger") and arguments:
        subjects.clear_subject(machine, arguments[0], subjects.ALL)
    elif name == "issubset" and arguments:
        subset_test(machine, function.value, arguments[0])
    elif name == "every" and arguments:
        every_test(machine, function.value, arguments[0])


_TEXT_TYPES = frozenset(("string", "number", "boolean", "bigint"))


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
    if answer.function.name in _MEMBERSHIP and "__proto__" in names_of(
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


def regex_test(
    machine: Machine, name: str, receiver: syntax.Expression, arguments: list[syntax.Expression]
) -> None:
    """``re.fullmatch(p, x)``, ``pattern.match(x)``, ``/p/.test(x)``, ``x.match(/p/)``."""
    value = subjects.evaluate_quietly(machine, receiver)
    subject: syntax.Expression
    module = any(isinstance(obj, External) and obj.path == "re" for obj in value.objects)
    if module and len(arguments) > 1:
        pattern = texts.pattern_of(subjects.evaluate_quietly(machine, arguments[0]))
        subject = arguments[1]
    elif not arguments:
        return
    elif texts.pattern_of(value) is not None and not value.consts:
        pattern = texts.pattern_of(value)
        subject = arguments[0]
    else:
        pattern = texts.pattern_of(subjects.evaluate_quietly(machine, arguments[0]))
        subject = receiver
    if pattern is None:
        return
    text = pattern[0]
    if name == "match" and machine.language == "python" and not text.startswith("^"):
        text = "^" + text
    alphabet = patterns.alphabet_of(text, pattern[1], name == "fullmatch")
    if alphabet is not None:
        rules = patterns.rules_cleared(alphabet)
        if patterns.is_local_path(text, alphabet):
            rules |= {"open-redirect"}
        subjects.clear_subject(machine, subject, rules)
        return
    if re.match(r"\^?https?:(\\?/){2}[\w.\\-]+(\\?/|\$)", text) and text.startswith("^"):
        subjects.clear_subject(
            machine, subject, frozenset(("server-side-request-forgery", "open-redirect"))
        )


def prefix_test(machine: Machine, subject: syntax.Expression, prefix: syntax.Expression) -> None:
    """A prefix confines a normalised path, and a URL when it spans scheme and host."""
    value = subjects.evaluate_quietly(machine, prefix)
    taint = subjects.evaluate_quietly(machine, subject).taint
    rules: set[str] = set()
    known = [c.text("x") if isinstance(c, Mix) else c for c in value.consts]
    if taint and all("normalised" in atom.marks for atom in taint) and not value.taint:
        rules.add("path-traversal")
    if known and all(isinstance(text, str) and _URL_PREFIX.match(text) for text in known):
        rules |= {"server-side-request-forgery", "open-redirect"}
    if known and not value.taint:
        rules.add("cloud-resource-injection")
    if known and all(isinstance(text, str) and text.startswith("/") for text in known):
        rules.add(ROOTED)
        whole = addresses.text_behind_path(subject, machine.frame.scope.conditions)
        if whole is not None:
            subjects.clear_subject(machine, whole, frozenset((ROOTED,)))
    if rules:
        subjects.clear_subject(machine, subject, frozenset(rules))


def suffix_test(machine: Machine, subject: syntax.Expression, suffix: syntax.Expression) -> None:
    """A host that ends in a known domain, dot first."""
    url = addresses.url_behind(subject, machine.frame.scope.conditions)
    value = subjects.evaluate_quietly(machine, suffix)
    if url is not None and not value.taint and all(t.startswith(".") for t in value.texts()):
        subjects.clear_subject(machine, url, addresses.RULES)


def signed_test(machine: Machine, call: syntax.Call) -> None:
    """``compare_digest(hmac.new(key, data), sent)`` is true: who has the key made the data."""
    if getattr(call.function, "name", "") not in ("compare_digest", "timingSafeEqual"):
        return
    for argument in call.arguments:
        side = argument.value
        if isinstance(side, syntax.Name):
            side = machine.frame.scope.conditions.get(side.name, side)
        if not (isinstance(side, syntax.Call) and makes_digest(machine, side)):
            continue
        for node in trees.nodes(side, into_functions=False):
            if isinstance(node, syntax.Name):
                subjects.clear_subject(machine, node, subjects.ALL)


def makes_digest(machine: Machine, call: syntax.Call, depth: int = 2) -> bool:
    """Whether a call answers a digest made with a key, itself or through an own function."""
    for node in trees.nodes(call, into_functions=False):
        if not isinstance(node, syntax.Call):
            continue
        if trees.dotted(node.function).endswith(("hmac.new", "hmac.digest", "createHmac")):
            return True
        held = subjects.evaluate_quietly(machine, node.function).objects if depth else ()
        for obj in held:
            if isinstance(obj, Closure):
                inner = (n for n in trees.nodes(obj.node.body) if isinstance(n, syntax.Call))
                if any(makes_digest(machine, one, 0) for one in inner):
                    return True
    return False


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
