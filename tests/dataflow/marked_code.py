"""Small applications whose lines say which findings begin there: ``# bad: rule, rule``."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

from ringfence.model.finding import ScanResult
from ringfence.testing import scanned

_MARK = re.compile(r"(?:#|//) bad: ([\w, -]+)$")


def marks(files: dict[str, str]) -> list[tuple[str, int, str]]:
    """The findings that the files ask for, as file, line and rule."""
    return sorted(
        (file, number, rule)
        for file, text in files.items()
        for number, line in enumerate(dedent(text).splitlines(), 1)
        if (match := _MARK.search(line)) is not None
        for rule in match.group(1).split(", ")
    )


def found(result: ScanResult) -> list[tuple[str, int, str]]:
    """The injections that a scan tells."""
    return sorted(
        (finding.location.file, finding.location.line, finding.rule)
        for finding in result.findings
        if finding.family == "injection"
    )


def checked(folder: Path, files: dict[str, str]) -> ScanResult:
    """Scan the files: every marked line is found, and nothing else is."""
    result = scanned(folder, dict(files))
    assert found(result) == marks(files)
    return result
