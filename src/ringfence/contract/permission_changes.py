"""Permissions that came and went, joined into sentences by function and resource.

A permission that an old one already covered is no widening, and one that a new one still covers is
not gone: only what changes what a function can do is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ringfence.contract.order import Key, group_key
from ringfence.contract.phrases import Parts, plain, told
from ringfence.contract.words import can, gravity_of, group_of, under
from ringfence.model.contract import Evidence, Permission
from ringfence.model.contract_change import Change
from ringfence.model.severity import Severity
from ringfence.permissions.globs import covers

#: Work of comparing the permissions of one list, some seconds: a pair that begins alike costs
#: ``_ALIKE``, another one 1. What is not compared is told as if it were new.
MAX_WORK = 400_000
_ALIKE = 20
#: (list, direction) → sentence: the function, what it can do.
_SENTENCES = {
    ("permission", "widened"): "{} can now {}",
    ("permission", "narrowed"): "{} no longer needs to {}",
    ("permission", "kept"): "{} still needs to {}",
    ("platform", "widened"): "the platform can now {1} for {0}",
    ("platform", "narrowed"): "the platform no longer needs to {1} for {0}",
    ("platform", "kept"): "the platform still needs to {1} for {0}",
}


def permission_changes(
    kind: str, function: str, old: Sequence[Permission], new: Sequence[Permission]
) -> list[Change]:
    """The changes of one list; ``kind`` is ``permission`` or ``platform``."""
    before, after = _Shelf(old), _Shelf(new)
    added = [one for one in new if not before.has(one)]
    gone = [one for one in old if not after.has(one)]
    wider = [one for one in added if not before.covers(one)]
    held = [one for one in added if before.covers(one)]
    still = {(one.action, one.resource) for one in held}
    lost = [
        one for one in gone if not after.covers(one) and (one.action, one.resource) not in still
    ]
    return [
        *_told(kind, "widened", function, wider, before),
        *_told(kind, "kept", function, held, before),
        *_told(kind, "narrowed", function, lost, before),
    ]


class _Shelf:
    """Permissions by action, to find what covers another one."""

    def __init__(self, permissions: Sequence[Permission]) -> None:
        self._by_action: dict[str, list[Permission]] = {}
        self._work_left = MAX_WORK
        self._same = set(map(_same, permissions))
        for permission in permissions:
            self._by_action.setdefault(permission.action.lower(), []).append(permission)

    def like(self, one: Permission) -> list[Permission]:
        return self._by_action.get(one.action.lower(), [])

    def has(self, one: Permission) -> bool:
        """Whether there is one that permits the same."""
        return _same(one) in self._same

    def wider(self, one: Permission) -> Iterator[Permission]:
        """Those on at least the same resources, whatever their conditions."""
        head = _literal(one.resource)
        for other in self.like(one):
            self._work_left -= 1
            if self._work_left < 0:
                return
            if head.startswith(_literal(other.resource)):
                self._work_left -= _ALIKE
                if covers(other.resource, one.resource):
                    yield other

    def covers(self, one: Permission) -> bool:
        """Whether one of them permits at least as much."""
        conditions = set(one.conditions)
        return any(set(other.conditions) <= conditions for other in self.wider(one))

    def lifted(self, one: Permission) -> tuple[str, ...]:
        """Keys of conditions that limited the same permission and no longer do."""
        keys = [
            condition.key
            for other in self.wider(one)
            for condition in other.conditions
            if condition not in one.conditions
        ]
        return tuple(dict.fromkeys(keys))


def _same(one: Permission) -> Key:
    return (one.action.lower(), one.resource, frozenset(one.conditions))


def _literal(pattern: str) -> str:
    """What stands before the first wildcard."""
    return pattern.partition("*")[0].partition("?")[0]


def _told(
    kind: str, direction: str, function: str, permissions: Iterable[Permission], before: _Shelf
) -> list[Change]:
    groups: dict[Key, list[Permission]] = {}
    for permission in permissions:
        lifted = before.lifted(permission) if direction == "widened" else ()
        key = (*group_key(permission), *group_of(permission), lifted)
        groups.setdefault(key, []).append(permission)
    return [
        _change(kind, direction, function, group, before.lifted(group[0]))
        for group in groups.values()
    ]


def _change(
    kind: str, direction: str, function: str, group: list[Permission], lifted: tuple[str, ...]
) -> Change:
    first = group[0]
    parts = _sentence(_SENTENCES[kind, direction], function, can(group))
    parts = told("{}{}", parts, under(first.conditions))
    if direction == "widened" and lifted:
        parts = told("{}, no longer limited by {}", parts, lifted[0])
    gravity = max(map(gravity_of, group))
    if kind == "platform":
        gravity = min(gravity, Severity.LOW)
    return Change(
        "narrowed" if direction == "kept" else direction,
        gravity,
        function,
        kind,
        parts,
        tuple(permission.action for permission in group),
        first.resource,
        tuple(text for permission in group for text in permission.unknown),
        evidence_of(group),
    )


def _sentence(template: str, function: str, done: Parts) -> Parts:
    """The function comes first or last."""
    if "{1}" not in template:
        return told(template, function, done)
    return told(template.replace("{1}", "{}").replace("{0}", "{}"), done, function)


def evidence_of(items: Iterable[Permission]) -> tuple[Evidence, ...]:
    """The evidence of several permissions, each once."""
    return tuple(dict.fromkeys(entry for item in items for entry in item.evidence))


def count_words(function: str, permissions: Sequence[Permission]) -> Parts:
    """What went with a function."""
    word = "permission" if len(permissions) == 1 else "permissions"
    told_count = plain(f", and with it {len(permissions)} {word}") if permissions else ()
    return told("{} is gone{}", function, told_count)
