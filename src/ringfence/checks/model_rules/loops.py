"""Functions that cause their own events, directly or through others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room, references
from ringfence.model.application import Channel, Trigger
from ringfence.model.facts import CloudCall, Step
from ringfence.model.rule import Rule
from ringfence.model.value import display, string

#: Longer cycles are not looked for: nobody reads them, and the search stays small.
MAX_LENGTH = 5


def recursive(room: Room, rule: Rule) -> Iterator[Draft]:
    """Cycles of channels, and functions that read the log group that they write."""
    starting = [channel for channel in room.facts.channels if _starts(room, channel)]
    for cycle in _cycles([*starting, *_from_calls(room)]):
        yield _draft(room, rule, cycle)
    yield from _own_logs(room, rule)


def _starts(room: Room, channel: Channel) -> bool:
    """Whether what is written starts the reader, and is not only read by it later."""
    trigger = room.application.triggers.get(channel.trigger)
    return channel.kind == "invoke" or (trigger is not None and trigger.function == channel.reader)


#: Calls that write to something that can start a function, by service.
_WRITES = {
    "s3": ("PutObject", "CopyObject", "UploadFile", "UploadFileobj", "CompleteMultipartUpload"),
    "sqs": ("SendMessage", "SendMessageBatch"),
    "sns": ("Publish", "PublishBatch"),
    "dynamodb": ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    "kinesis": ("PutRecord", "PutRecords"),
    "lambda": ("Invoke", "InvokeAsync"),
}


def _from_calls(room: Room) -> list[Channel]:
    """The channels that calls on named resources make. A trigger with a filter is left to the
    interpreter's channels: whether what is written passes it cannot be told from the call."""
    readers: dict[str, list[Trigger]] = defaultdict(list)
    for trigger in room.application.triggers.values():
        if trigger.source and not _FILTERS & trigger.properties.entries.keys():
            readers[trigger.source].append(trigger)
    names = _physical_names(room)
    known = {(channel.writer, channel.reader) for channel in room.facts.channels}
    found = []
    for call in room.facts.calls:
        if call.operation not in _WRITES.get(call.service, ()):
            continue
        for resource in _targets(call, names):
            for reader, start, kind in _reached(room, resource, readers):
                if (call.function, reader) not in known:
                    channel = Channel(kind, call.function, reader, resource, start, call.location)
                    found.append(channel)
    return sorted(found, key=lambda channel: (channel.location, channel.reader))


def _physical_names(room: Room) -> dict[str, str]:
    """Resource ids by the names that the template writes out, where they are unique."""
    found: dict[str, str] = {}
    for resource in room.application.resources.values():
        name = string(resource.name)
        if name:
            found[name] = "" if name in found else resource.id
    return {name: identifier for name, identifier in found.items() if identifier}


def _targets(call: CloudCall, names: dict[str, str]) -> set[str]:
    """The resources that a call names, by reference or by a written-out name."""
    arguments = call.arguments.values()
    found = {name for argument in arguments for name in argument.resources}
    texts = {text for argument in arguments for text in argument.texts}
    return found | {names[text] for text in texts if text in names}


_FILTERS = frozenset({"Filter", "FilterCriteria", "FilterPolicy"})


def _reached(
    room: Room, resource: str, readers: dict[str, list[Trigger]]
) -> Iterator[tuple[str, str, str]]:
    """(function, trigger, kind) of what a write to a resource starts."""
    if resource in room.application.functions:
        yield resource, "", "invoke"
    for trigger in readers.get(resource, ()):
        created = trigger.kind != "s3" or "Created" in display(trigger.properties.get("Event"))
        if created:
            yield trigger.function, trigger.id, trigger.kind


def _cycles(channels: list[Channel]) -> list[tuple[Channel, ...]]:
    """One shortest cycle for each group of functions that start each other."""
    outgoing: dict[str, list[Channel]] = defaultdict(list)
    for channel in channels:
        outgoing[channel.writer].append(channel)
    found: list[tuple[Channel, ...]] = []
    covered: set[str] = set()
    cycles = (cycle for start in sorted(outgoing) if (cycle := _shortest(start, outgoing)))
    for cycle in sorted(cycles, key=lambda steps: (len(steps), steps[0].writer)):
        members = {step.writer for step in cycle}
        if not members & covered:
            covered |= members
            found.append(cycle)
    return found


def _shortest(start: str, outgoing: dict[str, list[Channel]]) -> tuple[Channel, ...]:
    """The shortest way from a function back to itself; breadth first."""
    paths: list[tuple[Channel, ...]] = [(channel,) for channel in outgoing[start]]
    seen: set[str] = set()
    for _ in range(MAX_LENGTH):
        longer: list[tuple[Channel, ...]] = []
        for path in paths:
            last = path[-1].reader
            if last == start:
                return path
            if last not in seen:
                seen.add(last)
                longer.extend((*path, step) for step in outgoing.get(last, ()))
        paths = longer
    return ()


def _draft(room: Room, rule: Rule, cycle: tuple[Channel, ...]) -> Draft:
    application = room.application
    names = {key: function.logical_id for key, function in application.functions.items()}
    parts = []
    for step in cycle:
        resource = application.resources.get(step.resource)
        through = resource.logical_id if resource else "a direct call"
        reader = "itself" if len(cycle) == 1 else names.get(step.reader, step.reader)
        parts.append(
            f"{names.get(step.writer, step.writer)} writes to {through}, which starts {reader}"
        )
    first = cycle[0]
    exposure = max(room.exposure_of(step.writer) for step in cycle)
    return Draft(
        rule=rule,
        message=render(rule.message, {"story": "; ".join(parts)}),
        location=first.location,
        subject=names.get(first.writer, ""),
        severity=severity_for(rule, exposure, False),
        confidence="medium",
        function=first.writer,
        trigger=first.trigger,
        exposure=exposure,
        steps=tuple(Step(step.location, part) for step, part in zip(cycle, parts, strict=True)),
        anchors=tuple(step.location for step in cycle),
    )


def _own_logs(room: Room, rule: Rule) -> Iterator[Draft]:
    for trigger in room.application.triggers.values():
        function = room.application.functions.get(trigger.function)
        if trigger.kind != "logs" or function is None:
            continue
        group = room.application.resources.get(trigger.source)
        name = (
            group.properties.get("LogGroupName")
            if group
            else trigger.properties.get("LogGroupName")
        )
        if function.id not in {reference.resource for reference in references(name)}:
            continue
        story = f"{function.logical_id} is started by the log group that it writes to"
        yield Draft(
            rule=rule,
            message=render(rule.message, {"story": story}),
            location=trigger.location,
            subject=function.logical_id,
            severity=severity_for(rule, trigger.sender.exposure, False),
            function=function.id,
            trigger=trigger.id,
            anchors=(trigger.location, function.location),
        )


RULES = {"recursive": recursive}
