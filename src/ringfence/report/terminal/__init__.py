"""The report for people: attack paths first, then findings by function, then what was not seen.

The only room that imports ``rich``. Every text of the scanned tree is escaped before it is laid
out (:mod:`ringfence.report.text`).
"""

from __future__ import annotations

from ringfence.model.finding import ScanResult
from ringfence.report import ReportSettings

ENTRIES = "entries"


class TerminalReporter:
    """``--format terminal``."""

    name = "terminal"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        from ringfence.report.terminal.closing import show_closing, show_header
        from ringfence.report.terminal.entries import show_entries
        from ringfence.report.terminal.findings import show_findings
        from ringfence.report.terminal.page import Page
        from ringfence.report.terminal.paths import show_paths

        page = Page(settings)
        show_header(page, result)
        if ENTRIES in settings.only:
            show_entries(page, result)
        if settings.only != {ENTRIES}:
            show_paths(page, result)
            show_findings(page, result)
        show_closing(page, result, judged=settings.only != {ENTRIES})
        return page.text()


REPORTER = TerminalReporter()
