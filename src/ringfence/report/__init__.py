"""What people and other tools see of a scan: a :class:`ScanResult` becomes text.

A report is one module here, named as ``--format`` names it, that holds a ``REPORTER`` object. It
reads the result only; which findings count and how bad they are was decided before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Protocol, cast

from ringfence.model.finding import ScanResult
from ringfence.model.record import record
from ringfence.model.severity import Severity

FORMATS = ("terminal", "html", "markdown", "json", "sarif", "junit")


@record(frozen=True)
class ReportSettings:
    """How to show a result; each report uses what concerns it.

    ``width`` is in terminal cells. ``unicode`` False asks for ASCII only. ``only`` holds the parts
    asked for (``entries`` or families); empty means everything but the entries table.
    ``prefix`` is the path from the repository's root to the scanned folder (POSIX, no slash at
    the ends), for reports that hosting services read. ``suppressed`` asks for silenced findings in
    full. ``fail_on`` is the least severity that fails the build, None when none does. ``version``
    is Ringfence's. ``title`` names the application; "" takes the scanned path.
    """

    color: bool = False
    width: int = 100
    unicode: bool = True
    verbose: bool = False
    suppressed: bool = False
    fail_on: Severity | None = Severity.HIGH
    only: frozenset[str] = frozenset()
    prefix: str = ""
    version: str = ""
    title: str = ""


class Reporter(Protocol):
    """One output format."""

    name: str

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        """The whole report as text, ending with a line feed."""
        ...


class _Reporters(Mapping[str, Reporter]):
    """Loads the module of a format when it is asked for."""

    def __getitem__(self, name: str) -> Reporter:
        if name not in FORMATS:
            raise KeyError(name)
        return cast("Reporter", import_module(f"ringfence.report.{name}").REPORTER)

    def __iter__(self) -> Iterator[str]:
        return iter(FORMATS)

    def __len__(self) -> int:
        return len(FORMATS)


REPORTERS: Mapping[str, Reporter] = _Reporters()
