"""Write docs/results.md: what a scan of well-known public applications shows.

Usage: python support/results.py NAME=FOLDER ...

Each FOLDER is a checkout of a public application. The page names its commit, so that anyone can
fetch the same and compare; times are left out, so that the page changes only when a result does.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.severity import Severity
from ringfence.scan import ScanOptions, scan

PAGE = Path(__file__).parents[1] / "docs" / "results.md"
TODAY = date(2026, 11, 22)

HEAD = """\
# Results on public applications

What `ringfence scan` shows on applications that others wrote to be vulnerable. The page is written
by `python support/results.py NAME=FOLDER …` from checkouts of them; the runtimes' ages are judged
as of {today}. Findings below medium are counted, not listed. How much of what people write is
loaded at all is measured in [loading.md](loading.md).
"""


def main() -> int:
    if len(sys.argv) == 1 or any("=" not in word for word in sys.argv[1:]):
        print(__doc__, file=sys.stderr)
        return 2
    sections = [section(*word.split("=", 1)) for word in sys.argv[1:]]
    PAGE.write_text("\n".join([HEAD.format(today=TODAY), *sections]), encoding="utf-8")
    return 0


def section(name: str, folder: str) -> str:
    result = scan(Path(folder), ScanOptions(today=TODAY))
    lines = [f"## {name}", "", f"Commit `{commit(folder)}`. {numbers(result)}", ""]
    lines += ["### Attack paths", ""]
    for number, path in enumerate(result.paths, 1):
        lines += story(number, path)
    lines += [
        "### Findings of medium and above",
        "",
        "| | rule | where | what |",
        "| --- | --- | --- | --- |",
    ]
    lines += [row(item) for item in result.findings if item.severity >= Severity.MEDIUM]
    return "\n".join([*lines, ""])


def commit(folder: str) -> str:
    command = ["git", "-C", folder, "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def numbers(result: ScanResult) -> str:
    lesser = sum(item.severity < Severity.MEDIUM for item in result.findings)
    return (
        f"{len(result.functions)} functions, {len(result.entries)} entry points, "
        f"{result.files_read} files, {len(result.skipped)} skipped; {len(result.paths)} attack "
        f"paths, {len(result.findings) - lesser} findings of medium and above, {lesser} below. "
        f"Rules {result.rules_version}."
    )


def story(number: int, path: AttackPath) -> list[str]:
    lines = [f"{number}. **{path.title}** ({path.severity}, {path.confidence} confidence)"]
    lines += [
        f"   - {plain(step.text)} (`{step.location.file}:{step.location.line}`)"
        for step in path.lines
    ]
    return [*lines, f"   - *Fix:* {plain(path.fix)}", ""]


def row(item: Finding) -> str:
    place = f"`{item.location.file}:{item.location.line}`"
    return f"| {item.severity} | {item.rule} | {place} | {plain(item.message)} |"


def plain(text: str) -> str:
    """The text as one line that is safe inside a table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


if __name__ == "__main__":
    sys.exit(main())
