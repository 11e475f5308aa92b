"""Event buses: rules with patterns and timetables, schedules, and pipes."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import name_of
from ringfence.loaders.aws.policies import DEFAULT_BUS
from ringfence.loaders.aws.senders import NOBODY
from ringfence.loaders.aws.triggers.builder import AnySender, Triggers
from ringfence.loaders.aws.triggers.services import WRITABLE
from ringfence.loaders.aws.values import every, first, items, objects, place, rendered, text_of
from ringfence.model.application import Resource, Sender
from ringfence.model.location import Location
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value


def collect(triggers: Triggers) -> None:
    for rule in triggers.graph.of("AWS::Events::Rule"):
        _rule(triggers, rule)
    for schedule in triggers.graph.of("AWS::Scheduler::Schedule"):
        _schedule(triggers, schedule)
    for pipe in triggers.graph.of("AWS::Pipes::Pipe"):
        _pipe(triggers, pipe)


# --- rules --------------------------------------------------------------------------------------


def _rule(triggers: Triggers, rule: Resource) -> None:
    properties = rule.properties
    timetable = text_of(properties, "ScheduleExpression")
    timed = first(properties, "ScheduleExpression") is not None
    if timed:
        deliver(
            triggers,
            rule,
            "schedule",
            f"schedule {timetable or rule.logical_id}",
            _clock(place(properties, "ScheduleExpression")),
        )
    for pattern in _patterns(triggers, rule):
        name = f"event {_summary(pattern) or rule.logical_id}{_on(triggers, rule)}"
        sender = pattern_sender(triggers, rule, pattern)
        deliver(triggers, rule, "eventbridge", name, sender)


def _clock(proof: Location) -> Sender:
    return Sender(Exposure.NONE, "nobody outside: the clock", "a timetable starts it", proof)


def deliver(triggers: Triggers, rule: Resource, kind: str, name: str, sender: AnySender) -> None:
    """A rule's targets: functions get a trigger, other resources a feed."""
    for target in objects(rule.properties, "Targets"):
        arn = target.get("Arn")
        functions = triggers.graph.functions(arn)
        at = place(target, "Arn")
        for function in functions:
            triggers.add(kind, function, name, sender, at, source=rule, properties=target)
        if not functions:
            for resource in triggers.graph.find(arn, *WRITABLE):
                triggers.senders.feed(resource.id, f"{name} is sent to it", sender, at)


def _patterns(triggers: Triggers, rule: Resource) -> Iterator[Mapping]:
    for value in every(rule.properties, "EventPattern"):
        if isinstance(value, Mapping):
            yield value
        else:
            triggers.graph.unknown(
                f"event pattern of {rule.logical_id}", "it is not an object", value.location
            )
            yield Mapping({}, value.location)


def _summary(pattern: Mapping) -> str:
    words = [text_of(value) for key in ("detail-type", "source") for value in items(pattern, key)]
    return ", ".join(word for word in words if word)


def _bus(triggers: Triggers, rule: Resource) -> tuple[str, str]:
    """The id and the name of a rule's bus; the id is "" for one that is in no template."""
    value = first(rule.properties, "EventBusName")
    found = triggers.graph.find(value, "bus")
    if found:
        return found[0].id, name_of(found[0])
    text = rendered(value).rpartition("/")[2]
    return (DEFAULT_BUS, "") if text in ("", "default") and "${" not in text else ("", text)


def _on(triggers: Triggers, rule: Resource) -> str:
    name = _bus(triggers, rule)[1]
    return f" on bus {name}" if name else ""


def pattern_sender(triggers: Triggers, rule: Resource, pattern: Mapping) -> AnySender:
    """Who may publish an event that a pattern lets through.

    ``aws.*`` sources are reserved for the provider's services, so nobody can forge them; what an
    S3 event says is still up to whoever writes into the bucket.
    """
    sources = [text_of(value) for value in items(pattern, "source")]
    proof = place(pattern, "source")
    if sources and all(source.startswith("aws.partner/") for source in sources):
        return Sender(
            Exposure.PRINCIPAL,
            f"the partner {sources[0][12:]}",
            "a partner event source publishes it",
            proof,
        )
    if sources and all(source.startswith("aws.") for source in sources):
        buckets = _buckets(triggers, pattern) if "aws.s3" in sources else []
        if buckets:
            return triggers.of_resource(buckets[0])
        who = ", ".join(sources)
        return Sender(
            Exposure.ACCOUNT,
            f"principals of this account, through {who}",
            "only the service itself can publish events of this source",
            proof,
        )
    identifier, name = _bus(triggers, rule)
    if not identifier:
        return Sender(
            Exposure.ACCOUNT,
            f"whoever may publish to bus {name}",
            f"bus {name} is in no template, so its policy is not known",
            place(rule.properties, "EventBusName"),
        )
    return triggers.of_id(identifier)


def _buckets(triggers: Triggers, pattern: Mapping) -> list[Resource]:
    names: list[Value] = []
    for path in ("detail.bucket.name", "detail.requestParameters.bucketName"):
        names.extend(items(pattern, path))
    return [found for name in names for found in triggers.graph.find(name, "bucket")]


# --- schedules and pipes ------------------------------------------------------------------------


def _schedule(triggers: Triggers, schedule: Resource) -> None:
    properties = schedule.properties
    expression = text_of(properties, "ScheduleExpression")
    name = f"schedule {expression or schedule.logical_id}"
    sender = _clock(place(properties, "ScheduleExpression"))
    for target in objects(properties, "Target"):
        functions = triggers.graph.functions(target.get("Arn"))
        if not functions and ":lambda:invoke" in rendered(first(target, "Arn")):
            functions = triggers.graph.functions(target.get("Input"))
        for function in functions:
            triggers.add(
                "schedule",
                function,
                name,
                sender,
                place(target, "Arn"),
                source=schedule,
                properties=target,
            )
        if not functions:
            for resource in triggers.graph.find(target.get("Arn"), *WRITABLE):
                triggers.senders.feed(resource.id, f"{name} starts it", NOBODY, schedule.location)


def _pipe(triggers: Triggers, pipe: Resource) -> None:
    properties = pipe.properties
    sources = triggers.graph.find(properties.get("Source"), *WRITABLE)
    shown = name_of(sources[0]) if sources else rendered(first(properties, "Source"))
    word = f"{sources[0].kind} " if sources else ""
    sender: AnySender = Sender(
        Exposure.ACCOUNT,
        f"whoever may write to {shown}",
        f"{shown} is in no template, so its policy is not known",
        place(properties, "Source"),
    )
    if sources:
        sender = triggers.of_resource(sources[0])
    for key, role in (("Enrichment", "enrichment"), ("Target", "target")):
        value = properties.get(key)
        at = place(properties, key)
        for function in triggers.graph.functions(value):
            name = f"pipe {name_of(pipe)} from {word}{shown} ({role})"
            triggers.add("pipe", function, name, sender, at, source=pipe, properties=properties)
        if key == "Target":
            for resource in triggers.graph.find(value, *WRITABLE):
                triggers.senders.feed(
                    resource.id, f"pipe {name_of(pipe)} delivers to it", sender, at
                )
