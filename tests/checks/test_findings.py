"""Fingerprints, grouping, severity, data classes and the baseline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from check_app import check_template

from ringfence.checks import Checked
from ringfence.checks.baseline import apply_baseline, read_baseline, write_baseline
from ringfence.errors import UsageError
from ringfence.model.severity import Severity

QUEUE = """\
    Resources:
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          SqsManagedSseEnabled: false
"""


def fingerprints(checked: Checked) -> list[str]:
    return [finding.fingerprint for finding in checked.findings]


def test_a_fingerprint_survives_unrelated_edits(tmp_path: Path) -> None:
    before = fingerprints(check_template(tmp_path, QUEUE))
    moved = "    Description: queues of the shop\n\n" + QUEUE.replace(
        "      Jobs:", "      Other:\n        Type: AWS::SQS::Queue\n      Jobs:"
    ).replace("SqsManagedSseEnabled: false", "SqsManagedSseEnabled:   false")
    assert fingerprints(check_template(tmp_path, moved)) == before


def test_a_fingerprint_changes_with_the_subject(tmp_path: Path) -> None:
    before = fingerprints(check_template(tmp_path, QUEUE))
    assert fingerprints(check_template(tmp_path, QUEUE.replace("Jobs", "Tasks"))) != before


def test_two_findings_on_equal_lines_have_two_fingerprints(tmp_path: Path) -> None:
    twice = QUEUE + "\n".join(QUEUE.splitlines()[1:]).replace("Jobs", "Tasks")
    assert len(set(fingerprints(check_template(tmp_path, twice)))) == 2


LOGS = """\
    Resources:
      A: {Type: AWS::Logs::LogGroup}
      B: {Type: AWS::Logs::LogGroup}
      C: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}
"""


def test_should_rules_are_one_finding_with_a_count(tmp_path: Path) -> None:
    (finding,) = check_template(tmp_path, LOGS).findings
    assert finding.rule == "log-group-kept-for-ever"
    assert (finding.count, finding.subjects) == (2, ("A", "B"))
    assert finding.message == "A sets no RetentionInDays: logs are kept for ever. Also B."


def test_a_group_keeps_its_fingerprint_when_a_member_goes(tmp_path: Path) -> None:
    before = fingerprints(check_template(tmp_path, LOGS))
    more = LOGS + "      D: {Type: AWS::Logs::LogGroup}\n"
    assert fingerprints(check_template(tmp_path, more)) == before


def test_a_severity_can_be_replaced(tmp_path: Path) -> None:
    config = '[severity]\nqueue-encryption-off = "critical"\n'
    (finding,) = check_template(tmp_path, QUEUE, config=config).findings
    assert finding.severity is Severity.CRITICAL


def test_rules_that_are_off_run_when_switched_on(tmp_path: Path) -> None:
    text = "    Resources:\n      Pictures: {Type: AWS::S3::Bucket}\n"
    assert check_template(tmp_path, text).findings == []
    config = '[rules]\nenable = ["bucket-without-versions"]\n'
    (finding,) = check_template(tmp_path, text, config=config).findings
    assert finding.rule == "bucket-without-versions"


TABLE = """\
    Resources:
      {name}:
        Type: AWS::DynamoDB::Table
        Properties:
          DeletionProtectionEnabled: true
          Tags: [{{Key: team, Value: core}}{tag}]
"""


@pytest.mark.parametrize(
    ("name", "tag", "config", "expected"),
    [
        ("Things", "", "", ("table-without-recovery", "high")),
        ("Patients", "", "", ("sensitive-table-without-recovery", "medium")),
        (
            "Things",
            ", {Key: data-classification, Value: pii}",
            "",
            ("sensitive-table-without-recovery", "high"),
        ),
        ("Things", "", '[data]\n"Th*" = "health"\n', ("sensitive-table-without-recovery", "high")),
        ("Patients", "", '[data]\nPatients = "public"\n', ("table-without-recovery", "high")),
    ],
)
def test_the_class_of_data_decides_and_a_guess_lowers_confidence(
    tmp_path: Path, name: str, tag: str, config: str, expected: tuple[str, str]
) -> None:
    text = TABLE.format(name=name, tag=tag)
    (finding,) = check_template(tmp_path, text, config=config).findings
    assert (finding.rule, finding.confidence) == expected


def test_a_baseline_hides_what_it_knows(tmp_path: Path) -> None:
    findings = check_template(tmp_path, QUEUE).findings
    path = tmp_path / "baseline.json"
    assert write_baseline(path, findings) == 1
    assert json.loads(path.read_text()) == {
        "schema": 1,
        "findings": {
            findings[0].fingerprint: {
                "rule": "queue-encryption-off",
                "subject": "Jobs",
                "file": "template.yaml",
            }
        },
    }
    assert apply_baseline(findings, read_baseline(path)) == ([], 1)
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON baseline"),
        ("[]", "not a baseline of schema 1"),
        ('{"schema": 2, "findings": {}}', "not a baseline of schema 1"),
        ('{"schema": 1, "findings": []}', "the baseline holds no findings object"),
    ],
)
def test_a_broken_baseline_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_baseline(path)


def test_a_missing_baseline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path / "none.json")
