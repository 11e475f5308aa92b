"""The scan after one edit of an application of many functions, beside the first one.

    python bench/rescan.py [--functions 100] [--runs 10]

Makes its own application (one template, functions that send to each other in a ring and share a
table), scans it, and then edits one handler before each further scan. Whole processes with
``--only injection``, beside ``python -I -c pass`` of the same round.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import sys
import tempfile
from pathlib import Path

import scale
from measure import Series, run_once

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=int, default=100)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args()
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    with tempfile.TemporaryDirectory(prefix="ringfence-rescan-") as name:
        folder = Path(name) / "app"
        folder.mkdir()
        scale.one_template(folder, arguments.functions)
        os.environ["XDG_CACHE_HOME"] = str(Path(name) / "cache")
        words = [sys.executable, "-m", "ringfence", "scan", str(folder), "--only", "injection",
                 "--fail-on", "never", "-q", "--format", "json"]  # fmt: skip
        measure(folder, words, arguments.runs)
    return 0


def measure(folder: Path, words: list[str], runs: int) -> None:
    edited = folder / "src" / "f3" / "app.py"
    empty = Series("python -I -c pass", [sys.executable, "-I", "-c", "pass"])
    first = Series("without a cache", [*words, "--no-cache"])
    again = Series("after one edit", words)
    run_once(Series("warm", words))
    for number in range(runs):
        edited.write_text(edited.read_text(encoding="utf-8") + f"# {number}\n", encoding="utf-8")
        for series in (empty, first, again):
            run_once(series)
    for series in (empty, first, again):
        print(series.row())
    ratios = [b / a for a, b in zip(first.wall_s, again.wall_s, strict=True)]
    print(f"after one edit / without a cache: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    sys.exit(main())
