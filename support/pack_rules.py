"""Writes ``rules/packed.txt``: the shipped TOML files parsed ahead, for the speed of a scan.

python support/pack_rules.py
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from ringfence.rules import packed
from ringfence.rules.checks import SHIPPED, parse_head


def pack() -> str:
    """One line for each file, sorted by name."""
    return "".join(map(line, read_at_run_time()))


def read_at_run_time() -> list[Path]:
    """The files that a run reads; those about operations are compiled into a pack of their own."""
    elsewhere = packed.FOLDER / "permissions" / "operations"
    return sorted(path for path in packed.FOLDER.rglob("*.toml") if path.parent != elsewhere)


def line(path: Path) -> str:
    """A rule's line holds its head only, checked; a scan needs no more of it."""
    data = path.read_bytes()
    parsed = (
        parse_head(path, data) if path.parent == SHIPPED else tomllib.loads(data.decode("utf-8"))
    )
    return packed.line_of(path.relative_to(packed.FOLDER).as_posix(), data, parsed)


if __name__ == "__main__":
    packed.PACK.write_text(pack(), encoding="utf-8")
