"""A repository that tries to run something, to write elsewhere, or that lacks what is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from git_repo import FILES, QUEUE, commit, compared, git, new, repository, since

from ringfence.errors import UsageError
from ringfence.since.git import Repository
from ringfence.since.snapshot import MAX_FILE_BYTES
from ringfence.testing import run_cli, tree

WAIT_S = 300
ADDED = [("queue-encryption-off", "jobs/template.yaml", 4)]


def changed(root: Path) -> Path:
    """A tree with something new, so that both trees are scanned."""
    return tree(root, {"jobs/template.yaml": "    Resources:\n" + QUEUE})


@pytest.fixture
def bait(tmp_path: Path) -> tuple[Path, str]:
    """A program that leaves a mark when anybody runs it: the mark, and the program."""
    mark, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{mark}'\ncat\nexit 0\n")
    program.chmod(0o755)
    return mark, str(program)


def hostile_settings(root: Path, program: str) -> None:
    settings = {
        "core.fsmonitor": program, "core.pager": program, "core.editor": program,
        "core.sshCommand": program, "core.askPass": program, "core.alternateRefsCommand": program,
        "core.gitProxy": program, "credential.helper": program, "diff.external": program,
        "gpg.program": program, "filter.x.smudge": program, "filter.x.clean": program,
        "filter.x.process": program, "filter.x.required": "true", "diff.x.textconv": program,
        "diff.x.command": program, "alias.rev-parse": f"!{program}", "alias.ls-tree": f"!{program}",
        "uploadpack.packObjectsHook": program, "merge.x.driver": f"{program} %O %A %B",
        "core.hooksPath": str(root / "hooks"), "include.path": "../evil",
    }  # fmt: skip
    for name, value in settings.items():
        git(root, "-c", "core.fsmonitor=false", "config", name, value)
    hooks = root / "hooks"
    hooks.mkdir()
    for folder in (hooks, root / ".git/hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("post-checkout", "post-index-change", "pre-auto-gc", "fsmonitor-watchman",
                     "reference-transaction"):  # fmt: skip
            (folder / name).write_text(f"#!/bin/sh\nexec {program}\n")
            (folder / name).chmod(0o755)


def test_nothing_that_a_repository_names_is_run(tmp_path: Path, bait: tuple[Path, str]) -> None:
    mark, program = bait
    root = repository(
        tmp_path / "app", {**FILES, ".gitattributes": "* filter=x diff=x merge=x export-subst\n"}
    )
    changed(root)
    (root / "code/app.py").write_text("# moved\n" + (root / "code/app.py").read_text())
    hostile_settings(root, program)
    (root / ".git/info/attributes").write_text("* filter=x diff=x\n")
    result = since(root)
    assert new(result) == ADDED
    assert not mark.exists(), mark.read_text()
    run = subprocess.run(
        ["git", "status"], cwd=root, capture_output=True, check=False, timeout=WAIT_S
    )
    assert mark.exists(), f"the bait does not work: {run.stderr!r}"


def test_nothing_is_fetched(tmp_path: Path, bait: tuple[Path, str]) -> None:
    mark, program = bait
    origin = repository(tmp_path / "origin")
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{origin}", "app")
    root = changed(tmp_path / "app")
    tree(root, {"code/app.py": "x = 1\n"})
    pack = root / ".git/objects"
    shutil.rmtree(pack / "pack")
    (pack / "pack").mkdir()
    git(root, "config", "remote.origin.uploadpack", program)
    git(root, "config", "protocol.file.allow", "always")
    with pytest.raises(UsageError) as error:
        since(root)
    assert error.value.cure
    assert not mark.exists()


def test_a_partial_clone_without_the_files_says_so(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    tree(origin, {"code/app.py": "x = 1\n"})
    commit(origin)
    git(origin, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{origin}", "app")
    with pytest.raises(UsageError, match="lacks files of") as error:
        since(tmp_path / "app", "HEAD~1")
    assert error.value.cure == (
        "clone it without --filter, or fetch what is missing: `git fetch --refetch`"
    )


def blob(root: Path, text: bytes) -> str:
    return git(root, "hash-object", "-w", "--stdin", given=text)


def made(root: Path, entries: list[tuple[str, str, str]]) -> str:
    """A tree object that Git's own commands would not make."""
    raw = b"".join(
        f"{mode.lstrip('0')} {name}".encode() + b"\0" + bytes.fromhex(oid)
        for mode, oid, name in entries
    )
    return git(root, "hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=raw)


def test_a_hostile_tree_writes_nothing_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "app")
    victim = tree(tmp_path / "victim", {"rules/keep.toml": "x = 1\n"})
    evil = blob(root, b"evil")
    inner = git(root, "mktree", given=f"100644 blob {evil}\tx\n".encode())
    linked = made(root, [("120000", blob(root, b"x"), "l")])
    above = made(root, [("040000", made(root, [("100644", evil, "escaped")]), "..")])
    down = blob(root, b"../../../s")
    for name in ("r", "q"):
        down = made(
            root, [("120000" if name == "r" else "040000", down, "d" if name == "r" else "r")]
        )
    up = git(root, "mktree", given=f"120000 blob {blob(root, str(victim).encode())}\tl\n".encode())
    bad = made(root, [
        ("120000", blob(root, str(victim).encode()), "a"),
        ("040000", inner, "a"),
        ("040000", above, ".."),
        ("040000", inner, ".git"),
        ("040000", up, "deep"),
        ("120000", blob(root, b"../../../victim"), "up"),
        ("120000", blob(root, b"deep/../.."), "round"),
        ("120000", blob(root, b"loop"), "loop"),
        ("120000", blob(root, b"x\0y"), "nul"),
        ("100644", evil, "n" * 300),
        ("100644", evil, "twice"),
        ("100644", evil, "twice"),
        ("040000", inner, "s"),
        ("040000", made(root, [("040000", down, "q")]), "p"),
        ("120000", blob(root, b"p/q/r/d/../../.."), "z"),
        ("040000", linked, "z"),
    ])  # fmt: skip
    bad = git(root, "commit-tree", "-p", "HEAD", "-m", "hostile", bad)
    git(root, "update-ref", "refs/heads/main", bad)
    changed(root)
    tree(root, {"a/rules/r.toml": "", "ringfence.toml": "schema = 1\n"})
    (root / "a/rules/r.toml").unlink()
    tree(root, {"ringfence.toml": '[rules]\nfolders = ["a/rules"]\n'})
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    assert set(ADDED) <= set(new(since(root)))
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("victim*")) == [
        "victim"
    ]
    assert [path.name for path in victim.rglob("*")] == ["rules", "keep.toml"]
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not (tmp_path / "x").exists()


