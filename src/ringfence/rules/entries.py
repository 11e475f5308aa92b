"""What the tables of libraries share: the calls that they are about, and conditions on them."""

from __future__ import annotations

from typing import Any

from ringfence.errors import RuleError
from ringfence.model.record import record

Selector = tuple[int | str, ...]

TESTS = (
    "equals",
    "not_equals",
    "absent",
    "one_of",
    "matches",
    "type",
    "contains",
    "named",
    "backtracks",
    "below",
)


@record(frozen=True)
class Condition:
    """One test on an argument; ``test`` is a word of :data:`TESTS`, ``operand`` its value."""

    argument: Selector
    test: str
    operand: Any
    field: str = ""


@record(frozen=True)
class Entry:
    """What all tables share. ``call`` names the calls it is about."""

    call: tuple[str, ...] = ()
    argument: Selector = ("*",)
    when: tuple[Condition, ...] = ()


def condition_of(table: dict[str, Any], where: str) -> Condition:
    """A condition as a table writes it.

    Raises:
        RuleError: it is malformed.
    """
    tests = [key for key in table if key in TESTS]
    if len(tests) != 1 or "argument" not in table or set(table) - {*TESTS, "argument", "field"}:
        raise RuleError(
            f"a condition has argument, perhaps field, and one test: {sorted(table)}",
            where,
            f"use one of {', '.join(TESTS)}",
        )
    test = tests[0]
    operand = table[test]
    return Condition(
        tuple(table["argument"]),
        test,
        tuple(operand) if isinstance(operand, list) else operand,
        table.get("field", ""),
    )
