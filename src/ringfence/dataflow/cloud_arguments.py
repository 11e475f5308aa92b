"""The arguments of a cloud call as its fact keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.directory import NAMING
from ringfence.dataflow.objects import External, Struct, deep_taint
from ringfence.dataflow.values import NOTHING, OWN_KINDS, Hole, Mix, Taint, Value, join
from ringfence.model.facts import CallArgument

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_TEXTS = 24
#: How deep structures are described, and how many arguments of one call in all.
MAX_DEPTH = 5
MAX_ARGUMENTS = 60
#: How many structures of one argument are looked into.
MAX_STRUCTURES = 200
#: What is carried, and names no resource.
PAYLOADS = frozenset(
    ("Item", "Body", "Message", "MessageBody", "MessageAttributes", "Data", "Payload", "Blob",
     "ExpressionAttributeValues", "ExpressionAttributeNames", "AttributeUpdates", "Expected",
     "Detail", "input", "SecretString", "SecretBinary", "Metadata", "Plaintext", "CiphertextBlob",
     "Content", "RawMessage", "TemplateData", "KeyConditions", "QueryFilter", "ScanFilter",
     "MetricData", "UserAttributes", "ClientMetadata", "parameters", "messages", "body", "payload",
     "PutRequest", "DeleteRequest", "ZipFile", "TemplateBody", "PolicyDocument", "Text", "TextList",
     "ExclusiveStartKey", "Keys", "logEvents", "responseBody", "sessionState", "parameterSets")
)  # fmt: skip
#: Maps whose keys the caller chooses, and which name resources.
_KEYED = frozenset(("RequestItems",))


def facts_of(machine: Machine, parameters: dict[str, Value]) -> dict[str, CallArgument]:
    """The arguments by name, what stands inside structures by its path."""
    found: dict[str, CallArgument] = {}
    for name, value in parameters.items():
        if name == "*":
            continue
        found[name] = described(machine, name, value)
        if (
            value.objects
            and name not in PAYLOADS
            and not (name == "Key" and "TableName" in parameters)
        ):
            _inside(machine, name, value, found, MAX_DEPTH, [MAX_STRUCTURES])
    return found


def _inside(
    machine: Machine,
    path: str,
    value: Value,
    found: dict[str, CallArgument],
    depth: int,
    left: list[int],
) -> None:
    """Describe what a structure holds, as far as its shape is known; ``left`` counts down."""
    left[0] -= 1
    for name, inner in _parts(path, value).items():
        if len(found) >= MAX_ARGUMENTS or left[0] < 0:
            return
        last = name.rpartition(".")[2].removesuffix("[]")
        structured = any(isinstance(obj, Struct) for obj in inner.objects)
        if last in PAYLOADS or (last == "Key" and structured):
            continue
        if structured and depth:
            if inner.consts:
                found[name] = described(machine, last, inner)
            _inside(machine, name, inner, found, depth - 1, left)
        else:
            found[name] = described(machine, last, inner)


def _parts(path: str, value: Value) -> dict[str, Value]:
    """The parts of every structure that a value may be, by their paths."""
    parts: dict[str, Value] = {}

    def add(name: str, inner: Value) -> None:
        parts[name] = join(parts.get(name, NOTHING), inner)

    for obj in value.objects:
        if not isinstance(obj, Struct):
            continue
        if obj.kind in ("list", "set"):
            items = obj.items()
            if not items.is_nothing:
                add(path + "[]", items)
            continue
        keyed = path.rpartition(".")[2] in _KEYED
        if keyed:
            keys = Value(tuple(key for key in obj.fields if isinstance(key, str))[:20])
            add(path + "{}", join(keys, join(obj.names, _any(obj))))
            continue
        for key, inner in obj.fields.items():
            if isinstance(key, str):
                add(f"{path}.{key}", inner)
    return parts


def _any(obj: Struct) -> Value:
    """Unknown keys beside those that are known."""
    loose = not obj.rest.is_nothing and obj.names.is_nothing
    return Value(open=True) if loose or obj.base is not None else NOTHING


def described(machine: Machine, name: str, value: Value) -> CallArgument:
    """An argument as the fact keeps it; a known name of a resource counts as the resource."""
    texts: list[str] = []
    resources: list[str] = []
    variables: list[str] = []
    for const in value.consts:
        if isinstance(const, Mix):
            texts.append(const.text())
            resources += const.resources()
            variables += const.variables()
        elif const is not None:
            texts.append(str(const))
    kind = NAMING.get("TableName" if name.endswith("RequestItems{}") else name)
    if kind is not None and machine.directory is not None and not resources:
        for text in texts:
            resources += machine.directory.of_text(text, kind, machine.function.id)
    if not texts and (value.open or value.taint):
        texts.append("*")
    return CallArgument(
        tuple(dict.fromkeys(texts))[:MAX_TEXTS],
        tuple(dict.fromkeys(resources)),
        any(atom.source.kind not in OWN_KINDS for atom in deep_taint(value)),
        tuple(dict.fromkeys(variables)),
        () if name in PAYLOADS else patterns_of(value),
    )


def patterns_of(value: Value) -> tuple[str, ...]:
    """Every text that a value may be, with what its unknown parts are."""
    found: dict[str, None] = {}
    whole = False
    for const in value.consts:
        if isinstance(const, Mix):
            found["".join(map(_part, const.parts))] = None
            whole = True
        elif const is not None:
            found[str(const)] = None
    marked = mark_of(value.taint)
    loose = value.taint and not whole
    if loose and marked and not value.consts:
        found[marked] = None
    elif value.open or loose or any(isinstance(obj, External) for obj in value.objects):
        found["*"] = None
    return tuple(found)[:MAX_TEXTS] if len(found) <= MAX_TEXTS else ("*",)


def _part(part: str | Hole) -> str:
    if isinstance(part, str):
        return part
    if part.resource:
        return f"⟦{part.resource}⟧"
    return f"⟦${part.variable}⟧" if part.variable else mark_of(part.taint) or "*"


#: Ends of event paths that name what delivers the event, and the mark of each.
_DELIVERING = {
    ("s3", "bucket", "name"): "⟦@bucket⟧",
    ("detail", "bucket", "name"): "⟦@bucket⟧",
    ("s3", "bucket", "arn"): "⟦@bucket⟧",
    ("eventSourceARN",): "⟦@source⟧",
    ("Sns", "TopicArn"): "⟦@source⟧",
    ("userPoolId",): "⟦@source⟧",
}


def mark_of(taint: tuple[Taint, ...]) -> str:
    """``⟦@bucket⟧`` or ``⟦@source⟧`` for a part of the event that the platform fills in with the
    name of what delivers it; "" for everything else."""
    marks = {_mark(atom) for atom in taint}
    return marks.pop() if len(marks) == 1 else ""


def _mark(atom: Taint) -> str:
    if atom.source.kind != "event" or atom.derived:
        return ""
    path = tuple(part for part in atom.path if not part.startswith(("[", "!")))
    return next((mark for end, mark in _DELIVERING.items() if path[-len(end) :] == end), "")
