"""Caches under bad circumstances: killed scans, full disks, two scans at once, a tree that changes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from small_apps import BAD, FUNCTION, HEADER, SAFE

from ringfence import files
from ringfence.report import REPORTERS, ReportSettings
from ringfence.scan import ScanOptions, scan
from ringfence.scan import run as scan_run
from ringfence.testing import TIME_LIMIT_S, TODAY, run_cli, tree

FILES: dict[str, str | bytes] = {
    f"{name}/{file}": text
    for name in ("a", "b", "c", "d", "e", "f", "g")
    for file, text in (("template.yaml", HEADER + FUNCTION), ("src/app.py", BAD))
}


def told(folder: Path, cache: Path | None, jobs: int = 1) -> str:
    options = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, cache=cache, jobs=jobs)
    return REPORTERS["json"].render(scan(folder, options), ReportSettings())


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return tree(tmp_path / "app", FILES)


@pytest.mark.parametrize("at", ["write", "mkstemp", "replace"])
def test_a_full_disk_is_no_error_and_leaves_the_old_cache(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    cache = tmp_path / "cache"
    told(app, cache)
    (file,) = cache.iterdir()
    before = file.read_bytes()
    (app / "b/src/app.py").write_text(SAFE)
    expected = told(app, None)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        match at:
            case "write":
                real = os.fdopen
                patch.setattr(files.os, "fdopen", lambda handle, mode: _Full(real(handle, mode)))
            case "mkstemp":
                patch.setattr(files.tempfile, "mkstemp", full)
            case _:
                patch.setattr(Path, "replace", full)
        assert told(app, cache) == expected
    assert [entry.read_bytes() for entry in cache.iterdir()] == [before]
    assert told(app, cache) == expected


class _Full:
    """A file on a disk that has no room left."""

    def __init__(self, stream: object) -> None:
        self.stream = stream

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()  # type: ignore[attr-defined]  # an open file

    def write(self, data: bytes) -> int:
        self.stream.write(data[: len(data) // 2])  # type: ignore[attr-defined]  # an open file
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_cache_that_cannot_be_written_is_no_error(app: Path) -> None:
    expected = told(app, None)
    assert told(app, Path("/proc/ringfence-cache")) == expected
    assert told(app, Path("/dev/null/cache")) == expected


def test_scans_at_once_give_what_one_gives(app: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ringfence", "scan", str(app), "--format", "json"]
    expected = run_cli(*command[3:], "--no-cache").stdout
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "PYTHONUTF8": "1"}
    for _ in range(2):
        running = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        assert [process.communicate()[0] for process in running] == [expected] * 2
        assert len(list((tmp_path / "ringfence").iterdir())) == 1


@pytest.mark.parametrize("change", ["edit", "remove", "folder", "template", "pipe"])
def test_a_tree_that_changes_during_the_scan_leaves_no_wrong_cache(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    real = scan_run.scan_application
    changed: list[str] = []

    def changing(task: object, part: object, *rest: object) -> object:
        if not changed:
            alter(app, change)
        outcome = real(task, part, *rest)  # type: ignore[arg-type]  # as given
        if not changed:
            changed.append(change)
            alter(app, change, "a")
        return outcome

    with monkeypatch.context() as patch:
        patch.setattr(scan_run, "scan_application", changing)
        told(app, tmp_path / "cache")
    assert changed
    expected = told(app, None)
    assert told(app, tmp_path / "cache") == expected
    assert told(app, tmp_path / "cache") == expected


def alter(app: Path, change: str, part: str = "c") -> None:
    """Change a part of the application, before or after it is read."""
    match change:
        case "edit":
            (app / part / "src/app.py").write_text(SAFE)
        case "remove":
            (app / part / "src/app.py").unlink(missing_ok=True)
        case "folder":
            shutil.rmtree(app / part, ignore_errors=True)
        case "template":
            (app / part / "template.yaml").write_text(HEADER + FUNCTION.replace("NONE", "AWS_IAM"))
        case _:
            (app / part / "src/app.py").unlink(missing_ok=True)
            os.mkfifo(app / part / "src/app.py")
