"""Helpers for tests of Ringfence and of rules that people write for it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

from ringfence.model.application import Application
from ringfence.model.finding import ScanResult

#: The day that tests call today, so that end-of-life tables do not change their results.
TODAY = date(2026, 11, 1)

#: Far above what a test needs, so that a slow machine changes no result; in seconds.
TIME_LIMIT_S = 600.0


def tree(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files (path → text, dedented) below ``folder`` and give the folder back."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(textwrap.dedent(content), encoding="utf-8")
    return folder


def app(folder: Path, files: dict[str, str | bytes]) -> Application:
    """The application that the files declare."""
    from ringfence.loaders import LoadOptions, load_application

    return load_application(tree(folder, files), LoadOptions())


def scanned(folder: Path, files: dict[str, str | bytes] | None = None) -> ScanResult:
    """The result of scanning the folder, after writing the files into it: all, however unsure."""
    from ringfence.scan import ScanOptions, scan

    options = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, confidence="low")
    return scan(tree(folder, files or {}), options)


def event(kind: str) -> Any:
    """The catalogue's full sample event of a trigger kind, as Python data."""
    from ringfence.rules.events import load_events

    return load_events().shapes[kind].sample


def run_cli(
    *arguments: str | Path, cwd: Path | None = None, timeout_s: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, without colour, 100 columns wide."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUTF8": "1"}
    return subprocess.run(  # noqa: S603 - runs this interpreter on Ringfence itself
        [sys.executable, "-m", "ringfence", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        timeout=timeout_s,
        env=environment,
        check=False,
    )
