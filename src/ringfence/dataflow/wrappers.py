"""Classes that libraries wrap around an event: an attribute is a field under Python's name.

Powertools for AWS Lambda (``SQSEvent``, ``APIGatewayProxyEvent`` …) has ``event.records`` for
``event["Records"]``, ``record.json_body`` for the parsed body, ``path_parameters`` for
``pathParameters``. A plain dict has no attributes, so every attribute of an event is of this kind.
https://docs.powertools.aws.dev/lambda/python/latest/utilities/data_classes/

Other clouds hand over objects of their own (``HttpRequest``, ``QueueMessage``, ``InputStream``):
their attributes and methods are in the descriptions of the events (``members``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.structures import PARSED
from ringfence.dataflow.values import Taint, Value, tainted
from ringfence.model.application import OUTSIDE_KINDS
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: What the members of an event's object are, by name; None where the event is no such object.
Members = dict[str, tuple[str, ...]]

_NAMES: dict[str, tuple[str, ...]] = {
    "records": ("Records",),
    "record": ("Records", "[]"),
    "json_body": ("body", "!json"),
    "decoded_body": ("body",),
    "decoded_data": ("data",),
    "data_as_json": ("data", "!json"),
    "raw_event": (),
    "sns": ("Sns",),
    "sns_message": ("Sns", "Message"),
    "new_image": ("NewImage",),
    "old_image": ("OldImage",),
    "keys": ("Keys",),
    "get_object": ("object",),
    "event_source_arn": ("eventSourceARN",),
    "event_name": ("eventName",),
    "json_value": ("value", "!json"),
    "ses": ("ses",),
    "object_key": ("Records", "[]", "s3", "object", "key"),
    "bucket_name": ("Records", "[]", "s3", "bucket", "name"),
}
_BELOW = {"Sns": {"message": "Message", "subject": "Subject", "topic_arn": "TopicArn"}}


def members_of(machine: Machine) -> Members | None:
    """The members of the objects that a function of another cloud receives; None for functions of
    AWS, whose events are plain structures."""
    kinds = {trigger.kind for trigger in machine.triggers} & OUTSIDE_KINDS
    if not kinds:
        return None
    found: Members = {}
    for kind in sorted(kinds):
        shape = machine.events.shapes.get(kind)
        found.update(shape.members.get(machine.language, {}) if shape is not None else {})
    return found


def read(machine: Machine, atom: Taint, name: str, place: Location) -> Taint:
    """The taint of one attribute of a wrapped event."""
    if atom.source.label != "event" or atom.derived:
        return atom.at(name, place)
    members = machine.members
    if members is not None:
        return along(atom, members.get(name, (name,)) if is_whole(atom) else (name,), place)
    if machine.language != "python":
        return atom.at(name, place)
    return along(atom, steps(atom.path, name), place)


def called(machine: Machine, receiver: Value, name: str, place: Location) -> Value | None:
    """What a method of the event's object gives; None for every other method."""
    path = machine.members.get(name) if machine.members else None
    if path is None or not receiver.taint or not all(is_whole(atom) for atom in receiver.taint):
        return None
    return tainted(along(atom, path, place) for atom in receiver.taint)


def is_whole(atom: Taint) -> bool:
    """Whether it is the event itself, or one of a batch."""
    whole = atom.path in ((), ("[]",))
    return whole and atom.source.label == "event" and not atom.derived


def along(atom: Taint, path: tuple[str, ...], place: Location) -> Taint:
    for key in path:
        atom = atom.at(key, place)
    if atom.path[-1:] == ("!json",):
        return atom.changed(marks=(PARSED,))
    return atom


def steps(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    known = _NAMES.get(name)
    if known is not None:
        return known
    below = _BELOW.get(path[-1] if path else "", {})
    if name in below:
        return (below[name],)
    if "_" not in name:
        return (name,)
    head, *rest = name.split("_")
    return (head + "".join(word[:1].upper() + word[1:] for word in rest),)
