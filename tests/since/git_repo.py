"""A small application in a real Git repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ringfence.model.finding import Comparison, Finding, ScanResult
from ringfence.scan import ScanOptions, scan
from ringfence.since import scan_since
from ringfence.testing import TIME_LIMIT_S, TODAY, tree

#: Far above what any command here takes; a test must not wait for ever.
WAIT_S = 300

TEMPLATE = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Run:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: app.handler
          CodeUri: code/
          Events:
            Api: {Type: Api, Properties: {Path: /run, Method: post}}
"""
CODE = """\
    import os


    def handler(event, context):
        os.system("ping " + event["body"])
"""
#: The same without the weakness.
HARMLESS = CODE.replace(' + event["body"]', "")
FILES: dict[str, str | bytes] = {"template.yaml": TEMPLATE, "code/app.py": CODE}
INJECTION = "os-command-injection"
QUEUE = """\
      Jobs:
        Type: AWS::SQS::Queue
        Properties: {SqsManagedSseEnabled: false}
"""


def git(folder: Path, *words: str | bytes, given: bytes = b"") -> str:
    """Run Git as nobody in particular, without the settings of this machine."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
    }  # fmt: skip
    done = subprocess.run(
        ["git", *words], cwd=folder, input=given, capture_output=True, env=environment,
        check=True, timeout=WAIT_S,
    )  # fmt: skip
    return done.stdout.decode(errors="replace").strip()


def repository(folder: Path, files: dict[str, str | bytes] | None = None, *more: str) -> Path:
    """A repository whose branch main holds the files in one commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", *more)
    tree(folder, FILES if files is None else files)
    commit(folder)
    return folder


def commit(folder: Path, message: str = "change") -> str:
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def since(root: Path, revision: str = "HEAD", **options: object) -> ScanResult:
    settings = ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, jobs=1, **options)  # type: ignore[arg-type]
    return scan_since(scan, root, settings, revision)


def new(result: ScanResult) -> list[tuple[str, str, int]]:
    return [place(finding) for finding in result.findings]


def place(finding: Finding) -> tuple[str, str, int]:
    return finding.rule, finding.location.file, finding.location.line


def compared(result: ScanResult) -> Comparison:
    assert result.since is not None
    return result.since
