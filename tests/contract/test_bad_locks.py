"""Lock files with a mistake: one clear error each, and never a traceback."""

from __future__ import annotations

import tomllib
from pathlib import Path

import contract_samples as samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.contract.lockfile import lock_text, parsed
from ringfence.errors import UsageError

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "bad_locks.toml").read_text(encoding="utf-8"))["case"]
HEAD = "# a lock file\nschema = 1\n\n[functions.a]"
SHOP = (HERE / "shop.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_mistake_is_told_with_place_and_cure(case: dict[str, str]) -> None:
    text = case["text"]
    if text.startswith("HEAD\n"):
        text = text.replace("HEAD", HEAD, 1)
    with pytest.raises(UsageError) as caught:
        parsed(text.encode())
    error = caught.value
    assert (error.where, error.what, error.cure) == (case["where"], case["what"], case["cure"])


HOSTILE = {
    "deep": "schema = 1\nfunctions = " + "[" * 100_000,
    "a number beyond measure": "schema = 1\nfunctions.a.limits.memory_mib = " + "9" * 6_000,
    "a schema beyond measure": "schema = 0x" + "f" * 6_000,
    "a long key": f'schema = 1\n"{"k" * 1_000_000}" = 1',
    "a terminal sequence": 'schema = 1\n"\\u001b[2J" = 1',
    "a zero": 'schema = 1\n[functions.a]\nname = "\0"',
    "empty": "",
    "deep tables": "schema = 1\n[functions." + ".".join("a" * 5_000) + "]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_short_printable_error(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(HOSTILE[name].encode())
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_more_decisions_than_anybody_makes_are_refused() -> None:
    entry = (
        '[[functions.a.accepted]]\nkind = "host"\nvalue = "h{}"\nreason = "r"\nuntil = 2027-01-31\n'
    )
    text = f"{HEAD}\n" + "".join(entry.format(number) for number in range(501))
    with pytest.raises(UsageError) as caught:
        parsed(text.encode())
    assert (caught.value.what, caught.value.where) == (
        "function a: more than 500 accepted entries", "ringfence.lock:4",
    )  # fmt: skip


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SHOP)))
    end = data.draw(st.integers(at, min(len(SHOP), at + 60)))
    piece = data.draw(st.one_of(samples.texts, st.sampled_from(["1", "true", "[]", "{}", '""'])))
    damaged = (SHOP[:at] + piece + SHOP[end:]).encode("utf-8", "replace")
    try:
        contract = parsed(damaged)
    except UsageError:
        return
    assert parsed(lock_text(contract).encode()) == contract


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parsed(data)
    except UsageError as error:
        assert error.where.startswith("ringfence.lock")
