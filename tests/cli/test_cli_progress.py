"""Progress: after a while, where somebody watches, and gone afterwards."""

from __future__ import annotations

import io
import sys
import time
from typing import TYPE_CHECKING

from ringfence.cli import progress

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error as a terminal; within the test, because pytest replaces it before each."""
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    monkeypatch.setenv("TERM", "xterm-256color")
    return found


def test_a_quick_scan_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    with progress.Progress(enabled=True) as told:
        told("code", 1, 2)
    assert terminal.getvalue() == ""


def test_a_long_scan_tells_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setattr(progress, "DELAY_S", 0.01)
    with progress.Progress(enabled=True) as told:
        deadline = time.monotonic() + 10
        while "code 3 of 7" not in terminal.getvalue() and time.monotonic() < deadline:
            told("code", 3, 7)
            time.sleep(0.02)
    assert "code 3 of 7" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")


def test_nobody_watches_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = watched(monkeypatch)
    monkeypatch.setattr(progress, "DELAY_S", 0)
    with progress.Progress(enabled=False) as told:
        told("code", 1, 2)
        time.sleep(0.05)
    assert terminal.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert not progress.is_watched()