def test_a_configuration_that_is_a_link_or_folder_in_the_old_tree(tmp_path: Path) -> None:
    victim = tmp_path / "victim.toml"
    victim.write_text("schema = 1\n")
    root = repository(tmp_path / "app")
    (root / "ringfence.toml").symlink_to("../victim.toml")
    commit(root)
    (root / "ringfence.toml").unlink()
    changed(root)
    tree(root, {"ringfence.toml": '[severity]\nqueue-encryption-off = "high"\n'})
    assert new(since(root)) == ADDED
    assert victim.read_text() == "schema = 1\n"
    (root / "ringfence.toml").unlink()
    tree(root, {"ringfence.toml/x": "a folder"})
    commit(root)
    tree(root, {"more/template.yaml": "    Resources:\n" + QUEUE})
    assert new(since(root)) == [("queue-encryption-off", "more/template.yaml", 4)]


def test_a_link_in_the_old_tree_is_kept_and_followed_inside_only(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "app",
        {"template.yaml": FILES["template.yaml"], "shared/app.py": FILES["code/app.py"]},
    )
    (root / "code").symlink_to("shared")
    commit(root)
    changed(root)
    assert new(since(root)) == ADDED


def test_a_huge_file_is_neither_held_nor_written(tmp_path: Path) -> None:
    root = repository(tmp_path / "app", {**FILES, "big.json": b"[" + b" " * MAX_FILE_BYTES + b"]"})
    changed(root)
    (root / "big.json").write_text("[]")
    found = Repository.around(root)
    oid = next(entry.oid for entry in found.entries("HEAD") if entry.path == "big.json")
    small = next(entry.oid for entry in found.entries("HEAD") if entry.path == "code/app.py")
    contents = list(found.blobs([oid, small], MAX_FILE_BYTES))
    assert contents[0] == (MAX_FILE_BYTES + 2, None)
    assert contents[1][1] == (root / "code/app.py").read_bytes()
    assert new(since(root)) == ADDED


