"""The first line, and the last part: the tally, what was not analysed, and what to do next."""

from __future__ import annotations

from ringfence.model.finding import ScanResult
from ringfence.model.severity import Severity
from ringfence.report.summary import (
    SEVERITIES,
    Names,
    application_name,
    counts,
    doubts,
    finding_count,
    ordered,
    ordered_paths,
    ordered_skipped,
    plural,
    since_words,
    unknown_reasons,
)
from ringfence.report.terminal.page import Page, Span
from ringfence.report.terminal.paths import place

MAX_SKIPPED = 8
MAX_REASONS = 6


def show_header(page: Page, result: ScanResult) -> None:
    """One line: what was scanned, by which rules, how long it took."""
    parts = [
        plural(len(result.functions), "function"),
        plural(len(result.entries), "entry point"),
        plural(result.files_read, "file"),
        f"rules {page.safe(result.rules_version)}" if result.rules_version else "",
        f"{result.duration_s:.1f} s" if result.duration_s < 100 else f"{result.duration_s:.0f} s",
    ]
    name = page.title or application_name(result)
    page.flow(
        [(page.safe(name), "strong"), *((part, "dim") for part in parts if part)],
        (f" {page.glyphs.middle} ", "faint"),
        [(" ringfence ", "brand")],
    )


def show_closing(page: Page, result: ScanResult, judged: bool) -> None:
    """The end of the report; ``judged`` False leaves the findings out."""
    if judged:
        _show_tally(page, result)
    _show_gaps(page, result, judged)
    if judged:
        _show_next(page, result)


def _show_tally(page: Page, result: ScanResult) -> None:
    page.heading("SUMMARY")
    found = counts(result.findings)
    total = len(result.findings)
    if not total:
        page.line((f"  {page.glyphs.good} {finding_count(result)}", "fix-strong"))
        _show_since(page, result)
        return
    page.line(("  ", ""), *_bar(page, found, total))
    spans: list[Span] = []
    for severity in SEVERITIES:
        word = str(severity)
        style = word if found[word] else "faint"
        spans += [(f"{found[word]} {word}", style), ("   ", "")]
    page.wrapped(spans[:-1], [("  ", "")])
    _show_since(page, result)


def _show_since(page: Page, result: ScanResult) -> None:
    if result.since is not None:
        page.wrapped([(page.safe(since_words(result.since)), "dim")], [("  ", "")])


