"""The numbers and names that every report shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

from ringfence.languages import language_of
from ringfence.model.finding import AttackPath, Comparison, Finding, ScanResult
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.record import record
from ringfence.model.severity import Severity

#: From the worst to the least, as every report lists them.
SEVERITIES = tuple(sorted(Severity, reverse=True))


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each severity; every severity has its entry."""
    found = Counter(finding.severity for finding in findings)
    return {str(severity): found[severity] for severity in SEVERITIES}


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The highest severity among the findings; None when there are none."""
    return max((finding.severity for finding in findings), default=None)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Worst first, then by place, so that two runs over one tree give one text."""
    return sorted(findings, key=_finding_key)


def _finding_key(finding: Finding) -> tuple[object, ...]:
    return (-finding.severity, *place(finding.location), finding.rule, finding.fingerprint,
            finding.message)  # fmt: skip


def ordered_paths(paths: Iterable[AttackPath]) -> list[AttackPath]:
    """The worst first; ``score`` decides within a severity."""
    return sorted(paths, key=lambda path: (-path.severity, -path.score, path.id))


def retold(findings: Iterable[Finding], paths: Iterable[AttackPath]) -> dict[str, AttackPath]:
    """The findings, by fingerprint, of which a path says all: which entry or resource stands open,
    what lies behind it, and what to do. Flows are not among them: their findings show the code."""
    told = {mark: path for path in reversed([*paths]) for mark in path.findings}
    return {
        finding.fingerprint: told[finding.fingerprint]
        for finding in findings
        if finding.family == "access" and finding.count == 1 and finding.fingerprint in told
    }


def ordered_skipped(skipped: Iterable[Skipped]) -> list[Skipped]:
    return sorted(set(skipped), key=lambda item: (place(item.location), item.what, item.reason))


def ordered_unknowns(unknowns: Iterable[UnknownValue]) -> list[UnknownValue]:
    return sorted(set(unknowns), key=lambda item: (place(item.location), item.what, item.reason))


def unknown_reasons(unknowns: Iterable[UnknownValue]) -> list[tuple[str, int]]:
    """How often each reason occurs, the most frequent first."""
    found = Counter(item.reason for item in unknowns)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def place(location: Location | None) -> tuple[str, int, int, int, int]:
    """A sort key of a place; no place comes first."""
    if location is None:
        return ("", 0, 0, 0, 0)
    return (
        location.file,
        location.line,
        location.column,
        location.end_line,
        location.end_column,
    )


@record(frozen=True)
class Names:
    """Short names of the functions: the logical id, with the template where that is not unique."""

    functions: dict[str, str]

    @classmethod
    def of(cls, result: ScanResult) -> Names:
        seen = Counter(result.functions.values())
        return cls(
            {
                key: name if seen[name] == 1 else key.replace("#", ":", 1)
                for key, name in result.functions.items()
            }
        )

    def function(self, key: str) -> str:
        """The name of a function's id; for an unknown id, what follows its ``#``."""
        return self.functions.get(key) or key.rpartition("#")[2]


def application_name(result: ScanResult) -> str:
    """What people call the scanned application: the name of its folder or template."""
    return PurePath(result.root).name or result.root or "."


def plural(count: int, word: str, many: str = "") -> str:
    """``1 function``, ``2 functions``, ``1,200 functions``."""
    return f"{count:,} {word if count == 1 else many or word + 's'}"


def headline(result: ScanResult) -> str:
    """The result in one sentence: ``3 attack paths, 7 findings (2 critical, 1 high, 4 low)``."""
    parts = [f"{count} {severity}" for severity, count in counts(result.findings).items() if count]
    findings = finding_count(result)
    paths = f"{plural(len(result.paths), 'attack path')}, " if result.paths else ""
    skipped = f"; {len(set(result.skipped))} not analysed" if result.skipped else ""
    since = f"; {since_words(result.since)}" if result.since else ""
    return f"{paths}{findings}{' (' + ', '.join(parts) + ')' if parts else ''}{since}{skipped}"


def finding_count(result: ScanResult) -> str:
    """``3 findings``, ``no findings``; new ones where only what a change introduces is left."""
    new = "new " if result.since else ""
    return plural(len(result.findings), f"{new}finding") if result.findings else f"no {new}findings"


def doubts(result: ScanResult) -> str:
    """What was left out for being less sure: ``3 findings of lower confidence``."""
    return f"{plural(result.doubtful, 'finding')} of lower confidence"


def since_words(since: Comparison) -> str:
    """What a result was compared with: ``12 known before main (1a2b3c4d5e6f), 3 fixed``."""
    commit = since.commit[:12]
    name = commit if since.commit.startswith(since.revision) else f"{since.revision} ({commit})"
    return f"{since.known:,} known before {name}, {since.fixed:,} fixed"


def is_pattern(finding: Finding) -> bool:
    """Whether a finding's lines to write show how, with names of their own: those of code do, those
    of templates hold the finding's names and can be pasted."""
    return finding.fix != "" and language_of(finding.location.file) != ""
