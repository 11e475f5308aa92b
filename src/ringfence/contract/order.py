"""One order and one spelling for everything in a contract, so that equal contracts are equal bytes.

Nothing here adds or takes away meaning: lists are sorted, what stands twice is joined, and letters
that no file can hold (lone surrogates) are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ringfence.model.contract import (
    Accepted,
    Condition,
    Contract,
    EventPath,
    Evidence,
    FunctionContract,
    Host,
    Item,
    Permission,
    TriggerContract,
)
from ringfence.model.record import field_names, replace

T = TypeVar("T", Host, Item)
R = TypeVar("R", Permission, Host, Item, EventPath, TriggerContract, Accepted)

#: The lists of a function whose entries are :class:`Item`.
ITEM_LISTS = ("processes", "file_reads", "file_writes", "environment", "secrets")
#: The word for one entry of each list, as ``accepted`` entries name it.
KIND_OF_LIST = {
    "permissions": "permission",
    "hosts": "host",
    "processes": "process",
    "file_reads": "file-read",
    "file_writes": "file-write",
    "environment": "environment",
    "secrets": "secret",
    "triggers": "trigger",
}
LIST_OF_KIND = {kind: name for name, kind in KIND_OF_LIST.items()}

Key = tuple[object, ...]


def settled(contract: Contract) -> Contract:
    """The same contract in the order and spelling of the file; the argument stays as it is.

    What stands twice becomes one entry with the evidence of both. ``id`` is not part of the file
    and becomes the key.
    """
    functions = sorted((clean(key), function) for key, function in contract.functions.items())
    return Contract(contract.schema, {key: _function(key, function) for key, function in functions})


def clean(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot hold."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def texts(values: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once."""
    return tuple(sorted({clean(value) for value in values}))


