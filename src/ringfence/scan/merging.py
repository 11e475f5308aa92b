"""The outcomes of all applications of a folder → one result, as if they had been scanned as one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ringfence.checks.baseline import apply_baseline, gone_entries
from ringfence.checks.findings import Found, settle
from ringfence.checks.groups import Groups
from ringfence.checks.stale import stale_notes
from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.graph import joined
from ringfence.model.location import Location, Skipped
from ringfence.model.record import replace
from ringfence.model.severity import is_as_sure
from ringfence.paths import MAX_PATHS, worst_first
from ringfence.rules.version import RULES_VERSION
from ringfence.scan.application import Outcome, Task
from ringfence.scan.source import SourceReader

#: Nobody reads more, and review pages take no more; the worst are kept.
MAX_FINDINGS = 5_000


def merge(
    task: Task,
    outcomes: Sequence[Outcome],
    notes: Iterable[Skipped],
    *,
    known: Mapping[str, str] = MappingProxyType({}),
    least: str = "low",
) -> ScanResult:
    """One result. ``notes`` are those of the folder as a whole, ``known`` the entries of a
    baseline, ``least`` the confidence below which nothing is reported."""
    wide = frozenset(r.id for r in task.rules if r.tier == "should" or r.options.get("across"))
    all_findings, paths = settled(outcomes, wide)
    findings, baselined = apply_baseline(all_findings, known)
    skipped = [*notes, *notes_of(outcomes, task)]
    if len(findings) > MAX_FINDINGS:
        cut = f"only the worst {MAX_FINDINGS:,} of {len(findings):,} are reported"
        skipped.append(Skipped("the findings", cut, None, "scan a smaller folder"))
        findings = findings[:MAX_FINDINGS]
    suppressed = [item for outcome in outcomes for item in outcome.suppressed]
    new = {finding.fingerprint for finding in findings}
    silenced = [item.finding for item in suppressed]
    silenced += [finding for finding in all_findings if finding.fingerprint not in new]
    templates = [path for outcome in outcomes for path in outcome.templates]
    parsed = {file for outcome in outcomes for file in outcome.parsed}
    reader = SourceReader(task.root, {})
    present = [*all_findings, *(item.finding for item in suppressed)]
    gone = [] if task.only else gone_entries(known, present)
    if all(outcome.complete for outcome in outcomes):
        files = (*templates, *(file for outcome in outcomes for file in outcome.marked))
        # A reader for each file: the texts of all are not needed together.
        skipped += stale_notes(
            files,
            lambda file: SourceReader(task.root, {}).text(file),
            task.config,
            suppressed,
            task.rules,
            task.today,
            task.only,
        )
    sure = [finding for finding in findings if is_as_sure(finding.confidence, least)]
    result = ScanResult(
        findings=sure,
        entries=[entry for outcome in outcomes for entry in outcome.entries],
        connections=[one for outcome in outcomes for one in outcome.connections],
        skipped=skipped,
        unknowns=list(dict.fromkeys(item for outcome in outcomes for item in outcome.unknowns)),
        suppressed=suppressed,
        baselined=baselined,
        doubtful=len(findings) - len(sure),
        gone=gone,
        templates=templates,
        functions={key: name for item in outcomes for key, name in item.functions.items()},
        files_read=len(templates) + len(parsed),
        rules_version=RULES_VERSION,
        rules={rule.id: rule for rule in task.rules},
        graph=joined(outcome.graph for outcome in outcomes),
    )
    standing = paths_with(paths, result.findings, silenced, all_wanted=not task.only)
    result.paths = [path for path in standing if is_as_sure(path.confidence, least)]
    result.sources = excerpted(result, reader)
    return result


def settled(
    outcomes: Sequence[Outcome], wide: frozenset[str]
) -> tuple[list[Finding], list[AttackPath]]:
    """Findings and paths of all applications together.

    The rules of ``wide`` fold over the whole folder, others inside of each application;
    what is found in code that several share is found once, and so is what one line of a file that
    several include does to each of them. Paths name the findings by their final
    fingerprints.
    """
    found: list[Found] = []
    known: dict[tuple[Found, int], int] = {}
    homes: list[list[int]] = []
    shared = _shared_places(outcomes)
    for number, outcome in enumerate(outcomes):
        seen: Counter[Found] = Counter()
        homes.append([])
        for item in outcome.found:
            seen[item] += 1
            at = known.setdefault((item, seen[item]), len(found))
            homes[-1].append(at)
            if at == len(found):
                if item.in_code or item.finding.rule in wide:
                    fold = item.fold
                elif (item.finding.rule, _cause(item.finding)) in shared:
                    fold = f"{item.fold} at {_cause(item.finding)}"
                else:
                    fold = f"{item.fold} {number}" if item.fold else ""
                found.append(replace(item, fold=fold))
    findings, marks = settle(with_copies(found))
    paths: dict[tuple[str, tuple[str, ...]], AttackPath] = {}
    for outcome, places in zip(outcomes, homes, strict=True):
        final = {mark: marks[at] for mark, at in zip(outcome.marks, places, strict=True)}
        for path in outcome.paths:
            named = dict.fromkeys(final.get(mark, mark) for mark in path.findings)
            told = replace(path, findings=tuple(named))
            # A path through a copy of the code, or of the template, is told once.
            paths.setdefault((path.title, told.findings) if named else (path.id, ()), told)
    if len(outcomes) > 1:
        return findings, worst_first([*paths.values()])[:MAX_PATHS]
    return findings, [*paths.values()]


def with_copies(found: Sequence[Found]) -> list[Found]:
    """The same, where what stands in copies of a file belongs together."""
    places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, item in enumerate(found):
        if item.around:
            places[item.finding.rule, item.around, item.line].append(number)
    groups = Groups()
    copied: set[str] = set()
    names = [item.fold or f"alone {number}" for number, item in enumerate(found)]
    names = [f"{item.finding.rule} {name}" for item, name in zip(found, names, strict=True)]
    for numbers in places.values():
        if len({found[number].finding.location.file for number in numbers}) > 1:
            for number in numbers:
                groups.join(names[numbers[0]], names[number])
                copied.add(names[number])
    return [
        replace(item, fold=groups.lead(name), everywhere=True) if name in copied else item
        for item, name in zip(found, names, strict=True)
    ]


def _shared_places(outcomes: Sequence[Outcome]) -> set[tuple[str, Location]]:
    """The rules and lines that findings of more than one application have in common."""
    homes: dict[tuple[str, Location], set[int]] = defaultdict(set)
    for number, outcome in enumerate(outcomes):
        for item in outcome.found:
            homes[item.finding.rule, _cause(item.finding)].add(number)
    return {place for place, numbers in homes.items() if len(numbers) > 1}


def _cause(finding: Finding) -> Location:
    """The line to mend: where the value stands, when that is in another file than the finding."""
    elsewhere = [
        one.location for one in finding.origins if one.location.file != finding.location.file
    ]
    return elsewhere[0] if elsewhere and not finding.steps else finding.location


def notes_of(outcomes: Sequence[Outcome], task: Task) -> list[Skipped]:
    """The notes of all applications, each once. What concerns the command line or the
    configuration holds for the folder only where it holds for each application."""
    counts = Counter(note for outcome in outcomes for note in dict.fromkeys(outcome.skipped))

    def is_general(note: Skipped) -> bool:
        place = note.location
        in_config = place is not None and place.file == task.config.file != ""
        return in_config or note.what.startswith("--")

    return [
        note for note, count in counts.items() if count == len(outcomes) or not is_general(note)
    ]


def paths_with(
    paths: list[AttackPath], findings: list[Finding], silenced: list[Finding], all_wanted: bool
) -> list[AttackPath]:
    """The paths that still stand on a finding that is reported.

    A path that no finding belongs to is kept in a full report, unless it begins where somebody
    silenced one.
    """
    shown = {finding.fingerprint for finding in findings}
    return [
        path
        for path in paths
        if shown.intersection(path.findings)
        or (all_wanted and not path.findings and not starts_at(path, silenced))
    ]


def starts_at(path: AttackPath, findings: list[Finding]) -> bool:
    """Whether a path begins at the place, or with the entry, of one of these findings."""
    start = path.lines[0].location if path.lines else None
    return any(
        (finding.location.file, finding.location.line) == (start.file, start.line)
        or (path.trigger != "" and finding.trigger == path.trigger and finding.family == "access")
        for finding in findings
        if start is not None
    )


def excerpted(result: ScanResult, reader: SourceReader) -> dict[str, list[str]]:
    """The lines of every file that the result points into."""
    places = [finding.location for finding in result.findings]
    places += [step.location for finding in result.findings for step in finding.steps]
    places += [origin.location for finding in result.findings for origin in finding.origins]
    places += [step.location for path in result.paths for step in path.lines]
    places += [item.finding.location for item in result.suppressed]
    texts = {file: reader.text(file) for file in dict.fromkeys(place.file for place in places)}
    return {file: text.splitlines() for file, text in texts.items() if text is not None}
