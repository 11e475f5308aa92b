"""Bearer tokens: split at the dots, decoded and parsed, but never verified."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import sinks
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
