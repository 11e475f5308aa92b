"""``ringfence lock diff``: commits and lock files that it compares with, and what it says of others."""

from __future__ import annotations

import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from ringfence.testing import run_cli, tree

CODE = "import boto3\n\n\ndef handler(event, context):\n    return 1\n"
MORE = CODE.replace("return 1", "boto3.client('s3').get_object(Bucket='originals', Key='k')")
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Resize:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.12, Handler: app.handler, CodeUri: src}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tree(tmp_path / "repository/app", {"template.yaml": TEMPLATE, "src/app.py": CODE})


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def committed(folder: Path) -> None:
    git(folder.parent, "init", "-q")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "-qm", "first")


def test_a_change_since_a_commit_in_a_folder_of_a_repository(folder: Path) -> None:
    committed(folder)
    (folder / "src/app.py").write_text(MORE)
    found = run_cli("lock", "diff", "HEAD", str(folder), "--no-cache", "--fail-on-widening")
    assert found.returncode == 1
    assert "`Resize` can now read object `k` in bucket `originals`" in found.stdout


def test_a_base_that_is_neither_commit_nor_file_is_told_in_its_own_words(folder: Path) -> None:
    found = run_cli("lock", "diff", "main", str(folder), "--no-cache")
    assert found.returncode == 2
    assert "'main' is no lock file, and no git repository is here" in found.stderr
    committed(folder)
    found = run_cli("lock", "diff", "nowhere", str(folder), "--no-cache")
    assert "BASE: there is no revision nowhere" in found.stderr
    assert "--since" not in found.stderr


def test_decisions_of_people_stand_on_both_sides(folder: Path) -> None:
    until = (date.today() + timedelta(days=30)).isoformat()
    words = ("Resize", "--permission", "s3:GetObject", "--reason", "old", "--until", until)
    run_cli("lock", str(folder), "-q", "--no-cache")
    committed(folder)
    run_cli("lock", "accept", *words, "--path", str(folder))
    found = run_cli("lock", "diff", str(folder / "ringfence.lock"), str(folder), "--no-cache")
    assert found.stdout == "No contract changed.\n"
    found = run_cli("lock", "diff", "HEAD", str(folder), "--no-cache")
    assert "is now accepted for `Resize`" in found.stdout


def test_a_comment_names_files_from_the_root_of_the_repository(folder: Path) -> None:
    committed(folder)
    (folder / "src/app.py").write_text(MORE)
    words = ("lock", "diff", "HEAD", str(folder), "--no-cache", "--format", "markdown")
    assert "at `app/src/app.py:5`" in run_cli(*words).stdout


def test_a_module_that_is_a_repository_of_its_own_is_not_new(folder: Path) -> None:
    committed(folder)
    outer = tree(folder.parents[1] / "outer", {"template.yaml": TEMPLATE, "src/app.py": CODE})
    git(outer, "init", "-q")
    allowed = ("-c", "protocol.file.allow=always")
    git(outer, *allowed, "submodule", "add", "-q", str(folder.parent), "inner")
    git(outer, "add", ".")
    git(outer, "commit", "-qm", "first")
    found = run_cli("lock", "diff", "HEAD", str(outer), "--no-cache")
    assert found.stdout == "No contract changed.\n"
    assert "inner: not compared" in found.stderr
