"""Credentials written into code: a few certain shapes, and telling names with likely values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import sinks
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: Shapes that are credentials whatever they are called.
_CERTAIN = late.pattern(
    r"^(A(KIA|SIA)[A-Z2-7]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    r"|sk_live_[A-Za-z0-9]{16,}|AIza[A-Za-z0-9_-]{35}"
    r"|-----BEGIN ([A-Z]+ )?PRIVATE KEY-----)"
)
_NAME = late.pattern(
    r"(^|_|-)(passwd|password|pwd|secret|secret_?key|api_?key|access_?key|auth_?token|private_?key"
    r"|client_?secret|jwt_?secret|signing_?key)$",
    re.IGNORECASE,
)
_PLACEHOLDER = late.pattern(
    r"example|sample|change|replace|your|placeholder|dummy|xxx|\*\*|<|\$\{|test|todo|fixme|1234|abcd"
    r"|secret|password|token|key",
    re.IGNORECASE,
)
_CAMEL = late.pattern(r"(?<=[a-z0-9])(?=[A-Z])")


def check(machine: Machine, name: str, value: syntax.Expression) -> None:
    """Look at ``name = value``."""
    if not isinstance(value, syntax.Constant) or not isinstance(value.value, str):
        return
    text = value.value
    if len(text) < 8 or len(text) > 4000:
        return
    if _CERTAIN.match(text) is not None:
        if "EXAMPLE" not in text:
            sinks.issue(machine, "hard-coded-secret", value, f"a credential stands in {name}")
    elif (
        _NAME.search(_CAMEL.sub("_", name)) is not None
        and not any(char.isspace() for char in text)
        and is_random(text)
        and _PLACEHOLDER.search(text) is None
    ):
        sinks.issue(
            machine, "hard-coded-secret", value, f"the value of {name} is written in code", "medium"
        )


def is_random(text: str) -> bool:
    """Letters and digits or signs mixed, not a path, an address or an identifier of words."""
    if text.startswith(("/", "http", "arn:", ".")) or text.count("/") > 3:
        return False
    digits = sum(char.isdigit() for char in text)
    letters = sum(char.isalpha() for char in text)
    signs = sum(char in "!@#$%^&*+=~?" for char in text)
    return letters >= 3 and (digits >= 2 or signs >= 1) and len(set(text)) >= 6
