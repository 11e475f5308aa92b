"""Attacks that once took a scan down, each named after what broke, and the bounds that now hold."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import Exhausted, RuleError, UsageError
from ringfence.files import read_regular
from ringfence.loaders import LoadOptions
from ringfence.loaders.limits import LIMITS
from ringfence.model.finding import ScanResult
from ringfence.model.record import replace
from ringfence.model.value import Scalar, integer
from ringfence.scan import ScanOptions, scan
from ringfence.testing import TODAY, run_cli, scanned, tree
from ringfence.watchdog import Watchdog

HEADER = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      FunctionUrlConfig: {{AuthType: NONE}}
"""
CODE = 'import os\n\ndef handler(event, context):\n    os.system(event["body"])\n'
GOOD: dict[str, str | bytes] = {
    "good/template.yaml": HEADER + FUNCTION.format(name="Good"),
    "good/src/app.py": CODE,
}


def rules_of(result: ScanResult) -> set[str]:
    return {finding.rule for finding in result.findings}


def limited(folder: Path, files: dict[str, str | bytes], time_limit_s: float) -> ScanResult:
    return scan(tree(folder, files), ScanOptions(today=TODAY, time_limit_s=time_limit_s))


# --- time and memory ---


def busy() -> None:
    end = time.process_time() + 20
    while time.process_time() < end:
        sum(range(1000))


def test_a_stage_that_takes_too_long_ends() -> None:
    with Watchdog(0.1, 10_000) as watchdog:
        with pytest.raises(Exhausted, match=r"longer than the limit of 0\.1 s"), watchdog.stage(1):
            busy()
        with pytest.raises(Exhausted), watchdog.stage(1):  # the next one gets a little time, too
            busy()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the memory cannot be told")
def test_a_stage_that_takes_too_much_memory_ends() -> None:
    with Watchdog(60, 1) as watchdog:
        held: list[bytearray] = []
        with pytest.raises(Exhausted, match="more memory than 1 MiB"), watchdog.stage(1):
            while len(held) < 2_000:
                held.append(bytearray(b"x" * 1_000_000))
                sum(range(10_000))
    assert len(held) < 2_000


def test_an_import_is_not_stopped_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spin = "import time\nend = time.process_time() + 2\nwhile time.process_time() < end: pass\n"
    (tmp_path / "slow_to_import.py").write_text(spin)
    monkeypatch.syspath_prepend(tmp_path)
    with Watchdog(0.1, 10_000) as watchdog, pytest.raises(Exhausted), watchdog.stage(0):
        module = __import__("slow_to_import")
        busy()
    assert module.end


def test_a_measuring_tool_is_not_stopped_where_it_may_hold_a_lock() -> None:
    code = (
        "import time\ndef hold(end):\n    while time.process_time() < end: pass\n    return True\n"
    )
    space: dict[str, Any] = {"__name__": "coverage.collector"}
    exec(code, space)
    with Watchdog(0.1, 10_000) as watchdog, pytest.raises(Exhausted), watchdog.stage(0):
        whole = space["hold"](time.process_time() + 2)
        busy()
    assert whole


def test_what_mends_small_failures_does_not_swallow_the_watchdog() -> None:
    assert not issubclass(Exhausted, Exception)


def test_a_scan_in_a_thread_is_not_watched_and_works(tmp_path: Path) -> None:
    results: list[ScanResult] = []
    tree(tmp_path, GOOD)
    thread = threading.Thread(target=lambda: results.append(scanned(tmp_path)))
    thread.start()
    thread.join()
    assert "os-command-injection" in rules_of(results[0])


