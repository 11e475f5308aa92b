"""Errors that end a run: each says what went wrong, where, and how to mend it."""

from __future__ import annotations


class RingfenceError(Exception):
    """Base of all errors with a known cause; ``exit_code`` is what the process ends with."""

    exit_code = 2

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cure = cure

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} (help: {self.cure})" if self.cure else text


class UsageError(RingfenceError):
    """The command line or a configuration file asks for something that does not exist."""


class NothingToRead(RingfenceError):
    """The given place holds nothing that Ringfence can read."""


class RuleError(RingfenceError):
    """A rule, taint table or event description is malformed."""
