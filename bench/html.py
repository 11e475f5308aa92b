"""The HTML report of a large application: its size, and how long a browser takes to open it.

    python bench/html.py [--functions 300] [--runs 10]

Makes an application, scans it, writes the report and opens it in Chromium without a screen, once
each round beside ``python -I -c pass``. Ready means: painted, filters and map in place, the main
thread idle; measured from the start of the navigation by the page's own clock.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import scale

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "report"))

from html_browser import DESKTOP, PHONE, browser  # noqa: E402 - found by the line above

READY = """
const done = arguments[arguments.length - 1];
const paint = () => performance.getEntriesByType("paint").map((entry) => entry.startTime);
requestAnimationFrame(() => requestAnimationFrame(() => requestIdleCallback(() => {
  done({ ready: performance.now(), paint: Math.max(0, ...paint()),
         nodes: document.querySelectorAll("*").length });
})));
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=int, default=300)
    parser.add_argument("--runs", type=int, default=10)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-html-") as name:
        place = Path(name)
        page = report(place, arguments.functions)
        for label, size in (("desktop", DESKTOP), ("phone", PHONE)):
            opened, empty = open_often(page, place / label, size, arguments.runs)
            first = statistics.median(entry["paint"] for entry in opened)
            ready = sorted(entry["ready"] for entry in opened)
            print(
                f"{label}: painted {first / 1e3:.2f} s, ready "
                f"{statistics.median(ready) / 1e3:.2f} s "
                f"[{ready[0] / 1e3:.2f} … {ready[-1] / 1e3:.2f}], {opened[0]['nodes']:,} elements; "
                f"python -I -c pass {statistics.median(empty):.3f} s"
            )
    return 0


def report(place: Path, functions: int) -> Path:
    """The report of an application of so many functions, most of which have findings."""
    application = place / "application"
    application.mkdir()
    scale.one_template(application, functions)
    for file in application.rglob("app.py"):
        text = file.read_text(encoding="utf-8")
        bad = "    os.system(order['note'])\n    return {\"statusCode\": 200"
        file.write_text(text.replace('    return {"statusCode": 200', bad), encoding="utf-8")
    page = place / "report.html"
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ringfence", "scan", str(application), "--no-cache", "-q",
         "--fail-on", "never", "--format", "html", "--output", str(page)],
        check=True,
    )  # fmt: skip
    print(
        f"{functions} functions: scanned and written in {time.perf_counter() - started:.1f} s, "
        f"{page.stat().st_size / 1e6:.2f} MB"
    )
    return page


def open_often(
    page: Path, profile: Path, size: tuple[int, int], runs: int
) -> tuple[list[dict[str, Any]], list[float]]:
    """The times of all runs in one browser, each beside an empty interpreter."""
    opened, empty = [], []
    with browser(profile, size) as driver:
        for _ in range(runs):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-c", "pass"], check=True)
            empty.append(time.perf_counter() - started)
            driver.get("about:blank")
            driver.get(page.as_uri())
            opened.append(driver.execute_async_script(READY))
    return opened, empty


if __name__ == "__main__":
    sys.exit(main())
