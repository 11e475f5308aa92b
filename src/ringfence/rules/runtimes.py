"""The dated table of language runtimes: when each provider stops mending and running them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ringfence.errors import RuleError
from ringfence.model.record import record
from ringfence.rules import packed

TABLE = Path(__file__).parent / "runtimes.toml"


@record(frozen=True)
class Runtime:
    """``end_of_life`` is the day from which the provider no longer mends it, ``blocked`` the day
    from which functions with it can no longer be changed; None when not announced. ``successor``
    is the newest runtime of the same language."""

    id: str
    provider: str
    end_of_life: date | None
    blocked: date | None
    successor: str


@lru_cache(maxsize=1)
def load_runtimes() -> dict[str, Runtime]:
    """All runtimes by id (``python3.8``, Google's ``python312``, Azure's ``node:20``).

    Raises:
        RuleError: the table is malformed.
    """
    tree = packed.read(TABLE.name)
    table: dict[str, Runtime] = {}
    for provider, section in tree.items():
        if provider == "meta":
            continue
        successors = section["successors"]
        for name, row in section["runtimes"].items():
            table[name] = _runtime(name, provider, row, successors)
    return table


def _runtime(name: str, provider: str, row: Any, successors: dict[str, str]) -> Runtime:
    if not isinstance(row, list) or len(row) != 3:
        raise RuleError(f"{name} needs [family, end of life, blocked]", str(TABLE), "mend the row")
    family, end, blocked = row
    return Runtime(name, provider, _day(end), _day(blocked), successors.get(family, ""))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def find_runtime(name: str) -> Runtime | None:
    """The row of a runtime as templates write it; None for images, custom and new runtimes."""
    if not name:
        return None
    table = load_runtimes()
    return table.get(name) or table.get(name.lower())
