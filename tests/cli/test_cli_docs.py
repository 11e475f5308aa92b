"""The usage page shows the help as the commands print it, and names only what exists."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

from ringfence.config import load_config
from ringfence.report import REPORTERS, ReportSettings
from ringfence.rules.checks import load_rules

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "support" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_usage_page_is_up_to_date() -> None:
    assert PAGE.count("<!-- help: ") == 11
    assert script("usage").updated(PAGE) == PAGE, "run `python support/usage.py`"


def test_the_page_is_out_of_date_when_a_help_text_changes() -> None:
    assert script("usage").updated(PAGE.replace("--strict ", "--severe ")) != PAGE.replace(
        "--strict ", "--severe "
    )


def test_the_configuration_of_the_page_is_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    (tmp_path / "security" / "rules").mkdir(parents=True)
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        load_config(tmp_path, path)


def test_every_rule_of_the_page_exists() -> None:
    ids = {rule.id for rule in load_rules()}
    lists = re.findall(r"ignore\[([a-z, -]+)\]", PAGE)
    named = {name for group in lists for name in group.split(", ")}
    for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        tree = tomllib.loads(block)
        named |= {entry["rule"] for entry in tree.get("suppress", [])}
        named |= {*tree.get("rules", {}).get("enable", []), *tree.get("severity", {})}
        named |= {*tree.get("rules", {}).get("disable", [])}
    assert len(named) == 7
    assert named <= ids


def test_every_option_of_the_page_exists() -> None:
    help_text = "".join(script("usage").help_of(verb) for verb in ("scan", "explain", "rules"))
    prose = re.sub(r"<!-- help: .*?<!-- end -->", "", PAGE, flags=re.DOTALL)
    for option in set(re.findall(r"--[a-z][a-z-]+", prose)):
        assert option in help_text


def test_the_screenshot_needs_no_network_and_does_not_depend_on_the_time() -> None:
    screenshot = script("screenshot")
    sys.path.insert(0, str(ROOT / "tests" / "report"))
    import report_sample

    settings = ReportSettings(color=True, width=100)
    result = report_sample.sample()
    report = REPORTERS["terminal"].render(result, settings)
    result.duration_s = 7.7
    later = REPORTERS["terminal"].render(result, settings)
    assert later != report
    drawn = screenshot.picture(screenshot.without_time(report), "ringfence scan")
    assert drawn == screenshot.picture(screenshot.without_time(later), "ringfence scan")
    assert re.findall(r"https?://[^\"]+", drawn) == ["http://www.w3.org/2000/svg"]
    assert "url(http" not in drawn
    assert "rules&#160;2026.11.1<" in drawn
