"""The dated table of runtimes."""

from __future__ import annotations

from datetime import date

from ringfence.rules.runtimes import find_runtime, load_runtimes


def test_a_known_runtime() -> None:
    runtime = find_runtime("python3.8")
    assert runtime is not None
    assert runtime.end_of_life == date(2024, 10, 14)
    assert runtime.successor == "python3.14"


def test_what_is_not_dated_is_not_guessed() -> None:
    assert find_runtime("") is None
    assert find_runtime("python9.9") is None


def test_dates_are_in_order() -> None:
    for runtime in load_runtimes().values():
        if runtime.end_of_life and runtime.blocked and "edge" not in runtime.id:
            assert runtime.end_of_life <= runtime.blocked, runtime.id


def test_every_successor_is_itself_in_the_table() -> None:
    table = load_runtimes()
    for runtime in table.values():
        assert runtime.successor in table, runtime.id
        successor = table[runtime.successor]
        assert successor.end_of_life is None or successor.end_of_life >= date(2027, 1, 1)
