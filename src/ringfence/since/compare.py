"""Which findings of a scan are new against an earlier one.

Findings are paired one to one, first by all that stays the same under unrelated edits (rule,
subject, sink, text of the line), then by less: the subject may have been renamed, the file moved.
A pair is known, unless the change makes it worse: a higher severity, further subjects or places.
Lines and fingerprints alone would not do, since lines move, and equal findings differ only by a
number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from ringfence.model.finding import AttackPath, Finding, ScanResult
from ringfence.model.location import Location
from ringfence.model.record import record, replace

#: Longer files are compared by their findings' texts alone, not line by line.
MAX_LINES = 20_000
#: More equal findings than this are paired without looking for the nearest.
MANY = 300
#: What a message names of what was added.
MAX_NAMED = 5

Key = tuple[object, ...]


@record(frozen=True)
class Files:
    """The files of both trees; a file that only one of them has may have been moved."""

    then: frozenset[str]
    now: frozenset[str]

    def same(self, old: str, new: str) -> bool:
        """Whether both can be one file, under this name or moved."""
        return old == new or (old not in self.now and new not in self.then)


@record(frozen=True)
class Compared:
    """``findings`` are new or worse; ``known`` counts those of both, ``fixed`` the old alone."""

    findings: list[Finding]
    known: int
    fixed: int


def compare(before: ScanResult, after: ScanResult, files: Files) -> Compared:
    """What ``after`` has that ``before`` had not."""
    pairing = _Pairing(before, after, files)
    pairing.match(lambda side, f: (f.rule, f.subject, f.sink, side.text(f.location), f.count > 1))
    pairing.match(lambda side, f: (f.rule, f.sink, side.text(f.location)), any_file=False)
    pairing.match(lambda side, f: (f.rule, f.count > 1) if f.count > 1 else (id(f),))
    pairing.match_groups()
    worse = {id(new): worsened(old, new, pairing) for old, new in pairing.pairs}
    found = []
    for finding in after.findings:
        changed = worse.get(id(finding), finding)
        if changed is not None:
            found.append(changed)
    silenced = {(item.finding.rule, item.finding.subject) for item in after.suppressed}
    gone = [f for f in pairing.old if (f.rule, f.subject) not in silenced]
    return Compared(found, len(after.findings) - len(found), len(gone))


def new_paths(before: ScanResult, after: ScanResult, new: set[str]) -> list[AttackPath]:
    """The attack paths that stand on a new finding, or that were not there or not as bad."""
    known = {path.id: path.severity for path in before.paths}
    known |= {path.title: path.severity for path in before.paths}
    return [
        path
        for path in after.paths
        if new.intersection(path.findings)
        or known.get(path.id, known.get(path.title, -1)) < path.severity
    ]


class _Side:
    """One of the two results, and the text at its places."""

    def __init__(self, result: ScanResult) -> None:
        self.sources = result.sources

    def text(self, place: Location) -> str:
        lines = self.sources.get(place.file, ())
        return " ".join(lines[place.line - 1].split()) if 0 < place.line <= len(lines) else ""


class _Pairing:
    """``old`` and ``new`` are what is not paired yet, ``pairs`` what is."""

    def __init__(self, before: ScanResult, after: ScanResult, files: Files) -> None:
        self.before, self.after = _Side(before), _Side(after)
        self.files = files
        self.old = list(before.findings)
        self.new = list(after.findings)
        self.pairs: list[tuple[Finding, Finding]] = []
        self._moved: dict[tuple[str, str], dict[int, int]] = {}

    def match(self, key: Callable[[_Side, Finding], Key], any_file: bool = True) -> None:
        """Pair what has an equal key: what stands on the same line first, then in the same file,
        then, with ``any_file``, anywhere."""
        groups: dict[Key, list[Finding]] = defaultdict(list)
        for finding in self.old:
            groups[key(self.before, finding)].append(finding)
        wanted = [(finding, groups[k]) for finding in self.new
                  if (k := key(self.after, finding)) in groups]  # fmt: skip
        rounds: list[Callable[[Location, Location], bool]] = [
            self.is_same_line,
            lambda old, new: old.file == new.file,
            lambda old, new: self.files.same(old.file, new.file),
        ]
        if any_file:
            rounds.append(lambda old, new: True)
        paired: set[int] = set()
        for fits in rounds:
            for new, candidates in wanted:
                if id(new) in paired:
                    continue
                if len(candidates) > MANY and fits is not rounds[-1]:
                    continue
                for old in candidates:
                    if fits(old.location, new.location):
                        self.pairs.append((old, new))
                        candidates.remove(old)
                        paired |= {id(new), id(old)}
                        break
        self.old = [finding for finding in self.old if id(finding) not in paired]
        self.new = [finding for finding in self.new if id(finding) not in paired]

    def match_groups(self) -> None:
        """A finding for several subjects, where there was one for each, or the other way round."""
        for new in list(self.new):
            olds = [
                old for old in self.old if old.rule == new.rule and max(old.count, new.count) > 1
            ]
            olds = [old for old in olds if set(names(old)) & set(names(new))]
            if not olds:
                continue
            whole = tuple(name for old in olds for name in names(old))
            worst = max(olds, key=lambda old: old.severity)
            self.pairs.append((replace(worst, subjects=whole, count=len(whole)), new))
            self.new.remove(new)
            self.old = [old for old in self.old if not any(old is one for one in olds)]

    def is_same_line(self, old: Location, new: Location) -> bool:
        """Whether an unchanged line went from one place to the other."""
        if not self.files.same(old.file, new.file):
            return False
        key = (old.file, new.file)
        if key not in self._moved:
            then = self.before.sources.get(old.file, [])
            now = self.after.sources.get(new.file, [])
            self._moved[key] = moved_lines(then, now)
        return self._moved[key].get(old.line) == new.line


def moved_lines(then: list[str], now: list[str]) -> dict[int, int]:
    """The numbers of unchanged lines, old to new."""
    if then == now:
        return {number: number for number in range(1, len(then) + 1)}
    if max(len(then), len(now)) > MAX_LINES:
        return {}
    found = {}
    for old, new, size in SequenceMatcher(None, then, now, autojunk=True).get_matching_blocks():
        found.update({old + n + 1: new + n + 1 for n in range(size)})
    return found


def names(finding: Finding) -> tuple[str, ...]:
    """The subjects of a finding, without the files that tell equal names apart."""
    whole = finding.subjects if finding.count > 1 else (finding.subject,)
    return tuple(name.partition(" (")[0] for name in whole)


def worsened(old: Finding, new: Finding, pairing: _Pairing) -> Finding | None:
    """The new one of a pair, saying what the change makes worse; None where it is as before."""
    said = []
    if new.severity > old.severity:
        said.append(f"Before the change it was {old.severity}.")
    added = list((Counter(names(new)) - Counter(names(old))).elements())
    if added and new.count > 1:
        said.append(f"New with the change: {listed(added)}.")
    here = Counter(map(pairing.before.text, places(old)))
    more = []
    for place in places(new):
        text = pairing.after.text(place)
        if here[text] > 0:
            here[text] -= 1
        else:
            more.append(f"{place.file}:{place.line}")
    if more and len(places(new)) > 1:
        said.append(f"New with the change: {listed(more)}.")
    return replace(new, message=" ".join((new.message, *said))) if said else None


def places(finding: Finding) -> list[Location]:
    """The place of a finding, and those that must be mended with it."""
    also = [origin.location for origin in finding.origins if origin.role == "also"]
    return [finding.location, *also]


def listed(names: Iterable[str]) -> str:
    held = list(names)
    more = f" and {len(held) - MAX_NAMED} more" if len(held) > MAX_NAMED else ""
    return ", ".join(held[:MAX_NAMED]) + more