def test_flows_seen_before_the_time_was_up_are_reported(tmp_path: Path) -> None:
    functions = "".join(FUNCTION.format(name=f"F{n}") for n in range(60))
    slow = "".join(
        f"def f{n}(x, y=None):\n    for k in x:\n        y = x + k + '{n}'\n"
        f"    return f{(n * 7 + 1) % 300}(y) + f{(n * 3 + 1) % 300}(x)\n"
        for n in range(300)
    )
    calls = "".join(f"    f{n}(event['a{n}'])\n" for n in range(300))
    code = f"{CODE}{calls}{slow}"
    result = limited(tmp_path, {"template.yaml": HEADER + functions, "src/app.py": code}, 1.0)
    stopped = [item for item in result.skipped if "longer than the limit" in item.reason]
    assert stopped
    assert all(item.cure for item in stopped if item.what.endswith("after it"))
    assert "os-command-injection" in rules_of(result)


def test_a_flood_of_findings_is_cut_at_the_worst(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.scan.merging.MAX_FINDINGS", 3)
    functions = "".join(FUNCTION.format(name=f"F{n}") for n in range(9))
    result = scanned(tmp_path, {"template.yaml": HEADER + functions, "src/app.py": CODE})
    shown = [str(finding.severity) for finding in result.findings]
    assert shown == ["critical", "medium", "medium"]
    assert [(item.what, item.reason) for item in result.skipped] == [
        ("the findings", "only the worst 3 of 10 are reported")
    ]


# --- one hostile part costs only itself ---


def test_a_text_bomb_does_not_use_up_what_other_templates_need(tmp_path: Path) -> None:
    value = "hello"
    for _ in range(20):
        value = f"{{'Fn::Sub': ['{'${V}' * 8}', {{V: {value}}}]}}"
    bomb = (
        "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n"
        f"  Q: {{Type: AWS::SQS::Queue, Properties: {{QueueName: {value}}}}}\n"
    )
    result = scanned(tmp_path, {**GOOD, "a/template.yaml": bomb})
    assert [(item.what, item.reason) for item in result.skipped] == [
        ("a/template.yaml", "too much text to put together")
    ]
    assert "os-command-injection" in rules_of(result)


def test_large_templates_do_not_crowd_out_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(LIMITS, total_marks=40_000)
    monkeypatch.setattr("ringfence.scan.LoadOptions", partial(LoadOptions, limits=few))
    topics = "".join(f"  T{n}: {{Type: AWS::SNS::Topic}}\n" for n in range(1_000))
    large = {f"a{n}/template.yaml": HEADER + topics for n in range(15)}
    result = scanned(tmp_path, {**large, **GOOD})
    assert "os-command-injection" in rules_of(result)
    assert "more templates than one scan reads; this one was left out" in {
        item.reason for item in result.skipped
    }


def test_many_templates_with_the_same_resources_are_compared_in_time(tmp_path: Path) -> None:
    text = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {A: {Type: AWS::SNS::Topic}}\n"
    result = scanned(tmp_path, {f"d{n % 50}/f{n}.yaml": text for n in range(1_500)})
    assert len(result.templates) == 1_500


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> Iterator[None]:
    def fail(*_: object, **__: object) -> object:
        raise KeyError("boom")

    with monkeypatch.context() as patch:
        patch.setattr(f"{module}.{name}", fail)
        yield


@pytest.mark.parametrize(
    ("module", "name", "what"),
    [
        ("ringfence.dataflow.analysis", "interpret", "Good"),
        ("ringfence.dataflow.channels.PostOffice", "collect", "Good"),
        ("ringfence.dataflow.channels.PostOffice", "deliver", "the data between functions"),
        ("ringfence.checks.configuration", "_check_subject", "the rules on Good"),
        ("ringfence.checks.run", "check_flows", "the checks"),
        ("ringfence.scan.application", "analyse", "the code"),
        ("ringfence.scan.application", "find_paths", "the attack paths"),
    ],
)
def test_a_defect_of_ours_costs_only_the_part_it_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, name: str, what: str
) -> None:
    tree(tmp_path, GOOD)
    with failing(monkeypatch, module, name):
        result = scanned(tmp_path)
    found = {item.what: item.reason for item in result.skipped}
    assert found[what].startswith("a defect in Ringfence: KeyError: 'boom' (robust/test_limits.py:")
    assert result.functions
    assert result.entries


