"""Narrowed triggers as a patch of people's own templates.

A trigger is found in the template by the line that declares it: an event of a SAM function, one of
a Serverless function, or a resource. What cannot be said there in one place is refused with a
note that says what to do by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringfence.contract.exports.patches import MAX_BYTES, Written
from ringfence.edits import EditError, Note, Patch, decode_exact, remove_property, set_property
from ringfence.edits.document import Document
from ringfence.edits.document import Path as NodePath
from ringfence.edits.nodes import Node, data_of
from ringfence.edits.result import Change
from ringfence.files import read_regular
from ringfence.model.contract import FunctionDraft, NarrowTrigger
from ringfence.model.record import record

#: Types of SAM's events by what narrows them, and the property that does.
_SAM_TYPES = {"method": ("Api", "HttpApi"), "event-name": ("DynamoDB",), "s3-events": ("S3",),
              "detail-type": ("EventBridgeRule", "CloudWatchEvent"),
              "source": ("EventBridgeRule", "CloudWatchEvent")}  # fmt: skip
_BY_HAND = "change it by hand"
#: An edit: a place, and its new value; None takes it away.
Edit = tuple[NodePath, Any]


@record(frozen=True)
class Place:
    """Where a trigger stands: ``form`` is sam-event, serverless-event or resource; ``path`` leads
    to its declaration, ``data`` is that as plain data."""

    form: str
    path: tuple[str | int, ...]
    data: Any


def trigger_patch(root: Path, drafts: Sequence[FunctionDraft]) -> Written:
    """The patch that narrows every trigger of these functions as far as one place can say it.

    Raises:
        OSError: a template cannot be read.
    """
    texts: dict[str, str] = {}
    encodings: dict[str, str] = {}
    before: dict[str, str] = {}
    notes: list[Note] = []
    # From the end, so that lines above stay what they were.
    wanted = [(one, draft.contract.key) for draft in drafts for one in draft.narrow]
    for one, key in sorted(wanted, key=lambda pair: (pair[0].template, -pair[0].line)):
        name = one.template
        if name not in texts:
            texts[name], encodings[name] = decode_exact(read_regular(root / name, MAX_BYTES), name)
            before[name] = texts[name]
        try:
            texts[name] = narrowed(texts[name], one)
        except EditError as problem:
            what = f"trigger {one.name}: {problem.what}"
            notes.append(Note("refused", key, what, f"{name}:{one.line}", advice(one)))
    changes = (Change(name, before[name], texts[name]) for name in sorted(texts))
    changed = tuple(one for one in changes if one.before != one.after)
    return Written(Patch(changed, tuple(reversed(notes))), encodings)


def narrowed(text: str, trigger: NarrowTrigger) -> str:
    """The template's text with one trigger narrowed.

    Raises:
        EditError: the trigger does not stand there, or cannot be narrowed in one place.
    """
    document = Document(text, trigger.template)
    place = _place(document, trigger)
    if place is None:
        raise _refused(trigger, "it is not written out at this line")
    for path, value in _edits(place, trigger):
        if value is None:
            text = remove_property(text, path, trigger.template)
        else:
            text = set_property(text, path, value, trigger.template)
    return text


def advice(trigger: NarrowTrigger) -> str:
    """What to do where the patch cannot."""
    if not trigger.kept:
        return "take it away by hand"
    return f"{_BY_HAND}: let through {', '.join(trigger.kept)} only"


def _refused(trigger: NarrowTrigger, what: str) -> EditError:
    return EditError(what, f"{trigger.template}:{trigger.line}", advice(trigger))


# --- places ---


def _place(document: Document, trigger: NarrowTrigger) -> Place | None:
    """The declaration that stands at the trigger's line, as deep as one can say."""
    for path, form in _declarations(document):
        key_line, node = _at(document, path)
        if node is not None and key_line == trigger.line:
            return Place(form, path, data_of(node, document.tree))
    return None


def _declarations(document: Document) -> Iterator[tuple[tuple[str | int, ...], str]]:
    resources = document.find(("Resources",))
    for name in resources.keys() if resources is not None else ():
        events = document.find(("Resources", name, "Properties", "Events"))
        for event in events.keys() if events is not None else ():
            yield ("Resources", name, "Properties", "Events", event), "sam-event"
        yield ("Resources", name), "resource"
    functions = document.find(("functions",))
    for name in functions.keys() if functions is not None else ():
        listed = document.find(("functions", name, "events"))
        for number in range(len(listed.items) if listed is not None else 0):
            yield ("functions", name, "events", number), "serverless-event"


def _at(document: Document, path: tuple[str | int, ...]) -> tuple[int, Node | None]:
    """The line of a declaration's key, or of an item, and its value."""
    parent = document.tree.target(document.find(path[:-1]))
    step = path[-1]
    if parent is None:
        return 0, None
    if isinstance(step, int):
        item = parent.items[step]
        return document.line_of(item), item
    index = parent.index(step)
    if index is None:
        return 0, None
    key, value = parent.entries[index]
    return document.line_of(key), value


