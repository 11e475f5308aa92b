"""The usage page shows the help as the commands print it, and names only what exists."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

from ringfence.config import load_config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")


def usage_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("usage", ROOT / "support" / "usage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_usage_page_is_up_to_date() -> None:
    assert PAGE.count("<!-- help: ") == 3
    assert usage_script().updated(PAGE) == PAGE, "run `python support/usage.py`"


def test_the_page_is_out_of_date_when_a_help_text_changes() -> None:
    assert usage_script().updated(PAGE.replace("--strict ", "--severe ")) != PAGE.replace(
        "--strict ", "--severe "
    )


def test_the_configuration_of_the_page_is_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    (tmp_path / "security" / "rules").mkdir(parents=True)
    for number, block in enumerate(blocks):
        path = tmp_path / f"{number}.toml"
        path.write_text(block, encoding="utf-8")
        load_config(tmp_path, path)


def test_every_option_of_the_page_exists() -> None:
    help_text = "".join(usage_script().help_of(verb) for verb in ("scan", "explain", "rules"))
    prose = re.sub(r"<!-- help: .*?<!-- end -->", "", PAGE, flags=re.DOTALL)
    for option in set(re.findall(r"--[a-z][a-z-]+", prose)):
        assert option in help_text
