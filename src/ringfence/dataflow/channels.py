"""Channels: what one function writes becomes another's event, or the answer it reads.

A call such as ``send_message`` with a known queue is a letter: where it goes, and the value that
arrives there. Delivered letters become parts of the reader's event, or of its answers, with the
writer's untrusted data in them; the reader is then run again, until nothing new arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ringfence.dataflow import carriers, cloud_calls, verdicts
from ringfence.dataflow.directory import Directory
from ringfence.dataflow.objects import JsonText, Struct, deep_taint
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import (
    NOTHING,
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
    join_all,
    of,
    tainted,
)
from ringfence.model.application import Application, Channel
from ringfence.model.filters import key_filter
from ringfence.model.record import record

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.state import CallRecord

MAX_HOPS = 3
MAX_DEPTH = 8

Parameters = dict[str, Value]


@record()
class Letter:
    """A delivered value. ``place`` is the event path; for stores, ``item``, ``any`` or ``body``."""

    channel: Channel
    place: str
    value: Value
    document: bool
    signature: tuple[object, ...]


class PostOffice:
    """Carries values between functions until nothing new arrives."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.directory = Directory(application)
        self.channels: set[Channel] = set()
        self.inboxes: dict[str, list[Letter]] = {}
        self.stores: dict[str, list[Letter]] = {}
        self.reads: dict[str, set[str]] = {}
        self.known: set[tuple[object, ...]] = set()
        self.changed: set[str] = set()
        self.opened: set[str] = set()
        self.sources: dict[tuple[object, ...], Source] = {}
        self.by_source: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.answers: dict[tuple[str, str, str, bool], tuple[int, Value]] = {}
        self.functions_invoked: dict[str, bool] = {}
        for trigger in application.triggers.values():
            if not trigger.fed:
                continue
            entry = (trigger.function, trigger.id)
            self.by_source.setdefault((trigger.kind, trigger.source), []).append(entry)

    # --- sending ---

    def collect(self, machine: Machine) -> None:
        """Turn one function's cloud calls into letters."""
        for sent in machine.collected.calls.values():
            call = sent.call
            carrier = carriers.CARRIERS.get((call.service, call.operation))
            if carrier is not None and call.own_credentials:
                for parameters in letters_of(sent, carrier):
                    self.send(machine, sent, carrier, parameters)
            reader = carriers.READERS.get((call.service, call.operation))
            if reader is not None:
                named = sent.values.get(reader[0], NOTHING)
                stores = self.directory.of_value(named, reader[1], machine.function.id)
                self.reads.setdefault(machine.function.id, set()).update(stores)

    def send(
        self,
        machine: Machine,
        record: CallRecord,
        carrier: carriers.Carrier,
        parameters: Parameters,
    ) -> None:
        target = parameters.get(carrier.target)
        if target is None:
            target = parameters.get("StreamARN") or parameters.get("TargetArn")
        near = machine.function.id
        ids = self.directory.of_value(target, carrier.kind, near) if target is not None else []
        if carrier.kind == "bus":
            ids = self.rules_of(ids, parameters)
        for resource in ids:
            for reader, trigger in self.readers(carrier, resource):
                if not self.lets_through(trigger, parameters.get("Key")):
                    continue
                channel = Channel(
                    carrier.trigger, machine.function.id, reader, resource, trigger,
                    record.call.location,
                )  # fmt: skip
                self.channels.add(channel)
                for path, parameter in carrier.fields:
                    value = parameters.get(parameter)
                    if value is not None and parameter == "ExpressionAttributeValues":
                        value = Value((), derived(deep_taint(value)), (), True)
                    if value is not None:
                        self.post(machine, channel, path, value, record.document)
            if carrier.store:
                self.store(machine, record, carrier, resource, parameters)

    def readers(self, carrier: carriers.Carrier, resource: str) -> list[tuple[str, str]]:
        """The functions that receive what is sent there, with the trigger that brings it."""
        if carrier.kind == "function":
            if resource not in self.application.functions:
                return []
            own = [t.id for t in self.application.triggers_of(resource) if t.kind == "invoke"]
            return [(resource, own[0] if own else "")]
        return self.by_source.get((carrier.trigger, resource), [])

    def lets_through(self, trigger: str, key: Value | None) -> bool:
        """Whether the filter of a bucket's notification may let an object of this key through."""
        found = self.application.triggers.get(trigger)
        if found is None or found.kind != "s3" or key is None or not key.consts:
            return True
        prefix, suffix = key_filter(found.properties)
        return any(
            overlap(start, prefix) and overlap(end[::-1], suffix[::-1])
            for start, end in map(ends, key.consts)
        )

    def rules_of(self, buses: list[str], parameters: Parameters) -> list[str]:
        """The rules that may match an event put on these buses (or the default one)."""
        found: list[str] = []
        for trigger in self.application.triggers.values():
            if trigger.kind == "eventbridge" and pattern_may_match(
                self.application, trigger.source, parameters
            ):
                found.append(trigger.source)
        return list(dict.fromkeys(found))

    def post(
        self, machine: Machine, channel: Channel, path: str, value: Value, document: bool
    ) -> None:
        """Put a value into the reader's inbox, unless the same is there already."""
        if path in ("", "detail"):
            value = opened_json(value)
            if not path:
                closed = value.objects and not value.open
                known = self.functions_invoked.get(channel.reader, True)
                self.functions_invoked[channel.reader] = known and bool(closed or value.taint)
        carried = self.carry(machine, value, channel, 0)
        if not deep_taint(carried):
            return
        if channel.kind == "dynamodb-stream" and document:
            carried = cloud_calls.wrapped(Struct("map", None), carried)
        signature = (channel.reader, channel.kind, path, outline(carried))
        if signature in self.known:
            return
        self.known.add(signature)
        letter = Letter(channel, path, carried, document, signature)
        self.inboxes.setdefault(channel.reader, []).append(letter)
        self.changed.add(channel.reader)

    def store(
        self,
        machine: Machine,
        record: CallRecord,
        carrier: carriers.Carrier,
        resource: str,
        parameters: Parameters,
    ) -> None:
        """Keep what is written into a table or bucket for those who read it."""
        channel = Channel(
            carrier.store, machine.function.id, "", resource, "", record.call.location
        )
        names = {"bucket": (("Body", "body"),), "table": (("Item", "item"),
                 ("ExpressionAttributeValues", "any"), ("Key", "item"))}[carrier.store]  # fmt: skip
        for name, place in names:
            value = parameters.get(name)
            if value is None:
                continue
            carried = self.carry(machine, value, channel, 0)
            if place == "any":
                carried = tainted(derived(deep_taint(carried)))
            signature = (resource, place, outline(carried))
            if not deep_taint(carried) or signature in self.known:
                continue
            self.known.add(signature)
            letter = Letter(channel, place, carried, record.document, signature)
            self.stores.setdefault(resource, []).append(letter)
            self.opened.add(resource)

    # --- carrying ---

    def carry(self, machine: Machine, value: Value, channel: Channel, depth: int) -> Value:
        """A copy of a value whose taint remembers its way; what is not data becomes unknown."""
        taint = self.carry_taint(machine, value.taint, channel)
        consts: list[Const] = []
        for const in value.consts:
            if isinstance(const, Mix):
                parts = tuple(
                    part
                    if isinstance(part, str)
                    else Hole(self.carry_taint(machine, part.taint, channel))
                    for part in const.parts
                )
                mix = Mix(parts)
                taint = taint or of(mix).taint
                consts.append(mix)
            else:
                consts.append(const)
        result = Value(tuple(consts), taint, (), value.open)
        for obj in value.objects:
            if depth >= MAX_DEPTH:
                result = join(
                    result, tainted(self.carry_taint(machine, deep_taint(value), channel))
                )
                break
            result = join(result, self.carry_object(machine, obj, channel, depth + 1))
        return result

    def carry_object(self, machine: Machine, obj: object, channel: Channel, depth: int) -> Value:
        if isinstance(obj, JsonText):
            inner = self.carry(machine, obj.inner, channel, depth)
            return Value(objects=(JsonText(inner, obj.encoding),))
        if not isinstance(obj, Struct):
            return UNKNOWN
        copy = Struct(obj.kind if obj.kind != "instance" else "map", None)
        for key, inner in list(obj.fields.items())[:60]:
            copy.fields[key] = self.carry(machine, inner, channel, depth)
        copy.rest = self.carry(machine, obj.rest, channel, depth)
        if obj.base is not None:
            copy.base = self.carry(machine, obj.base, channel, depth)
        return Value(objects=(copy,))

    def carry_taint(
        self, machine: Machine, atoms: tuple[Taint, ...], channel: Channel
    ) -> tuple[Taint, ...]:
        carried: list[Taint] = []
        for atom in atoms:
            source = atom.source
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
            made = self.sources.get(key)
            if made is None:
                made = Source(
                    source.kind, source.label, verdict.triggers, (*source.via, channel),
                    verdict.sender, verdict.lost,
                )  # fmt: skip
                self.sources[key] = made
                made.judge = source.judge
                if not source.decided:
                    made.judge = partial(verdicts.judge_event, machine.triggers, machine.events)
            trail = Trail(first_step(atom.trail, atom, verdict.sender), channel.location,
                          describe(channel))  # fmt: skip
            carried.append(
                Taint(
                    made, atom.path, trail, atom.derived, atom.cleared,
                    frozenset(), max(atom.quality, verdict.lost),
                )
            )  # fmt: skip
        return tuple(carried)

    # --- receiving ---

    def overlay(self, function: str) -> Value:
        """What is known to arrive in the function's event."""
        result = NOTHING
        for letter in self.inboxes.get(function, ()):
            result = join(result, at_path(letter.place, letter.value))
        return result

    def reader(self, function: str) -> Callable[[str, str, Parameters, bool], Value]:
        """Gives the answers of reading calls."""

        def answer(service: str, operation: str, parameters: Parameters, document: bool) -> Value:
            reading = carriers.READERS.get((service, operation))
            if reading is None:
                return NOTHING
            result = NOTHING
            named = parameters.get(reading[0], NOTHING)
            stores = self.directory.of_value(named, reading[1], function)
            for resource in stores:
                result = join(result, self.stored(function, resource, operation, document))
            return result

        return answer

    def stored(self, function: str, resource: str, operation: str, document: bool) -> Value:
        """All that is known to lie in a store, as one reading call gives it."""
        letters = self.stores.get(resource, [])
        key = (function, resource, operation, document)
        known = self.answers.get(key)
        if known is not None and known[0] == len(letters):
            return known[1]
        result = NOTHING
        for letter in letters:
            result = join(result, self.answer_of(function, letter, operation, document))
        self.answers[key] = (len(letters), result)
        return result

    def answer_of(self, function: str, letter: Letter, operation: str, document: bool) -> Value:
        old = letter.channel
        channel = Channel(old.kind, old.writer, function, old.resource, "", old.location)
        self.channels.add(channel)
        value = letter.value
        if letter.place == "body":
            return map_value("Body", value)
        if letter.place == "any":
            wild = Struct("map", None)
            inner = join_all(obj.items() for obj in value.objects if isinstance(obj, Struct))
            wild.rest = inner if not inner.is_nothing else value
            value = Value(objects=(wild,))
        elif document and not letter.document:
            value = cloud_calls.unwrapped(value)
        elif letter.document and not document:
            value = cloud_calls.wrapped(Struct("map", None), value)
        if operation == "GetItem":
            return map_value("Item", value)
        items = Struct("list", None)
        items.rest = value
        return map_value("Items", Value(objects=(items,)))

    def deliver(self) -> list[str]:
        """The functions that must be run again for what has newly arrived."""
        changed = set(self.changed)
        for function, stores in self.reads.items():
            if stores & self.opened:
                changed.add(function)
        self.changed.clear()
        self.opened.clear()
        return sorted(changed)

    def is_internal(self, function: str) -> bool:
        """Whether only functions of the application call it, with payloads that are known."""
        if not self.functions_invoked.get(function, False):
            return False
        kinds = {trigger.kind for trigger in self.application.triggers_of(function)}
        return kinds <= {"invoke"}


