"""A contract as the text of ``ringfence.lock``: the shape of the file, made to be read in a diff.

What an item is stands on lines of its own and never changes because code moved; the evidence
follows, last in its block. Permissions on one resource are one block with one line per action, so
an added permission adds its line and its evidence, and nothing else. Every block names its
function, so that a hunk of a diff does too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ringfence.contract.order import ITEM_LISTS, group_key, settled
from ringfence.contract.toml_text import inline, key, string, strings
from ringfence.model.contract import (
    Accepted,
    Contract,
    EventPath,
    Evidence,
    FunctionContract,
    Host,
    Item,
    Permission,
    TriggerContract,
)
from ringfence.model.record import field_names

HEADER = """\
# What each function of this application needs, and the line that needs it.
# `ringfence lock` writes this file and refreshes it. Only the `accepted` entries are
# people's own: write them here or with `ringfence lock accept`; they survive every refresh.
"""

#: Texts at the head of a function, and its numbers.
HEAD_TEXTS = ("name", "role", "runtime", "handler")
LIMITS = ("memory_mib", "timeout_s", "concurrency", "ephemeral_mib")

Lines = Iterator[str]


def lock_text(contract: Contract) -> str:
    """The whole file, ending with a line feed; the same for the same items in any order."""
    ordered = settled(contract)
    lines = [HEADER, f"schema = {ordered.schema}"]
    for name, function in ordered.functions.items():
        lines += _function(f"functions.{key(name)}", function)
    return "\n".join(lines) + "\n"


def _function(head: str, function: FunctionContract) -> Lines:
    yield f"\n[{head}]"
    yield from _texts(function, HEAD_TEXTS)
    for name in LIMITS:
        number = getattr(function.limits, name)
        if number is not None:
            yield f"limits.{name} = {number}"
    yield from _lines("gaps", map(string, function.gaps))
    for trigger in function.triggers:
        yield f"\n[[{head}.triggers]]"
        yield from _trigger(trigger)
    for place in ("permissions", "platform"):
        for _, group in groupby(getattr(function, place), group_key):
            yield f"\n[[{head}.{place}]]"
            yield from _permissions(list(group))
    for host in function.hosts:
        yield f"\n[[{head}.hosts]]"
        yield from _host(host)
    for place in ITEM_LISTS:
        for item in getattr(function, place):
            yield f"\n[[{head}.{place}]]"
            yield from _item(item)
    for entry in function.accepted:
        yield f"\n[[{head}.accepted]]"
        yield from _accepted(entry)


def _texts(record: object, names: Iterable[str]) -> Lines:
    """The texts that are there."""
    for name in names:
        value = getattr(record, name)
        if value:
            yield f"{name} = {string(value)}"


def _lines(name: str, values: Iterable[str]) -> Lines:
    """An array with one value a line; nothing when it is empty."""
    lines = [f"  {value}," for value in values]
    if lines:
        yield f"{name} = ["
        yield from lines
        yield "]"


def _permissions(group: list[Permission]) -> Lines:
    """A block of permissions that differ in the action only."""
    first = group[0]
    yield f"resource = {string(first.resource)}"
    yield from _texts(first, ("of", "inside"))
    yield from _lines("actions", (string(one.action) for one in group))
    yield from _lines(
        "conditions",
        (
            inline(
                [
                    ("operator", string(condition.operator)),
                    ("key", string(condition.key)),
                    ("values", strings(condition.values)),
                ]
            )
            for condition in first.conditions
        ),
    )
    unknown = (
        inline([("action", string(one.action)), ("text", string(text))])
        for one in group
        for text in one.unknown
    )
    yield from _lines("unknown", unknown)
    yield from _lines(
        "evidence",
        (_of("action", one.action, entry) for one in group for entry in one.evidence),
    )


def _trigger(trigger: TriggerContract) -> Lines:
    for name in ("kind", "name", "sender", "authentication"):
        yield f"{name} = {string(getattr(trigger, name))}"
    yield from _lines("event", map(_path, trigger.event))
    own = (inline(_pairs(entry)) for entry in trigger.evidence)
    read = (_of("path", path.path, entry) for path in trigger.event for entry in path.evidence)
    yield from _lines("evidence", [*own, *read])


def _path(path: EventPath) -> str:
    pairs = [("path", string(path.path))]
    for name in ("type", "pattern", "minimum", "maximum"):
        value = getattr(path, name)
        if value:
            pairs.append((name, string(value)))
    if path.allowed:
        pairs.append(("allowed", strings(path.allowed)))
    if path.required:
        pairs.append(("required", "true"))
    return inline(pairs)


def _host(host: Host) -> Lines:
    yield f"host = {string(host.host)}"
    if host.port:
        yield f"port = {host.port}"
    yield from _texts(host, ("chosen_by",))
    yield from _evidence(host.evidence)


def _item(item: Item) -> Lines:
    yield f"value = {string(item.value)}"
    yield from _texts(item, ("chosen_by",))
    yield from _evidence(item.evidence)


def _accepted(entry: Accepted) -> Lines:
    for name in field_names(Accepted):
        value = getattr(entry, name)
        if name == "until":
            yield f"until = {value}"
        elif value or name != "resource":
            yield f"{name} = {string(value)}"


def _evidence(entries: Iterable[Evidence]) -> Lines:
    yield from _lines("evidence", (inline(_pairs(entry)) for entry in entries))


def _of(name: str, value: str, entry: Evidence) -> str:
    """Evidence in a block of several items, with the item that it stands for."""
    return inline([(name, string(value)), *_pairs(entry)])


def _pairs(entry: Evidence) -> list[tuple[str, str]]:
    pairs = [(entry.kind, string(entry.where))]
    if entry.text:
        pairs.append(("text", string(entry.text)))
    return pairs
