"""The command line in processes of its own: help, errors, exit codes, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "ringfence"]


def ringfence(
    *words: str, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    keep = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    return subprocess.run(
        [*COMMAND, *words],
        capture_output=True,
        check=False,
        text=True,
        cwd=cwd,
        env={**keep, "PYTHONUTF8": "1", **environment},
        stdin=subprocess.DEVNULL,
    )


def told(*words: str, cwd: Path | None = None) -> tuple[int, str, str]:
    done = ringfence(*words, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def test_help() -> None:
    code, out, err = told("--help")
    assert (code, err) == (0, "")
    assert out == (
        "usage: ringfence [--version] [--help] COMMAND ...\n"
        "\n"
        "Finds what an attacker can do to a serverless application, and what to change.\n"
        "\n"
        "options:\n"
        "  -h, --help  show this help\n"
        "  --version   show the version\n"
        "\n"
        "commands:\n"
        "  COMMAND\n"
        "    scan      find weaknesses and attack paths in a folder\n"
        "    lock      write each function's contract; diff, accept, export and check it\n"
        "    policy    decide requests by IAM policies\n"
        "    explain   say what a rule means and how to mend what it finds\n"
        "    rules     list the rules\n"
        "\n"
        "examples:\n"
        "  ringfence scan                         scan the folder you are in\n"
        "  ringfence scan app --only entries      who may call what, and what proves it\n"
        "  ringfence explain os-command-injection\n"
        "                                         what a rule means and how to mend it\n"
        "\n"
        "exit codes:\n"
        "  0 nothing at or above --fail-on    1 findings at or above it\n"
        "  2 wrong usage, nothing to read     3 a defect in Ringfence\n"
    )


def test_no_command_shows_the_help_and_is_wrong_usage() -> None:
    code, out, _ = told()
    assert code == 2
    assert out.startswith("usage: ringfence ")


def test_version() -> None:
    code, out, err = told("--version")
    assert (code, err) == (0, "")
    assert out.startswith("ringfence 0.")


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            ["scn"],
            "error: there is no command 'scn'\nhelp: did you mean `ringfence scan`?\n",
        ),
        (
            ["."],
            "error: there is no command '.'\nhelp: did you mean `ringfence scan .`?\n",
        ),
        (
            ["frobnicate"],
            "error: there is no command 'frobnicate'\nhelp: `ringfence --help` lists the commands\n",
        ),
        (
            ["explain", "SQL injektion"],
            "error: there is no rule 'SQL injektion'\n"
            "help: did you mean sql-injection or nosql-injection or log-injection?\n",
        ),
        (
            ["explain", "sqs"],
            "error: there is no rule 'sqs'\n"
            "help: did you mean queue-encryption-off or queue-visibility-below-timeout or"
            " queue-without-dead-letter-queue?\n",
        ),
        (
            ["explain", "xyzzy"],
            "error: there is no rule 'xyzzy'\nhelp: `ringfence rules` lists them all\n",
        ),
        (
            ["scan", "--fail-on", "awful"],
            "error: argument --fail-on: invalid choice: 'awful' (choose from"
            " critical, high, medium, low, info, never)\n"
            "help: `ringfence scan --help` shows what there is\n",
        ),
        (
            ["scan", "--only", "injection,typos"],
            "error: argument --only: 'typos' is not one of injection, access, permissions,"
            " configuration, secrets, dependencies, logging, availability, encryption, state,"
            " runtime, data, network, identity, code, entries\n"
            "help: `ringfence scan --help` shows what there is\n",
        ),
        (
            ["scan", "--param", "Stage"],
            "error: argument --param: 'Stage' is not NAME=VALUE\n"
            "help: `ringfence scan --help` shows what there is\n",
        ),
        (
            ["scan", "--today", "tomorrow"],
            "error: argument --today: 'tomorrow' is not a day like 2026-11-30\n"
            "help: `ringfence scan --help` shows what there is\n",
        ),
        (
            ["scan", "no\x1b[2Jsuch"],
            "error: no\\x1b[2Jsuch: no such folder or file\nhelp: name a folder or a template\n",
        ),
        (
            ["scan", "--quiet", "--verbose"],
            "error: argument -v/--verbose: not allowed with argument -q/--quiet\n"
            "help: `ringfence scan --help` shows what there is\n",
        ),
        (
            ["rules", "--family", "typos", "--config", os.devnull],
            None,
        ),
    ],
)
def test_wrong_usage_is_one_line_and_its_cure(
    words: list[str], error: str | None, tmp_path: Path
) -> None:
    code, out, err = told(*words, cwd=tmp_path)
    assert (code, out) == (2, "")
    if error is None:
        assert err.startswith("error: ")
        assert len(err.splitlines()) == 2
    else:
        # Python 3.11 quotes each choice, later versions do not.
        assert err.replace("'critical', 'high', 'medium', 'low', 'info', 'never'",
                           "critical, high, medium, low, info, never") == error  # fmt: skip


def test_a_reader_that_left_is_no_error() -> None:
    with subprocess.Popen(
        [*COMMAND, "scan", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["rules"], ["scan", "--help"], ["--version"]])
def test_a_full_disk_behind_standard_output_is_one_clear_error(words: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        2,
        "error: standard output: cannot write: No space left on device\n",
    )


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a shell does")
@pytest.mark.parametrize(("words", "code"), [("--version", 0), ("rules", 0), ("bogus", 2)])
def test_closed_streams_change_no_exit_code(words: str, code: int) -> None:
    line = f'exec "{sys.executable}" -m ringfence {words} >&- 2>&-'
    assert subprocess.run(["/bin/sh", "-c", line], check=False).returncode == code


def test_rules_as_json() -> None:
    code, out, err = told("rules", "--format", "json")
    assert (code, err) == (0, "")
    rules = json.loads(out)["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule["id"] for rule in rules)


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from ringfence.cli import main; main(['--help']);"
        "print(sorted({'rich', 'yaml', 'tree_sitter', 'ringfence.model', 'cel'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
