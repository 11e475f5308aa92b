"""What a contract needs as plain items, to be compared, accepted or looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringfence.contract.order import KIND_OF_LIST, LIST_OF_KIND, Key
from ringfence.model.contract import (
    Accepted,
    Evidence,
    FunctionContract,
    Host,
    Item,
    Permission,
    TriggerContract,
)
from ringfence.model.record import record
from ringfence.permissions.globs import covers


@record(frozen=True)
class Need:
    """One item of a contract. ``key`` tells it from others of its kind, ``detail`` is what else a
    refresh would write of it; evidence and what could not be known are in neither."""

    kind: str
    key: Key
    detail: Key
    value: str
    resource: str
    text: str
    evidence: tuple[Evidence, ...]

    @property
    def where(self) -> str:
        """The first line that needs it; "" for none."""
        return self.evidence[0].where if self.evidence else ""


def needs_of(function: FunctionContract) -> Iterator[Need]:
    """Every item of a function: permissions (the platform's as ``platform``), hosts, …"""
    yield from _permissions("permission", function.permissions)
    yield from _permissions("platform", function.platform)
    for list_name, kind in KIND_OF_LIST.items():
        if kind not in ("permission", "trigger", "host"):
            yield from _items(kind, getattr(function, list_name))
    yield from map(_host, function.hosts)
    yield from map(_trigger, function.triggers)


def _permissions(kind: str, permissions: Iterable[Permission]) -> Iterator[Need]:
    for one in permissions:
        conditions = tuple((c.operator, c.key, c.values) for c in one.conditions)
        text = f"{one.action} on {one.resource}"
        if conditions:
            text += f" limited by {', '.join(condition[1] for condition in conditions)}"
        key = (one.action.lower(), one.resource, conditions)
        detail = (one.of, one.inside)
        yield Need(kind, key, detail, one.action, one.resource, text, one.evidence)


def _items(kind: str, items: Iterable[Item]) -> Iterator[Need]:
    for item in items:
        chosen = f" chosen by {item.chosen_by}" if item.chosen_by else ""
        text = f"{kind.replace('-', ' ')} {item.value}{chosen}"
        key = (item.value, item.chosen_by)
        yield Need(kind, key, (), item.value, "", text, item.evidence)


def _host(host: Host) -> Need:
    port = f" on port {host.port}" if host.port else ""
    chosen = f" chosen by {host.chosen_by}" if host.chosen_by else ""
    key = (host.host, host.port, host.chosen_by)
    return Need("host", key, (), host.host, "", f"host {host.host}{port}{chosen}", host.evidence)


def _trigger(trigger: TriggerContract) -> Need:
    paths = tuple(
        (p.path, p.type, p.allowed, p.pattern, p.minimum, p.maximum, p.required)
        for p in trigger.event
    )
    name = trigger.name or trigger.kind
    text = f"trigger {trigger.kind} {trigger.name}".rstrip() + f" from {trigger.sender}"
    key = (trigger.kind, trigger.name, trigger.sender, trigger.authentication)
    return Need("trigger", key, paths, name, "", text, trigger.evidence)


def accepts(entry: Accepted, kind: str, value: str, resource: str) -> bool:
    """Whether a decision is about an item. Actions are compared without case; ``*`` and ``?`` in
    the decision mean what they mean in a policy."""
    if entry.kind != kind:
        return False
    if kind != "permission":
        return covers(entry.value, value)
    return covers(entry.value.lower(), value.lower()) and covers(entry.resource, resource)


def needed_where(function: FunctionContract, entry: Accepted) -> tuple[str, ...]:
    """Where a function needs exactly what a decision accepts; () when it does not."""
    if entry.kind not in LIST_OF_KIND:
        return ()
    value = entry.value.lower() if entry.kind == "permission" else entry.value
    for need in needs_of(function):
        same = need.value.lower() if entry.kind == "permission" else need.value
        if (need.kind, same, need.resource) == (entry.kind, value, entry.resource):
            return (need.where,)
    return ()
