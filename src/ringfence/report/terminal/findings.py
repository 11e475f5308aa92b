"""Findings by function or resource with source excerpts; the small ones folded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rich.cells import cell_len

from ringfence.model.finding import Finding, ScanResult
from ringfence.model.severity import Severity
from ringfence.report.excerpt import Row, excerpt, last_marked
from ringfence.report.summary import Names, counts, is_pattern, ordered, retold
from ringfence.report.terminal.page import Page, Span
from ringfence.report.terminal.paths import place, shown_paths
from ringfence.report.terminal.theme import badge

GUTTER = 10  # cells left of the excerpt's bar
IN_FULL = 3  # findings of one rule in one group; further ones are listed
IN_FULL_BY_RULE = 2  # findings of one rule with excerpt and fix; more of a flow are always new
MAX_SHOWN = 150  # findings with an excerpt; --verbose shows all
NAMED = 6  # subjects that a folded finding names
_SECRET_RULES = frozenset({"hard-coded-secret"})


def show_findings(page: Page, result: ScanResult) -> None:
    """The sections: by function or resource, across the application, low and informational. What
    an attack path above has told is not told again."""
    above = retold(result.findings, shown_paths(page, result))
    findings = [item for item in ordered(result.findings) if item.fingerprint not in above]
    small = [item for item in findings if item.count == 1 and item.severity < Severity.MEDIUM]
    folded = [item for item in findings if item.count > 1]
    single = [item for item in findings if item.count == 1 and item.severity >= Severity.MEDIUM]
    names = Names.of(result)
    if single:
        page.heading("FINDINGS", str(len(single)))
        shown = single if page.verbose else single[:MAX_SHOWN]
        told: Counter[str] = Counter()
        for name, members in _groups(shown, names):
            _show_group(page, name, members, result, told)
        if len(single) > len(shown):
            page.blank()
            page.line((f"  {len(single) - len(shown)} more with --verbose", "dim"))
    if folded:
        page.heading("ACROSS THE APPLICATION", str(len(folded)))
        for finding in folded:
            _show_folded(page, finding)
    if small:
        page.heading("LOW AND INFORMATIONAL", str(len(small)))
        _show_small(page, small, names)


def _groups(findings: Iterable[Finding], names: Names) -> list[tuple[str, list[Finding]]]:
    """Findings by function, else by what they are about, else by file; worst group first."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[_owner(finding, names)].append(finding)
    return sorted(groups.items(), key=lambda item: (-item[1][0].severity, item[0]))


def _owner(finding: Finding, names: Names) -> str:
    if finding.function:
        return names.function(finding.function)
    return finding.subject or finding.location.file


def _show_group(
    page: Page, name: str, members: list[Finding], result: ScanResult, told: Counter[str]
) -> None:
    page.blank()
    tally = ", ".join(f"{count} {word}" for word, count in counts(members).items() if count)
    entries = [entry.name for entry in result.entries if entry.function == members[0].function]
    note = _listed(sorted(set(entries)), 2) if members[0].function else ""
    style = str(members[0].severity)
    page.aligned(
        [
            (f" {page.glyphs.block} ", style),
            (page.safe(name), "title"),
            (f"  {page.safe(note)}" if note else "", "dim"),
        ],
        [(tally, "dim")],
    )
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in members:
        by_rule[finding.rule].append(finding)
    for same in by_rule.values():
        full = same if page.verbose or len(same) <= IN_FULL + 1 else same[:IN_FULL]
        for finding in full:
            page.blank()
            if _is_familiar(page, finding, told):
                _show_briefly(page, finding)
            else:
                _show_finding(page, finding, result.sources)
        if len(same) > len(full):
            _show_more(page, same[len(full) :])


def _is_familiar(page: Page, finding: Finding, told: Counter[str]) -> bool:
    """Whether the reader knows excerpt and fix of this rule from findings further up."""
    told[finding.rule] += 1
    new = told[finding.rule] <= IN_FULL_BY_RULE
    return not (new or page.verbose or finding.source or finding.severity is Severity.CRITICAL)


def _show_briefly(page: Page, finding: Finding) -> None:
    page.wrapped(
        [(page.prose(finding.title), "strong")],
        [("  ", ""), badge(finding.severity), ("  ", "")],
        right=[(page.safe(finding.rule), "rule")],
    )
    page.wrapped(
        [(page.prose(finding.message), "")],
        [(" " * (GUTTER + 4), "")],
        right=place(page, finding.location),
    )


def _show_finding(page: Page, finding: Finding, sources: Mapping[str, Sequence[str]]) -> None:
    page.wrapped(
        [(page.prose(finding.title), "strong")],
        [("  ", ""), badge(finding.severity), ("  ", "")],
        right=[(page.safe(finding.rule), "rule")],
    )
    if finding.message and finding.message.rstrip(".") != finding.title.rstrip("."):
        page.wrapped([(page.prose(finding.message), "")], [(" " * (GUTTER + 4), "")])
    _show_excerpt(page, finding, sources)
    indent = " " * GUTTER
    if page.verbose:
        for step in finding.steps:
            page.wrapped(
                [(page.prose(step.text), "dim")],
                [(f"{indent}{page.glyphs.bar} {page.glyphs.arrow} ", "faint")],
                [(f"{indent}{page.glyphs.bar}   ", "faint")],
                right=place(page, step.location),
            )
    for origin in finding.origins:
        page.wrapped(
            [(f"{origin.role} {page.safe(origin.name)}", "dim")],
            [(f"{indent}{page.glyphs.bar} ", "faint")],
            right=place(page, origin.location),
        )
    page.wrapped(
        [("fix  ", "fix-strong"), (page.prose(finding.remedy), "fix")],
        [(f"{indent}{page.glyphs.foot} ", "faint")],
        [(f"{indent}   ", "")],
    )
    if finding.fix:
        page.blank()
        if is_pattern(finding):
            page.block("for instance:", GUTTER + 5, "dim")
        page.block(finding.fix, GUTTER + 5, "fix")


