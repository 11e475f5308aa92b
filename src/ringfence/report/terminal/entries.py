"""``--only entries``: every entry point, who may use it, and what proves it."""

from __future__ import annotations

from ringfence.model.application import Trigger
from ringfence.model.finding import ScanResult
from ringfence.model.severity import Exposure
from ringfence.report.summary import Names
from ringfence.report.terminal.page import Page, Span
from ringfence.report.terminal.theme import exposure_style

WIDE = 80
INDENT = 3
HEADER: list[list[Span]] = [
    [(title, "dim")] for title in ("entry point", "function", "who may cause it", "authentication")
]

TITLES = {
    Exposure.ANYONE: "anyone",
    Exposure.AUTHENTICATED: "any signed-in user",
    Exposure.UNKNOWN: "not known",
    Exposure.ACCOUNT: "anyone in this account",
    Exposure.PRINCIPAL: "a named principal only",
    Exposure.NONE: "nobody outside",
}


def show_entries(page: Page, result: ScanResult) -> None:
    """The table, grouped by who may cause the event, the widest first."""
    page.heading("ENTRY POINTS", str(len(result.entries)))
    if not result.entries:
        page.line(("  No template or project file declares an entry point.", "dim"))
        return
    names = Names.of(result)
    rows = {entry.id: _cells(page, entry, names) for entry in result.entries}
    widths = page.column_widths([HEADER, *rows.values()], INDENT)
    if page.width >= WIDE:
        page.row(HEADER, widths, INDENT)
    for exposure in sorted(Exposure, reverse=True):
        entries = [entry for entry in result.entries if entry.sender.exposure is exposure]
        entries.sort(key=lambda entry: (names.function(entry.function), entry.name, entry.id))
        if entries:
            _show_group_title(page, exposure, len(entries))
        for entry in entries:
            page.blank()
            if page.width >= WIDE:
                page.row(rows[entry.id], widths, INDENT)
            else:
                _stacked(page, rows[entry.id])


def _show_group_title(page: Page, exposure: Exposure, count: int) -> None:
    style = exposure_style(exposure)
    page.blank()
    title = [(f" {page.glyphs.block} ", style), (TITLES[exposure], style)]
    page.aligned(title, [(str(count), "dim")])


def _cells(page: Page, entry: Trigger, names: Names) -> list[list[Span]]:
    """One cell per column of the header, each a list of lines."""
    found, sender = entry.authentication, entry.sender
    proof = found.proof or sender.proof or entry.location
    open_to_all = found.kind == "none"
    return [
        [(page.safe(entry.name), "strong"), (page.safe(entry.kind), "dim")],
        [(page.safe(names.function(entry.function)), "title")],
        [(page.prose(sender.who), ""), (page.prose(sender.reason), "dim")],
        [
            (page.safe(f"{found.kind}: {found.detail}" if found.detail else found.kind),
             "anyone" if open_to_all else ""),
            (f"{page.safe(proof.file)}:{proof.line}" if proof.file else "", "place"),
        ],
    ]  # fmt: skip


def _stacked(page: Page, cells: list[list[Span]]) -> None:
    """The cells of one entry below each other, for narrow pages."""
    (name, kind), (function,), (who, reason), (authentication, proof) = cells
    arrow = (f" {page.glyphs.arrow} ", "dim")
    page.wrapped([name, ("  ", ""), kind, arrow, function], [("   ", "")])
    page.wrapped([who, (": " if reason[0] else "", "dim"), reason], [("     ", "")])
    page.wrapped([authentication], [("     ", "")], right=[proof])
