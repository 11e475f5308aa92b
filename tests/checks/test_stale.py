"""Suppressions that do nothing, and baseline entries that nothing stands for, are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.checks.baseline import write_baseline
from ringfence.model.finding import ScanResult
from ringfence.scan import ScanOptions, scan
from ringfence.testing import TIME_LIMIT_S, TODAY, run_cli, scanned, tree

TEMPLATE = """\
    Resources:
      # {above}
      Jobs:
        Type: AWS::SQS::Queue
        Properties: {{SqsManagedSseEnabled: {encrypted}}}
"""
RULE = "queue-encryption-off"
UNUSED = "this suppression silences nothing"
MOVE = "remove it, or put it on the line of the finding or just above"


def notes(
    folder: Path, above: str = "", encrypted: bool = False, config: str = ""
) -> list[tuple[str, str, str, str]]:
    text = TEMPLATE.format(above=above, encrypted=str(encrypted).lower())
    files: dict[str, str | bytes] = {"template.yaml": text}
    if config:
        files["ringfence.toml"] = config
    result = scanned(folder, files)
    return [(n.what, n.reason, n.cure, str(n.location)) for n in result.skipped]


@pytest.mark.parametrize(
    "until", ["", " until 2027-01-31", " until=2027-01-31", " UNTIL = 2027-01-31"]
)
def test_a_suppression_that_silences_is_not_told(tmp_path: Path, until: str) -> None:
    assert notes(tmp_path, f"ringfence: ignore[{RULE}] test data{until}") == []


def test_a_comment_that_silences_nothing_is_told(tmp_path: Path) -> None:
    comment = f"ringfence: ignore[{RULE}] test data"
    place = "template.yaml:2:3"
    assert notes(tmp_path, comment, encrypted=True) == [(f"ignore[{RULE}]", UNUSED, MOVE, place)]


def test_of_several_ids_the_idle_one_is_told(tmp_path: Path) -> None:
    found = notes(tmp_path, f"ringfence: ignore[{RULE}, runtime-ended] test data")
    assert [what for what, *_ in found] == ["ignore[runtime-ended]"]


def test_an_unknown_id_in_a_comment_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert notes(tmp_path, "ringfence: ignore[queue-encryption-of] test data") == [
        (
            "ignore[queue-encryption-of]",
            "no rule has this id",
            f"did you mean {RULE}?",
            "template.yaml:2:3",
        )
    ]


def test_what_is_over_is_told_as_such_only(tmp_path: Path) -> None:
    assert notes(tmp_path, f"ringfence: ignore[{RULE}] later until 2026-01-01") == []
    assert notes(tmp_path, f"ringfence: ignore[{RULE}] later until=2026-02-31") == []


def entry(rule: str, more: str = "") -> str:
    return f'[[suppress]]\nrule = "{rule}"\nreason = "later"\n{more}'


def test_entries_of_the_configuration(tmp_path: Path) -> None:
    assert notes(tmp_path, config=entry("queue-*")) == []
    place = "ringfence.toml:1:1"
    assert notes(tmp_path, config=entry(RULE, 'path = "old/**"')) == [
        (RULE, UNUSED, "remove the entry", place)
    ]
    assert notes(tmp_path, config=entry("queue-encryption-of")) == [
        ("queue-encryption-of", "no rule has this id", f"did you mean {RULE}?", place)
    ]
    assert notes(tmp_path, config=entry("runtime-ended", "until = 2026-01-01")) == []


def test_a_rule_that_is_switched_off_needs_no_suppression(tmp_path: Path) -> None:
    config = f'[rules]\ndisable = ["{RULE}"]\n'
    assert notes(tmp_path, f"ringfence: ignore[{RULE}] test data", config=config) == []


def test_a_comment_in_code_counts_for_all_applications_that_share_it(tmp_path: Path) -> None:
    template = """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Run:
            Type: AWS::Serverless::Function
            Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: ../shared/}
    """
    opened = template.replace(
        "shared/}", "shared/, Events: {Api: {Type: Api, Properties: {Path: /, Method: get}}}}"
    )
    code = """\
        import os


        def handler(event, context):
            os.system(event["body"])  # ringfence: ignore[os-command-injection] lab only
            return 1  # ringfence: ignore[sql-injection] lab only
    """
    result = scanned(
        tmp_path, {"a/template.yaml": opened, "b/template.yaml": template, "shared/app.py": code}
    )
    assert len(result.suppressed) >= 1
    told = [(note.what, str(note.location)) for note in result.skipped if note.reason == UNUSED]
    assert told == [("ignore[sql-injection]", "shared/app.py:6:15")]


def with_baseline(folder: Path, baseline: Path) -> ScanResult:
    return scan(folder, ScanOptions(today=TODAY, time_limit_s=TIME_LIMIT_S, baseline=baseline))


def test_entries_of_the_baseline_that_are_gone(tmp_path: Path) -> None:
    app, known = tmp_path / "app", tmp_path / "known.json"
    text = TEMPLATE.format(above="", encrypted="false")
    write_baseline(known, scanned(app, {"template.yaml": text}).findings)
    assert with_baseline(app, known).gone == []
    tree(app, {"template.yaml": text.replace("false", "true")})
    result = with_baseline(app, known)
    assert (result.gone, result.baselined) == ([f"{RULE} Jobs template.yaml"], 0)
    words = ("scan", app, "--baseline", known, "--no-cache")
    assert (
        "1 entry of the baseline gone  write it anew with --write-baseline; --verbose names"
        in run_cli(*words, timeout_s=300).stdout
    )
    assert (
        f"        {RULE} Jobs template.yaml" in run_cli(*words, "--verbose", timeout_s=300).stdout
    )
    comment = f"ringfence: ignore[{RULE}] test data"
    tree(app, {"template.yaml": TEMPLATE.format(above=comment, encrypted="false")})
    assert with_baseline(app, known).gone == [], "what is suppressed is still there"
