"""Large folders: the first scan, the second, and the one after an edit; growth to 3,000 functions.

    python bench/monorepo.py [--repository FOLDER] [--runs 5] [--sizes 300 1000 3000]

Without ``--repository`` only made folders are scanned: applications of ten functions side by side,
one application of as many functions, and the same beside vendored packages. Whole processes; wall
seconds and CPU seconds with children, memory summed over all processes. Each round runs every
command once, beside ``python -I -c pass``.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import scale
from measure import Series, run_once

HERE = Path(__file__).resolve().parent
VENDORED = 400
MODULE = "def value_{n}(event, context):\n    return [event, {n}]\n\n\n"


def main() -> int:
    arguments = parse()
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    with tempfile.TemporaryDirectory(prefix="ringfence-monorepo-") as name:
        place = Path(name)
        if arguments.repository is not None:
            repository(arguments.repository, place, arguments.runs)
        growth(place, arguments.sizes)
        vendored(place, arguments.runs)
    return 0


def command(folder: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "ringfence", "scan", str(folder), "--fail-on", "never", "-q",
            "--format", "json", *words]  # fmt: skip


def repository(source: Path, place: Path, runs: int) -> None:
    """First scan, second scan, and the scan after one edit, of a copy of a folder."""
    folder, cache = place / "repository", place / "cache"
    shutil.copytree(source, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    os.environ["XDG_CACHE_HOME"] = str(cache)
    code = min(folder.glob("*/src/app.py"), key=str)
    empty = Series("python -I -c pass", [sys.executable, "-I", "-c", "pass"])
    first = Series("first scan", command(folder))
    second = Series("second scan, unchanged", command(folder))
    edited = Series("after one edit", command(folder))
    run_once(Series("warm", command(folder)))
    for number in range(runs):
        run_once(empty)
        shutil.rmtree(cache, ignore_errors=True)
        run_once(first)
        run_once(second)
        code.write_text(code.read_text(encoding="utf-8") + f"\n# {number}\n", encoding="utf-8")
        run_once(edited)
    print(f"{source.name}, {runs} rounds:")
    for series in (empty, first, second, edited):
        print(" ", series.row())
    for series in (second, edited):
        ratios = [b / a for a, b in zip(first.wall_s, series.wall_s, strict=True)]
        print(f"  {series.name} / first scan: {statistics.median(ratios):.3f}")


def growth(place: Path, sizes: list[int]) -> None:
    """Milliseconds for each function, as the number of functions grows."""
    print(f"{'input':<34} {'functions':>9} {'CPU s':>8} {'wall s':>8} {'MiB':>6} {'ms each':>8}")
    for name, make in (("applications of ten functions", many), ("one application", one)):
        for size in sizes:
            folder = place / "made"
            make(folder, size)
            row(name, folder, size)
            shutil.rmtree(folder)


def many(folder: Path, size: int) -> None:
    for number in range(size // 10):
        (folder / f"app{number}").mkdir(parents=True)
        scale.one_template(folder / f"app{number}", 10)


def one(folder: Path, size: int) -> None:
    folder.mkdir()
    scale.one_template(folder, size)


def row(name: str, folder: Path, size: int) -> None:
    before = os.times()
    series = Series(name, command(folder, "--no-cache"))
    run_once(series)
    after = os.times()
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    print(
        f"{name:<34} {size:>9} {cpu_s:>8.2f} {series.wall_s[0]:>8.2f} {series.peak_mib[0]:>6.0f} "
        f"{cpu_s / size * 1e3:>8.1f}"
    )


def vendored(place: Path, runs: int) -> None:
    """The same application with and without other people's packages beside its code."""
    plain, beside = place / "plain", place / "beside"
    one(plain, 50)
    one(beside, 50)
    for package in range(VENDORED):
        for folder in ("node_modules", "src/f0/site-packages", "src/f1/vendor"):
            home = beside / folder / f"package{package}"
            home.mkdir(parents=True)
            text = "".join(MODULE.format(n=n) for n in range(60))
            (home / "__init__.py").write_text(text, encoding="utf-8")
            (home / "data.json").write_text('{"Resources": {"a": {"Type": "x"}}}', encoding="utf-8")
    one_ = Series("without packages", command(plain, "--no-cache"))
    other = Series("with packages", command(beside, "--no-cache"))
    for _ in range(runs):
        run_once(one_)
        run_once(other)
    ratios = [b / a for a, b in zip(one_.wall_s, other.wall_s, strict=True)]
    print(f"{3 * VENDORED} vendored packages beside 50 functions:")
    print(" ", one_.row())
    print(" ", other.row())
    print(f"  with / without: {statistics.median(ratios):.3f}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repository", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[300, 1000, 3000])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
