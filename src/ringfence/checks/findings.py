"""Drafts become findings: severity, grouping, fingerprints, order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from ringfence.checks.draft import Draft
from ringfence.checks.fixes import fix_of
from ringfence.checks.messages import listed
from ringfence.checks.room import Room
from ringfence.model.finding import Finding
from ringfence.model.location import Location, Origin
from ringfence.model.record import record, replace
from ringfence.model.rule import Rule
from ringfence.model.severity import CONFIDENCES, Exposure, Severity, severity_of

#: Subjects that a grouped finding names before it only counts.
MAX_SUBJECTS = 200
#: Further places that a finding about code lists.
MAX_PLACES = 50
#: So many lines before and after a place are the same in a copy of its file, which has at least as
#: many lines in all as the second number: short files are alike without being copies.
AROUND = 8
COPIED = 80


def severity_for(rule: Rule, exposure: Exposure, sensitive: bool) -> Severity:
    """A rule's own severity, else that of its effect for this exposure."""
    if rule.severity is not None:
        raised = bool(rule.options.get("raise_for_sensitive")) and sensitive
        return Severity(min(rule.severity + int(raised), Severity.CRITICAL))
    assert rule.effect is not None
    return severity_of(exposure, rule.effect, sensitive)


@record(frozen=True)
class Found:
    """One thing that a rule found, before what belongs together becomes one finding.

    ``finding`` has no fingerprint yet. ``line`` is the text at its place, ``fold`` what it is
    grouped by ("" for nothing); of a group the worst, then that of most ``weight``, stands for all.
    ``in_code`` tells that it is about code, which several applications may share;
    ``everywhere`` that every place of the group must be mended, and so is told. ``around`` stands
    for the lines around the place: where they are the same in two files, one is a copy of the
    other; "" where too little is there to tell.
    """

    finding: Finding
    line: str = ""
    fold: str = ""
    weight: int = 0
    in_code: bool = False
    everywhere: bool = False
    around: str = ""


def found_of(drafts: Iterable[Draft], room: Room) -> list[Found]:
    """What drafts found, with the text at their places."""
    return [
        Found(
            _finding(draft, room),
            _line_at(draft.location, room),
            draft.fold,
            draft.weight,
            draft.rule.kind in ("flow", "code"),
            draft.rule.kind in ("flow", "code")
            or draft.rule.on in ("statement", "trigger")
            or bool(draft.rule.options.get("across")),
            _around(draft.location, room),
        )
        for draft in drafts
    ]


def settle(found: Sequence[Found]) -> tuple[list[Finding], list[str]]:
    """The findings in the order of reports, each with its fingerprint; and for each of ``found``
    the fingerprint of the finding that it became or went into."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, item in enumerate(found):
        key = (item.finding.rule, item.fold) if item.fold else ("", str(index))
        groups[key].append(index)
    settled = []
    for members in groups.values():
        finding, line = _folded([found[index] for index in members])
        settled.append((finding, line, members))
    settled.sort(key=lambda entry: sort_key(entry[0]))
    counts: dict[str, int] = defaultdict(int)
    findings: list[Finding] = []
    marks = [""] * len(found)
    for finding, line, members in settled:
        base = _base(finding, line)
        counts[base] += 1
        digest = sha256(f"{base}\0{counts[base]}".encode()).hexdigest()[:32]
        findings.append(replace(finding, fingerprint=digest))
        for index in members:
            marks[index] = digest
    return findings, marks


def _folded(members: list[Found]) -> tuple[Finding, str]:
    """The finding that a group becomes, and the text at its place."""
    if not members[0].fold:
        return members[0].finding, members[0].line
    members.sort(key=lambda item: (-item.finding.severity, -item.weight, item.finding.location))
    first = members[0].finding
    changes: dict[str, Any] = {"subjects": (), "count": 1}
    if members[0].everywhere:
        changes["origins"] = first.origins + _places([item.finding for item in members])
    names = _names([item.finding for item in members])
    if len(names) > 1:
        changes["message"] = f"{first.message} Also {listed(list(names[1:]))}."
        exposures = [item.finding.exposure for item in members]
        changes["exposure"] = max((e for e in exposures if e is not None), default=None)
        changes["subjects"] = names[:MAX_SUBJECTS]
        changes["count"] = min(len(names), MAX_SUBJECTS)
    return replace(first, **changes), members[0].line


def _names(members: list[Finding]) -> tuple[str, ...]:
    """The subjects of a group, those of the same name told apart by their files."""
    pairs = dict.fromkeys(
        (name, finding.function.rpartition("#")[0] or finding.location.file)
        for finding in members
        for name in (finding.subjects or (finding.subject,))
    )
    counts = Counter(name for name, _ in pairs)
    return tuple(f"{name} ({file})" if counts[name] > 1 else name for name, file in pairs)


def _places(members: list[Finding]) -> tuple[Origin, ...]:
    """The further places of a finding about code, each of which must be mended too."""
    sinks = {finding.location: finding.sink for finding in members}
    others = sorted(place for place in sinks if place != members[0].location)[:MAX_PLACES]
    return tuple(Origin("also", sinks[place] or "here", place) for place in others)


def sort_key(finding: Finding) -> tuple[int, int, str, int, int, str, str]:
    """Worst first, then the most certain, then by place."""
    certainty = CONFIDENCES.index(finding.confidence)
    place = finding.location
    return (
        -finding.severity, certainty, place.file, place.line, place.column, finding.rule,
        finding.subject,
    )  # fmt: skip


def _base(finding: Finding, line: str) -> str:
    """What stays the same under unrelated edits. A grouped finding stands for its rule alone."""
    if finding.count > 1:
        return f"{finding.rule}\0group"
    return "\0".join((finding.rule, finding.subject, finding.sink, line))


def _line_at(place: Location, room: Room) -> str:
    lines = room.lines(place.file)
    return " ".join(lines[place.line - 1].split()) if 0 < place.line <= len(lines) else ""


def _around(place: Location, room: Room) -> str:
    lines = room.lines(place.file)
    start, end = place.line - 1 - AROUND, place.line + AROUND
    if start < 0 or end > len(lines) or len(lines) < COPIED:
        return ""
    return sha256("\n".join(lines[start:end]).encode()).hexdigest()[:32]


def _finding(draft: Draft, room: Room) -> Finding:
    rule = draft.rule
    severity = room.config.severities.get(rule.id, draft.severity)
    assert severity is not None
    message = draft.message
    if "{items}" in message:
        message = message.replace("{items}", listed(list(draft.items)))
    return Finding(
        rule=rule.id,
        title=rule.title,
        family=rule.family,
        severity=severity,
        confidence=draft.confidence or rule.confidence,
        audience=rule.audience,
        message=message,
        location=draft.location,
        remedy=rule.remedy,
        cwe=rule.cwe,
        function=draft.function,
        trigger=draft.trigger,
        subject=draft.subject,
        source=draft.source,
        sink=draft.sink,
        exposure=draft.exposure,
        steps=draft.steps,
        origins=draft.origins,
        subjects=draft.subjects,
        count=max(len(draft.subjects), 1),
        fix=fix_of(draft, room),
    )
