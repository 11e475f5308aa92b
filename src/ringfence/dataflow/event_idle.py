"""What a piece of code does with an event: whether it refuses it, or does nothing at all.

Read from the syntax, and only as far as it is certain: code that is not understood does something.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import trees
from ringfence.dataflow.objects import Closure
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

Body = Sequence[syntax.Statement]
#: What refuses, by its name.
_REFUSES = late.pattern(
    r"(?i)bad|error|fail|invalid|reject|den(y|ied)|forbid|not_?(found|allowed|supported)|unproc"
    r"|unauth|refus|abort|throw|illegal|unsupported|http_?4\d\d|_4\d\d"
)
#: Lists of what is wrong.
_PROBLEMS = late.pattern(r"(?i)err|problem|issue|missing|invalid|violation|fail")
_LOGS = late.pattern(
    r"^(print|console\.\w+|(self\.|this\.|app\.)?_?(logger|log|logging|LOGGER|LOG|winston|tracer)\.\w+)$"
)
_HARMLESS = late.pattern(
    r"^(json\.dumps|JSON\.stringify|json\.loads|JSON\.parse|str|len|int|float|bool|dict|list|set"
    r"|String|Number|Boolean|super|isinstance|getattr|repr|callback|datetime\.\w+|Date\.now"
    r"|os\.environ\.get|os\.getenv|Object\.keys)$"
)
_READS = frozenset(
    ("get", "keys", "values", "items", "lower", "upper", "strip", "toLowerCase", "toUpperCase",
     "trim", "split", "join", "format", "startswith", "startsWith", "endswith", "endsWith",
     "toString", "includes", "isoformat", "toISOString", "encode", "decode", "replace")
)  # fmt: skip
MAX_NODES = 200
MAX_DEPTH = 3


def refuses(body: Body) -> bool:
    """Whether code tells the sender, or whoever called it, that the event is wrong, and ends."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, syntax.Raise):
        return True
    if isinstance(last, syntax.Continue):
        return len(body) <= 2 and not any(_works(one) for one in body)
    if isinstance(last, syntax.Return):
        if last.value is None or _is_empty(last.value):
            return len(body) == 1 or _tells_status(body) or not any(map(_works, body))
        return _is_refusal(last.value)
    if isinstance(last, syntax.Expr):
        return _is_complaint(last.value) and len(body) == 1
    return False


def _works(node: syntax.Statement) -> bool:
    """Whether a statement calls anything but a log."""
    return any(
        isinstance(one, syntax.Call)
        and not _LOGS.match(trees.dotted(one.function))
        and not _HARMLESS.match(trees.dotted(one.function))
        and getattr(one.function, "name", "") not in _READS
        for one in trees.nodes(node, into_functions=False)
    )


def _is_empty(value: syntax.Expression) -> bool:
    """``return False``, ``return None``, ``return []``, ``return;``."""
    if isinstance(value, syntax.Constant):
        return value.value in (None, False, "", 0)
    if isinstance(value, syntax.ListLiteral):
        return not value.items
    return isinstance(value, syntax.MapLiteral) and not value.entries


def _is_refusal(value: syntax.Expression) -> bool:
    """An answer with a status of 400 or more, or a call whose name says as much."""
    if isinstance(value, syntax.Await):
        return _is_refusal(value.value)
    if isinstance(value, syntax.Call):
        named = trees.dotted(value.function) or getattr(value.function, "name", "")
        if _REFUSES.search(named.rpartition(".")[2]) or _REFUSES.search(named.partition(".")[0]):
            return True
    if isinstance(value, syntax.Constant):
        return isinstance(value.value, str) and bool(_REFUSES.search(value.value))
    return _tells_status(value)


def _tells_status(inside: object) -> bool:
    for node in islice(trees.nodes(inside, into_functions=False), MAX_NODES):
        if isinstance(node, syntax.Constant) and not isinstance(node.value, bool):
            value = node.value
            if isinstance(value, int) and 400 <= value <= 599:
                return True
            if isinstance(value, str) and len(value) == 3 and value.isdigit():
                return value[0] in "45"
    return False


def _is_complaint(value: syntax.Expression) -> bool:
    """``errors.append("…")``, ``problems.push(…)``, ``abort(400)``, ``assert.fail()``."""
    if isinstance(value, syntax.Await):
        value = value.value
    if not isinstance(value, syntax.Call):
        return False
    function = value.function
    if isinstance(function, syntax.Name):
        told = function.name in ("callback", "cb", "done") and _tells_status(value)
        return told or function.name in ("abort", "reject")
    if not isinstance(function, syntax.Attribute):
        return False
    if function.name in ("append", "push", "add"):
        return bool(_PROBLEMS.search(trees.dotted(function.value)))
    if function.name in ("fail", "abort", "throw"):
        return True
    return function.name in ("json", "send", "end", "status") and _tells_status(value)


# --- code that does nothing ---


def is_idle(machine: Machine, body: Body, depth: int = MAX_DEPTH) -> bool:
    """Whether code does nothing that anybody notices, but for logs and an answer."""
    return all(_is_idle(machine, statement, depth) for statement in body)


def _is_idle(machine: Machine, node: syntax.Statement, depth: int) -> bool:
    if isinstance(node, (syntax.Break, syntax.Continue, syntax.Raise, syntax.Scope, syntax.Define)):
        return True
    if isinstance(node, (syntax.If, syntax.Return, syntax.Expr, syntax.Assign, syntax.Block)):
        if isinstance(node, syntax.Assign) and not isinstance(node.target, syntax.Name):
            return False
        for count, one in enumerate(trees.nodes(node, into_functions=False)):
            if count > MAX_NODES or isinstance(one, (syntax.Opaque, syntax.Augment, syntax.With)):
                return False
            if isinstance(one, syntax.Call) and not is_idle_call(machine, one, depth):
                return False
            if isinstance(one, syntax.Assign) and not isinstance(one.target, syntax.Name):
                return False
        return True
    return False


def is_idle_call(machine: Machine, call: syntax.Call, depth: int = MAX_DEPTH) -> bool:
    """Whether a call only logs, reads or writes texts, or makes an answer."""
    name = trees.dotted(call.function)
    if _LOGS.match(name) or _HARMLESS.match(name):
        return True
    if isinstance(call.function, syntax.Attribute) and call.function.name in _READS:
        return True
    if not depth or not isinstance(call.function, syntax.Name):
        return False
    if call.new and name.endswith(("Error", "Exception")):
        return True
    found = machine.lookup(name)
    if found is None or not found.objects:
        return name.endswith(("Error", "Exception"))
    return all(
        isinstance(obj, Closure) and is_idle(machine, obj.node.body, depth - 1)
        for obj in found.objects
    )
