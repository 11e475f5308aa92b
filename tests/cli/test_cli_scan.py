"""``ringfence scan`` over a result built by hand: verdicts, output files, defects."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

import ringfence.scan
from ringfence.cli import main
from ringfence.errors import NothingToRead
from ringfence.model.finding import ScanResult
from ringfence.scan import ScanOptions

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
import report_sample


class Scanner:
    """Stands in for the scan; remembers what it was asked."""

    def __init__(self) -> None:
        self.result: ScanResult = report_sample.sample()
        self.error: BaseException | None = None
        self.options = ScanOptions()

    def __call__(self, root: Path, options: ScanOptions, progress: Any = None) -> ScanResult:
        self.options = options
        if self.error is not None:
            raise self.error
        return self.result


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Scanner:
    found = Scanner()
    monkeypatch.setattr(ringfence.scan, "scan", found)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return found


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 1),
        (["--fail-on", "critical"], 1),
        (["--fail-on", "info"], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "never", "--strict"], 1),
    ],
)
def test_the_exit_code_is_the_verdict(scanner: Scanner, words: list[str], code: int) -> None:
    assert main(["scan", "--quiet", *words]) == code


def test_nothing_at_the_level_passes(scanner: Scanner) -> None:
    scanner.result.findings = [
        item for item in scanner.result.findings if str(item.severity) in ("medium", "low")
    ]
    assert main(["scan", "--quiet"]) == 0
    assert main(["scan", "--quiet", "--fail-on", "medium"]) == 1
    scanner.result.findings = []
    assert main(["scan", "--quiet", "--fail-on", "info"]) == 0


def test_the_project_may_set_the_level(scanner: Scanner, tmp_path: Path) -> None:
    scanner.result.findings = [
        item for item in scanner.result.findings if str(item.severity) == "medium"
    ]
    (tmp_path / "ringfence.toml").write_text('fail_on = "medium"\n')
    assert main(["scan", "--quiet"]) == 1
    assert main(["scan", "--quiet", "--fail-on", "high"]) == 0


def test_options_reach_the_scan(scanner: Scanner) -> None:
    words = "--param Stage=prod --param Tail=a=b --opt region=eu --env HOME --exclude old/** "
    words += "--only injection,entries --today 2026-11-01 --baseline known.json --strict "
    words += "--confidence low"
    main(["scan", ".", "--quiet", *words.split()])
    found = scanner.options
    assert found.parameters == {"Stage": "prod", "Tail": "a=b"}
    assert found.options == {"region": "eu"}
    assert found.env == {"HOME"}
    assert found.exclude == ("old/**",)
    assert found.only == {"injection", "entries"}
    assert str(found.today) == "2026-11-01"
    assert found.baseline == Path("known.json")
    assert found.strict
    assert found.confidence == "low"


def test_a_terminal_report_is_plain_when_nobody_watches(
    scanner: Scanner, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scan"])
    out, err = capsys.readouterr()
    assert "ATTACK PATHS" in out
    assert "\x1b" not in out
    assert err == ""


def test_color_can_be_forced_and_forbidden(
    scanner: Scanner, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["scan"])
    assert "\x1b" not in capsys.readouterr().out
    main(["scan", "--color", "always"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR")
    main(["scan"])
    assert "\x1b[" in capsys.readouterr().out
    main(["scan", "--color", "never"])
    assert "\x1b" not in capsys.readouterr().out


def test_the_width_bounds_every_line(scanner: Scanner, capsys: pytest.CaptureFixture[str]) -> None:
    for width in (60, 80, 160):
        main(["scan", "--width", str(width)])
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= width


def test_quiet_still_prints_what_other_tools_read(
    scanner: Scanner, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["scan", "--quiet"])
    assert capsys.readouterr() == ("", "")
    main(["scan", "--quiet", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["schema"] == 1


def test_output_goes_to_a_file_and_a_summary_to_standard_error(
    scanner: Scanner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["scan", "--format", "json", "--output", "report.json"]) == 1
    assert capsys.readouterr() == (
        "",
        "2 attack paths, 6 findings (1 critical, 1 high, 2 medium, 2 low); 1 not analysed;"
        " the report is in report.json\n",
    )
    assert json.loads((tmp_path / "report.json").read_text())["schema"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_written_report_has_the_usual_permissions(scanner: Scanner, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    main(["scan", "-q", "--format", "json", "--output", str(report)])
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(report.stat().st_mode) == 0o666 & ~mask
    report.chmod(0o640)
    main(["scan", "-q", "--format", "json", "--output", str(report)])
    assert stat.S_IMODE(report.stat().st_mode) == 0o640


def test_a_link_keeps_its_place_and_a_device_stays_a_device(
    scanner: Scanner, tmp_path: Path
) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    main(["scan", "-q", "--format", "json", "--output", "link.json"])
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "real.json").read_text())["schema"] == 1
    main(["scan", "-q", "--format", "json", "--output", os.devnull])
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_a_full_disk_leaves_the_old_report(
    scanner: Scanner,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "report.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    assert main(["scan", "--format", "json", "--output", "report.json"]) == 2
    assert capsys.readouterr().err == (
        "error: report.json: cannot write the report: No space left on device\n"
    )
    assert (tmp_path / "report.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(
    ("output", "error"),
    [
        (
            "none/report.json",
            "error: none/report.json: cannot write the report: No such file or directory\n"
            "help: the folder none must exist\n",
        ),
        (".", "error: .: cannot write the report: is a folder\n"),
    ],
)
def test_a_report_that_cannot_be_written(
    scanner: Scanner, capsys: pytest.CaptureFixture[str], output: str, error: str
) -> None:
    assert main(["scan", "--format", "json", "--output", output]) == 2
    assert capsys.readouterr() == ("", error)


def test_an_error_with_a_known_cause(scanner: Scanner, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.error = NothingToRead("no template and no code", "shop\x1b[0m", "name a folder")
    assert main(["scan"]) == 2
    assert capsys.readouterr() == (
        "",
        "error: shop\\x1b[0m: no template and no code\nhelp: name a folder\n",
    )


def test_a_defect_of_ours_says_how_to_report_it(
    scanner: Scanner, capsys: pytest.CaptureFixture[str]
) -> None:
    scanner.error = KeyError("x\x1b[2J")
    assert main(["scan"]) == 3
    assert capsys.readouterr().err == (
        "error: a defect in Ringfence itself: KeyError: 'x\\x1b[2J'\n"
        "help: run again with --verbose and report what it prints; the scanned files are not sent"
        " anywhere\n"
    )
    assert main(["scan", "--verbose"]) == 3
    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith("help: please report this with the lines above\n")


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError()])
def test_running_out_of_stack_or_memory_is_a_defect(scanner: Scanner, error: Exception) -> None:
    scanner.error = error
    assert main(["scan"]) == 3


def test_an_interrupt_is_quiet(scanner: Scanner, capsys: pytest.CaptureFixture[str]) -> None:
    scanner.error = KeyboardInterrupt()
    assert main(["scan"]) == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_a_baseline_is_written_whole_and_read_back(
    scanner: Scanner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from ringfence.checks.baseline import read_baseline

    assert main(["scan", "--baseline", "old.json", "--write-baseline", "known.json"]) == 0
    assert scanner.options.baseline is None
    assert capsys.readouterr() == ("", "6 findings written to known.json\n")
    assert len(read_baseline(tmp_path / "known.json")) == 6


def test_sarif_paths_start_at_the_repository(
    scanner: Scanner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps" / "shop").mkdir(parents=True)
    main(["scan", "apps/shop", "--format", "sarif"])
    run = json.loads(capsys.readouterr().out)["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "apps/shop/functions/print_label/app.py"
    assert run["automationDetails"]["id"] == "ringfence/apps/shop/"
