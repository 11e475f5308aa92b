"""Draw the README's screenshot: ``ringfence scan examples/orders`` as an SVG, without a network.

Usage: python support/screenshot.py [--output docs/screenshot.svg] [--lines 60] [PATH]

The picture shows the real report, coloured, 100 columns wide; ``--lines`` cuts it off after so many
lines. Times are left out, so that the file changes only when the report does.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS = 100

THEME = TerminalTheme(
    (13, 17, 23),
    (222, 228, 236),
    [
        (72, 79, 88), (255, 77, 109), (74, 222, 128), (245, 197, 66),
        (96, 165, 250), (192, 132, 252), (45, 212, 191), (222, 228, 236),
    ],
    [
        (125, 135, 148), (255, 122, 144), (120, 235, 160), (250, 215, 110),
        (140, 190, 255), (210, 165, 255), (100, 230, 210), (255, 255, 255),
    ],
)  # fmt: skip

# Rich's own frame loads a font from the network; viewers have a monospaced one.
FRAME = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono",
    monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-ligatures: none;
}}
.{unique_id}-title {{ font-size: 18px; font-family: ui-sans-serif, system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture(report: str, title: str, columns: int = COLUMNS) -> str:
    """A coloured report (ANSI) as an SVG of a terminal window."""
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        console = Console(
            file=nowhere, record=True, width=columns, force_terminal=True, color_system="truecolor"
        )
        console.print(Text.from_ansi(report), soft_wrap=False, highlight=False)
        drawn = console.export_svg(
            title=title, theme=THEME, code_format=FRAME, unique_id="ringfence"
        )
    return TEXT.sub(without_leading_spaces, drawn)


TEXT = re.compile(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*>)((?:&#160;)+)')
CELL = 12.2  # rich's width of a cell, in the SVG's units


def without_leading_spaces(found: re.Match[str]) -> str:
    """Some viewers drop leading spaces, so the text starts behind them instead."""
    x, y, length, middle, spaces = found.groups()
    shift = len(spaces) // len("&#160;") * CELL
    return f'x="{float(x) + shift:.1f}"{y} textLength="{float(length) - shift:.1f}"{middle}'


def coloured_report(path: Path) -> str:
    """What a terminal would get, without the time that it took."""
    command = [sys.executable, "-m", "ringfence", "scan", str(path), "--color", "always"]
    command += ["--width", str(COLUMNS), "--fail-on", "never", "--today", "2026-11-22"]
    environment = {**os.environ, "COLORTERM": "truecolor", "PYTHONUTF8": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return without_time(done.stdout)


STYLE = r"(?:\x1b\[[\d;]*m)*"
TIME = re.compile(rf"{STYLE} · {STYLE}\d+(?:\.\d)? s{STYLE}$", re.MULTILINE)


def without_time(report: str) -> str:
    """The report without the time that the scan took, at the end of its first line."""
    return TIME.sub("\x1b[0m", report, count=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", nargs="?", default="examples/orders", type=Path)
    parser.add_argument("--output", default="docs/screenshot.svg", type=Path)
    parser.add_argument("--lines", default=0, type=int, help="cut off after so many lines")
    arguments = parser.parse_args()
    report = coloured_report(arguments.path)
    if arguments.lines:
        report = "\n".join(report.splitlines()[: arguments.lines]) + "\n"
    drawn = picture(report, f"ringfence scan {arguments.path}")
    arguments.output.write_text(drawn, encoding="utf-8")
    print(f"{arguments.output}: {len(drawn):,} bytes")


if __name__ == "__main__":
    main()
