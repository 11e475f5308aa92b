"""Comments and configuration that silence findings, and what happens when they should not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from check_app import check_template

from ringfence.checks import Checked

TEMPLATE = """\
    Resources:
      # {above}
      Jobs:
        Type: AWS::SQS::Queue
        Properties:
          SqsManagedSseEnabled: false  # {beside}
"""
RULE = "queue-encryption-off"


def run(folder: Path, above: str = "", beside: str = "", config: str = "") -> Checked:
    return check_template(folder, TEMPLATE.format(above=above, beside=beside), config=config)


def rules(checked: Checked) -> list[str]:
    return [finding.rule for finding in checked.findings]


def test_without_a_comment_it_is_reported(tmp_path: Path) -> None:
    checked = run(tmp_path)
    assert rules(checked) == [RULE]
    assert checked.suppressed == []


@pytest.mark.parametrize("where", ["above", "beside"])
def test_a_comment_with_a_reason_silences(tmp_path: Path, where: str) -> None:
    comment = f"ringfence: ignore[{RULE}] test data only until 2027-01-31"
    checked = run(tmp_path, **{where: comment})
    assert rules(checked) == []
    (silenced,) = checked.suppressed
    assert (silenced.reason, silenced.until, silenced.how) == (
        "test data only",
        "2027-01-31",
        "comment",
    )
    assert silenced.finding.rule == RULE
    assert (
        silenced.finding.fingerprint == run(tmp_path).findings[0].fingerprint or where == "beside"
    )


def test_an_expired_comment_does_not_silence_and_is_reported(tmp_path: Path) -> None:
    checked = run(tmp_path, f"ringfence: ignore[{RULE}] test data only until 2026-11-21")
    assert rules(checked) == [RULE, "suppression-expired"]
    assert checked.findings[1].message == (
        "The suppression of queue-encryption-off ended on 2026-11-21."
    )
    assert checked.findings[1].location.line == 2


def test_the_last_day_still_counts(tmp_path: Path) -> None:
    assert rules(run(tmp_path, f"ringfence: ignore[{RULE}] ok until 2026-11-22")) == []


def test_a_day_that_does_not_exist_does_not_silence(tmp_path: Path) -> None:
    checked = run(tmp_path, f"ringfence: ignore[{RULE}] ok until 2026-02-31")
    assert rules(checked) == [RULE, "suppression-expired"]
    assert "2026-02-31 is no day" in checked.findings[1].message


def test_a_comment_without_a_reason_silences_but_is_reported(tmp_path: Path) -> None:
    checked = run(tmp_path, beside=f"ringfence: ignore[{RULE}]")
    assert rules(checked) == ["suppression-without-reason"]
    assert len(checked.suppressed) == 1


def test_another_rule_s_comment_does_not_silence(tmp_path: Path) -> None:
    assert rules(run(tmp_path, "ringfence: ignore[runtime-ended] soon")) == [RULE]


def test_several_rules_in_one_comment(tmp_path: Path) -> None:
    assert rules(run(tmp_path, f"ringfence: ignore[runtime-ended, {RULE}] soon")) == []


def test_configuration_silences_by_rule_path_and_subject(tmp_path: Path) -> None:
    entry = """
        [[suppress]]
        rule = "queue-*"
        path = "template.yaml"
        subject = "Jo*"
        reason = "test data only"
        until = 2027-01-31
    """
    checked = run(tmp_path, config=entry)
    assert rules(checked) == []
    (silenced,) = checked.suppressed
    assert (silenced.how, silenced.reason, silenced.until) == (
        "config",
        "test data only",
        "2027-01-31",
    )
    assert silenced.location is not None
    assert str(silenced.location) == "ringfence.toml:2:1"
    assert rules(run(tmp_path, config=entry.replace("Jo*", "Other"))) == [RULE]


def test_an_expired_entry_is_reported_even_when_it_matches_nothing(tmp_path: Path) -> None:
    entry = """
        [[suppress]]
        rule = "runtime-ended"
        reason = "later"
        until = "2026-01-01"
    """
    assert rules(run(tmp_path, config=entry)) == [RULE, "suppression-expired"]


def test_a_rule_switched_off_is_counted(tmp_path: Path) -> None:
    checked = run(tmp_path, config=f'[rules]\ndisable = ["{RULE}"]\n')
    assert rules(checked) == []
    (silenced,) = checked.suppressed
    assert silenced.reason == "switched off in ringfence.toml"


def test_an_unknown_rule_in_the_configuration_is_a_problem_with_the_nearest(tmp_path: Path) -> None:
    checked = run(tmp_path, config='[rules]\ndisable = ["queue-encryption-of"]\n')
    (problem,) = checked.problems
    assert (problem.what, problem.cure) == (
        "queue-encryption-of",
        "did you mean queue-encryption-off?",
    )
    assert str(problem.location) == "ringfence.toml:2:1"


POLICY = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          InlineCode: "def handler(event, context): pass"
          Policies:
            - Statement:
                - Effect: Allow
                  # {comment}
                  Action: [dynamodb:PutItem, sqs:SendMessage]
                  Resource: "*"
"""


def test_one_action_of_a_wildcard_can_be_silenced_alone(tmp_path: Path) -> None:
    comment = "ringfence: ignore[wildcard-resource: sqs:*] queues of tenants are made at run time"
    checked = check_template(tmp_path, POLICY.format(comment=comment))
    (finding,) = [f for f in checked.findings if f.rule == "wildcard-resource"]
    assert finding.message == (
        "The role of Work may do dynamodb:PutItem on every resource of the account."
    )
    (silenced,) = checked.suppressed
    assert "sqs:SendMessage" in silenced.finding.message


def test_all_actions_together_can_be_silenced(tmp_path: Path) -> None:
    comment = "ringfence: ignore[wildcard-resource] made at run time"
    checked = check_template(tmp_path, POLICY.format(comment=comment))
    assert "wildcard-resource" not in rules(checked)


def test_today_decides(tmp_path: Path) -> None:
    text = TEMPLATE.format(above=f"ringfence: ignore[{RULE}] ok until 2026-12-31", beside="")
    assert rules(check_template(tmp_path, text)) == []
    later = check_template(tmp_path, text, today=date(2027, 1, 1))
    assert rules(later) == [RULE, "suppression-expired"]