# --- edits ---


def _edits(place: Place, trigger: NarrowTrigger) -> list[Edit]:
    if place.form == "sam-event":
        return list(_sam(place, trigger))
    if place.form == "serverless-event":
        return list(_serverless(place, trigger))
    return list(_resource(place, trigger))


def _sam(place: Place, trigger: NarrowTrigger) -> Iterator[Edit]:
    data = place.data if isinstance(place.data, dict) else {}
    if not trigger.kept:
        yield place.path, None
        return
    if data.get("Type") not in _SAM_TYPES.get(trigger.by, ()):
        raise _refused(trigger, f"an event of the type {data.get('Type')} has no such property")
    base = (*place.path, "Properties")
    if trigger.by == "method":
        yield from _sam_methods(place, trigger, data)
    elif trigger.by == "event-name":
        yield (*base, "FilterCriteria"), _criteria(data.get("Properties"), trigger)
    elif trigger.by == "s3-events":
        yield (*base, "Events"), _one_or_list(trigger.kept)
    else:
        yield (*base, "Pattern", trigger.by), list(trigger.kept)


def _sam_methods(place: Place, trigger: NarrowTrigger, data: dict[str, Any]) -> Iterator[Edit]:
    """One event for each method, the first in the place of the one that stands there."""
    settings = data.get("Properties")
    if not isinstance(settings, dict) or "Method" not in settings:
        raise _refused(trigger, "it names no method")
    first, *others = trigger.kept
    yield (*place.path, "Properties", "Method"), first
    for method in others:
        copied = {**data, "Properties": {**settings, "Method": method}}
        yield (*place.path[:-1], f"{place.path[-1]}{method.capitalize()}"), copied


def _criteria(settings: Any, trigger: NarrowTrigger) -> dict[str, Any]:
    from ringfence.contract.triggers import stream_filters

    known = stream_filters(settings.get("FilterCriteria") if isinstance(settings, dict) else None)
    pattern = {**(known[0] if known else {}), "eventName": list(trigger.kept)}
    return {"Filters": [{"Pattern": json.dumps(pattern)}]}


def _one_or_list(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _serverless(place: Place, trigger: NarrowTrigger) -> Iterator[Edit]:
    if not trigger.kept:
        yield place.path, None
        return
    data = place.data if isinstance(place.data, dict) else {}
    if trigger.by == "method":
        yield from _serverless_method(place, trigger, data)
        return
    name = {"event-name": "stream", "s3-events": "s3"}.get(trigger.by, "eventBridge")
    if not isinstance(data.get(name), dict):
        raise _refused(trigger, f"its {name} event is not written out")
    if trigger.by == "event-name":
        known = data[name].get("filterPatterns")
        pattern = known[0] if isinstance(known, list) and known else {}
        value = [{**(pattern if isinstance(pattern, dict) else {}), "eventName": [*trigger.kept]}]
        yield (*place.path, name, "filterPatterns"), value
    elif trigger.by == "s3-events":
        if len(trigger.kept) > 1:
            raise _refused(trigger, "one event names one kind of change")
        yield (*place.path, name, "event"), trigger.kept[0]
    else:
        yield (*place.path, name, "pattern", trigger.by), list(trigger.kept)


def _serverless_method(
    place: Place, trigger: NarrowTrigger, data: Mapping[str, Any]
) -> Iterator[Edit]:
    name = "httpApi" if "httpApi" in data else "http"
    event = data.get(name)
    if len(trigger.kept) > 1:
        raise _refused(trigger, "it would be one event for each method")
    method = trigger.kept[0]
    if isinstance(event, str) and " " in event:
        yield (*place.path, name), f"{method} {event.split(None, 1)[1]}"
    elif isinstance(event, dict) and "method" in event:
        yield (*place.path, name, "method"), method
    else:
        raise _refused(trigger, "it names no method")


def _resource(place: Place, trigger: NarrowTrigger) -> Iterator[Edit]:
    data = place.data if isinstance(place.data, dict) else {}
    kind, settings = data.get("Type"), data.get("Properties")
    base = (*place.path, "Properties")
    settings = settings if isinstance(settings, dict) else {}
    if kind == "AWS::Lambda::EventSourceMapping" and not trigger.kept:
        yield place.path, None
    elif kind == "AWS::Lambda::EventSourceMapping" and trigger.by == "event-name":
        yield (*base, "FilterCriteria"), _criteria(settings, trigger)
    elif kind == "AWS::ApiGateway::Method" and len(trigger.kept) == 1:
        yield (*base, "HttpMethod"), trigger.kept[0]
    elif kind == "AWS::ApiGatewayV2::Route" and len(trigger.kept) == 1:
        route = str(settings.get("RouteKey", ""))
        if " " not in route:
            raise _refused(trigger, "its route has no method")
        yield (*base, "RouteKey"), f"{trigger.kept[0]} {route.split(None, 1)[1]}"
    else:
        raise _refused(trigger, "it takes more than one change")