def test_variables_of_a_hook_do_not_direct_git_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = changed(repository(tmp_path / "app"))
    other = repository(tmp_path / "other", {"x": "y"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare=true'")
    result = since(root)
    assert new(result) == ADDED
    assert compared(result).known > 0


def test_a_worktree_of_its_own(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert new(since(changed(tmp_path / "side"), "main")) == ADDED


def refused(root: Path, revision: str = "HEAD") -> str:
    with pytest.raises(UsageError) as error:
        since(root, revision)
    return f"{error.value.what} | {error.value.cure}"


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    tree(tmp_path / "app", FILES)
    assert refused(tmp_path / "app") == (
        "--since needs a git repository, and there is none here"
        " | use --baseline where there is no repository"
    )


def test_inside_the_repository_s_own_folder(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    tree(root / ".git/x", FILES)
    assert refused(root / ".git/x").startswith("--since needs a git repository")


@pytest.mark.parametrize("revision", ["-h", "--output=x", "", "a\nb", "a\0b", "\u202ex"])
def test_what_is_no_revision(tmp_path: Path, revision: str) -> None:
    root = repository(tmp_path / "app")
    assert refused(root, revision) == f"{revision!r} is no revision | name a branch, tag or commit"
    assert sorted(path.name for path in root.iterdir()) == [".git", "code", "template.yaml"]


def test_an_unknown_revision(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    unknown = (
        "there is no revision nope | fetch it, or name a branch, tag or commit that `git log` knows"
    )
    assert refused(root, "nope") == unknown
    assert refused(root, "HEAD:template.yaml").startswith("there is no revision HEAD:template.yaml")
    git(root, "update-ref", "refs/remotes/origin/next", "HEAD")
    assert refused(root, "next") == "there is no revision next | did you mean origin/next?"


def test_a_repository_without_commits(tmp_path: Path) -> None:
    root = tree(tmp_path / "app", FILES)
    git(root, "init", "-q", "-b", "main")
    assert refused(root).startswith("there is no revision HEAD | ")


def test_a_shallow_clone_tells_the_cure(tmp_path: Path) -> None:
    origin = repository(tmp_path / "origin")
    git(origin, "checkout", "-q", "-b", "feature")
    commit(origin, "on the branch")
    git(origin, "checkout", "-q", "main")
    commit(origin, "on main")
    git(tmp_path, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{origin}", "app")
    root = tmp_path / "app"
    assert "fetch-depth: 0" in refused(root, "HEAD~1")
    message = refused(root, "origin/feature")
    assert message.startswith(
        "origin/feature and HEAD have no common commit here | fetch the whole"
    )
    git(root, "fetch", "-q", "--unshallow")
    assert new(since(root, "origin/feature")) == []


def test_unrelated_histories(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    git(root, "checkout", "-q", "--orphan", "other")
    commit(root, "from nothing")
    assert refused(root, "main").endswith("| name a revision that this branch began at")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to give files away"
)
def test_a_repository_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "app")
    for path in (root, *root.rglob("*")):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert refused(root).startswith(
        "the repository belongs to another user, so git refuses to read it"
    )


def test_git_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "app")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused(root) == "git is not installed | install Git, or use --baseline"


def test_the_command_line_tells_the_comparison_and_its_verdict(tmp_path: Path) -> None:
    root = repository(tmp_path / "app")
    start = git(root, "rev-parse", "--short=12", "HEAD")
    calm = run_cli("scan", root, "--since", "HEAD", "--no-cache", timeout_s=WAIT_S)
    assert calm.returncode == 0, calm.stdout
    assert "no new findings" in calm.stdout
    assert f"known before HEAD ({start}), 0 fixed" in calm.stdout
    tree(root, {"code/app.py": FILES["code/app.py"], "code/more.py": FILES["code/app.py"]})
    text = (root / "template.yaml").read_text()
    more = (
        text[text.index("  Run:") :]
        .replace("Run", "More")
        .replace("app.", "more.")
        .replace("/run", "/more")
    )
    (root / "template.yaml").write_text(text + more)
    loud = run_cli(
        "scan", root, "--since", start, "--no-cache", "--format", "markdown", timeout_s=WAIT_S
    )
    assert loud.returncode == 1
    assert loud.stdout.startswith("### Ringfence: 1 attack path, ")
    assert " new finding" in loud.stdout.splitlines()[0]
    wrong = run_cli("scan", root, "--since", "nope", timeout_s=WAIT_S)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.splitlines()[0] == "error: --since: there is no revision nope"
    both = run_cli("scan", root, "--since", "HEAD", "--write-baseline", "x", timeout_s=WAIT_S)
    assert both.returncode == 2
