"""The pack of parsed files says what the files say."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ringfence.rules import packed
from ringfence.rules.checks import SHIPPED, load_rules, parse_head
from ringfence.rules.events import load_events
from ringfence.rules.taint import load_taint

FILES = sorted(
    path.relative_to(packed.FOLDER).as_posix()
    for path in packed.FOLDER.rglob("*.toml")
    if path.parent.name != "operations"
)
SCRIPT = Path(__file__).parents[2] / "support" / "pack_rules.py"


@pytest.fixture
def no_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing were packed."""
    monkeypatch.setattr(packed, "_lines", dict)


def test_the_pack_is_what_its_script_writes() -> None:
    code = "import pack_rules, sys; sys.stdout.buffer.write(pack_rules.pack().encode())"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=SCRIPT.parent, capture_output=True, check=True
    )
    assert made.stdout == packed.PACK.read_bytes(), "run python support/pack_rules.py"


@pytest.mark.parametrize("name", FILES)
def test_a_line_keeps_all_of_its_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed.FOLDER / name
    data = path.read_bytes()
    parsed = parse_head(path, data) if path.parent == SHIPPED else tomllib.loads(data.decode())
    line = packed.line_of(name, data, parsed)
    assert line.count("\n") == 1
    monkeypatch.setattr(packed, "_lines", lambda: {name: line.removeprefix(name + " ").rstrip()})
    assert packed.content(name, data) == parsed


def test_an_edited_file_counts_and_its_line_does_not() -> None:
    data = (packed.FOLDER / "runtimes.toml").read_bytes()
    assert packed.content("runtimes.toml", data) is not None
    assert packed.content("runtimes.toml", data + b"\n") is None
    assert packed.content("other.toml", data) is None


@pytest.mark.usefixtures("no_pack")
def test_everything_loads_without_the_pack() -> None:
    rules, events = load_rules(), load_events.__wrapped__()
    tables = load_taint.__wrapped__("python")
    assert packed.read("permissions/powers.toml")["table"]["one"] == "table {}"
    assert len(rules) > 100
    assert "s3" in events.shapes
    assert "os.system" in tables.calls


def test_a_missing_pack_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "PACK", tmp_path / "none.txt")
    assert packed._lines.__wrapped__() == {}
