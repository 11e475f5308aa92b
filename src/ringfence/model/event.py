"""What was observed of a running function: one record that every recorder writes.

The relay, CloudTrail files, attack runs and the guard all yield :class:`Observation`; contract,
replay and watch read it. On disk it is NDJSON: one JSON object a line, as
``docs/schemas/observation.schema.json`` says. Lines are read under limits, and a line that is
none becomes a :class:`~ringfence.model.location.Skipped`, never an exception.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from ringfence.model.location import Skipped
from ringfence.model.record import field_names, record

KINDS = ("action", "host", "process", "file", "env")
#: "" where the recorder cannot tell.
DECISIONS = ("allowed", "denied", "depends", "")

MAX_LINE_BYTES = 65_536
MAX_LINES = 50_000_000
#: So many unreadable lines are told one by one; the rest as a number.
MAX_TOLD = 20


@record(frozen=True)
class Observation:
    """One thing that a function did, or tried to do.

    ``time`` is UTC, ISO 8601 (``2026-11-30T12:00:00Z``). ``function`` is what the recorder knows
    the function by: its physical name, its key in the contract, or ``role/NAME`` where only the
    role is known; "" where nobody knows. ``kind`` is one of :data:`KINDS`, ``value`` the IAM action
    (``s3:GetObject``), host, process, path or variable. ``resource`` is the ARN of an action, "" of
    everything else. ``origin`` names the recorder (``relay``, ``cloudtrail:FILE``, ``guard``).
    """

    time: str
    function: str
    kind: str
    value: str
    resource: str = ""
    decision: str = ""
    origin: str = ""


_FIELDS = field_names(Observation)
_REQUIRED = ("time", "function", "kind", "value")


class BadObservation(ValueError):
    """A line that is no observation; the text says why."""


def write_line(observation: Observation) -> bytes:
    """The observation as a line of NDJSON, with its end of line.

    Raises:
        BadObservation: the line would be longer than readers accept.
    """
    data = {name: getattr(observation, name) for name in _FIELDS}
    line = json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
    if len(line) > MAX_LINE_BYTES:
        raise BadObservation(f"longer than {MAX_LINE_BYTES} bytes")
    return line


def read_line(line: bytes) -> Observation:
    """The observation of a line.

    Raises:
        BadObservation: it holds none.
    """
    if len(line) > MAX_LINE_BYTES:
        raise BadObservation(f"longer than {MAX_LINE_BYTES} bytes")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise BadObservation("no JSON") from None
    if not isinstance(data, dict):
        raise BadObservation("no JSON object")
    return _checked(data)


def _checked(data: dict[str, Any]) -> Observation:
    for name in _FIELDS:
        if name in _REQUIRED and name not in data:
            raise BadObservation(f"`{name}` is missing")
        if not isinstance(data.get(name, ""), str):
            raise BadObservation(f"`{name}` is no text")
    made = Observation(**{name: data.get(name, "") for name in _FIELDS})
    if made.kind not in KINDS:
        raise BadObservation(f"`kind` is none of {', '.join(KINDS)}")
    if made.decision not in DECISIONS:
        raise BadObservation(f"`decision` is none of {', '.join(filter(None, DECISIONS))}")
    if not made.value:
        raise BadObservation("`value` is empty")
    return made


def read_observations(
    file: BinaryIO, name: str, limit: int = MAX_LINES
) -> Iterator[Observation | Skipped]:
    """The observations of an open NDJSON file, in bounded memory.

    ``name`` is what reports call the file. Unreadable lines, a last line that was cut off in the
    middle, and what comes after ``limit`` lines are yielded as Skipped.
    """
    told = left = 0
    for number, line in enumerate(_lines(file), 1):
        if number > limit:
            yield Skipped(name, f"more than {limit} lines; the rest was not read")
            break
        if not line.strip():
            continue
        try:
            yield read_line(line)
        except BadObservation as problem:
            torn = "" if line.endswith(b"\n") else " (the last line, perhaps cut off)"
            if told < MAX_TOLD:
                yield Skipped(f"{name}:{number}", f"no observation: {problem}{torn}")
            told, left = told + 1, left + (told >= MAX_TOLD)
    if left:
        yield Skipped(name, f"{left} more lines are no observations")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of at most the limit and one byte more; the rest of a longer one is passed over."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE_BYTES + 1)
        yield line


class ObservationWriter:
    """Appends observations to a file, each with one write: other processes may append too, and a
    process that is killed leaves no half line behind unless the system itself stops.

    A file whose last line was cut off gets an end of line first. Use as a context manager.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the file.

        Raises:
            OSError: it cannot be written.
        """
        self._handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":
            os.write(self._handle, b"\n")

    def write(self, *observations: Observation) -> None:
        """Append them, all with one write, so that they are in the file when this returns."""
        data = b"".join(write_line(observation) for observation in observations)
        while data:
            data = data[os.write(self._handle, data) :]

    def close(self) -> None:
        """Close the file; what was written is there already."""
        os.close(self._handle)

    def __enter__(self) -> ObservationWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
