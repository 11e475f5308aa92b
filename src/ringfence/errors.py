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


class Exhausted(BaseException):
    """A stage of a scan used up its time or memory; what it has until then is kept.

    It can arrive between any two instructions, so it is no Exception: what mends small failures
    must not swallow it. Raised by :mod:`ringfence.watchdog` only.
    """


def defect_of(problem: Exception) -> str:
    """How a report names an exception that nobody expected, and where it arose, in one line."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        file = trace.tb_frame.f_code.co_filename.replace("\\", "/").split("/")[-2:]
        place = f" ({'/'.join(file)}:{trace.tb_lineno})"
    text = " ".join(str(problem).split())[:200]
    return f"a defect in Ringfence: {type(problem).__name__}: {text}{place}"
