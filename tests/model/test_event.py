"""Observations on disk: written whole, read under limits, torn lines passed over."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ringfence.model import event
from ringfence.model.event import (
    DECISIONS,
    KINDS,
    BadObservation,
    Observation,
    ObservationWriter,
    read_line,
    read_observations,
    write_line,
)
from ringfence.model.location import Skipped

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "observation.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()))
ONE = Observation(
    "2026-11-30T12:00:00Z", "f", "action", "s3:GetObject", "arn:aws:s3:::b/k", "allowed", "relay"
)

TEXTS = st.text(max_size=30)
OBSERVATIONS = st.builds(
    Observation, TEXTS, TEXTS, st.sampled_from(KINDS), st.text(min_size=1, max_size=30), TEXTS,
    st.sampled_from(DECISIONS), TEXTS,
)  # fmt: skip


@given(OBSERVATIONS)
def test_what_is_written_is_read_and_follows_the_schema(item: Observation) -> None:
    line = write_line(item)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    VALIDATOR.validate(json.loads(line))
    assert read_line(line) == item


GOOD = json.loads(write_line(ONE))
BAD = [
    ({**GOOD, "kind": "guess"}, "`kind` is none of action, host, process, file, env"),
    ({**GOOD, "decision": "perhaps"}, "`decision` is none of allowed, denied, depends"),
    ({**GOOD, "value": ""}, "`value` is empty"),
    ({**GOOD, "time": 5}, "`time` is no text"),
    ({**GOOD, "origin": None}, "`origin` is no text"),
    ({key: GOOD[key] for key in GOOD if key != "function"}, "`function` is missing"),
    ([GOOD], "no JSON object"),
]


@pytest.mark.parametrize(("data", "reason"), BAD)
def test_reader_and_schema_refuse_the_same(data: object, reason: str) -> None:
    with pytest.raises(BadObservation) as problem:
        read_line(json.dumps(data).encode())
    assert str(problem.value) == reason
    assert not VALIDATOR.is_valid(data)


def _read(data: bytes, limit: int = 100) -> list[Observation | Skipped]:
    return list(read_observations(io.BytesIO(data), "calls.ndjson", limit))


def test_bad_lines_are_told_and_reading_goes_on() -> None:
    line = write_line(ONE)
    data = (
        line
        + b"no json\n"
        + b"[" * 60_000
        + b"\n"
        + b"{"
        + b"x" * 200_000
        + b"\n\n"
        + line
        + line[:30]
    )
    assert _read(data) == [
        ONE,
        Skipped("calls.ndjson:2", "no observation: no JSON"),
        Skipped("calls.ndjson:3", "no observation: no JSON"),
        Skipped(
            "calls.ndjson:4",
            "no observation: longer than 65536 bytes (the last line, perhaps cut off)",
        ),
        ONE,
        Skipped("calls.ndjson:7", "no observation: no JSON (the last line, perhaps cut off)"),
    ]


def test_many_bad_lines_are_counted() -> None:
    found = _read(b"x\n" * 50)
    assert len(found) == event.MAX_TOLD + 1
    assert found[-1] == Skipped("calls.ndjson", "30 more lines are no observations")


def test_lines_have_a_limit() -> None:
    assert _read(write_line(ONE) * 3, 2)[2:] == [
        Skipped("calls.ndjson", "more than 2 lines; the rest was not read")
    ]


@given(st.binary(max_size=300))
def test_a_strangers_file_never_makes_an_exception(data: bytes) -> None:
    _read(data)


def test_appending_mends_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "calls.ndjson"
    path.write_bytes(write_line(ONE) + b'{"time":"2026')
    with ObservationWriter(path) as writer:
        writer.write(ONE, ONE)
    with path.open("rb") as file:
        found = list(read_observations(file, "calls"))
    assert [item for item in found if isinstance(item, Observation)] == [ONE, ONE, ONE]


def test_what_readers_would_refuse_is_not_written(tmp_path: Path) -> None:
    with ObservationWriter(tmp_path / "calls") as writer, pytest.raises(BadObservation):
        writer.write(Observation("t", "f", "action", "v" * 70_000))
    assert (tmp_path / "calls").read_bytes() == b""


@pytest.mark.kill
def test_a_killed_writer_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "calls.ndjson"
    script = (
        "import sys; from pathlib import Path\n"
        "from ringfence.model.event import Observation, ObservationWriter\n"
        "item = Observation('t', 'f', 'action', 's3:GetObject', 'arn:' + 'x' * 3000)\n"
        "with ObservationWriter(Path(sys.argv[1])) as writer:\n"
        "    while True: writer.write(item)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)]) as writer:
        while not path.exists() or path.stat().st_size < 100_000:
            time.sleep(0.01)
        os.kill(writer.pid, signal.SIGKILL)
    with path.open("rb") as file:
        found = list(read_observations(file, "calls"))
    assert len(found) > 30
    assert all(isinstance(item, Observation) for item in found)
