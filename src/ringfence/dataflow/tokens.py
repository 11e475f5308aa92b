"""Bearer tokens: split at the dots, decoded and parsed, but never verified."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import sinks, trees
from ringfence.dataflow.values import Taint
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MARKS = frozenset(("split-token", "decoded"))
_NAMES = late.pattern(r"authori[sz]ation|token|jwt|cookie|bearer|assertion", re.IGNORECASE)
#: Authentication kinds whose provider has checked the token before the function runs.
VERIFIED = frozenset(("jwt", "cognito", "oauth"))


def check(machine: Machine, taint: tuple[Taint, ...], node: syntax.Node) -> None:
    """Report a token's payload that is parsed although nobody verified its signature."""
    for atom in taint:
        if not atom.marks >= MARKS or verified_before(machine):
            continue
        named = _NAMES.search(".".join(atom.path)) is not None
        sinks.flow(
            machine,
            "unverified-token",
            "impersonate",
            atom,
            "the parsed payload",
            "token",
            node,
            0 if named else 1,
            text="is trusted without checking the token's signature",
        )


def verified_before(machine: Machine) -> bool:
    """Whether every HTTP trigger of the function has an authoriser that verifies tokens."""
    kinds = [trigger.authentication.kind for trigger in machine.triggers if trigger.method]
    return bool(kinds) and all(kind in VERIFIED for kind in kinds)


def is_ignored(machine: Machine, check: syntax.Node) -> bool:
    """Whether the code goes on where the check of a token fails: it only logs that, or nothing."""
    closure = machine.frame.closure
    for node in trees.nodes(closure.node.body) if closure is not None else ():
        if isinstance(node, syntax.Try) and node.handlers:
            inside = any(one is check for one in trees.nodes(node.body, into_functions=False))
            if inside and not any(_leaves(handler.body) for handler in node.handlers):
                return True
        elif (
            isinstance(node, syntax.Call)
            and isinstance(node.function, syntax.Attribute)
            and node.function.name == "catch"
            and node.function.value is check
            and node.arguments
        ):
            answer = node.arguments[0].value
            body = answer.body if isinstance(answer, syntax.FunctionLiteral) else [answer]
            plain = isinstance(machine.current, syntax.Expr)
            return plain and not any(isinstance(one, syntax.Raise) for one in trees.nodes(body))
    return False


def _leaves(body: list[syntax.Statement]) -> bool:
    """Whether an error's handler ends what runs, or sets something that may be asked later."""
    return any(
        isinstance(node, (syntax.Raise, syntax.Return, syntax.Assign, syntax.Continue))
        for node in trees.nodes(body, into_functions=False)
    )
