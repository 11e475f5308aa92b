"""Times whole processes: wall seconds and the peak memory summed over the process tree."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

SAMPLE_EVERY_S = 0.005


@dataclass
class Series:
    """The runs of one command. Times in seconds, memory in MiB."""

    name: str
    command: list[str]
    wall_s: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)

    def median_s(self) -> float:
        return statistics.median(self.wall_s)

    def row(self) -> str:
        wall = sorted(self.wall_s)
        return (
            f"{self.name:<28} {self.median_s():>8.3f} s  [{wall[0]:.3f} … {wall[-1]:.3f}]"
            f"  {statistics.median(self.peak_mib):>7.1f} MiB  exit {sorted(self.codes)}"
        )


def run_once(series: Series, cwd: Path | None = None) -> None:
    """Run the command once, output discarded, and add its figures to the series."""
    started = time.perf_counter()
    process = subprocess.Popen(
        series.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd
    )
    peak = _PeakSampler(process.pid)
    peak.start()
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    peak.stop()
    series.wall_s.append(elapsed)
    series.peak_mib.append(max(peak.peak_kib, usage.ru_maxrss) / 1024)
    series.codes.add(process.returncode)


def pair(runs: int, *all_series: Series, cwd: Path | None = None) -> None:
    """One warm-up, then ``runs`` rounds in each of which every command runs once."""
    for series in all_series:
        warm = Series(series.name, series.command)
        run_once(warm, cwd)
    for _ in range(runs):
        for series in all_series:
            run_once(series, cwd)


def ratio(first: Series, second: Series) -> float:
    """The median of the paired ratios first / second."""
    return statistics.median(a / b for a, b in zip(first.wall_s, second.wall_s, strict=True))


class _PeakSampler(threading.Thread):
    """Sums the resident memory of a process and its descendants every few milliseconds."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak_kib = 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(SAMPLE_EVERY_S):
            self.peak_kib = max(self.peak_kib, sum(map(_resident_kib, _tree(self.root))))

    def stop(self) -> None:
        self.done.set()
        self.join()


def _tree(root: int) -> list[int]:
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        try:
            queue += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except (OSError, ValueError):
            continue
    return found


def _resident_kib(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024
