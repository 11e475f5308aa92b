"""Drafts become findings: severity, grouping, fingerprints, order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from ringfence.checks.draft import Draft
from ringfence.checks.messages import listed
from ringfence.checks.room import Room
from ringfence.model.finding import Finding
from ringfence.model.location import Origin
from ringfence.model.record import replace
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure, Severity, severity_of

#: Subjects that a grouped finding names before it only counts.
MAX_SUBJECTS = 200
#: Further places that a finding about code lists.
MAX_PLACES = 50


def severity_for(rule: Rule, exposure: Exposure, sensitive: bool) -> Severity:
    """A rule's own severity, else that of its effect for this exposure."""
    if rule.severity is not None:
        raised = bool(rule.options.get("raise_for_sensitive")) and sensitive
        return Severity(min(rule.severity + int(raised), Severity.CRITICAL))
    assert rule.effect is not None
    return severity_of(exposure, rule.effect, sensitive)


def group(drafts: Iterable[Draft]) -> list[Draft]:
    """Fold drafts that share a group; the worst of a group stands for it."""
    single: list[Draft] = []
    groups: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.fold:
            groups[draft.rule.id, draft.fold].append(draft)
        else:
            single.append(draft)
    return single + [_folded(members) for members in groups.values()]


def _folded(members: list[Draft]) -> Draft:
    members.sort(key=lambda draft: (-(draft.severity or 0), -draft.weight, draft.location))
    first = members[0]
    names = tuple(
        dict.fromkeys(name for draft in members for name in (draft.subjects or (draft.subject,)))
    )
    first.subjects = names[:MAX_SUBJECTS] if len(names) > 1 else ()
    if first.rule.kind in ("flow", "code"):
        _add_places(first, members)
    if len(names) > 1:
        first.message = f"{first.message} Also {listed(list(names[1:]))}."
        first.fold = f"{first.fold} {len(names)}"
        first.exposure = max((d.exposure for d in members if d.exposure is not None), default=None)
    return first


def _add_places(first: Draft, members: list[Draft]) -> None:
    """The further places of a finding about code, each of which must be mended too."""
    places = dict.fromkeys(draft.location for draft in members)
    others = sorted(place for place in places if place != first.location)[:MAX_PLACES]
    sinks = {draft.location: draft.sink for draft in members}
    first.origins += tuple(Origin("also", sinks[place] or "here", place) for place in others)


def finish(drafts: Iterable[Draft], room: Room) -> list[Finding]:
    """Findings in the order of reports, each with its fingerprint."""
    found = [(_finding(draft, room), draft) for draft in drafts]
    found.sort(key=lambda pair: sort_key(pair[0]))
    counts: dict[str, int] = defaultdict(int)
    result = []
    for finding, _ in found:
        base = _base(finding, room)
        counts[base] += 1
        digest = sha256(f"{base}\0{counts[base]}".encode()).hexdigest()[:32]
        result.append(replace(finding, fingerprint=digest))
    return result


def sort_key(finding: Finding) -> tuple[int, int, str, int, int, str, str]:
    """Worst first, then the most certain, then by place."""
    certainty = ("high", "medium", "low").index(finding.confidence)
    place = finding.location
    return (
        -finding.severity, certainty, place.file, place.line, place.column, finding.rule,
        finding.subject,
    )  # fmt: skip


def _base(finding: Finding, room: Room) -> str:
    """What stays the same under unrelated edits. A grouped finding stands for its rule alone."""
    if finding.count > 1:
        return f"{finding.rule}\0group"
    lines = room.lines(finding.location.file)
    index = finding.location.line - 1
    text = " ".join(lines[index].split()) if 0 <= index < len(lines) else ""
    return "\0".join((finding.rule, finding.subject, finding.sink, text))


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
    )
