"""Whole-process times of ``ringfence scan``, cold, beside other scanners in the same run.

The modules are compiled to bytecode first, as every installation does; nothing else is kept.

    python bench/run.py --app DIR [--checkov EXE] [--semgrep EXE --semgrep-rules DIR] [--runs 10]
                        [--only injection]

``--app`` is an application to scan, such as a checkout of the OWASP DVSA; the bundled example
otherwise. ``--only`` asks Ringfence for a family, to be measured beside rules of the same kind. A
peer that is not given, or not found, is skipped, and the output says so. Every round
runs each command once, so a drifting machine touches all of them alike.
"""

from __future__ import annotations

import argparse
import compileall
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measure import Series, pair, ratio

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "orders"


def main() -> int:
    arguments = parse()
    app = arguments.app.resolve()
    compileall.compile_dir(HERE.parent / "src", quiet=1)
    only = ["--only", arguments.only] if arguments.only else []
    ringfence = [sys.executable, "-m", "ringfence"]
    series = [
        Series("python -I -c pass", [sys.executable, "-I", "-c", "pass"]),
        Series("ringfence --help", [*ringfence, "--help"]),
        Series(
            "ringfence scan",
            [*ringfence, "scan", str(app), "--no-cache", "--fail-on", "never", *only],
        ),
    ]
    for name, command in peers(arguments, app):
        if command is None:
            print(f"skipped: {name}")
        else:
            series.append(Series(name, command))
    pair(arguments.runs, *series)
    print(f"{arguments.runs} runs of each, paired, medians, on {app.name}")
    for each in series:
        print(each.row())
    for peer in series[3:]:
        print(f"ringfence scan / {peer.name}: {ratio(series[2], peer):.3f}")
    return 0


def peers(arguments: argparse.Namespace, app: Path) -> list[tuple[str, list[str] | None]]:
    """The peers' commands; None, with the reason in the name, for one that cannot run."""
    checkov = shutil.which(arguments.checkov)
    semgrep = shutil.which(arguments.semgrep)
    found: list[tuple[str, list[str] | None]] = []
    if checkov is None:
        found.append(("checkov (not installed; give --checkov EXE)", None))
    else:
        flags = ["--framework", "cloudformation", "serverless", "--compact", "--quiet"]
        found.append(("checkov", [checkov, "-d", str(app), *flags]))
    if semgrep is None or arguments.semgrep_rules is None:
        found.append(("semgrep (give --semgrep EXE and --semgrep-rules DIR)", None))
    else:
        flags = ["--metrics=off", "--disable-version-check", "--config"]
        found.append(("semgrep", [semgrep, "scan", *flags, str(arguments.semgrep_rules), str(app)]))
    return found


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--app", type=Path, default=EXAMPLE)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--checkov", default="checkov")
    parser.add_argument("--semgrep", default="semgrep")
    parser.add_argument("--semgrep-rules", type=Path)
    parser.add_argument("--only", default="", help="families of rules that Ringfence is asked for")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