def letters_of(record: CallRecord, carrier: carriers.Carrier) -> list[Parameters]:
    """The letters of a call: one, or one for each entry of a batch."""
    if not carrier.entries:
        return [record.values]
    found: list[Parameters] = []
    for obj in record.values.get(carrier.entries, NOTHING).objects:
        if isinstance(obj, Struct):
            for entry in (*obj.fields.values(), obj.rest):
                for one in entry.objects:
                    if isinstance(one, Struct):
                        named = {str(key): value for key, value in one.fields.items()}
                        found.append({**record.values, **named})
    return found


def pattern_may_match(application: Application, rule: str, parameters: Parameters) -> bool:
    """Whether a rule's pattern admits the event's source and detail type, where known."""
    from ringfence.model.value import Mapping, Sequence, string

    resource = application.resources.get(rule)
    if resource is None:
        return False
    pattern = resource.properties.get("EventPattern")
    if not isinstance(pattern, Mapping):
        return False
    for key, parameter in (("source", "Source"), ("detail-type", "DetailType")):
        wanted = pattern.get(key)
        given = parameters.get(parameter, NOTHING)
        texts = given.texts()
        if isinstance(wanted, Sequence) and texts and not given.open:
            allowed = [string(item) for item in wanted.items]
            if None not in allowed and not any(text in allowed for text in texts):
                return False
    return True