def _show_excerpt(page: Page, finding: Finding, sources: Mapping[str, Sequence[str]]) -> None:
    doubt = "" if finding.confidence == "high" else f"  {finding.confidence} confidence"
    page.line(
        (" " * GUTTER, ""), (page.glyphs.corner, "faint"), (" ", ""),
        *place(page, finding.location, column=True), (doubt, "dim"),
    )  # fmt: skip
    secret = finding.family == "secrets" or finding.rule in _SECRET_RULES
    rows = excerpt(sources, finding.location, unicode=page.unicode, secret=secret)
    room = page.width - GUTTER - 2
    for row in rows:
        _show_row(page, row, room, finding)


def _show_row(page: Page, row: Row, room: int, finding: Finding) -> None:
    row = fitted(row, room, page.glyphs.ellipsis)
    style = str(finding.severity)
    bar = page.glyphs.bar
    page.line(
        (f"{row.number:>{GUTTER - 1}} ", "number"), (f"{bar} ", "faint"),
        (row.text[: row.start], "code"), (row.text[row.start : row.end], style),
        (row.text[row.end :], "code"),
    )  # fmt: skip
    if row.end <= row.start:
        return
    before, marked = cell_len(row.text[: row.start]), cell_len(row.text[row.start : row.end])
    edge: list[Span] = [(" " * GUTTER, ""), (f"{bar} ", "faint")]
    carets: list[Span] = [(" " * before, ""), (page.glyphs.caret * marked, style)]
    label = _label(page, finding, row)
    size = cell_len(label)
    if before + marked + 1 + size <= room:
        page.line(*edge, *carets, (f" {label}", style))
        return
    page.line(*edge, *carets)
    page.line(*edge, (" " * max(0, min(before, room - size)), ""), (label, style))


def _label(page: Page, finding: Finding, row: Row) -> str:
    """At the carets of a flow's last line: where the text comes from."""
    if not finding.source or row.number != last_marked(finding.location):
        return ""
    return f"from {page.safe(finding.source)}"


def fitted(row: Row, room: int, ellipsis: str) -> Row:
    """A row no wider than ``room``, cut so that the start of the marked part stays in view."""
    if cell_len(row.text) <= room:
        return row
    text, start, end = row.text, row.start, row.end
    lead = len(ellipsis)
    end_cell = cell_len(text[:end])
    if end_cell > room - lead:
        keep = min(start, max(0, start - 8))
        if cell_len(text[:keep]) > lead:
            text = ellipsis + text[keep:]
            start, end = start - keep + lead, end - keep + lead
    size = 0
    for index, character in enumerate(text):
        size += cell_len(character)
        if size > room - lead:
            text = text[:index] + ellipsis
            start, end = min(start, index), min(end, index)
            break
    return Row(row.number, text, start, end)


def _show_more(page: Page, findings: list[Finding]) -> None:
    """Further findings of a rule that was shown in full above."""
    page.blank()
    spots = [f"{finding.location.file}:{finding.location.line}" for finding in findings]
    page.wrapped(
        [(f"{len(findings)} more ", "dim"), (page.safe(findings[0].rule), "rule"), ("  ", ""),
         (page.safe(_listed(spots, 8)), "place")],
        [("  ", ""), badge(findings[0].severity), ("  ", "")],
    )  # fmt: skip


def _show_folded(page: Page, finding: Finding) -> None:
    message = finding.message or finding.title
    unnamed = [subject for subject in finding.subjects if subject not in message]
    # A message that names some of its subjects has said enough, unless all are asked for.
    if len(unnamed) < len(finding.subjects) and not page.verbose:
        unnamed = []
    listed = _listed(unnamed, 10_000 if page.verbose else NAMED)
    page.wrapped(
        [(page.prose(message), ""), ("  " if listed else "", ""), (page.safe(listed), "dim")],
        [("  ", ""), badge(finding.severity), ("  ", "")],
        right=[(page.safe(finding.rule), "rule")],
    )


def _show_small(page: Page, findings: list[Finding], names: Names) -> None:
    """One entry per rule: its title, and where it applies."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    limit = 10_000 if page.verbose else NAMED
    for rule, same in by_rule.items():
        page.wrapped(
            [(page.prose(same[0].title), "")],
            [("  ", ""), badge(same[0].severity), ("  ", "")],
            right=[(page.safe(rule), "rule")],
        )
        spots = [_spot(page, finding, names) for finding in same[:limit]]
        spans = [span for spot in spots for span in [*spot, (", ", "dim")]][:-1]
        if len(same) > limit:
            spans.append((f" and {len(same) - limit} more", "dim"))
        page.wrapped(spans, [(" " * (GUTTER + 4), "")])


def _spot(page: Page, finding: Finding, names: Names) -> list[Span]:
    spot = f"{finding.location.file}:{finding.location.line}"
    owner = _owner(finding, names)
    if owner == finding.location.file:
        return [(page.safe(spot), "place")]
    return [(f"{page.safe(owner)} ", "dim"), (page.safe(spot), "place")]


def _listed(items: Sequence[str], limit: int) -> str:
    """``a, b, c and 4 more``."""
    shown = ", ".join(items[:limit])
    return f"{shown} and {len(items) - limit} more" if len(items) > limit else shown
