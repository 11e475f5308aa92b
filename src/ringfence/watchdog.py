"""The last line of defence against hostile input: no stage of a scan takes all time or memory.

Limits on size, depth and count bound nearly every input; this bounds the rest. A timer looks at the
process a few times a second and raises :class:`~ringfence.errors.Exhausted` in the stage that went
too far. Time is that of the processor, so that a busy machine changes no result. Where there are
no such timers (Windows, another thread than the main one) nothing is watched.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from ringfence.errors import Exhausted

TICK_S = 0.1
#: How many looks later a stage is stopped inside other people's code, which may hold a lock.
PATIENCE = 3
#: Where nothing is ever stopped: what takes a lock and gives it back without regard to exceptions.
UNGUARDED = frozenset({"coverage", "threading", "_pydevd_bundle"})
#: What a stage that was stopped may still use to hand over what it has.
GRACE_S = 1.0
GRACE_MIB = 24.0
MIB = 1024 * 1024


class Watchdog:
    """Watches the stages of one scan; use as a context manager.

    ``time_limit_s`` is processor time from the start of the first stage, ``memory_limit_mib``
    resident memory of the process (looked at where ``/proc`` tells it). ``stopped`` tells whether a
    stage was ended.
    """

    def __init__(self, time_limit_s: float, memory_limit_mib: float) -> None:
        self.time_limit_s = time_limit_s
        self.memory_limit_mib = memory_limit_mib
        self._started_s = time.process_time()
        self._deadline_s = 0.0
        self._limit_mib = 0.0
        self._watching = False
        self._previous: Any = None
        self._armed = False
        self._waited = 0
        self.stopped = False

    def __enter__(self) -> Watchdog:
        if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
            self._armed = True
        return self

    def __exit__(self, *_: object) -> None:
        self._watching = False
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._previous or signal.SIG_DFL)

    @contextlib.contextmanager
    def stage(self, share: float) -> Iterator[None]:
        """Watch a stage that must be over when ``share`` (0 to 1) of the time is used up.

        A stage that starts late, or with much memory in use, still gets a little of both.
        """
        least_s = time.process_time() + GRACE_S
        self._deadline_s = max(self._started_s + share * self.time_limit_s, least_s)
        self._limit_mib = max(self.memory_limit_mib, resident_mib() + GRACE_MIB)
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _tick(self, _signal: int, frame: FrameType | None) -> None:
        if not self._watching:
            return
        late = time.process_time() > self._deadline_s
        if not late and resident_mib() <= self._limit_mib:
            return
        if frame is None or _is_delicate(frame):
            return
        if self._waited < PATIENCE and not _is_ours(frame):
            self._waited += 1
            return
        self._waited = 0
        self.stopped = True
        if late:
            self._deadline_s = time.process_time() + GRACE_S
            raise Exhausted(f"it takes longer than the limit of {self.time_limit_s:g} s allows")
        self._limit_mib = resident_mib() + GRACE_MIB
        raise Exhausted(f"it needs more memory than {self.memory_limit_mib:g} MiB")


def _is_delicate(frame: FrameType) -> bool:
    """Whether an exception here could leave a lock held or a module half imported."""
    outer: FrameType | None = frame
    inside = True
    while outer is not None:
        inside = inside and not _is_ours(outer)
        if inside and _package(outer) in UNGUARDED:
            return True
        if outer.f_code.co_filename.startswith("<frozen importlib."):
            return True
        outer = outer.f_back
    return False


def _is_ours(frame: FrameType) -> bool:
    return _package(frame) == __name__.partition(".")[0]


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def resident_mib() -> float:
    """The memory that the process holds now; 0 where that cannot be told."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - called many times a second
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    except (OSError, ValueError, IndexError):
        return 0.0