def test_a_defect_in_one_rule_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringfence.checks import model_rules

    real = model_rules.find

    def find(rule: object) -> object:
        if getattr(rule, "id", "") == "function-triggers-itself":
            return lambda room, rule: 1 / 0
        return real(rule)  # type: ignore[arg-type]  # stands for a Rule

    monkeypatch.setattr(model_rules, "find", find)
    result = scanned(tmp_path, GOOD)
    defects = [item for item in result.skipped if "defect" in item.reason]
    assert [item.what for item in defects] == ["the rule function-triggers-itself"]
    assert "os-command-injection" in rules_of(result)


def test_a_defect_in_the_expansion_of_one_template_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringfence.loaders import sam

    real = sam.expand

    def expand(template: object, *rest: object) -> None:
        if getattr(template, "path", "").startswith("bad/"):
            raise ZeroDivisionError
        real(template, *rest)  # type: ignore[arg-type]  # stands for a Template

    monkeypatch.setattr(sam, "expand", expand)
    bad = {name.replace("good", "bad"): text for name, text in GOOD.items()}
    result = scanned(tmp_path, {**GOOD, **bad})
    assert [item.what for item in result.skipped if "defect" in item.reason] == [
        "bad/template.yaml"
    ]
    assert "os-command-injection" in rules_of(result)


# --- values ---


@pytest.mark.parametrize("text", ["9" * 6_000, "²", "--5", "٣", "-", "1 ", "9" * 31])
def test_a_text_that_looks_like_a_number_is_none(text: str) -> None:
    assert integer(Scalar(text)) is None


def test_numbers_beyond_64_bits_do_not_stop_the_rules(tmp_path: Path) -> None:
    huge = "9" * 299
    text = HEADER + f"  Q: {{Type: AWS::SQS::Queue, Properties: {{DelaySeconds: {huge}}}}}\n"
    data = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"A": 0}}}})
    files = {"a.yaml": text, "b.json": data.replace('"A": 0', f'"A": {huge}, "B": {"9" * 19}')}
    result = scanned(tmp_path, files)
    assert not [item for item in result.skipped if "defect" in item.reason]
    assert len(result.templates) == 2


# --- configuration of the scanned tree ---

BOMB = "[1, 2].all(a, [1, 2].all(b, [1, 2].all(c, true)))"


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        (BOMB, "the condition has loops inside loops"),
        (" && ".join(["x.all(a, true)"] * 5), "the condition has more than 4 loops"),
        ("true" + " && true" * 1_000, "the condition is longer than 4000 characters"),
        (f"'\\\\' == ')' && {BOMB}", "a condition with several loops must be plain"),
        (f"{BOMB} // )", "a condition with several loops must be plain"),
    ],
)
def test_a_condition_that_could_run_for_ever_is_refused(condition: str, what: str) -> None:
    from ringfence.checks.expressions import compile_condition

    with pytest.raises(RuleError, match=what):
        compile_condition(condition, "rule.toml")
    compile_condition("a.exists(x, x.b.exists(y, y == '(')) || c.all(z, z)", "rule.toml")


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "fail_on = " + "9" * 5_000])
def test_a_hostile_configuration_is_wrong_usage_not_a_defect(tmp_path: Path, text: str) -> None:
    tree(tmp_path, {**GOOD, "ringfence.toml": text})
    with pytest.raises(UsageError, match="not valid TOML"):
        scanned(tmp_path)


# --- files that are none, and places that cannot be read or written ---


def test_pipes_and_devices_in_the_tree_are_not_opened(tmp_path: Path) -> None:
    tree(tmp_path, GOOD)
    names = ("t.yaml", "serverless.yml", "ringfence.toml", "package.json", "good/src/other.py")
    for name in names:
        os.mkfifo(tmp_path / name)
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    (tmp_path / "good/src/app.py").write_text("import other\n" + CODE)
    run = run_cli("scan", tmp_path, "--format", "json", timeout_s=60)
    assert run.returncode == 1
    assert {item["rule"] for item in json.loads(run.stdout)["findings"]} >= {"os-command-injection"}


