"""A real Chromium without a screen, for the tests of the HTML report and its benchmark."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
DRIVER = shutil.which("chromedriver") or ""
#: After this long the driver gives up on a command that the browser does not answer, in seconds.
ANSWER_S = 120

PHONE, DESKTOP = (390, 844), (1440, 900)


@contextlib.contextmanager
def browser(
    profile: Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False, scripts: bool = True
) -> Iterator[webdriver.Chrome]:
    """A browser with a profile of its own, which cannot reach any network."""
    options = Options()
    options.binary_location = CHROMIUM
    words = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--proxy-server=127.0.0.1:1",
             f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]  # fmt: skip
    if os.geteuid() == 0:
        words.append("--no-sandbox")  # the sandbox of Chromium does not work as root
    for word in words:
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        driver.set_page_load_timeout(ANSWER_S)
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE,
        })  # fmt: skip
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        yield driver
    finally:
        driver.quit()
