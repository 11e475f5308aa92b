"""Only what a change introduces is reported, wherever its lines and files went."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest
from git_repo import (
    CODE,
    FILES,
    HARMLESS,
    INJECTION,
    QUEUE,
    TEMPLATE,
    commit,
    compared,
    git,
    new,
    repository,
    since,
)

import ringfence.since
from ringfence.scan import scan
from ringfence.testing import tree


def test_an_unchanged_tree_has_nothing_new_and_is_scanned_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "app", {**FILES, "README.md": "old"})
    (root / "README.md").write_text("no scan reads this")
    calls: list[Path] = []

    def counted(path: Path, *rest: object) -> object:
        calls.append(path)
        return scan(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("git_repo.scan", counted)
    result = since(root)
    assert (new(result), result.paths, calls) == ([], [], [root])
    found = compared(result)
    assert found.known > 0
    assert (found.revision, found.commit, found.fixed) == (
        "HEAD",
        git(root, "rev-parse", "HEAD"),
        0,
    )


def test_moved_lines_are_known(tmp_path: Path) -> None:
    root = repository(tmp_path)
    (root / "code/app.py").write_text("# one\n# two\n\n" + (root / "code/app.py").read_text())
    (root / "template.yaml").write_text("# one\n" + (root / "template.yaml").read_text())
    result = since(root)
    assert new(result) == []
    assert result.paths == []
    assert compared(result).fixed == 0


def test_moved_files_and_renamed_functions_are_known(tmp_path: Path) -> None:
    root = repository(tmp_path)
    git(root, "mv", "code", "source")
    git(root, "mv", "source/app.py", "source/main.py")
    text = (root / "template.yaml").read_text()
    text = text.replace("code/", "source/").replace("app.handler", "main.handler")
    (root / "template.yaml").write_text(text.replace("  Run:", "  Execute:"))
    git(root, "mv", "template.yaml", "service.yaml")
    result = since(root)
    assert new(result) == []
    assert compared(result).fixed == 0


def test_untracked_and_uncommitted_files_belong_to_the_change(tmp_path: Path) -> None:
    root = repository(tmp_path, {"template.yaml": TEMPLATE, "code/app.py": HARMLESS})
    tree(root, {"code/app.py": CODE, "jobs/template.yaml": "    Resources:\n" + QUEUE})
    result = since(root)
    assert new(result) == [
        (INJECTION, "code/app.py", 5),
        ("queue-encryption-off", "jobs/template.yaml", 4),
    ]
    assert [path.title for path in result.paths] == ["Anyone can run commands in Run"]


def test_committed_changes_count_since_the_branch_began(tmp_path: Path) -> None:
    root = repository(tmp_path, {"template.yaml": TEMPLATE, "code/app.py": HARMLESS})
    began = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "-b", "feature")
    tree(root, {"code/app.py": CODE})
    commit(root)
    git(root, "checkout", "-q", "main")
    tree(root, {"other/template.yaml": "    Resources:\n" + QUEUE})
    commit(root)
    git(root, "checkout", "-q", "feature")
    result = since(root, "main")
    assert new(result) == [(INJECTION, "code/app.py", 5)]
    assert compared(result).commit == began
    assert compared(result).fixed == 0, "what only main has was never in this branch"


def test_of_two_equal_findings_the_added_one_is_reported(tmp_path: Path) -> None:
    root = repository(tmp_path)
    call = '    os.system("ping " + event["body"])\n'
    text = (root / "code/app.py").read_text()
    (root / "code/app.py").write_text(
        text.replace(call, "    if context:\n    " + call + "    print(1)\n" + call)
    )
    (result,) = new(since(root))
    assert result == (INJECTION, "code/app.py", 6)
    (root / "code/app.py").write_text(text + "    print(1)\n" + call)
    (result,) = new(since(root))
    assert result == (INJECTION, "code/app.py", 7)


def test_a_known_finding_that_becomes_worse_is_reported(tmp_path: Path) -> None:
    closed = TEMPLATE.replace("Method: post}", "Method: post, Auth: {Authorizer: AWS_IAM}}")
    root = repository(tmp_path, {**FILES, "template.yaml": closed})
    tree(root, {"template.yaml": TEMPLATE})
    result = since(root)
    worse = next(finding for finding in result.findings if finding.rule == INJECTION)
    assert str(worse.severity) == "critical"
    assert worse.message.endswith(" Before the change it was high.")
    assert result.paths
    tree(root, {"template.yaml": TEMPLATE})
    commit(root)
    tree(root, {"template.yaml": closed})
    assert INJECTION not in [rule for rule, _, _ in new(since(root))]


def test_a_group_that_grows_tells_what_is_new(tmp_path: Path) -> None:
    two = TEMPLATE.replace("Method: post}}", "Method: post}}\n      Two:\n        Type: AWS::Serverless::Function\n"
        "        Properties: {Runtime: python3.9, Handler: app.handler, CodeUri: code/}")  # fmt: skip
    root = repository(tmp_path, {"code/app.py": HARMLESS,
                                 "template.yaml": TEMPLATE.replace("3.13", "3.9")})  # fmt: skip
    tree(root, {"template.yaml": two.replace("3.13", "3.9")})
    ended = [f for f in since(root).findings if f.rule == "runtime-ended"]
    assert ["New with the change: Two." in f.message or f.subject == "Two" for f in ended] == [True]
    commit(root)
    assert new(since(root)) == []
    tree(root, {"template.yaml": TEMPLATE.replace("3.13", "3.9")})
    assert "runtime-ended" not in [rule for rule, _, _ in new(since(root))]


def test_what_is_gone_is_counted(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, "jobs/template.yaml": "    Resources:\n" + QUEUE})
    (root / "jobs/template.yaml").unlink()
    result = since(root)
    assert new(result) == []
    assert compared(result).fixed == 1


def test_what_was_silenced_is_not_called_fixed(tmp_path: Path) -> None:
    root = repository(tmp_path, {"template.yaml": "    Resources:\n" + QUEUE})
    comment = "      # ringfence: ignore[queue-encryption-off] test data only\n"
    tree(root, {"template.yaml": "    Resources:\n" + comment + QUEUE})
    result = since(root)
    assert (new(result), compared(result).fixed, len(result.suppressed)) == ([], 0, 1)
    commit(root)
    tree(root, {"template.yaml": "    Resources:\n" + QUEUE})
    assert new(since(root)) == [("queue-encryption-off", "template.yaml", 4)]


def test_a_subfolder_and_a_single_template(tmp_path: Path) -> None:
    root = repository(tmp_path, {f"apps/shop/{name}": text for name, text in FILES.items()})
    tree(root, {"apps/other/template.yaml": "    Resources:\n" + QUEUE})
    assert new(since(root / "apps/shop")) == []
    text = (root / "apps/shop/template.yaml").read_text()
    (root / "apps/shop/template.yaml").write_text(
        text + textwrap.indent(textwrap.dedent(QUEUE), "  ")
    )
    found = [("queue-encryption-off", "template.yaml", 13)]
    assert new(since(root / "apps/shop")) == found
    assert new(since(root / "apps/shop/template.yaml")) == found
    assert new(since(root / "apps/other")) == [("queue-encryption-off", "template.yaml", 4)]
    assert new(since(root / "apps/other/template.yaml")) == [
        ("queue-encryption-off", "template.yaml", 4)
    ]


def test_ignored_files_are_no_part_of_a_change(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, ".gitignore": "built/\n", "jobs/x.py": "x = 1\n"})
    tree(root, {"built/template.yaml": "    Resources:\n" + QUEUE, "jobs/x.py": "x = 2\n"})
    result = since(root)
    assert new(result) == []
    tree(root, {".gitignore": ""})
    assert new(since(root)) == [("queue-encryption-off", "built/template.yaml", 4)]


def test_both_trees_are_judged_by_the_present_configuration(tmp_path: Path) -> None:
    root = repository(
        tmp_path, {**FILES, "ringfence.toml": '[rules]\ndisable = ["os-command-injection"]\n'}
    )
    tree(root, {"ringfence.toml": '[severity]\nos-command-injection = "info"\n'})
    assert new(since(root)) == []
    (root / "ringfence.toml").unlink()
    assert new(since(root)) == []


def test_the_baseline_counts_too(tmp_path: Path) -> None:
    from ringfence.checks.baseline import write_baseline
    from ringfence.testing import scanned

    root = repository(
        tmp_path / "app", {"template.yaml": "    Resources: {}\n", **{"code/app.py": CODE}}
    )
    tree(root, FILES)
    write_baseline(tmp_path / "known.json", scanned(root).findings)
    result = since(root, baseline=tmp_path / "known.json")
    assert new(result) == []
    assert result.baselined > 0


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_names_with_odd_bytes_are_compared(tmp_path: Path) -> None:
    names = ["code/\u202e \n\t'\"*?[x].py", "code/-x.py", "code/\udcff.py"]
    root = repository(tmp_path, {**FILES, **dict.fromkeys(names, "x = 1\n")})
    assert new(since(root)) == []
    tree(root, {names[0]: "x = 2\n"})
    result = since(root)
    assert (new(result), compared(result).fixed) == ([], 0)


def test_a_repository_of_sha256_objects(tmp_path: Path) -> None:
    root = repository(tmp_path, None, "--object-format=sha256")
    tree(root, {"jobs/template.yaml": "    Resources:\n" + QUEUE})
    result = since(root)
    assert new(result) == [("queue-encryption-off", "jobs/template.yaml", 4)]
    assert len(compared(result).commit) == 64


def test_a_submodule_is_named_as_not_compared(tmp_path: Path) -> None:
    inner = repository(tmp_path / "inner", {"template.yaml": "    Resources:\n" + QUEUE})
    root = repository(tmp_path / "app")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "lib")
    commit(root)
    tree(root, {"code/other.py": "x = 1\n"})
    result = since(root)
    assert new(result) == []
    assert [(note.what, note.reason) for note in result.skipped] == [
        ("lib", "a submodule, not compared")
    ]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository(tmp_path / "app")
    tree(root, {"code/other.py": "x = 1\n"})
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    status = git(root, "status", "--porcelain")
    index = (root / ".git/index").read_bytes()
    since(root)
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (root / ".git/index").read_bytes() == index
    assert git(root, "status", "--porcelain") == status
    assert ringfence.since.__all__ == ["scan_since"]
