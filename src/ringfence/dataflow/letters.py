"""Letters: what one function sends to others, with the way that its untrusted data has come."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING

from ringfence.dataflow import structures, verdicts
from ringfence.dataflow.objects import JsonText, Obj, Struct, deep_taint
from ringfence.dataflow.values import (
    OWN_KINDS,
    UNKNOWN,
    Const,
    Hole,
    Mix,
    Source,
    Taint,
    Trail,
    Value,
    join,
    of,
    tainted,
)
from ringfence.model.application import Channel
from ringfence.model.record import field, record

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_HOPS = 3
MAX_DEPTH = 8
#: Objects of one letter that keep their shape; of more, and of what holds itself, only the taint
#: is carried. What is shared is copied as often as it is met, so a small graph may be a huge tree.
MAX_OBJECTS = 300

#: Sources of carried data by what makes them the same, so that they are one object each.
Sources = dict[tuple[object, ...], Source]


class Letter:
    """A value on its way. ``place`` is the event path; for stores, ``item``, ``any`` or ``body``.
    The channel of a letter to a store has no reader yet.

    ``mark`` is equal for letters that bring the same: the taint and shape of their values; it
    begins with a hyphen where nothing in the letter is untrusted. ``text``
    is the letter as JSON once somebody asked for it (:mod:`.packing`). A letter that was read from
    such a text opens its value when it is needed.
    """

    __slots__ = ("_open", "_value", "channel", "document", "mark", "place", "text")

    def __init__(
        self, channel: Channel, place: str, value: Value | Callable[[], Value], document: bool,
        mark: str = "", text: str = "",
    ) -> None:  # fmt: skip
        self.channel = channel
        self.place = place
        self.document = document
        self.text = text
        self._value = value if isinstance(value, Value) else None
        self._open = None if isinstance(value, Value) else value
        self.mark = mark or mark_of(self.value)

    @property
    def is_clean(self) -> bool:
        """Whether it brings nothing untrusted, and only tells what stands in its place."""
        return self.mark.startswith("-")

    @property
    def value(self) -> Value:
        if self._value is None:
            assert self._open is not None
            self._value = self._open()
        return self._value


@record()
class Mail:
    """What one function sends: ``letters`` to other functions, and those that are ``stored``.
    ``invoked`` tells for each function that it calls whether the payload is known. ``channels`` are
    all ways that lead from it, also those that carry nothing."""

    channels: dict[Channel, None] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    stored: list[Letter] = field(default_factory=list)
    invoked: dict[str, bool] = field(default_factory=dict)


def fresh(value: Value) -> Value:
    """A copy that whoever receives it may change."""
    if not value.objects:
        return value
    copies: list[Obj] = []
    for obj in value.objects:
        if isinstance(obj, Struct):
            copy = Struct(obj.kind, None)
            copy.fields = {key: fresh(inner) for key, inner in obj.fields.items()}
            copy.rest = fresh(obj.rest)
            copy.base = None if obj.base is None else fresh(obj.base)
            copies.append(copy)
        elif isinstance(obj, JsonText):
            copies.append(JsonText(fresh(obj.inner), obj.encoding))
        else:
            copies.append(obj)
    return Value(value.consts, value.taint, tuple(copies), value.open)


# --- carrying ---


@record()
class Load:
    """The objects around the one that is carried now, by identity, and how many may still be
    copied."""

    around: set[int] = field(default_factory=set)
    left: int = MAX_OBJECTS


def carry(
    machine: Machine, sources: Sources, value: Value, channel: Channel, load: Load | None = None
) -> Value:
    """A copy of a value whose taint remembers its way; what is not data becomes unknown."""
    load = load or Load()
    taint = carry_taint(machine, sources, value.taint, channel)
    consts: list[Const] = []
    for const in value.consts:
        if isinstance(const, Mix):
            parts = tuple(
                part
                if isinstance(part, str)
                else Hole(carry_taint(machine, sources, part.taint, channel))
                for part in const.parts
            )
            mix = Mix(parts)
            taint = taint or of(mix).taint
            consts.append(mix)
        else:
            consts.append(const)
    result = Value(tuple(consts), taint, (), value.open or bool(value.taint))
    flat: list[Obj] = []
    for obj in value.objects:
        if id(obj) in load.around or len(load.around) >= MAX_DEPTH or load.left <= 0:
            flat.append(obj)
            continue
        load.left -= 1
        load.around.add(id(obj))
        result = join(result, carry_object(machine, sources, obj, channel, load))
        load.around.discard(id(obj))
    if flat:
        inside = deep_taint(Value(objects=tuple(flat)))
        result = join(result, tainted(carry_taint(machine, sources, inside, channel)))
    return result


def carry_object(
    machine: Machine, sources: Sources, obj: object, channel: Channel, load: Load
) -> Value:
    if isinstance(obj, JsonText):
        inner = carry(machine, sources, obj.inner, channel, load)
        return Value(objects=(JsonText(inner, obj.encoding),))
    if not isinstance(obj, Struct):
        return UNKNOWN
    copy = Struct(obj.kind if obj.kind != "instance" else "map", None)
    for key, inner in list(obj.fields.items())[:60]:
        copy.fields[key] = carry(machine, sources, inner, channel, load)
    copy.rest = carry(machine, sources, obj.rest, channel, load)
    if obj.base is not None:
        copy.base = carry(machine, sources, obj.base, channel, load)
    return Value(objects=(copy,))


def carry_taint(
    machine: Machine, sources: Sources, atoms: tuple[Taint, ...], channel: Channel
) -> tuple[Taint, ...]:
    carried: list[Taint] = []
    for atom in atoms:
        source = atom.source
        if source.kind == "secret" and channel.kind == "return" and not source.via:
            carried.append(answered(sources, atom, channel))
            continue
        if source.kind in OWN_KINDS or len(source.via) >= MAX_HOPS:
            continue
        if source.kind == "response" and not source.via:
            continue
        if any(old.reader == channel.reader and channel.reader for old in source.via):
            continue
        verdict = verdicts.judge(machine, atom)
        if verdict is None or "*" in atom.cleared:
            continue
        key = (source.kind, source.label, verdict.triggers, source.via, channel)
        made = sources.get(key)
        if made is None:
            made = Source(
                source.kind, source.label, verdict.triggers, (*source.via, channel),
                verdict.sender, verdict.lost,
            )  # fmt: skip
            sources[key] = made
            made.judge = source.judge
            if not source.decided:
                made.judge = partial(verdicts.judge_event, machine.triggers, machine.events)
        trail = Trail(first_step(atom.trail, atom, verdict.sender), channel.location,
                      describe(channel))  # fmt: skip
        is_text = structures.TEXT in atom.marks
        cleared = atom.cleared | {structures.NOT_A_STRUCTURE} if is_text else atom.cleared
        carried.append(
            Taint(
                made, atom.path, trail, atom.derived, cleared,
                frozenset(), max(atom.quality, verdict.lost),
            )
        )  # fmt: skip
    return tuple(carried)


def answered(sources: Sources, atom: Taint, channel: Channel) -> Taint:
    """A secret that a function gives to those of the application that call it."""
    source = atom.source
    key = (source.kind, source.label, channel)
    made = sources.get(key)
    if made is None:
        made = sources[key] = Source(source.kind, source.label, (), (channel,))
    trail = Trail(atom.trail, channel.location, describe(channel))
    return Taint(made, atom.path, trail, atom.derived, atom.cleared, atom.marks, atom.quality)


def describe(channel: Channel) -> str:
    name = channel.resource.rpartition("#")[2].removeprefix("name:").removeprefix("variable:")
    verbs = {"invoke": "is sent to", "bucket": "is stored in", "table": "is stored in",
            "s3": "is stored in", "dynamodb-stream": "is stored in", "parameter": "is stored in",
            "document": "is stored in",
            "return": "is returned by"}  # fmt: skip
    return f"{verbs.get(channel.kind, 'is sent to')} {name}"


def first_step(trail: Trail, atom: Taint, sender: str) -> Trail:
    """The chain with words on its first step, before it leaves its function."""
    nodes: list[Trail] = []
    node: Trail | None = trail
    while node is not None:
        nodes.append(node)
        node = node.parent
    result: Trail | None = None
    for node in reversed(nodes):
        text = node.text
        if result is None and not text:
            text = f"{atom.display} comes from {sender or 'the sender'}"
        result = Trail(result, node.location, text)
    assert result is not None
    return result


def mark_of(value: Value) -> str:
    """A digest of the outline of a value."""
    text = repr(outline(value)).encode("utf-8", "surrogateescape")
    digest = blake2b(text, digest_size=16).hexdigest()
    return digest if deep_taint(value) else f"-{digest}"


def outline(value: Value, depth: int = 0) -> tuple[object, ...]:
    """What makes two carried values the same: their taint and shape."""
    taint = tuple(sorted({f"{atom.display}|{atom.source.way}" for atom in value.taint}))
    inside: list[object] = []
    if depth < MAX_DEPTH:
        for obj in value.objects:
            if isinstance(obj, Struct):
                inside += [
                    (str(key), outline(inner, depth + 1)) for key, inner in obj.fields.items()
                ]
                inside.append(outline(obj.rest, depth + 1))
                if obj.base is not None:
                    inside.append(outline(obj.base, depth + 1))
            elif isinstance(obj, JsonText):
                inside.append(outline(obj.inner, depth + 1))
    return (taint, tuple(inside))
