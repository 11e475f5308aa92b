"""Secrets that others can compute: made with a general generator, or hashed too fast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ringfence.dataflow import sinks, trees
from ringfence.dataflow.objects import External
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: The last words of names that hold what nobody may foretell.
_SECRET = re.compile(
    r"(^|_)(token|password|passwd|passcode|otp|secret|nonce|salt|api_?key|session_?id|session_?key"
    r"|verification_?code|reset_?code|confirmation_?code|access_?code|invite_?code|csrf|pin_?code)$",
    re.IGNORECASE,
)
#: What is a code that people type from a message, when it is made of digits at random.
_CODE = re.compile(r"(^|_)code$", re.IGNORECASE)
_DIGITS = frozenset("0123456789")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
#: Generators whose outputs can be foretold. ``random.SystemRandom`` is another object.
_PREDICTABLE = re.compile(
    r"^(random\.(choice|choices|randint|random|randrange|sample|getrandbits|uniform|shuffle)"
    r"|numpy\.random\.\w+|Math\.random|lodash\.random)$"
)
#: Expressions looked at below one value; more is nobody's token.
MAX_NODES = 200


def is_secret(name: str) -> bool:
    """Whether a variable or function of this name holds or makes something secret."""
    return _SECRET.search(_CAMEL.sub("_", name)) is not None


def is_kept_secret(machine: Machine, name: str, value: syntax.Expression) -> bool:
    """Whether such a value under this name is a secret: by the name, or as a code of digits."""
    if is_secret(name):
        return True
    return _CODE.search(_CAMEL.sub("_", name)) is not None and is_of_digits(machine, value)


def is_of_digits(machine: Machine, value: syntax.Expression) -> bool:
    """Whether an expression draws some digits at random, or a number of four digits or more."""
    for call in calls_in(value):
        function = call.function
        name = function.name if isinstance(function, (syntax.Attribute, syntax.Name)) else ""
        given = [
            machine.evaluate(argument.value)
            for argument in call.arguments
            if isinstance(argument.value, (syntax.Constant, syntax.Name, syntax.Attribute))
        ]
        if name in ("choice", "choices") and given:
            text = given[0].only_text()
            return text is not None and set(text) == _DIGITS
        if name in ("randint", "randrange") and len(given) == 2:
            last = given[1].consts[:1]
            return bool(last) and isinstance(last[0], int) and 999 <= last[0] < 10**10
    return False


def assigned(machine: Machine, target: syntax.Expression, value: syntax.Expression) -> None:
    """``token = …`` with a general generator on the right."""
    name = getattr(target, "name", "")
    if isinstance(name, str) and name and is_kept_secret(machine, name, value):
        check(machine, name, value)


def grown(machine: Machine, target: syntax.Expression, value: syntax.Expression) -> None:
    """``code += …`` in ``def make_token():``, or on a variable that tells it itself."""
    closure = machine.frame.closure
    names = [getattr(target, "name", ""), (closure.label or "") if closure is not None else ""]
    for name in names:
        if isinstance(name, str) and name and is_kept_secret(machine, name, value):
            check(machine, name, value)
            return


def returned(machine: Machine, value: syntax.Expression) -> None:
    """The same in ``def make_token(): return …``."""
    closure = machine.frame.closure
    name = (closure.label or "") if closure is not None else ""
    if name and is_kept_secret(machine, name, value):
        check(machine, f"what {name} returns", value)


def check(machine: Machine, name: str, value: syntax.Expression) -> None:
    for call in calls_in(value):
        callee = machine.evaluate(call.function)
        for obj in callee.objects:
            path = obj.path.removeprefix("global.") if isinstance(obj, External) else ""
            if path and _PREDICTABLE.match(path):
                sinks.issue(
                    machine,
                    "weak-random-for-secret",
                    call,
                    f"{name} is made with {path}, whose outputs can be foretold",
                    "medium",
                )
                return


def calls_in(node: object) -> Iterator[syntax.Call]:
    """The calls inside an expression, itself and the functions that it is given included."""
    inside = islice(trees.nodes(node), MAX_NODES)
    return (inner for inner in inside if isinstance(inner, syntax.Call))


def names_in(node: object) -> list[str]:
    """The names of variables, attributes and keys inside an expression."""
    found = []
    for inner in islice(trees.nodes(node, into_functions=False), MAX_NODES):
        if isinstance(inner, (syntax.Name, syntax.Attribute)):
            found.append(inner.name)
        elif isinstance(inner, syntax.Index) and isinstance(inner.key, syntax.Constant):
            found.append(str(inner.key.value))
    return found
