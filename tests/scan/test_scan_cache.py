"""A second scan gives what a scan without a cache gives, whatever changed in between."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from small_apps import BAD, FUNCTION, HEADER, SAFE

from ringfence.model.finding import ScanResult
from ringfence.model.record import replace
from ringfence.scan import ScanOptions, scan
from ringfence.scan import run as scan_run
from ringfence.scan.cache import Cache, user_folder
from ringfence.testing import TIME_LIMIT_S, TODAY, run_cli, tree

FILES: dict[str, str | bytes] = {
    "one/template.yaml": HEADER + FUNCTION,
    "one/src/app.py": "import helper\n\ndef handler(event, c):\n    helper.run(event['body'])\n",
    "one/src/helper.py": "import os\n\ndef run(text):\n    os.system(text)\n",
    "two/template.yaml": HEADER + FUNCTION,
    "two/src/app.py": SAFE,
}


def told(result: ScanResult) -> dict[str, Any]:
    data = {name: asdict(item) if hasattr(item, "__record_fields__") else item
            for name, item in ((n, getattr(result, n)) for n in result.__record_fields__)}  # fmt: skip
    data.pop("duration_s")
    data["entries"] = [entry.id for entry in result.entries]
    data["findings"] = [asdict(finding) for finding in result.findings]
    data["paths"] = [asdict(path) for path in result.paths]
    data["rules"] = sorted(result.rules)
    return data


class Scans:
    """Scans a folder with a cache, counts the applications that were analysed, and compares with
    a scan that knows nothing."""

    def __init__(self, root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.cache = cache
        self.analysed: list[str] = []
        real = scan_run.scan_application

        def counted(task: Any, part: Any, *rest: Any) -> Any:
            self.analysed.append(part.label)
            return real(task, part, *rest)

        monkeypatch.setattr(scan_run, "scan_application", counted)

    def __call__(self, **options: Any) -> list[str]:
        given = {"today": TODAY, "time_limit_s": TIME_LIMIT_S, **options}
        self.analysed.clear()
        cached = scan(self.root, ScanOptions(cache=self.cache, **given))
        analysed = list(self.analysed)
        assert told(cached) == told(scan(self.root, ScanOptions(**given)))
        return analysed


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scans:
    root = tree(tmp_path / "app", FILES)
    age(root)
    return Scans(root, tmp_path / "cache", monkeypatch)


def age(folder: Path) -> None:
    """Old files, so that their times can be trusted."""
    for file in folder.rglob("*"):
        os.utime(file, ns=(10**18, 10**18))


BOTH = ["one/template.yaml", "two/template.yaml"]


def test_a_second_scan_analyses_nothing(scans: Scans) -> None:
    assert scans() == BOTH
    assert scans() == []
    assert scans(only=frozenset({"entries"})) == BOTH
    assert scans(only=frozenset({"entries"})) == []


@pytest.mark.parametrize(
    ("change", "analysed"),
    [
        (lambda root: (root / "two/src/app.py").write_text(BAD), ["two/template.yaml"]),
        (lambda root: (root / "one/src/helper.py").unlink(), ["one/template.yaml"]),
        (lambda root: (root / "two/src/app.py").rename(root / "two/app.py"), ["two/template.yaml"]),
        (lambda root: (root / "one/template.yaml").unlink(), ["one/src/app.py"]),
        (lambda root: shutil.rmtree(root / "one"), []),
        (lambda root: (root / "one/other.yaml").write_text(HEADER + FUNCTION.replace("H", "B")),
         ["one/other.yaml"]),
        (lambda root: shutil.copytree(root / "two", root / "three"), ["three/template.yaml"]),
        (lambda root: (root / "ringfence.toml").write_text("[rules]\ndisable = ['x']\n"), BOTH),
        (lambda root: tree(root, {"one/src/os.py": "def system(text):\n    pass\n"}),
         ["one/template.yaml"]),
        (lambda root: (root / "notes.txt").write_text("nothing that is read"), []),
    ],
)  # fmt: skip
def test_what_changed_is_analysed_anew(
    scans: Scans, change: Callable[[Path], object], analysed: list[str]
) -> None:
    scans()
    change(scans.root)
    assert scans() == analysed
    assert scans() == []


def test_a_change_that_keeps_size_and_time_is_seen(scans: Scans) -> None:
    scans()
    file = scans.root / "two/src/app.py"
    file.write_text(SAFE.replace("return 1", "return 2"))
    os.utime(file, ns=(10**18, 10**18))
    assert scans() == ["two/template.yaml"]


def test_the_same_content_with_other_times_is_known(scans: Scans) -> None:
    scans()
    copy = scans.root.with_name("copy")
    shutil.copytree(scans.root, copy)
    shutil.rmtree(scans.root)
    copy.rename(scans.root)
    assert scans() == []


def test_options_that_change_results_have_caches_of_their_own(
    scans: Scans, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans()
    assert scans(parameters={"Stage": "prod"}) == BOTH
    monkeypatch.setenv("RINGFENCE_TEST_STAGE", "one")
    assert scans(env=frozenset({"RINGFENCE_TEST_STAGE"})) == BOTH
    assert scans(env=frozenset({"RINGFENCE_TEST_STAGE"})) == []
    monkeypatch.setenv("RINGFENCE_TEST_STAGE", "two")
    assert scans(env=frozenset({"RINGFENCE_TEST_STAGE"})) == BOTH
    assert scans() == []


@pytest.mark.parametrize("spoil", ["", "{", "[]", "nothing", "deep", "types", "folder"])
def test_a_spoilt_cache_is_as_none(scans: Scans, spoil: str) -> None:
    scans()
    (file,) = scans.cache.glob("*.json")
    data = json.loads(file.read_text())
    if spoil == "nothing":
        data = {"schema": 1}
    elif spoil == "types":
        for held in data["applications"].values():
            held[0] = [7] * len(held[0])
        data["glances"] = dict.fromkeys(data["glances"], "x")
    text = {"": "", "{": "{", "[]": "[]", "deep": "[" * 100_000}.get(spoil, json.dumps(data))
    file.unlink()
    if spoil == "folder":
        file.mkdir()
    else:
        file.write_text(text)
    assert scans() == BOTH
    assert scans() == (BOTH if spoil == "folder" else [])


def test_every_wrong_value_in_a_cache_is_refused_or_harmless(scans: Scans) -> None:
    scans()
    (file,) = scans.cache.glob("*.json")
    whole = json.loads(file.read_text())
    for wrong in (None, 7, "x", [], {}, [["x"]]):
        for place in (0, 1):
            data = json.loads(json.dumps(whole))
            for held in data["applications"].values():
                held[place] = wrong
            file.write_text(json.dumps(data))
            scans()


def test_a_folder_that_others_may_write_to_is_not_used(scans: Scans) -> None:
    scans.cache.mkdir()
    scans.cache.chmod(0o777)
    assert scans() == BOTH
    assert scans() == BOTH
    assert list(scans.cache.iterdir()) == []


def test_a_place_that_cannot_hold_a_cache_is_no_error(scans: Scans) -> None:
    scans.cache.write_text("a file")
    assert scans() == BOTH
    assert scans() == BOTH


def test_nobody_else_reads_what_is_kept(scans: Scans) -> None:
    scans()
    (file,) = scans.cache.glob("*.json")
    assert scans.cache.stat().st_mode & 0o077 == 0
    assert file.stat().st_mode & 0o077 == 0


def test_the_oldest_caches_go(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.scan.cache.MAX_FILES", 2)
    for number in range(4):
        scans(parameters={"Number": str(number)})
        for file in scans.cache.glob("*.json"):
            os.utime(file, ns=(file.stat().st_mtime_ns - 10**9,) * 2)
    assert len(list(scans.cache.glob("*.json"))) == 2
    assert scans(parameters={"Number": "3"}) == []
    assert scans(parameters={"Number": "0"}) == BOTH


def test_what_was_cut_short_is_not_kept(tmp_path: Path) -> None:
    root = tree(tmp_path / "app", FILES)
    loops = "".join(f"def f{n}(x):\n    return f{n * 7 % 300}(x) + f{n * 3 % 300}(x)\n"
                    for n in range(300))  # fmt: skip
    (root / "two/src/app.py").write_text(
        loops + "def handler(e, c):\n" + "".join(f"    f{n}(e['a{n}'])\n" for n in range(300))
    )
    options = ScanOptions(today=TODAY, time_limit_s=0.2, cache=tmp_path / "cache")
    first = scan(root, options)
    again = scan(root, options)
    stopped = [item for item in again.skipped if "longer than" in item.reason]
    if not stopped:
        pytest.skip("this machine is done before the time is up")
    assert [item.what for item in first.skipped] == [item.what for item in again.skipped]
    (file,) = (tmp_path / "cache").glob("*.json")
    assert len(json.loads(file.read_text())["applications"]) <= 1


def test_the_command_keeps_a_cache_and_can_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path / "app", FILES)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    words = ["scan", root, "--format", "json", "--today", "2026-11-01"]
    without = run_cli(*words, "--no-cache").stdout
    assert not (tmp_path / "home").exists()
    texts = [run_cli(*words).stdout for _ in range(2)]
    assert list((tmp_path / "home/ringfence").glob("*.json"))
    results = [json.loads(text) for text in (without, *texts)]
    for result in results:
        result["summary"].pop("duration_s", None)
    assert results[0] == results[1] == results[2]


def test_where_caches_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/tmp/cache")
    assert user_folder() == Path("/var/tmp/cache/ringfence")
    for relative in ("", "cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert user_folder() == Path.home() / ".cache/ringfence"
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert user_folder() is None


def test_a_cache_without_a_file_keeps_nothing() -> None:
    cache = Cache()
    assert (cache.glances, cache.known) == ({}, {})


def test_a_copy_of_a_folder_uses_its_cache_and_leaves_it_alone(scans: Scans) -> None:
    scans()
    copy = scans.root.with_name("copy")
    shutil.copytree(scans.root, copy)
    (copy / "two/src/app.py").write_text(BAD)
    kept = {file: file.read_bytes() for file in scans.cache.iterdir()}
    options = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S)
    scans.analysed.clear()
    lent = scan(copy, replace(options, cache=scans.cache, copy_of=scans.root))
    assert scans.analysed == ["two/template.yaml"]
    assert told(lent) == told(scan(copy, options))
    assert {file: file.read_bytes() for file in scans.cache.iterdir()} == kept