def evidence(entries: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """By place (line numbers as numbers), each once."""
    found = [Evidence(entry.kind, clean(entry.where), clean(entry.text)) for entry in entries]
    return tuple(sorted(set(found), key=_place)) if len(found) > 1 else tuple(found)


def _place(entry: Evidence) -> Key:
    file, _, line = entry.where.rpartition(":")
    number = int(line) if line.isascii() and line.isdigit() and len(line) < 10 else 0
    return (entry.kind, file, number, entry.where, entry.text)


def permission_key(permission: Permission) -> Key:
    """What makes a permission itself, before evidence; sorts by resource, then action."""
    return (*group_key(permission), permission.action.lower(), permission.action)


def group_key(permission: Permission) -> Key:
    """What the permissions of one block of the file have in common."""
    conditions = tuple((c.operator, c.key, c.values) for c in permission.conditions)
    return (permission.resource, permission.of, permission.inside, conditions)


def host_key(host: Host) -> Key:
    """Host, port, and who chooses it."""
    return (host.host, host.port, host.chosen_by)


def item_key(item: Item) -> Key:
    """Value, and who chooses it."""
    return (item.value, item.chosen_by)


def trigger_key(trigger: TriggerContract) -> Key:
    """Kind, name, sender and authentication."""
    return (trigger.kind, trigger.name, trigger.sender, trigger.authentication)


def accepted_key(entry: Accepted) -> Key:
    """What is accepted, whatever the reason."""
    return (entry.kind, entry.value, entry.resource)


def _function(key: str, old: FunctionContract) -> FunctionContract:
    return FunctionContract(
        id=key,
        key=key,
        name=clean(old.name),
        role=clean(old.role),
        runtime=clean(old.runtime),
        handler=clean(old.handler),
        permissions=_permissions(old.permissions),
        platform=_permissions(old.platform),
        hosts=_joined(map(_clean, old.hosts), host_key),
        triggers=_triggers(old.triggers),
        limits=old.limits,
        accepted=_accepted(old.accepted),
        gaps=list(texts(old.gaps)),
        **{name: _joined(map(_clean, getattr(old, name)), item_key) for name in ITEM_LISTS},
    )


def _clean(item: R) -> R:
    """The record with texts that a file can hold."""
    changes = {}
    for name in field_names(type(item)):
        value = getattr(item, name)
        if isinstance(value, str) and not value.isascii():
            changes[name] = clean(value)
    return replace(item, **changes) if changes else item


def _permissions(permissions: Iterable[Permission]) -> list[Permission]:
    found: dict[Key, Permission] = {}
    for permission in permissions:
        spelt = _permission(permission)
        key = permission_key(spelt)
        twin = found.get(key)
        found[key] = spelt if twin is None else _both(twin, spelt)
    return [found[key] for key in sorted(found)]


def _both(one: Permission, other: Permission) -> Permission:
    unknown = texts((*one.unknown, *other.unknown))
    return replace(one, unknown=unknown, evidence=evidence((*one.evidence, *other.evidence)))


def _permission(old: Permission) -> Permission:
    return Permission(
        clean(old.action),
        clean(old.resource),
        clean(old.of),
        clean(old.inside),
        _conditions(old.conditions) if old.conditions else (),
        texts(old.unknown) if old.unknown else (),
        evidence(old.evidence),
    )


def _conditions(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    spelt = {
        Condition(clean(condition.operator), clean(condition.key), texts(condition.values))
        for condition in conditions
    }
    return tuple(sorted(spelt, key=lambda one: (one.key, one.operator, one.values)))


def _triggers(triggers: Iterable[TriggerContract]) -> list[TriggerContract]:
    found: dict[Key, TriggerContract] = {}
    for trigger in map(_clean, triggers):
        twin = found.get(trigger_key(trigger))
        event = (*twin.event, *trigger.event) if twin else trigger.event
        both = (*twin.evidence, *trigger.evidence) if twin else trigger.evidence
        joined = replace(trigger, event=_paths(event), evidence=evidence(both))
        found[trigger_key(trigger)] = joined
    return [found[key] for key in sorted(found)]


def _joined(items: Iterable[T], key_of: Callable[[T], Key]) -> list[T]:
    """Sorted by key; of several with the same key one, with the evidence of all."""
    found: dict[Key, list[T]] = {}
    for item in items:
        found.setdefault(key_of(item), []).append(item)
    return [_with_evidence(found[key]) for key in sorted(found)]


def _with_evidence(twins: list[T]) -> T:
    return replace(twins[0], evidence=evidence(entry for twin in twins for entry in twin.evidence))


def _paths(event: Iterable[EventPath]) -> tuple[EventPath, ...]:
    """By path, one entry each: what two entries of a path say differently is not relied on."""
    found: dict[str, EventPath] = {}
    for entry in map(_clean, event):
        spelt = replace(entry, allowed=texts(entry.allowed), evidence=evidence(entry.evidence))
        twin = found.get(spelt.path)
        found[spelt.path] = _wider(twin, spelt) if twin else spelt
    return tuple(found[path] for path in sorted(found))


def _wider(one: EventPath, other: EventPath) -> EventPath:
    same = {
        name: getattr(one, name) if getattr(one, name) == getattr(other, name) else ""
        for name in ("type", "pattern", "minimum", "maximum")
    }
    both_limited = bool(one.allowed and other.allowed)
    return EventPath(
        path=one.path,
        allowed=texts((*one.allowed, *other.allowed)) if both_limited else (),
        required=one.required or other.required,
        evidence=evidence((*one.evidence, *other.evidence)),
        **same,
    )


def _accepted(entries: Iterable[Accepted]) -> list[Accepted]:
    """By what is accepted; of several decisions on one item the one that holds longest."""
    found: dict[Key, Accepted] = {}
    for entry in sorted(map(_clean, entries), key=lambda one: (one.until, one.reason)):
        found[accepted_key(entry)] = entry
    return [found[key] for key in sorted(found)]
