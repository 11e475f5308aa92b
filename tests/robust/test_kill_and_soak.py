"""A killed scan leaves the old result whole; many scans in one process do not grow."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from ringfence.scan.cache import SCHEMA
from ringfence.testing import run_cli, scanned

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"


@pytest.mark.kill
def test_a_killed_scan_leaves_the_old_result_whole(tmp_path: Path, rounds: int) -> None:
    output = tmp_path / "result.json"
    arguments = ["scan", str(EXAMPLE), "--format", "json", "--output", str(output)]
    run_cli(*arguments)
    before = json.loads(output.read_text())["findings"]
    random_ = random.Random(7)
    for _ in range(rounds or 6):
        process = subprocess.Popen(
            [sys.executable, "-m", "ringfence", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(random_.uniform(0.0, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert json.loads(output.read_text())["findings"] == before


@pytest.mark.kill
def test_a_killed_scan_leaves_the_old_cache_whole(tmp_path: Path, rounds: int) -> None:
    app = tmp_path / "orders"
    shutil.copytree(EXAMPLE, app)
    command = [sys.executable, "-m", "ringfence", "scan", str(app), "--format", "json"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    code = next(path for path in sorted(app.rglob("*.py")))
    whole = code.read_text()
    random_ = random.Random(7)
    for turn in range(rounds or 4):
        code.write_text(f"{whole}# {turn}\n")  # so that each scan has something to keep
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(random_.uniform(0.2, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        for file in (tmp_path / "ringfence").glob("*.json"):
            assert json.loads(file.read_bytes())["schema"] == SCHEMA
    told = [
        subprocess.run([*command, *more], env=environment, capture_output=True, check=False).stdout
        for more in ([], [], ["--no-cache"])
    ]
    assert told[0] == told[1] == told[2]
    assert len(list((tmp_path / "ringfence").glob("*.json"))) == 1


@pytest.mark.soak
def test_many_scans_in_one_process_do_not_grow(rounds: int) -> None:
    """What leaks grows in every quarter; a table of the interpreter that doubles does so in one."""
    for _ in range(3):
        scanned(EXAMPLE)
    scans = max(rounds // 4, 1)
    grown = []
    tracemalloc.start()
    try:
        for _ in range(4):
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(scans):
                scanned(EXAMPLE)
            gc.collect()
            grown.append(tracemalloc.get_traced_memory()[0] - before)
    finally:
        tracemalloc.stop()
    assert min(grown) < 50_000 + 1_000 * scans, grown


def test_the_same_scan_gives_the_same_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("a.json", "b.json"):
        run_cli(
            "scan",
            EXAMPLE,
            "--format",
            "json",
            "--today",
            "2026-11-01",
            "--output",
            tmp_path / name,
        )
        data = json.loads((tmp_path / name).read_text())
        data.get("summary", {}).pop("duration_s", None)
        texts.append(json.dumps(data))
    assert texts[0] == texts[1]
