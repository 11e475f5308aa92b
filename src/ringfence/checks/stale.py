"""Suppressions that do nothing: of rules that do not exist, or of findings that are not there.

A suppression outlives what it silenced, and a misspelt one silences nothing while its author
believes it does. Both are told, with the nearest rule. Expired ones are told elsewhere
(:mod:`ringfence.checks.suppressions`), as are ids that ``[rules]`` and ``[severity]`` name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase

from ringfence.checks.families import is_wanted
from ringfence.checks.suppressions import Ignore, parse_comment
from ringfence.config import Config, Suppression
from ringfence.model.finding import Suppressed
from ringfence.model.location import Location, Skipped
from ringfence.model.rule import Rule

MARK = "ringfence:"
#: Notes of one scan; a tree with more of them has said enough.
MAX_NOTES = 200
UNKNOWN, UNUSED = "no rule has this id", "this suppression silences nothing"


def stale_notes(
    files: Iterable[str],
    read_text: Callable[[str], str | None],
    config: Config,
    suppressed: Iterable[Suppressed],
    rules: Iterable[Rule],
    today: date,
    only: frozenset[str] = frozenset(),
) -> list[Skipped]:
    """What to tell of the comments in the files that were read, and of the configuration's
    entries. ``suppressed`` is all that was silenced in all of them, ``only`` the families of
    rules that were asked for (empty for all)."""
    known = {rule.id: rule for rule in rules}
    off = {name for name, rule in known.items() if rule.tier == "off" and name not in config.enable}
    off |= config.disable
    off |= {name for name, rule in known.items() if not is_wanted(rule.family, only)}
    used: set[tuple[Location, str]] = set()
    for item in suppressed:
        if item.location is not None:
            used |= {(item.location, item.finding.rule), (item.location, "*")}
    notes = []
    for ignore in comments(files, read_text):
        name = ignore.rule
        if name != "*" and name not in known:
            notes.append(unknown(f"ignore[{name}]", name, ignore.location, known))
        elif (
            name not in off
            and not (only and name == "*")
            and not is_over(ignore, today)
            and (ignore.location, name) not in used
        ):
            cure = "remove it, or put it on the line of the finding or just above"
            notes.append(Skipped(f"ignore[{name}]", UNUSED, ignore.location, cure))
    places = {location for location, _ in used}
    for entry in config.suppressions:
        fitting = [name for name in known if fnmatchcase(name, entry.rule)]
        if not fitting:
            notes.append(unknown(entry.rule, entry.rule, entry.location, known))
        elif entry.location not in places and not set(fitting) <= off and not ended(entry, today):
            notes.append(Skipped(entry.rule, UNUSED, entry.location, "remove the entry"))
    return notes[:MAX_NOTES]


def comments(files: Iterable[str], read_text: Callable[[str], str | None]) -> Iterator[Ignore]:
    """Every suppressing comment in some files."""
    for file in sorted(set(files)):
        text = read_text(file) or ""
        if MARK in text:
            for number, line in enumerate(text.splitlines(), start=1):
                if MARK in line:
                    yield from parse_comment(line, file, number)


def unknown(what: str, name: str, place: Location, known: Iterable[str]) -> Skipped:
    """A note on an id that no rule has, with the nearest one."""
    near = get_close_matches(name, known, 1)
    cure = f"did you mean {near[0]}?" if near else "`ringfence rules` lists all ids"
    return Skipped(what, UNKNOWN, place, cure)


def is_over(ignore: Ignore, today: date) -> bool:
    return bool(ignore.bad_date) or (ignore.until is not None and ignore.until < today)


def ended(entry: Suppression, today: date) -> bool:
    return entry.until is not None and entry.until < today
