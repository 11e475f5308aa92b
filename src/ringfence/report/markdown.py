"""A scan as a review comment: what to know in ten lines, the rest folded below.

GitHub, GitLab and job summaries show it. The worst attack paths and findings come first, each with
the one change that mends it. Every text of the scanned tree goes through
:mod:`ringfence.report.markdown_text`; there are no tables and no links, since a cell or an address
of a stranger's change could break out of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.report import ReportSettings
from ringfence.report.markdown_text import code, prose
from ringfence.report.summary import (
    Names,
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

#: What GitHub takes as one comment ("body is too long (maximum is 65536 characters)").
MAX_CHARACTERS = 65_536
#: Kept free for closing tags and the line that says what was cut.
RESERVE = 400
#: Entries above the fold: with their fixes, the headline and the notes they make ten lines.
MAX_TOP = 4
ENTRIES = "entries"
CUT = "more left out: a comment takes no more. `--format json` has all."


@record(frozen=True)
class Section:
    """A folded part: its title and its lines, of which as many are shown as there is room."""

    title: str
    lines: list[str]


class MarkdownReporter:
    """``--format markdown``."""

    name = "markdown"

    def render(self, result: ScanResult, settings: ReportSettings) -> str:
        return _Comment(result, settings).text()


REPORTER = MarkdownReporter()


class _Comment:
    """One comment; knows names, the repository's prefix, and what is above the fold already."""

    def __init__(self, result: ScanResult, settings: ReportSettings) -> None:
        self.result = result
        self.settings = settings
        self.names = Names.of(result)
        self.paths = ordered_paths(result.paths)
        told = {mark for path in self.paths[:MAX_TOP] for mark in path.findings}
        self.findings = ordered(result.findings)
        alone = [finding for finding in self.findings if finding.fingerprint not in told]
        self.top_findings = alone[: MAX_TOP - len(self.paths[:MAX_TOP])]

    def text(self) -> str:
        judged = self.settings.only != {ENTRIES}
        head = [f"### Ringfence: {self.headline() if judged else 'entry points'}", ""]
        if judged:
            top = [*map(self.top_path, self.paths[:MAX_TOP]), *map(self.top, self.top_findings)]
            head += [*top, ""] if top else []
        notes = self.notes()
        head += [*notes, ""] if notes else []
        return fitted(head, [section for section in self.sections(judged) if section.lines])

    def headline(self) -> str:
        found = [f"{count} {word}" for word, count in counts(self.findings).items() if count]
        paths = [plural(len(self.paths), "attack path")] if self.paths else []
        findings = finding_count(self.result)
        tally = f" ({', '.join(found)})" if found else ""
        return ", ".join([*paths, findings]) + tally

    def top_path(self, path: AttackPath) -> str:
        start = path.fix_location or (path.lines[0].location if path.lines else None)
        fix = f"\n  Fix: {prose(path.fix)}{self.at(path.fix_location)}" if path.fix else ""
        where = "" if fix else self.at(start)
        return f"- **{path.severity}** {prose(path.title)}{where}{fix}"

    def top(self, finding: Finding) -> str:
        first, stop, _ = finding.remedy.partition(". ")
        return f"{self.line(finding)}\n  Fix: {prose(first + stop.rstrip())}"

    def line(self, finding: Finding) -> str:
        place = self.at(finding.location)
        return f"- **{finding.severity}** {prose(finding.message)} {code(finding.rule)}{place}"

    def at(self, location: Location | None) -> str:
        """The place from the repository's root, as code; "" for none."""
        if location is None or not location.file:
            return ""
        prefix = f"{self.settings.prefix}/" if self.settings.prefix else ""
        return f" at {code(f'{prefix}{location.file}:{location.line}')}"

    def notes(self) -> list[str]:
        """What the headline alone would hide: one line."""
        result = self.result
        parts = [
            prose(since_words(result.since)) if result.since else "",
            f"{plural(len(result.suppressed), 'finding')} suppressed" if result.suppressed else "",
            f"{plural(result.baselined, 'finding')} in the baseline" if result.baselined else "",
            f"{plural(len(result.gone), 'entry', 'entries')} of the baseline gone"
            if result.gone
            else "",
            f"{doubts(result)} left out" if result.doubtful else "",
            f"{len(set(result.skipped))} not analysed" if result.skipped else "",
            f"{plural(len(set(result.unknowns)), 'value')} unknown" if result.unknowns else "",
        ]
        shown = [part for part in parts if part]
        return [f"{'; '.join(shown)}."] if shown else []

    def sections(self, judged: bool) -> Iterator[Section]:
        result = self.result
        if ENTRIES in self.settings.only:
            yield Section(plural(len(result.entries), "entry point"), list(self.entry_lines()))
        if judged:
            steps = [line for path in self.paths for line in self.story(path)]
            count = plural(len(self.paths), "attack path")
            yield Section(f"{count}, step by step", steps)
            shown = {id(finding) for finding in self.top_findings}
            rest = [finding for finding in self.findings if id(finding) not in shown]
            title = plural(len(rest), "further finding") if shown else plural(len(rest), "finding")
            yield Section(title, [self.line(finding) for finding in rest])
            yield Section(
                f"{plural(len(result.suppressed), 'finding')} suppressed",
                list(self.suppressed_lines()),
            )
        yield Section("Not analysed", list(self.gap_lines()))

    def story(self, path: AttackPath) -> Sequence[str]:
        """A path's lines as a numbered list below its title."""
        return [
            f"- **{path.severity}** {prose(path.title)}",
            *(
                f"  {number}. {prose(step.text)}{self.at(step.location)}"
                for number, step in enumerate(path.lines, start=1)
            ),
        ]

    def entry_lines(self) -> Iterator[str]:
        for entry in sorted(self.result.entries, key=lambda e: (-e.sender.exposure, e.id)):
            who = prose(entry.sender.who or str(entry.sender.exposure))
            auth = f"{entry.authentication.kind} {entry.authentication.detail}".strip()
            function = code(self.names.function(entry.function))
            yield (
                f"- {code(entry.name)} to {function}: {who}; authentication {code(auth)}"
                f"{self.at(entry.location)}"
            )

    def suppressed_lines(self) -> Iterator[str]:
        order = {id(f): n for n, f in enumerate(ordered(s.finding for s in self.result.suppressed))}
        for item in sorted(self.result.suppressed, key=lambda s: order[id(s.finding)]):
            until = f" until {code(item.until)}" if item.until else ""
            reason = prose(item.reason) or "no reason given"
            yield f"- {code(item.finding.rule)}{self.at(item.finding.location)}: {reason}{until}"

    def gap_lines(self) -> Iterator[str]:
        for item in ordered_skipped(self.result.skipped):
            cure = f"; {prose(item.cure)}" if item.cure else ""
            yield f"- {code(item.what)}: {prose(item.reason)}{cure}{self.at(item.location)}"
        for reason, count in unknown_reasons(set(self.result.unknowns)):
            yield f"- {plural(count, 'value')} unknown: {prose(reason)}"


def fitted(head: list[str], sections: Sequence[Section]) -> str:
    """Head and folded sections within what a comment takes; what does not fit is counted."""
    lines = list(head)
    room = MAX_CHARACTERS - RESERVE - sum(len(line) + 1 for line in lines)
    for section in sections:
        opening = f"<details><summary>{section.title}</summary>"
        frame = len(opening) + len("</details>") + len(CUT) + 24
        if room < frame:
            break
        room -= frame
        lines += [opening, ""]
        for number, line in enumerate(section.lines):
            if len(line) + 1 > room:
                lines += ["", f"{len(section.lines) - number:,} {CUT}"]
                room = 0
                break
            lines.append(line)
            room -= len(line) + 1
        lines += ["", "</details>"]
        if room == 0:
            break
    return "\n".join(lines).rstrip("\n") + "\n"
