"""Findings that people silenced: comments beside the line, and ``[[suppress]]`` entries.

``# ringfence: ignore[rule-id] reason until 2027-01-31`` (also ``//``) stands on the finding's line,
on the lines just above it, or above what the finding is about. ``ignore[rule-id: s3:Get*]``
silences one action or resource of a finding that names several. A comment needs a reason; after
its day it no longer silences. Everything silenced is counted, with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.room import Room
from ringfence.config import Suppression
from ringfence.model.location import Location
from ringfence.model.record import record, replace

_COMMENT = late.pattern(
    r"(?:#|//|/\*|<!--)\s*ringfence:\s*ignore\[(?P<rules>[^\]\n]{1,400})\](?P<rest>[^\n]{0,400})"
)
_UNTIL = late.pattern(r"\buntil(?:\s+|\s*=\s*)(\d{4}-\d{2}-\d{2})\b", re.IGNORECASE)
_ONLY_COMMENT = late.pattern(r"\s*(?:#|//|/\*|\*|<!--)")
#: Comment lines looked at above a line.
MAX_LINES_ABOVE = 8


@record(frozen=True)
class Ignore:
    """One suppressing comment or entry, in one shape. ``item`` is a glob, "" for all."""

    rule: str
    item: str
    reason: str
    until: date | None
    bad_date: str
    location: Location
    how: str


@record()
class Silenced:
    """A draft that was silenced, and by what."""

    draft: Draft
    by: Ignore


@record()
class Outcome:
    """``problems`` are (place, sentence) of suppressions that do not work as written."""

    kept: list[Draft]
    silenced: list[Silenced]
    problems: dict[tuple[Location, str], str]


def parse_comment(line: str, file: str, number: int) -> list[Ignore]:
    """The suppressions in one line of text."""
    match = _COMMENT.search(line)
    if match is None:
        return []
    rest = match.group("rest").replace("*/", "").replace("-->", "")
    until, bad = None, ""
    dated = _UNTIL.search(rest)
    if dated:
        try:
            until = date.fromisoformat(dated.group(1))
        except ValueError:
            bad = dated.group(1)
        rest = rest[: dated.start()] + rest[dated.end() :]
    location = Location(file, number, match.start() + 1)
    reason = rest.strip(" \t:-–—.,")
    found = []
    for part in match.group("rules").split(","):
        rule, _, item = part.strip().partition(":")
        if rule:
            found.append(
                Ignore(rule.strip(), item.strip(), reason, until, bad, location, "comment")
            )
    return found


def apply(drafts: Iterable[Draft], room: Room) -> Outcome:
    """Split drafts into those that stay and those that someone silenced."""
    outcome = Outcome([], [], {})
    configured = [(entry, _from_config(entry)) for entry in room.config.suppressions]
    for draft in drafts:
        ignores = [
            *_comments_for(draft, room),
            *(ignore for entry, ignore in configured if _concerns(entry, draft)),
        ]
        _decide(draft, ignores, room.today, outcome)
    for entry, ignore in configured:
        _problem_of(ignore, room.today, outcome, entry.rule)
    return outcome


def _from_config(entry: Suppression) -> Ignore:
    item = entry.action or entry.resource
    return Ignore(entry.rule, item, entry.reason, entry.until, "", entry.location, "config")


def _concerns(entry: Suppression, draft: Draft) -> bool:
    if not fnmatchcase(draft.rule.id, entry.rule):
        return False
    if entry.path and not fnmatchcase(draft.location.file, entry.path):
        return False
    if entry.subject and not any(
        fnmatchcase(name, entry.subject) for name in (draft.subject, *draft.subjects)
    ):
        return False
    if entry.action and entry.resource:
        return any(fnmatchcase(name, entry.resource) for name in draft.resources)
    return True


def _comments_for(draft: Draft, room: Room) -> list[Ignore]:
    found: dict[Ignore, None] = {}
    for place in dict.fromkeys((draft.location, *draft.anchors)):
        for ignore in comments_at(room.lines(place.file), place):
            if ignore.rule in (draft.rule.id, "*"):
                found[ignore] = None
    return list(found)


def comments_at(lines: list[str], place: Location) -> list[Ignore]:
    """The suppressing comments that count for a line: on it, and in the comment block above."""
    index = place.line - 1
    if not 0 <= index < len(lines):
        return []
    found = parse_comment(lines[index], place.file, place.line)
    for above in range(index - 1, max(index - 1 - MAX_LINES_ABOVE, -1), -1):
        if not _ONLY_COMMENT.match(lines[above]):
            break
        found += parse_comment(lines[above], place.file, above + 1)
    return found


def _decide(draft: Draft, ignores: list[Ignore], today: date, outcome: Outcome) -> None:
    for ignore in ignores:
        if _problem_of(ignore, today, outcome, draft.rule.id):
            continue
        if not ignore.item or _matches_all(draft, ignore.item):
            outcome.silenced.append(Silenced(draft, ignore))
            return
        silent = tuple(item for item in draft.items if fnmatchcase(item, ignore.item))
        if silent:
            outcome.silenced.append(Silenced(replace(draft, items=silent), ignore))
            draft.items = tuple(item for item in draft.items if item not in silent)
    outcome.kept.append(draft)


def _matches_all(draft: Draft, item: str) -> bool:
    return bool(draft.items) and all(fnmatchcase(name, item) for name in draft.items)


def _problem_of(ignore: Ignore, today: date, outcome: Outcome, rule: str) -> bool:
    """Note why a suppression does not work; True for one that no longer silences."""
    key = (ignore.location, rule)
    if ignore.bad_date:
        outcome.problems[key] = f"{ignore.bad_date} is no day, so {rule} is not silenced here"
        return True
    if ignore.until is not None and ignore.until < today:
        outcome.problems[key] = f"The suppression of {rule} ended on {ignore.until.isoformat()}"
        return True
    if not ignore.reason:
        outcome.problems[key] = f"The suppression of {rule} gives no reason"
    return False