def test_pipes_and_devices_among_own_rules_are_refused(tmp_path: Path) -> None:
    own = {"ringfence.toml": '[rules]\nfolders = ["rules"]\n', "rules/note.txt": ""}
    tree(tmp_path, {**GOOD, **own})
    place = tmp_path / "rules/own.toml"
    os.mkfifo(place)
    run = run_cli("scan", tmp_path, timeout_s=60)
    assert (run.returncode, run.stdout) == (2, "")
    assert "cannot be read: [Errno 22] not a regular file" in run.stderr
    place.unlink()
    place.symlink_to("/dev/zero")
    assert "not a regular file" in run_cli("scan", tmp_path, timeout_s=60).stderr


def test_a_pipe_in_place_of_a_file_that_was_seen_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a regular file"):
        read_regular(tmp_path / "pipe", 10)
    (tmp_path / "file").write_text("0123456789")
    assert read_regular(tmp_path / "file", 4) == b"0123"


WITHOUT_POWERS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")


def as_plain_user(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line without root's power to read everything."""
    words = [sys.executable, "-m", "ringfence", *map(str, arguments)]
    if os.geteuid() == 0:
        words = [*WITHOUT_POWERS, *words]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


def can_drop_powers() -> bool:
    if os.geteuid() != 0:
        return True
    try:
        return subprocess.run([*WITHOUT_POWERS, "true"], check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_drop_powers(), reason="root may read everything")
def test_a_locked_folder_does_not_stop_the_scan(tmp_path: Path) -> None:
    locked = {"locked/a.txt": "", "locked.yaml": HEADER}
    tree(tmp_path, {**GOOD, **locked, "good/src/other.py": ""})
    (tmp_path / "good/src/app.py").write_text("import other\n" + CODE)
    for name in ("locked", "locked.yaml", "good/src/other.py"):
        (tmp_path / name).chmod(0)
    run = as_plain_user("scan", tmp_path, "--format", "json")
    (tmp_path / "locked").chmod(stat.S_IRWXU)
    data = json.loads(run.stdout)
    assert {(item["what"], item["reason"]) for item in data["skipped"]} == {
        ("good/src/other.py", "cannot be read: Permission denied"),
        ("locked", "cannot be read: Permission denied"),
        ("locked.yaml", "cannot be read: Permission denied"),
    }
    assert run.returncode == 1


def test_a_baseline_is_written_through_links_and_into_devices(tmp_path: Path) -> None:
    tree(tmp_path / "app", GOOD)
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    os.mkfifo(tmp_path / "pipe")
    run = run_cli("scan", tmp_path / "app", "--write-baseline", tmp_path / "link.json")
    assert run.returncode == 0
    assert (tmp_path / "link.json").is_symlink()
    written = (tmp_path / "real.json").read_bytes()
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        try:
            run_cli("scan", tmp_path / "app", "--write-baseline", tmp_path / "pipe", timeout_s=60)
            assert reader.communicate(timeout=60)[0] == written
        finally:
            reader.kill()
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_a_baseline_without_an_end_is_refused(tmp_path: Path) -> None:
    tree(tmp_path, GOOD)
    run = run_cli("scan", tmp_path, "--baseline", "/dev/zero", timeout_s=60)
    assert run.returncode == 2
    assert "/dev/zero: larger than" in run.stderr


@pytest.mark.parametrize("word", ["0", "-1", "x", "nan", "1e9"])
def test_a_time_limit_is_a_positive_number(tmp_path: Path, word: str) -> None:
    run = run_cli("scan", tmp_path, "--time-limit", word)
    assert run.returncode == 2
    assert "is not a number of seconds from 0.1 to 86400" in run.stderr