def _bar(page: Page, found: dict[str, int], total: int) -> list[Span]:
    """Each severity's share of the width; every severity found has at least one cell."""
    room = page.width - 4
    sizes = {word: max(1, count * room // total) for word, count in found.items() if count}
    while sum(sizes.values()) > room:
        sizes[max(sizes, key=lambda word: sizes[word])] -= 1
    sizes[max(sizes, key=lambda word: sizes[word])] += room - sum(sizes.values())
    return [(page.glyphs.block * size, word) for word, size in sizes.items()]


def _show_gaps(page: Page, result: ScanResult, judged: bool) -> None:
    silenced = judged and (result.suppressed or result.baselined or result.gone or result.doubtful)
    if not (result.skipped or result.unknowns or silenced):
        return
    page.heading("NOT ANALYSED OR NOT SHOWN" if silenced else "NOT ANALYSED")
    _show_skipped(page, result)
    reasons = unknown_reasons(set(result.unknowns))
    if reasons:
        count = len(set(result.unknowns))
        page.line(
            (f"  {plural(count, 'value')} unknown", "strong"),
            ("  nothing is reported on them", "dim"),
        )
        for reason, times in reasons if page.verbose else reasons[:MAX_REASONS]:
            page.wrapped([(page.prose(reason), "dim")], [(f"  {times:>5} ", "dim")])
        _more(page, len(reasons) - MAX_REASONS, "reason")
    if judged:
        _show_silenced(page, result)


def _show_silenced(page: Page, result: ScanResult) -> None:
    _show_suppressed(page, result)
    if result.baselined:
        page.line((f"  {plural(result.baselined, 'finding')} in the baseline", "strong"))
    if result.doubtful:
        page.line((f"  {doubts(result)}", "strong"), ("  --confidence low shows all", "dim"))
    if result.gone:
        gone = plural(len(result.gone), "entry", "entries")
        told = "" if page.verbose else "; --verbose names them"
        page.wrapped(
            [(f"{gone} of the baseline gone", "strong"),
             (f"  write it anew with --write-baseline{told}", "dim")],
            [("  ", "")],
        )  # fmt: skip
        for words in result.gone if page.verbose else ():
            page.wrapped([(page.safe(words), "dim")], [("        ", "")])


def _show_skipped(page: Page, result: ScanResult) -> None:
    skipped = ordered_skipped(result.skipped)
    if not skipped:
        return
    page.line((f"  {len(skipped)} skipped", "medium"))
    for item in skipped if page.verbose else skipped[:MAX_SKIPPED]:
        at_file = item.location is not None and item.location.file == item.what
        cure = f"; {item.cure}" if item.cure else ""
        what = "" if at_file else f"{item.what}: "
        page.wrapped(
            [(page.prose(f"{what}{item.reason}{cure}"), "dim")],
            [("        ", "")],
            right=place(page, item.location),
        )
    _more(page, len(skipped) - MAX_SKIPPED, "file")


def _show_suppressed(page: Page, result: ScanResult) -> None:
    silenced = result.suppressed
    if not silenced:
        return
    page.line((f"  {plural(len(silenced), 'finding')} suppressed", "strong"))
    names = Names.of(result)
    for item in silenced if page.all_suppressed else silenced[:MAX_SKIPPED]:
        finding = item.finding
        owner = names.function(finding.function) or finding.subject
        until = f" until {item.until}" if item.until else ""
        page.wrapped(
            [(page.safe(finding.rule), "rule"), (f" {page.safe(owner)}: ", "dim"),
             (page.prose(f"{item.reason or 'no reason given'}{until}"), "dim")],
            [("        ", "")],
            right=place(page, item.location),
        )  # fmt: skip
    if len(silenced) > MAX_SKIPPED and not page.all_suppressed:
        page.line((f"        and {len(silenced) - MAX_SKIPPED} more with --show-suppressed", "dim"))


def _more(page: Page, count: int, word: str) -> None:
    if count > 0 and not page.verbose:
        page.line((f"        and {plural(count, f'more {word}')} with --verbose", "dim"))


def _show_next(page: Page, result: ScanResult) -> None:
    """One line: the single most useful thing to do now."""
    page.blank()
    arrow: Span = (f" {page.glyphs.arrow} ", "brand")
    findings = [item for item in ordered(result.findings) if item.severity >= Severity.MEDIUM]
    paths = ordered_paths(result.paths)
    command = "ringfence scan --only entries"
    if paths:
        fix = page.prose(paths[0].fix or paths[0].title).rstrip(".")
        spans: list[Span] = [("Break path 1 first: ", "strong"), (fix, "")]
        spans += (
            [(" at ", "dim"), *place(page, paths[0].fix_location)] if paths[0].fix_location else []
        )
        rule = next((item.rule for item in findings if item.fingerprint in paths[0].findings), "")
        command = f"ringfence explain {page.safe(rule)}" if rule else ""
    elif findings:
        spans = [("Start with ", "strong"), (page.safe(findings[0].rule), "rule"), (" at ", "dim"),
                 *place(page, findings[0].location)]  # fmt: skip
        command = f"ringfence explain {page.safe(findings[0].rule)}"
    else:
        spans = [("Nothing serious here; see who may call what", "strong")]
    spans += (
        [(", then " if paths or findings else ": ", "dim"), (command, "brand")] if command else []
    )
    page.wrapped(spans, [arrow])
