"""The pipeline files, run as a pipeline would run them: their own scripts, in bash, on the example."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import ringfence

ROOT = Path(__file__).parents[2]
SOURCE = Path(ringfence.__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((ROOT / "ci/gitlab/ringfence.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
WAIT_S = 300
NEW = """
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {SqsManagedSseEnabled: false}
  Open:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: functions/payment_webhook/
      FunctionUrlConfig: {AuthType: NONE}
Outputs:"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "CI_", "GITHUB_", "RINGFENCE_"))
    }
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONUTF8": "1", **more}


def git(folder: Path, *words: str) -> str:
    identity = {
        f"GIT_{who}_{what}": "a@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True, timeout=WAIT_S,
        env=environment(**identity),
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A checkout of the example, beside an environment in which Ringfence is installed."""
    work = tmp_path / "work"
    shutil.copytree(ROOT / "examples/orders", work / "app")
    git(work, "init", "-q", "-b", "main")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", "start")
    bin_folder = tmp_path / "ringfence-venv/bin"
    bin_folder.mkdir(parents=True)
    python = bin_folder / "python"
    # Stands for the installed one: the tests' own sources, which -I would not see.
    python.write_text(
        '#!/bin/sh\n[ "$1 $2 $3" = "-I -m ringfence" ] || exit 99\nshift 3\n'
        f'PYTHONPATH={shlex.quote(str(SOURCE))} exec {shlex.quote(sys.executable)} -m ringfence "$@"\n'
    )
    python.chmod(0o755)
    return work


def change(work: Path) -> None:
    template = work / "app/template.yaml"
    template.write_text(template.read_text().replace("\nOutputs:", NEW))
    assert "Jobs:" in template.read_text()


class Job:
    """What a step left behind."""

    def __init__(self, done: subprocess.CompletedProcess[str], folder: Path) -> None:
        self.code, self.text = done.returncode, done.stdout + done.stderr
        self.summary = (folder / "summary").read_text()
        lines = (folder / "output").read_text().splitlines()
        self.outputs = dict(line.split("=", 1) for line in lines)


def step(work: Path, **inputs: str) -> Job:
    """The action's scan as a runner does it: defaults, then the inputs, each as an environment
    variable; ``base`` is the pull request's."""
    (found,) = [step for step in ACTION["runs"]["steps"] if step.get("id") == "scan"]
    values = {name: str(spec["default"]) for name, spec in ACTION["inputs"].items()} | inputs
    context = {f"inputs.{name}": value for name, value in values.items()}
    context |= {
        "github.action_path": str(ROOT),
        "github.event.pull_request.base.sha": inputs.get("base", ""),
    }
    given = {name: context[text.strip("${} ")] for name, text in found["env"].items()}
    folder = work.parent
    for name in ("summary", "output"):
        (folder / name).write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", found["run"]],
        cwd=work, capture_output=True, text=True, check=False, timeout=WAIT_S,
        env=environment(**given, RUNNER_TEMP=str(folder), GITHUB_STEP_SUMMARY=str(folder / "summary"),
                        GITHUB_OUTPUT=str(folder / "output")),
    )  # fmt: skip
    return Job(done, folder)


def test_no_script_holds_an_expression() -> None:
    for part in ACTION["runs"]["steps"]:
        assert "${{" not in part["run"]
    assert "${{" not in (ROOT / "ci/github/scan.sh").read_text()


def test_a_push_is_scanned_as_a_whole(work: Path) -> None:
    job = step(work, path="app")
    assert job.code == 1, job.text
    assert job.summary.startswith("### Ringfence: 3 attack paths, ")
    assert job.outputs["exit-code"] == "1"
    assert job.outputs["sarif"] == "ringfence.sarif"
    assert '"uri": "app/template.yaml"' in (work / "ringfence.sarif").read_text()
    assert Path(job.outputs["markdown"]).read_text() == job.summary


def test_a_pull_request_is_judged_by_what_it_introduces(work: Path) -> None:
    base = git(work, "rev-parse", "HEAD")
    job = step(work, path="app", base=base)
    assert (job.code, job.outputs["exit-code"]) == (0, "0"), job.text
    assert job.summary.startswith("### Ringfence: no new findings\n")
    change(work)
    job = step(work, path="app", base=base)
    assert job.code == 1, job.text
    assert "new findings" in job.summary.splitlines()[0]
    assert "`function-url-without-authentication` at `app/template.yaml:" in job.summary
    assert step(work, path="app", base=base, **{"fail-on": "never"}).code == 0


def test_an_error_ends_the_job_and_writes_no_summary(work: Path) -> None:
    job = step(work, path="app", since="nope")
    assert (job.code, job.summary, job.outputs) == (2, "", {"exit-code": "2"})
    assert "error: --since: there is no revision nope" in job.text


@pytest.mark.parametrize("name", ["path", "since", "fail-on", "baseline", "config", "sarif"])
@pytest.mark.parametrize("text", ["$(touch pwned)", "`touch pwned`", "a\nb=c; touch pwned", "--output=pwned", "'\"; touch pwned #"])  # fmt: skip
def test_no_input_is_run(work: Path, name: str, text: str) -> None:
    job = step(work, **{"path": "app", "fail-on": "never", "sarif": "", name: text})
    assert not (work / "pwned").exists() or name == "sarif"
    assert set(job.outputs) <= {"exit-code", "markdown", "sarif"}
    if name != "sarif":
        assert job.code == 2, job.text


def gitlab(work: Path, **more: str) -> subprocess.CompletedProcess[str]:
    job: dict[str, Any] = GITLAB["ringfence"]
    variables = {**GITLAB["variables"], **job["variables"], "RINGFENCE_PATH": "app"}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])],
        cwd=work, capture_output=True, text=True, check=False, timeout=WAIT_S,
        env=environment(**variables, RINGFENCE_VENV=str(work.parent / "ringfence-venv"), **more),
    )  # fmt: skip


def test_the_gitlab_job_reports_tests(work: Path) -> None:
    done = gitlab(work)
    assert done.returncode == 1, done.stderr
    assert "### Ringfence: 3 attack paths, " in done.stdout
    assert 'failures="4"' in (work / "ringfence.xml").read_text()
    base = git(work, "rev-parse", "HEAD")
    done = gitlab(work, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == 0, done.stderr
    assert 'failures="0"' in (work / "ringfence.xml").read_text()
    change(work)
    assert gitlab(work, CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode == 1


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_the_hooks_judge_a_commit(work: Path, hook: dict[str, Any]) -> None:
    words = [*shlex.split(hook["entry"])[1:], *hook.get("args", []), "app"]
    run = lambda: subprocess.run(  # noqa: E731 - the same call twice
        [sys.executable, "-m", "ringfence", *words], cwd=work, capture_output=True, text=True,
        check=False, timeout=WAIT_S, env=environment(PYTHONPATH=str(SOURCE)),
    )  # fmt: skip
    before = run()
    assert before.returncode == (0 if "--since" in words else 1), before.stderr
    change(work)
    after = run()
    assert after.returncode == 1
    assert "Open" in after.stdout


def test_what_the_files_name_exists() -> None:
    for script in ("install.sh", "scan.sh"):
        path = ROOT / "ci/github" / script
        assert os.access(path, os.X_OK)
        assert any(f"/ci/github/{script}" in part["run"] for part in ACTION["runs"]["steps"])
    page = (ROOT / "docs/pipeline.md").read_text(encoding="utf-8")
    assert {hook["id"] for hook in HOOKS} <= set(page.replace("`", " ").split())
    for name in ACTION["inputs"]:
        assert f"| `{name}` |" in page
