"""Whole-process times of ``ringfence lock``, cold and warm.

    python bench/lock_time.py --app DIR [--runs 10]

``--app`` is copied first, since the command writes into it; it may be a checkout of the OWASP DVSA.
Cold: the cache folder is fresh and there is no lock file. Warm: both are there and nothing has
changed. Every round runs each command once, beside an interpreter that does nothing, which tells
how busy the machine is. Modules are compiled first, as every installation does. Exit code 1 above
the limits.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measure import Series, run_once

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "orders"
COLD_LIMIT_S, WARM_LIMIT_S = 2.0, 0.3
LOCK = "ringfence.lock"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", type=Path, default=EXAMPLE)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args()
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    with tempfile.TemporaryDirectory() as scratch:
        nothing, cold, warm = measured(arguments.app.resolve(), Path(scratch), arguments.runs)
    print(f"{arguments.runs} runs of each, medians, on {arguments.app.name}")
    for series in (nothing, cold, warm):
        print(series.row())
    slow = cold.median_s() > COLD_LIMIT_S or warm.median_s() > WARM_LIMIT_S
    failed = (cold.codes | warm.codes) != {0}
    print(f"limits: {COLD_LIMIT_S} s cold, {WARM_LIMIT_S} s warm: {'not met' if slow else 'met'}")
    return int(slow or failed)


def measured(app: Path, scratch: Path, runs: int) -> tuple[Series, Series, Series]:
    """The interpreter alone, the command without a cache, and with one; ``runs`` rounds."""
    fresh, kept = scratch / "fresh", scratch / "kept"
    for folder in (fresh, kept):
        shutil.copytree(app, folder / "app", ignore=shutil.ignore_patterns(".git"))
    nothing = Series("python -I -c pass", [sys.executable, "-I", "-c", "pass"])
    cold = Series("ringfence lock, cold", [])
    warm = Series("ringfence lock, warm", command(kept, kept / "cache"))
    run_once(Series("", warm.command))  # fills the cache, and warms the system's own
    for number in range(runs):
        (fresh / "app" / LOCK).unlink(missing_ok=True)
        cold.command = command(fresh, fresh / f"cache-{number}")
        for series in (nothing, cold, warm):
            run_once(series)
    return nothing, cold, warm


def command(folder: Path, cache: Path) -> list[str]:
    ringfence = [sys.executable, "-m", "ringfence", "lock", str(folder / "app")]
    return ["env", f"XDG_CACHE_HOME={cache}", *ringfence]


if __name__ == "__main__":
    sys.exit(main())
