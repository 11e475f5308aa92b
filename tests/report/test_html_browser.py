"""The HTML report in a real browser: drawn, filtered, read without scripts, on phones, in the dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

selenium = pytest.importorskip("selenium", reason="needs the development dependencies")

from html_browser import CHROMIUM, DESKTOP, DRIVER, PHONE, browser  # noqa: E402 - after the skip
from html_pages import HOSTILE, poisoned, rendered, shop  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver")


@pytest.fixture
def page(tmp_path: Path) -> str:
    """The address of the shop's report."""
    return written(tmp_path, rendered(shop()))


def written(folder: Path, text: str) -> str:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    return file.as_uri()


def troubles(driver: Any) -> list[str]:
    """What the browser complains of, and every address that it asked for besides the page."""
    said = [entry["message"] for entry in driver.get_log("browser")]
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            if not address.startswith(("file:", "data:", "about:", "chrome:", "chrome-extension:")):
                said.append(address)
    return said


def shown(driver: Any, selector: str) -> list[Any]:
    found = driver.find_elements(By.CSS_SELECTOR, selector)
    return [element for element in found if element.is_displayed()]


def test_the_page_loads_nothing_and_complains_of_nothing(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(page)
        assert len(shown(driver, "#drawing .node")) > 5
        assert troubles(driver) == []


def test_filters_hide_findings_and_stay_in_the_address(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(page)
        every = len(driver.find_elements(By.CSS_SELECTOR, ".finding"))
        for box in driver.find_elements(By.CSS_SELECTOR, "input[name=severity]"):
            if box.get_attribute("value") != "high":
                driver.execute_script("arguments[0].click()", box)
        script = "return [...document.querySelectorAll('.finding:not([hidden])')].length"
        left = driver.execute_script(script)
        assert 0 < left < every
        assert "severity=high" in driver.current_url
        address = driver.current_url
        driver.get("about:blank")
        driver.get(address)
        assert driver.execute_script(script) == left
        driver.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
        assert driver.execute_script(script) == every
        assert "severity" not in driver.current_url


def test_a_search_is_reached_by_a_key_and_finds_words(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(page)
        driver.find_element(By.TAG_NAME, "body").send_keys("/")
        field = driver.switch_to.active_element
        assert field.get_attribute("name") == "q"
        field.send_keys("no such words anywhere")
        assert (
            driver.execute_script(
                "return document.querySelectorAll('.finding:not([hidden])').length"
            )
            == 0
        )


def test_a_path_stands_out_on_the_map(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(page)
        chip = driver.find_element(By.CSS_SELECTOR, ".path-chip")
        driver.execute_script("arguments[0].focus()", chip)
        chip.send_keys(Keys.ENTER)
        assert chip.get_attribute("aria-pressed") == "true"
        assert shown(driver, "#drawing.chosen .node.on")
        assert "path=" in driver.current_url
        driver.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
        assert driver.find_elements(By.CSS_SELECTOR, "#drawing.chosen") == []


def test_the_keyboard_reaches_filters_map_and_findings(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(page)
        body = driver.find_element(By.TAG_NAME, "body")
        reached = []
        for _ in range(120):
            body.send_keys(Keys.TAB)
            active = driver.switch_to.active_element
            name = active.tag_name
            reached.append(
                f"{name}.{active.get_attribute('class') or active.get_attribute('name')}"
            )
            if name == "summary":
                break
        kinds = {item.partition(".")[0] for item in reached}
        assert reached[0] == "a.skip"
        assert {"input", "select", "button", "a", "summary"} <= kinds
        active = driver.switch_to.active_element
        folded = driver.execute_script("return arguments[0].parentElement.open", active)
        active.send_keys(Keys.ENTER)
        assert driver.execute_script("return arguments[0].parentElement.open", active) != folded


def test_everything_is_readable_without_scripts(tmp_path: Path, page: str) -> None:
    with browser(tmp_path / "profile", scripts=False) as driver:
        driver.get(page)
        assert shown(driver, "#drawing .node")
        assert shown(driver, ".path")
        assert shown(driver, "#findings details")
        assert shown(driver, ".js") == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_the_screen_and_its_text_can_be_read(
    tmp_path: Path, page: str, size: tuple[int, int], dark: bool
) -> None:
    with browser(tmp_path / "profile", size, dark=dark) as driver:
        driver.get(page)
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= size[0]
        assert driver.execute_script(CONTRAST) == []


#: Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, level AA; 3 when large).
CONTRAST = """
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = (color) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const behind = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const color = rgba(getComputedStyle(one).backgroundColor);
    if (color[3] > 250) return color;
  }
  return [255, 255, 255, 255];
};
const bad = new Set();
for (const element of document.querySelectorAll("body *:not(svg *)")) {
  const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  if (!own || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const [one, two] = [light(rgba(style.color)), light(behind(element))].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (two + 0.05);
  const size = parseFloat(style.fontSize);
  const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
  if (ratio < least) bad.add(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
}
return [...bad];
"""


@pytest.mark.parametrize("word", HOSTILE[:4])
def test_nothing_of_a_hostile_tree_runs(tmp_path: Path, word: str) -> None:
    with browser(tmp_path / "profile") as driver:
        driver.get(written(tmp_path, rendered(poisoned(word))))
        assert driver.execute_script("return document.querySelectorAll('script').length") == 1
        assert driver.title.endswith("what Ringfence found")
        assert troubles(driver) == []