def ends(const: Const) -> tuple[str, str]:
    """The beginning and the end of a text as far as they are known."""
    if isinstance(const, Mix):
        first, last = const.parts[0], const.parts[-1]
        return first if isinstance(first, str) else "", last if isinstance(last, str) else ""
    return str(const), str(const)


def overlap(one: str, other: str) -> bool:
    """Whether one text may go on as the other."""
    return one.startswith(other) or other.startswith(one)


def opened_json(value: Value) -> Value:
    """The structure of a payload that the platform parses before the reader sees it."""
    inner = [obj for obj in value.objects if isinstance(obj, JsonText)]
    if not inner:
        return value
    opened = join_all(obj.inner for obj in inner)
    while any(isinstance(obj, JsonText) for obj in opened.objects):
        deeper = [obj.inner for obj in opened.objects if isinstance(obj, JsonText)]
        rest = tuple(obj for obj in opened.objects if not isinstance(obj, JsonText))
        opened = join(Value(opened.consts, opened.taint, rest, opened.open), join_all(deeper))
    return opened


def describe(channel: Channel) -> str:
    name = channel.resource.rpartition("#")[2].removeprefix("name:").removeprefix("variable:")
    verbs = {"invoke": "is sent to", "bucket": "is stored in", "table": "is stored in",
            "s3": "is stored in", "dynamodb-stream": "is stored in"}  # fmt: skip
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


def outline(value: Value, depth: int = 0) -> tuple[object, ...]:
    """What makes two carried values the same: their taint and shape."""
    taint = tuple(sorted({f"{a.display}|{a.source.triggers}|{a.source.via}" for a in value.taint}))
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


def map_value(key: str, value: Value) -> Value:
    struct = Struct("map", None)
    struct.fields[key] = value
    return Value(objects=(struct,))


def at_path(path: str, value: Value) -> Value:
    """A structure that holds the value at an event path."""
    if not path:
        return value
    for part in reversed(path.split(".")):
        if part.endswith("[]"):
            items = Struct("list", None)
            items.rest = value
            value = map_value(part[:-2], Value(objects=(items,)))
        else:
            value = map_value(part, value)
    return value
