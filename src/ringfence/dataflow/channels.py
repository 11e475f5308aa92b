"""Channels: what one function writes becomes another's event, or the answer it reads.

A call such as ``send_message`` with a known queue is a letter: where it goes, and the value that
arrives there. Delivered letters become parts of the reader's event, or of its answers, with the
writer's untrusted data in them; the reader is then run again, until nothing new arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    carriers,
    cloud_calls,
    encodings,
    environment,
    exposures,
    payloads,
    stores,
    subscriptions,
)
from ringfence.dataflow.directory import Directory
from ringfence.dataflow.documents import INPUT
from ringfence.dataflow.letters import Letter, Mail, Sources, carry, fresh
from ringfence.dataflow.objects import Struct, deep_taint
from ringfence.dataflow.payloads import Parameters
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import NOTHING, Value, join, join_all, tainted
from ringfence.dataflow.workflows import fill, plan_of
from ringfence.model.application import Application, Channel
from ringfence.model.filters import key_filter
from ringfence.model.location import Location
from ringfence.model.record import field, record, replace

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.state import CallRecord


@record()
class Looks:
    """The stores that a function looked into while it ran, and the channels that this makes."""

    stores: dict[str, None] = field(default_factory=dict)
    channels: dict[Channel, None] = field(default_factory=dict)


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
        self.told: set[str] = set()
        self.opened: set[str] = set()
        self.sources: Sources = {}
        self.by_source: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.functions_invoked: dict[str, bool] = {}
        self.subscriptions = subscriptions.subscriptions_of(application)
        self.workflows = {flow.machine: (flow, plan_of(flow)) for flow in application.workflows}
        for trigger in application.triggers.values():
            if not trigger.fed:
                continue
            entry = (trigger.function, trigger.id)
            self.by_source.setdefault((trigger.kind, trigger.source), []).append(entry)

    # --- sending ---

    def collect(self, machine: Machine) -> Mail:
        """One function's cloud calls as letters."""
        mail = Mail()
        for sent in machine.collected.calls.values():
            call = sent.call
            carrier = carriers.CARRIERS.get((call.service, call.operation))
            if carrier is not None and call.own_credentials:
                for parameters in payloads.letters_of(sent, carrier):
                    self.send(machine, mail, sent, carrier, parameters)
        for (store, place, at), value in machine.collected.stored.items():
            channel = Channel("document", machine.function.id, "", store, "", at)
            kept = carry(machine, self.sources, value, channel)
            if deep_taint(kept) or exposures.as_record(kept) is not kept:
                mail.stored.append(Letter(channel, place, kept, True))
        self.hand_on(machine, mail)
        return mail

    def hand_on(self, machine: Machine, mail: Mail) -> None:
        """What a function returns, to its callers and to those that a state machine gives it to."""
        at = machine.returned_at
        if at is None:
            return
        file = machine.function.code.file if machine.function.code is not None else ""
        place = Location(file, at.line, at.column, at.end_line, at.end_column)
        if any(t.kind == "invoke" for t in self.application.triggers_of(machine.function.id)):
            identity = machine.function.id
            channel = Channel("return", identity, "", identity, "", place)
            carried = carry(machine, self.sources, machine.returned, channel)
            if deep_taint(carried):
                mail.stored.append(Letter(channel, "payload", carried, True))
        for workflow, _ in self.workflows.values():
            for state, functions in workflow.functions.items():
                if machine.function.id in functions:
                    self.through(machine, mail, workflow.machine, state, machine.returned, place)

    def through(
        self,
        machine: Machine,
        mail: Mail,
        resource: str,
        origin: str,
        value: Value,
        place: Location,
    ) -> None:
        """Send the parts of what an origin gave to the functions of a state machine that get
        them."""
        node = machine.returned_at or machine.current
        workflow, plan = self.workflows[resource]
        for state, documents in plan.events.items():
            for document in documents:
                found = fill(machine, document, origin, value, node)
                if found.is_nothing or not deep_taint(found):
                    continue
                for reader in workflow.functions[state]:
                    trigger = self.trigger_of(reader, resource, state)
                    channel = Channel(
                        "stepfunctions", machine.function.id, reader, resource, trigger, place
                    )
                    mail.channels[channel] = None
                    self.post(machine, mail, channel, "", found, True)

    def trigger_of(self, function: str, resource: str, state: str) -> str:
        """The trigger by which a state calls a function."""
        for trigger in self.application.triggers_of(function):
            if trigger.source == resource and trigger.name.endswith(f", state {state}"):
                return trigger.id
        return ""

    def send(
        self,
        machine: Machine,
        mail: Mail,
        record: CallRecord,
        carrier: carriers.Carrier,
        parameters: Parameters,
    ) -> None:
        target = parameters.get(carrier.target)
        if target is None:
            target = parameters.get("StreamARN") or parameters.get("TargetArn")
        near = machine.function.id
        ids = self.directory.of_value(target, carrier.kind, near) if target is not None else []
        if not ids and target is not None and target.taint:
            ids = self.chosen(machine, carrier.kind)
        if carrier.kind == "bus":
            ids = self.rules_of(ids, parameters)
        if carrier.kind in ("topic", "bus"):
            self.subscribed(machine, mail, record, carrier, ids, parameters)
        for resource in ids:
            if resource in self.workflows:
                given = payloads.opened_json(parameters.get("input", NOTHING))
                self.through(machine, mail, resource, INPUT, given, record.call.location)
                continue
            for reader, trigger in self.readers(carrier, resource):
                if not self.lets_through(trigger, parameters.get("Key")):
                    continue
                channel = Channel(
                    carrier.trigger, machine.function.id, reader, resource, trigger,
                    record.call.location,
                )  # fmt: skip
                mail.channels[channel] = None
                for path, parameter in carrier.fields:
                    value = parameters.get(parameter)
                    if value is not None and parameter == "ExpressionAttributeValues":
                        value = Value((), derived(deep_taint(value)), (), True)
                    if value is not None:
                        self.post(machine, mail, channel, path, value, record.document)
            if carrier.store:
                self.store(machine, mail, record, carrier, resource, parameters)

    def chosen(self, machine: Machine, kind: str) -> list[str]:
        """What the sender may pick where it names the receiver itself: the resources of this kind
        that the function's environment tells."""
        if kind == "parameter":
            resources = self.application.resources.values()
            return [one.id for one in resources if one.kind == kind]
        named = [
            environment.translate(value, name)
            for name, value in machine.function.environment.items()
        ]
        return self.directory.of_value(join_all(named), kind, machine.function.id)

    def subscribed(
        self,
        machine: Machine,
        mail: Mail,
        record: CallRecord,
        carrier: carriers.Carrier,
        ids: list[str],
        parameters: Parameters,
    ) -> None:
        """Send what goes to a topic or bus to the functions that read queues behind it."""
        names = subscriptions.EVENT if carrier.kind == "bus" else subscriptions.NOTIFICATION
        given = {names[key]: value for key, value in parameters.items() if key in names}
        for one in self.subscriptions:
            if carrier.kind == "bus":
                if not payloads.pattern_may_match(self.application, one.source, parameters):
                    continue
            elif one.source not in ids:
                continue
            for reader, trigger in self.by_source.get(("sqs", one.queue), []):
                channel = Channel(
                    "sqs", machine.function.id, reader, one.queue, trigger, record.call.location
                )
                mail.channels[channel] = None
                body = subscriptions.message_of(given, one.raw)
                self.post(machine, mail, channel, "Records[].body", body, record.document)

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
            payloads.overlap(start, prefix) and payloads.overlap(end[::-1], suffix[::-1])
            for start, end in map(payloads.ends, key.consts)
        )

    def rules_of(self, buses: list[str], parameters: Parameters) -> list[str]:
        """The rules that may match an event put on these buses (or the default one)."""
        found: list[str] = []
        for trigger in self.application.triggers.values():
            if trigger.kind == "eventbridge" and payloads.pattern_may_match(
                self.application, trigger.source, parameters
            ):
                found.append(trigger.source)
        return list(dict.fromkeys(found))

    def post(
        self,
        machine: Machine,
        mail: Mail,
        channel: Channel,
        place: str,
        value: Value,
        document: bool,
    ) -> None:
        """Put a value for another function into the mail, if it has untrusted data in it, or a
        structure that tells what stands where."""
        if place.endswith("essageAttributes"):
            value = carriers.attributes(value, place)
        if place in ("", "detail"):
            value = payloads.opened_json(value)
            if not place:
                closed = value.objects and not value.open
                known = mail.invoked.get(channel.reader, True)
                mail.invoked[channel.reader] = known and bool(closed or value.taint)
        carried = carry(machine, self.sources, value, channel)
        if not deep_taint(carried) and not carried.objects:
            return
        if place.endswith("kinesis.data"):
            carried = encodings.encoded(carried)
        if channel.kind == "dynamodb-stream" and document:
            carried = cloud_calls.wrapped(Struct("map", None), carried)
        mail.letters.append(Letter(channel, place, carried, document))

    def store(
        self,
        machine: Machine,
        mail: Mail,
        record: CallRecord,
        carrier: carriers.Carrier,
        resource: str,
        parameters: Parameters,
    ) -> None:
        """Keep what is written into a table or bucket for those who read it."""
        channel = Channel(
            carrier.store, machine.function.id, "", resource, "", record.call.location
        )
        for name, place in carriers.STORED[carrier.store]:
            value = parameters.get(name)
            if value is None:
                continue
            item = carriers.updated(parameters) if place == "any" else None
            kept = carry(machine, self.sources, value if item is None else item, channel)
            if place == "any" and item is None:
                kept = tainted(derived(deep_taint(kept)))
            if deep_taint(kept):
                named = place if item is None else "item"
                mail.stored.append(Letter(channel, named, kept, record.document))

    def accept(self, function: str, mail: Mail, looks: Looks) -> None:
        """Deliver a function's mail, save what is there already."""
        self.channels.update(mail.channels)
        self.channels.update(looks.channels)
        self.reads.setdefault(function, set()).update(looks.stores)
        for reader, known in mail.invoked.items():
            self.functions_invoked[reader] = self.functions_invoked.get(reader, True) and known
        for letter in mail.letters:
            channel = letter.channel
            if self.is_new((channel.reader, channel.kind, letter.place, letter.mark)):
                self.inboxes.setdefault(channel.reader, []).append(letter)
                (self.told if letter.is_clean else self.changed).add(channel.reader)
        for letter in mail.stored:
            resource = letter.channel.resource
            if self.is_new((resource, letter.place, letter.mark)):
                self.stores.setdefault(resource, []).append(letter)
                self.opened.add(resource)

    def is_new(self, signature: tuple[object, ...]) -> bool:
        if signature in self.known:
            return False
        self.known.add(signature)
        return True

    # --- receiving ---

    def overlay(self, function: str) -> Value:
        """What is known to arrive in the function's event."""
        result = NOTHING
        for letter in self.inboxes.get(function, ()):
            result = join(result, payloads.at_path(letter.place, fresh(letter.value)))
        return result

    def reader(self, function: str, looks: Looks) -> Callable[[str, str, Parameters, bool], Value]:
        """Gives the answers of reading calls, and notes where they come from."""
        answers: dict[tuple[str, str, bool, bool], Value] = {}

        def answer(service: str, operation: str, parameters: Parameters, document: bool) -> Value:
            reading = carriers.READERS.get((service, operation))
            if reading is None:
                return NOTHING
            result = NOTHING
            named = payloads.names_in(parameters.get(reading[0], NOTHING))
            found = self.directory.of_value(named, reading[1], function)
            if reading[1] == "bucket" and not found:
                found = self.own_buckets(function, parameters.get("Bucket", NOTHING))
            for resource in found:
                looks.stores[resource] = None
                whole = not {"ProjectionExpression", "AttributesToGet"} & set(parameters)
                key = (resource, operation, document, whole)
                if key not in answers:
                    answers[key] = self.stored(function, resource, operation, looks, *key[2:])
                result = join(result, answers[key])
            return result

        return answer

    def looker(self, function: str, looks: Looks) -> Callable[[str], Value]:
        """Gives what lies in a store outside of AWS, and notes that it was asked."""
        answers: dict[str, Value] = {}

        def look_up(store: str) -> Value:
            if store not in answers:
                looks.stores[store] = None
                found = NOTHING
                for letter in self.stores.get(store, ()):
                    old = letter.channel
                    looks.channels[replace(old, reader=function)] = None
                    found = join(found, stores.as_stored(letter.value, letter.place))
                answers[store] = found
            return answers[store]

        return look_up

    def own_buckets(self, function: str, name: Value) -> list[str]:
        """The buckets whose notices a function gets, where it reads from that which a notice
        names."""
        if not any(atom.path[-2:] == ("bucket", "name") for atom in name.taint):
            return []
        triggers = self.application.triggers_of(function)
        return [t.source for t in triggers if t.kind in ("s3", "eventbridge") and t.source]

    def stored(
        self,
        function: str,
        resource: str,
        operation: str,
        looks: Looks,
        document: bool,
        whole: bool,
    ) -> Value:
        """All that is known to lie in a store, as one reading call gives it."""
        result = NOTHING
        for letter in self.stores.get(resource, ()):
            old = letter.channel
            channel = Channel(old.kind, old.writer, function, old.resource, "", old.location)
            looks.channels[channel] = None
            result = join(result, payloads.answer_of(letter, operation, document, whole))
        return result

    def deliver(self, finds: Callable[[str], bool]) -> set[str]:
        """The functions that must be run again for what has newly arrived. What is not untrusted
        only changes what a function ``finds`` in its own event."""
        changed = set(self.changed)
        changed.update(reader for reader in self.told - changed if finds(reader))
        self.told.clear()
        for function, looked_into in self.reads.items():
            if looked_into & self.opened:
                changed.add(function)
        self.changed.clear()
        self.opened.clear()
        return changed

    def is_internal(self, function: str) -> bool:
        """Whether only functions of the application call it, with payloads that are known."""
        if not self.functions_invoked.get(function, False):
            return False
        kinds = {trigger.kind for trigger in self.application.triggers_of(function)}
        return kinds <= {"invoke"}
