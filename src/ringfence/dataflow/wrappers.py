"""Classes that libraries wrap around an event: an attribute is a field under Python's name.

Powertools for AWS Lambda (``SQSEvent``, ``APIGatewayProxyEvent`` …) has ``event.records`` for
``event["Records"]``, ``record.json_body`` for the parsed body, ``path_parameters`` for
``pathParameters``. A plain dict has no attributes, so every attribute of an event is of this kind.
https://docs.powertools.aws.dev/lambda/python/latest/utilities/data_classes/
"""

from __future__ import annotations

from ringfence.dataflow.structures import PARSED
from ringfence.dataflow.values import Taint
from ringfence.model.location import Location

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
}
_BELOW = {"Sns": {"message": "Message", "subject": "Subject", "topic_arn": "TopicArn"}}


def read(atom: Taint, name: str, place: Location) -> Taint:
    """The taint of one attribute of a wrapped event."""
    if atom.source.label != "event" or atom.derived:
        return atom.at(name, place)
    for key in steps(atom.path, name):
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
