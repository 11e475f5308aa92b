"""What letters carry: taken from the call that sends, and put together for who reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import carriers, cloud_calls, exposures
from ringfence.dataflow.letters import Letter, fresh
from ringfence.dataflow.objects import JsonText, Struct
from ringfence.dataflow.values import NOTHING, Const, Mix, Value, join, join_all
from ringfence.model.application import Application

if TYPE_CHECKING:
    from ringfence.dataflow.state import CallRecord

Parameters = dict[str, Value]


def answer_of(letter: Letter, operation: str, document: bool, whole: bool) -> Value:
    """What a reading call gives of one stored value; ``whole`` with all of its fields."""
    value = fresh(letter.value)
    way = carriers.ANSWERS[operation].get(letter.place)
    if way is None:
        return NOTHING
    if letter.place == "any":
        wild = Struct("map", None)
        inner = join_all(obj.items() for obj in value.objects if isinstance(obj, Struct))
        wild.rest = inner if not inner.is_nothing else value
        value = Value(objects=(wild,))
    elif letter.place == "item" and document and not letter.document:
        value = cloud_calls.unwrapped(value)
    elif letter.place == "item" and letter.document and not document:
        value = cloud_calls.wrapped(Struct("map", None), value)
    if letter.place == "item" and whole:
        value = exposures.as_record(value)
    elif letter.place == "payload":
        value = Value(objects=(JsonText(value),))
    for part in reversed(way):
        if part in ("[]", "*"):
            struct = Struct("list" if part == "[]" else "map", None)
            struct.rest = value
            value = Value(objects=(struct,))
        else:
            value = map_value(part, value)
    return value


def names_in(value: Value) -> Value:
    """The name of a store, or all names: of a list, or the keys of a map of requests."""
    result = Value(value.consts, (), (), value.open)
    for obj in value.objects:
        if isinstance(obj, Struct) and obj.kind == "map":
            keys = tuple(key for key in obj.fields if isinstance(key, str))
            result = join(result, join(Value(keys), obj.names))
        elif isinstance(obj, Struct):
            result = join(result, names_in(obj.items()))
    return result


def letters_of(record: CallRecord, carrier: carriers.Carrier) -> list[Parameters]:
    """The letters of a call: one, or one for each entry of a batch."""
    if not carrier.entries or carrier.entries not in record.values:
        return [record.values]
    found: list[Parameters] = []
    given = record.values.get(carrier.entries, NOTHING)
    if carrier.entries == "RequestItems":
        for obj in given.objects:
            if isinstance(obj, Struct):
                table = {"TableName": names_in(Value(objects=(obj,)))}
                found += [{**table, **fields} for fields in entries_of(obj.items())]
        return found
    return [{**record.values, **fields} for fields in entries_of(given)]


def entries_of(value: Value) -> Iterator[Parameters]:
    """The fields of each entry of a batch, also of the request that an entry holds."""
    for obj in value.objects:
        if not isinstance(obj, Struct):
            continue
        for entry in (*obj.fields.values(), obj.rest):
            for one in entry.objects:
                if isinstance(one, Struct):
                    fields = {str(key): inner for key, inner in one.fields.items()}
                    for name in ("Put", "Update", "PutRequest"):
                        for request in fields.get(name, NOTHING).objects:
                            if isinstance(request, Struct):
                                fields |= {str(k): v for k, v in request.fields.items()}
                    yield fields


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
