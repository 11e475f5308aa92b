"""The colours of the terminal report."""

from __future__ import annotations

import os
from functools import cache

from rich.color import ColorSystem
from rich.style import Style

from ringfence.model.severity import Exposure, Severity

#: Style names to rich style definitions; names are what the report's parts use.
STYLES = {
    "": "",
    "brand": "bold #2dd4bf",
    "title": "bold",
    "strong": "bold",
    "dim": "bright_black",
    "faint": "#4b5563",
    "place": "#5fafff",
    "rule": "#8b9bb4",
    "number": "#5f7a99",
    "code": "",
    "fix": "#4ade80",
    "fix-strong": "bold #4ade80",
    "critical": "bold #ff4d6d",
    "high": "bold #ff8a4c",
    "medium": "bold #f5c542",
    "low": "bold #60a5fa",
    "info": "bold #94a3b8",
    "badge-critical": "bold #ffffff on #c2113d",
    "badge-high": "bold #1c1206 on #ff8a4c",
    "badge-medium": "bold #1c1606 on #f5c542",
    "badge-low": "bold #ffffff on #2563eb",
    "badge-info": "bold #ffffff on #64748b",
    "anyone": "bold #ff4d6d",
    "authenticated": "bold #f5c542",
    "unknown": "bold #c084fc",
    "account": "bold #60a5fa",
    "principal": "bold #4ade80",
    "none": "bold #94a3b8",
}

_SYSTEMS = {
    "truecolor": ColorSystem.TRUECOLOR,
    "24bit": ColorSystem.TRUECOLOR,
}


def color_system(term: str, colorterm: str) -> ColorSystem:
    """The colours a terminal has, from ``TERM`` and ``COLORTERM``."""
    known = _SYSTEMS.get(colorterm.strip().lower())
    if known is not None:
        return known
    return ColorSystem.EIGHT_BIT if "256" in term or "kitty" in term else ColorSystem.STANDARD


class Painter:
    """Puts text into a named style, or leaves it plain."""

    def __init__(self, enabled: bool, system: ColorSystem | None = None) -> None:
        self.enabled = enabled
        self.system = system or color_system(
            os.environ.get("TERM", ""), os.environ.get("COLORTERM", "")
        )

    def __call__(self, text: str, style: str) -> str:
        if not self.enabled or not style or not text:
            return text
        return _style(style).render(text, color_system=self.system)


@cache
def _style(name: str) -> Style:
    return Style.parse(STYLES[name])


def badge(severity: Severity) -> tuple[str, str]:
    """The severity as a label ten cells wide, and its style."""
    return (str(severity).upper().center(10), f"badge-{severity}")


def exposure_style(exposure: Exposure) -> str:
    return str(exposure)
