"""Where a thing stands in the user's files, and why it may not be known."""

from __future__ import annotations

from ringfence.model.record import record


@record(frozen=True, order=True)
class Location:
    """A span of text. Lines and columns count from 1; columns count characters.

    ``file`` is a POSIX path relative to the scanned root. ``end_column`` is exclusive.
    """

    file: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@record(frozen=True)
class Origin:
    """A place that helped to make a value.

    ``role`` is one of globals, parameter, mapping, condition, include, variable, default,
    generated, output, loop, also (another place of the same finding).
    """

    role: str
    name: str
    location: Location


@record(frozen=True)
class Skipped:
    """Something that was not analysed: the thing, the reason, and the cure."""

    what: str
    reason: str
    location: Location | None = None
    cure: str = ""


@record(frozen=True)
class UnknownValue:
    """A value of the application that could not be resolved, as reports count it."""

    what: str
    reason: str
    location: Location | None = None
