"""Whether untrusted data may be a map or list, or is a plain text for certain.

Operators of a document database, keys such as ``__proto__`` and options of a template engine need a
structure: something that was parsed, or an event that is one. A text from an address or header, a
text that was put together, or a value that a test showed to be a text cannot carry them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import middlewares
from ringfence.dataflow.objects import Struct
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.values import Taint, Value

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

#: The mark of a value that became a text, and the proof that it is one.
TEXT = "text"
PARSED = "json"
NOT_A_STRUCTURE = "structure"

_TEXT_MAPS = frozenset(
    ("pathParameters", "queryStringParameters", "headers", "stageVariables",
     "multiValueQueryStringParameters", "multiValueHeaders", "cookies", "rawPath", "rawQueryString")
)  # fmt: skip
#: Kinds whose event is the sender's own structure; elsewhere it lies in a text that is parsed.
_OPEN_KINDS = frozenset(
    ("appsync", "stepfunctions", "invoke", "eventbridge", "iot", "schedule", "alexa", "pipe",
     "azure-eventgrid", "azure-cosmosdb", "google-firestore", "google-cloudevent", "cloudevents")
)  # fmt: skip
#: Ends of paths where the service that makes the event always puts a text.
_TEXT_ENDS = (
    ("s3", "object", "key"), ("detail", "object", "key"), ("logEvents", "[]", "message"),
)  # fmt: skip
_BODIES = frozenset(
    ("body", "json", "get_json", "json_body", "json_params", "rawBody", "media", "get_media",
     "payload")
)  # fmt: skip


def is_structure(machine: Machine, atom: Taint) -> bool:
    """Whether the sender may put a map where this stands."""
    proven = machine.proven.get(proven_key(atom), frozenset())
    if TEXT in atom.marks or NOT_A_STRUCTURE in atom.cleared or NOT_A_STRUCTURE in proven:
        return False
    if is_text_of_service(atom.path):
        return False
    if PARSED in atom.marks or "!json" in atom.path:
        return True
    if atom.source.label == "request.body":
        return True
    if atom.path[:1] == ("body",) and middlewares.PARSED_BODY in machine.memo:
        return True
    if atom.source.label == "request":
        words = _BODIES if machine.language == "python" else _BODIES | {"query"}
        return not words.isdisjoint(atom.path)
    if atom.source.kind != "event" or _TEXT_MAPS.intersection(atom.path[:1]):
        return False
    kinds = {trigger.kind for trigger in machine.triggers}
    return not kinds or bool(kinds & _OPEN_KINDS)


def is_text_of_service(path: tuple[str, ...]) -> bool:
    """Whether a service put a text here, such as an object's key, whatever the sender chose."""
    slot = path[-4:-2] == ("intent", "slots") and path[-1:] == ("value",)
    return slot or any(path[-len(end) :] == end for end in _TEXT_ENDS)


def uncompared(value: Value, depth: int = 4) -> Value:
    """A filter without what stands below ``$eq``: there, a map is compared and not obeyed."""
    if depth == 0 or not any(isinstance(obj, Struct) for obj in value.objects):
        return value
    return Value(
        value.consts,
        value.taint,
        tuple(without_equals(o, depth) if isinstance(o, Struct) else o for o in value.objects),
        value.open,
    )


def without_equals(struct: Struct, depth: int) -> Struct:
    copy = Struct(struct.kind, struct.born, struct.cls)
    copy.rest, copy.base, copy.names = struct.rest, struct.base, struct.names
    copy.fields = {
        key: uncompared(inner, depth - 1)
        for key, inner in struct.fields.items()
        if key not in ("$eq", "$ne", "$in", "$nin")
    }
    return copy
