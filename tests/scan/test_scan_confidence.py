"""Findings that are less sure than asked for are counted, not listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_apps import FUNCTION, HEADER

from ringfence.config import Config
from ringfence.loaders import LoadOptions
from ringfence.model.finding import AttackPath, ScanResult
from ringfence.model.severity import CONFIDENCES, Severity
from ringfence.scan import ScanOptions, scan
from ringfence.scan.application import Outcome, Task
from ringfence.scan.merging import merge
from ringfence.testing import TIME_LIMIT_S, TODAY, run_cli, tree

#: The command is sure; what the template's sandbox lets through is only suspected.
FILES: dict[str, str | bytes] = {
    "template.yaml": HEADER + FUNCTION,
    "src/app.py": """\
        import os
        from jinja2.sandbox import SandboxedEnvironment

        def handler(event, context):
            os.system(event["body"])
            return {"statusCode": 200, "body": SandboxedEnvironment().from_string(event["body"])}
        """,
}
SURE, UNSURE = "os-command-injection", "template-injection"


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return tree(tmp_path / "app", FILES)


def result_of(app: Path, confidence: str = "", today: date = TODAY) -> ScanResult:
    return scan(app, ScanOptions(today=today, time_limit_s=TIME_LIMIT_S, confidence=confidence))


def rules_of(result: ScanResult) -> set[str]:
    return {item.rule for item in result.findings} & {SURE, UNSURE}


def test_low_confidence_is_counted_and_listed_on_demand(app: Path) -> None:
    usual, every = result_of(app), result_of(app, "low")
    assert (rules_of(usual), rules_of(every)) == ({SURE}, {SURE, UNSURE})
    assert every.doubtful == 0
    assert usual.doubtful == len(every.findings) - len(usual.findings) > 0


def test_paths_are_as_sure_as_asked_for(tmp_path: Path) -> None:
    task = Task(tmp_path, LoadOptions(), Config(), [], TODAY, TIME_LIMIT_S, graph=False)
    paths = [
        AttackPath(word, word, Severity.HIGH, word, "", "", (), (), "", None, (), 1.0)
        for word in CONFIDENCES
    ]
    for count, least in enumerate(CONFIDENCES, 1):
        result = merge(task, [Outcome(paths=paths)], [], least=least)
        assert {path.confidence for path in result.paths} == set(CONFIDENCES[:count])


def test_the_project_decides_and_the_command_line_decides_otherwise(app: Path) -> None:
    (app / "ringfence.toml").write_text('confidence = "low"\n')
    assert rules_of(result_of(app)) == {SURE, UNSURE}
    assert rules_of(result_of(app, "medium")) == {SURE}


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_reports_say_what_they_leave_out(app: Path, form: str) -> None:
    ran = run_cli("scan", app, "--format", form, "--fail-on", "never", "--no-cache")
    assert ran.returncode == 0
    assert "of lower confidence" in ran.stdout
    ran = run_cli("scan", app, "--format", form, "--fail-on", "never", "--no-cache",
                  "--confidence", "low")  # fmt: skip
    assert "of lower confidence" not in ran.stdout
