"""Severity: exposure × effect, decided here and nowhere else. Confidence: the words and their
order."""

from __future__ import annotations

from enum import IntEnum, StrEnum

#: How sure a finding can be, the surest first.
CONFIDENCES = ("high", "medium", "low")


def is_as_sure(confidence: str, least: str) -> bool:
    """Whether a confidence is not below another one."""
    return CONFIDENCES.index(confidence) <= CONFIDENCES.index(least)


class Severity(IntEnum):
    """How bad it is; comparable, ``str()`` gives the word used in every report."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Severity:
        """The severity of a word; raises KeyError for any other text."""
        return cls[word.upper()]


class Exposure(IntEnum):
    """Who may cause the event, from the narrowest to the widest."""

    NONE = 0
    PRINCIPAL = 1
    ACCOUNT = 2
    UNKNOWN = 3
    AUTHENTICATED = 4
    ANYONE = 5

    def __str__(self) -> str:
        return self.name.lower()


class Effect(StrEnum):
    """What an attacker obtains, from the worst to the least."""

    EXECUTE = "execute"
    ESCALATE = "escalate"
    WRITE_DATA = "write-data"
    READ_DATA = "read-data"
    FORGE_REQUEST = "forge-request"
    ALTER_QUERY = "alter-query"
    READ_FILE = "read-file"
    WRITE_FILE = "write-file"
    IMPERSONATE = "impersonate"
    SCRIPT = "script"
    DENY_SERVICE = "deny-service"
    DISCLOSE = "disclose"
    WEAKEN = "weaken"


# The severity of an effect for an event that anyone may cause. A narrower sender lowers it.
_FOR_ANYONE = {
    Effect.EXECUTE: Severity.CRITICAL,
    Effect.ESCALATE: Severity.CRITICAL,
    Effect.WRITE_DATA: Severity.HIGH,
    Effect.READ_DATA: Severity.HIGH,
    Effect.FORGE_REQUEST: Severity.HIGH,
    Effect.ALTER_QUERY: Severity.HIGH,
    Effect.READ_FILE: Severity.HIGH,
    Effect.WRITE_FILE: Severity.HIGH,
    Effect.IMPERSONATE: Severity.HIGH,
    Effect.SCRIPT: Severity.MEDIUM,
    Effect.DENY_SERVICE: Severity.MEDIUM,
    Effect.DISCLOSE: Severity.MEDIUM,
    Effect.WEAKEN: Severity.LOW,
}

_STEPS_DOWN = {
    Exposure.ANYONE: 0,
    Exposure.AUTHENTICATED: 0,
    Exposure.UNKNOWN: 1,
    Exposure.ACCOUNT: 1,
    Exposure.PRINCIPAL: 2,
    Exposure.NONE: 3,
}


def severity_of(exposure: Exposure, effect: Effect, sensitive_data: bool = False) -> Severity:
    """The severity of an effect that this exposure allows.

    Sensitive data behind it raises the result by one step. An authenticated user of an
    application is a stranger to its operator, so is ranked as anyone is, but for the one step
    that separates critical from high.
    """
    level = int(_FOR_ANYONE[effect]) - _STEPS_DOWN[exposure] + int(sensitive_data)
    if exposure is Exposure.AUTHENTICATED and not sensitive_data:
        level = min(level, int(Severity.HIGH))
    return Severity(max(int(Severity.INFO), min(level, int(Severity.CRITICAL))))
