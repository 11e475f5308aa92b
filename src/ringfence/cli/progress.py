"""What a long scan is doing, on standard error, only where somebody watches."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status

DELAY_S = 0.5


class Progress:
    """A spinner with the stage's name that appears after half a second.

    Use as a context manager; calling it takes the stage, what is done, and what there is to do
    (0 when that is not known). Nothing is shown when ``enabled`` is False.
    """

    def __init__(self, enabled: bool) -> None:
        self._text = "reading"
        self._status: Status | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._timer = threading.Timer(DELAY_S, self._start) if enabled else None

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._text = f"{stage} {done} of {total}" if total and done else stage
        if self._status is not None:
            self._status.update(self._text)

    def __enter__(self) -> Progress:
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._stopped = True
            if self._status is not None:
                self._status.stop()

    def _start(self) -> None:
        from rich.console import Console

        with self._lock:
            if not self._stopped:
                self._status = Console(stderr=True, highlight=False, markup=False).status(
                    self._text
                )
                self._status.start()


def is_watched() -> bool:
    """Whether somebody sees standard error."""
    return sys.stderr.isatty()
