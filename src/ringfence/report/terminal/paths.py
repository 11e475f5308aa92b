"""Attack paths: each a short story down a rail, every sentence with its place."""

from __future__ import annotations

from ringfence.model.finding import AttackPath, ScanResult
from ringfence.model.location import Location
from ringfence.report.summary import ordered, ordered_paths, retold
from ringfence.report.terminal.page import Page, Span
from ringfence.report.terminal.theme import badge

MAX_PATHS = 10  # the worst ones; --verbose shows all


def show_paths(page: Page, result: ScanResult) -> None:
    """The section, worst first; nothing when there are no paths."""
    paths = ordered_paths(result.paths)
    if not paths:
        return
    page.heading("ATTACK PATHS", str(len(paths)))
    shown = shown_paths(page, result)
    rules = rules_of(result, shown)
    for number, path in enumerate(shown, start=1):
        _show(page, number, path, rules.get(path.id, []))
        page.blank()
    if len(paths) > len(shown):
        page.line((f"  {len(paths) - len(shown)} more with --verbose", "dim"))


def shown_paths(page: Page, result: ScanResult) -> list[AttackPath]:
    """The paths that the report tells in full."""
    paths = ordered_paths(result.paths)
    return paths if page.verbose else paths[:MAX_PATHS]


def rules_of(result: ScanResult, shown: list[AttackPath]) -> dict[str, list[str]]:
    """The rules whose findings are told by a path alone, by the path's id."""
    found: dict[str, list[str]] = {}
    by_mark = retold(result.findings, shown)
    for finding in ordered(result.findings):
        if finding.fingerprint in by_mark:
            found.setdefault(by_mark[finding.fingerprint].id, []).append(finding.rule)
    return {path: list(dict.fromkeys(rules)) for path, rules in found.items()}


def _show(page: Page, number: int, path: AttackPath, rules: list[str]) -> None:
    style = str(path.severity)
    doubt = "" if path.confidence == "high" else f"  {path.confidence} confidence"
    first: list[Span] = [(f"{number:>3}  ", "strong"), badge(path.severity), ("  ", "")]
    page.wrapped(
        [(page.prose(path.title), "strong"), (doubt, "dim")],
        first,
        right=[(page.safe(", ".join(rules)), "rule")] if rules else [],
    )
    glyphs = page.glyphs
    page.line(("      ", ""), (glyphs.line, "faint"))
    for line in path.lines:
        page.wrapped(
            [(page.prose(line.text), "")],
            [("      ", ""), (glyphs.dot, style), ("  ", "")],
            [("      ", ""), (glyphs.line, "faint"), ("  ", "")],
            right=place(page, line.location),
        )
    page.wrapped(
        [("fix  ", "fix-strong"), (page.prose(path.fix), "fix")],
        [("      ", ""), (glyphs.fix, "fix-strong"), ("  ", "")],
        [("         ", "")],
        right=place(page, path.fix_location),
    )


def place(page: Page, location: Location | None, column: bool = False) -> list[Span]:
    """``file:line`` as a note at the edge; nothing for no place."""
    if location is None or not location.file:
        return []
    tail = f":{location.line}:{location.column}" if column else f":{location.line}"
    return [(page.safe(location.file) + tail, "place")]
