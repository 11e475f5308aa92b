"""Work that is shared among forked processes, of which one that dies costs only what it was at.

Forks start with everything that was loaded and parsed, at no cost; each takes a number, works, and
sends bytes back, until there are no numbers left. They write to no stream but their own pipe and
end without clean-up, so whatever threads the parent had does not matter to them.
"""

from __future__ import annotations

import os
import selectors
import signal
import struct
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator

from ringfence.model.record import field, record

#: Number of the piece of work; length of the answer, processor time in seconds.
_ASK = struct.Struct(">Q")
_ANSWER = struct.Struct(">Qd")
#: Waiting for idle processes to end, and looking for late ones.
END_S, LOOK_EVERY_S = 2.0, 1.0
#: A process may use this many times the processor time of an application before it is ended; and
#: one that uses none for so long waits for something that never comes.
SLOWEST, IDLE_S = 20.0, 60.0
#: Processor time that counts as going on.
STEP_S = 0.02


@record()
class Worker:
    """A process, the ends of its pipes, and what it is at: since when, with which processor time at
    the beginning and when it was last seen to go on."""

    pid: int
    asks: int
    answers: int
    at: int | None = None
    begun_s: float = 0.0
    used_s: float = 0.0
    moved_at_s: float = 0.0
    received: bytearray = field(default_factory=bytearray)


@record(frozen=True)
class Answer:
    """``data`` is None where the process ended without an answer; ``reason`` says how."""

    number: int
    data: bytes | None
    cpu_s: float = 0.0
    reason: str = ""


def can_share() -> bool:
    """Whether this process may be forked: on Linux, from its main thread."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def share(
    count: int, pieces: int, work: Callable[[int], bytes], limit_s: float
) -> Generator[Answer, None, None]:
    """Do the pieces of work 0 … ``pieces`` - 1 in ``count`` processes; answers as they come.

    A process that takes much longer than ``limit_s`` allows, or does nothing, is ended. Closing the
    generator ends all of them.
    """
    waiting = deque(range(pieces))
    workers: list[Worker] = []
    try:
        with selectors.DefaultSelector() as selector:
            while waiting and len(workers) < count:
                _begin(workers, waiting, work, selector)
            while workers:
                for key, _ in selector.select(LOOK_EVERY_S):
                    worker = key.data
                    answer = _receive(worker)
                    if answer is None:
                        continue
                    yield answer
                    if answer.data is not None and waiting:
                        _ask(worker, waiting.popleft())
                        continue
                    selector.unregister(worker.answers)
                    workers.remove(worker)
                    _end(worker)
                    if answer.data is None and waiting:
                        _begin(workers, waiting, work, selector)
                _end_late(workers, limit_s * SLOWEST)
    finally:
        for worker in workers:
            _kill(worker)
            _end(worker)


def _begin(
    workers: list[Worker],
    waiting: deque[int],
    work: Callable[[int], bytes],
    selector: selectors.BaseSelector,
) -> None:
    """Start a process and give it its first piece."""
    asks_out, asks = os.pipe()
    answers, answers_in = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
        pid = os.fork()
    if pid == 0:
        try:
            for worker in workers:
                os.close(worker.asks)
                os.close(worker.answers)
            os.close(asks)
            os.close(answers)
            _serve(work, asks_out, answers_in)
        finally:
            os._exit(1)
    os.close(asks_out)
    os.close(answers_in)
    worker = Worker(pid, asks, answers)
    workers.append(worker)
    selector.register(answers, selectors.EVENT_READ, worker)
    _ask(worker, waiting.popleft())


def _serve(work: Callable[[int], bytes], asks: int, answers: int) -> None:
    """What a forked process does until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its processes itself
    while True:
        asked = os.read(asks, _ASK.size)
        if len(asked) < _ASK.size:
            os._exit(0)
        before_s = time.process_time()
        data = work(_ASK.unpack(asked)[0])
        left = memoryview(_ANSWER.pack(len(data), time.process_time() - before_s) + data)
        while left:
            left = left[os.write(answers, left) :]


def _ask(worker: Worker, number: int) -> None:
    worker.at = number
    worker.begun_s = worker.used_s = _processor_s(worker.pid)
    worker.moved_at_s = time.monotonic()
    worker.received.clear()
    try:
        os.write(worker.asks, _ASK.pack(number))
    except BrokenPipeError:
        return  # it has ended: its other pipe tells so


def _receive(worker: Worker) -> Answer | None:
    """What a process sent, once it is whole."""
    assert worker.at is not None
    chunk = os.read(worker.answers, 1 << 20)
    if not chunk:
        return Answer(worker.at, None, reason=_reason(worker))
    worker.received += chunk
    if len(worker.received) < _ANSWER.size:
        return None
    length, cpu_s = _ANSWER.unpack_from(worker.received)
    if len(worker.received) < _ANSWER.size + length:
        return None
    return Answer(worker.at, bytes(worker.received[_ANSWER.size :]), cpu_s)


def _reason(worker: Worker) -> str:
    """How a process ended, in words."""
    _, status = os.waitpid(worker.pid, 0)
    worker.pid = 0
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        return "its process was killed, perhaps for want of memory"
    return f"its process ended with {signal.Signals(-code).name if code < 0 else code}"


def _end_late(workers: list[Worker], limit_s: float) -> None:
    """End the processes that use too much, or have used nothing for too long."""
    for worker in workers:
        now_s = _processor_s(worker.pid)
        if now_s - worker.used_s >= STEP_S:
            worker.used_s = now_s
            worker.moved_at_s = time.monotonic()
        idle = time.monotonic() - worker.moved_at_s > IDLE_S
        if idle or now_s - worker.begun_s > limit_s:
            _kill(worker)


def _processor_s(pid: int) -> float:
    """The processor time of a process in seconds; 0 where it cannot be told."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - called each second
            fields = file.read().rpartition(b")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _kill(worker: Worker) -> None:
    if worker.pid:
        os.kill(worker.pid, signal.SIGKILL)


def _end(worker: Worker) -> None:
    """Close the pipes of a process, upon which it ends, and wait for that a short time."""
    os.close(worker.asks)
    os.close(worker.answers)
    until_s = time.monotonic() + END_S
    while worker.pid and os.waitpid(worker.pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > until_s:
            _kill(worker)
        time.sleep(0.001)
