"""ringfence.toml: what it may say, and what each mistake answers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ringfence.config import Config, load_config
from ringfence.errors import UsageError
from ringfence.model.severity import Severity


def load(folder: Path, text: str) -> Config:
    (folder / "ringfence.toml").write_text(text, encoding="utf-8")
    return load_config(folder)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load_config(tmp_path) == Config()


def test_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    config = load(
        tmp_path,
        """
schema = 1
fail_on = "critical"
confidence = "high"
exclude = ["vendor/**"]

[rules]
enable = ["function-tracing-off"]
disable = ["runtime-ended"]
folders = ["rules"]

[severity]
queue-encryption-off = "low"

[data]
Orders = "financial"

[[suppress]]
rule = "wildcard-actions"
path = "infra/*"
subject = "Deploy*"
action = "s3:*"
reason = "deployment role"
until = 2027-01-31
""",
    )
    assert config.fail_on is Severity.CRITICAL
    assert config.confidence == "high"
    assert config.exclude == ("vendor/**",)
    assert config.enable == {"function-tracing-off"}
    assert config.disable == {"runtime-ended"}
    assert config.rule_folders == (tmp_path / "rules",)
    assert config.severities == {"queue-encryption-off": Severity.LOW}
    assert config.data == (("Orders", "financial"),)
    (entry,) = config.suppressions
    assert (entry.rule, entry.path, entry.subject, entry.action) == (
        "wildcard-actions", "infra/*", "Deploy*", "s3:*",
    )  # fmt: skip
    assert (entry.reason, entry.until) == ("deployment role", date(2027, 1, 31))
    assert str(entry.location) == "ringfence.toml:18:1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fail-on = 'high'", "ringfence.toml:1: unknown key fail-on (help: did you mean fail_on?)"),
        (
            "\nfail_on = 'hgh'",
            "ringfence.toml:2: 'hgh' is no severity (help: one of info, low, medium, high, critical)",
        ),
        (
            "confidence = 'sure'",
            "ringfence.toml:1: 'sure' is no confidence (help: one of high, medium, low)",
        ),
        ("fail_on = 3", "ringfence.toml:1: 3 is no severity"),
        (
            "[rules]\nenabled = []",
            "ringfence.toml:2: unknown key rules.enabled (help: did you mean enable?)",
        ),
        ("exclude = 'a'", "ringfence.toml:1: exclude must be a list of texts"),
        ("[data]\nOrders = 'precious'", "ringfence.toml:2: 'precious' is no data class"),
        (
            "[rules]\nfolders = ['../..']",
            "ringfence.toml:2: rules.folders: ../.. leads outside the scanned folder",
        ),
        ("[rules]\nfolders = ['none']", "ringfence.toml:2: rules.folders: there is no folder none"),
        ("[[suppress]]\nreason = 'x'", "ringfence.toml:1: suppress.rule is missing"),
        (
            "[[suppress]]\nrule = 'a'\nreasons = 'x'",
            "ringfence.toml:1: unknown key suppress.reasons (help: did you mean reason?)",
        ),
        (
            "[[suppress]]\nrule = 'a'\nuntil = 'soon'",
            "ringfence.toml:1: suppress.until: 'soon' is no day",
        ),
        ("suppress = 1", "ringfence.toml:1: suppress must be a list of tables"),
        ("schema = 9", "ringfence.toml:1: schema must be 1"),
        ("[[[", "ringfence.toml: not valid TOML"),
    ],
)
def test_a_mistake_names_place_and_cure(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(message)


def test_an_explicit_file_may_lie_outside(tmp_path: Path) -> None:
    outside = tmp_path / "policy.toml"
    (tmp_path / "rules").mkdir()
    outside.write_text('[rules]\nfolders = ["rules"]\n')
    (tmp_path / "app").mkdir()
    assert load_config(tmp_path / "app", outside).rule_folders == (tmp_path / "rules",)


def test_an_explicit_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_config(tmp_path, tmp_path / "none.toml")


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text("fail_on = 'low'")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "ringfence.toml").symlink_to(tmp_path / "outside.toml")
    with pytest.raises(UsageError, match="leads outside the scanned folder"):
        load_config(tmp_path / "app")


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="larger than 256 kB"):
        load(tmp_path, "#" * 300_000)
