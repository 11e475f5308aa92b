"""Triggers that cause more events than the code does anything with: declared × handled.

The interpreter says for which values of a path of its event a function acts at all, every other
event being refused or ignored (``handled``, ``acted``: :mod:`ringfence.model.facts`). Where the
path is one that the template can filter by (the method of a request, the name of a change, the type
of an event), and the template lets more through, the trigger is too wide; where it lets nothing
through that the code acts on, no branch handles it. Whatever is not certain is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ringfence.model.application import Application, Function, Trigger
from ringfence.model.contract import NarrowTrigger
from ringfence.model.facts import EventTest
from ringfence.model.value import Sequence as Values
from ringfence.model.value import plain, string

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
CHANGES = ("INSERT", "MODIFY", "REMOVE")
#: Where the method stands; an HTTP API sends either form of event.
_OLD_METHODS = (("httpMethod",), ("requestContext", "httpMethod"))
_METHOD_PATHS = {
    "apigateway-rest": _OLD_METHODS,
    "apigateway-http": (("requestContext", "http", "method"), *_OLD_METHODS),
}
_ROUTE_PATHS = (("routeKey",), ("requestContext", "routeKey"))
_RESOURCE_PATHS = (("resource",), ("requestContext", "resourcePath"))
_EVENT_NAME = ("Records", "[]", "eventName")
_SENDER_PATHS = (("Records", "[]", "eventSource"), ("Records", "[]", "EventSource"))
#: What stands in ``eventSource`` of the records that a kind of trigger brings.
_SENDERS = {"s3": "aws:s3", "sqs": "aws:sqs", "dynamodb-stream": "aws:dynamodb",
            "kinesis": "aws:kinesis", "sns": "aws:sns", "ses": "aws:ses"}  # fmt: skip
#: Routes of a WebSocket that must be answered, whatever the code does.
_NEEDED_ROUTES = ("$connect", "$disconnect", "$default")


def narrowed_triggers(
    function: Function, application: Application, tests: Iterable[EventTest]
) -> list[NarrowTrigger]:
    """The triggers of a function that let through more than its code acts on."""
    routes = [test for test in tests if test.kind in ("handled", "acted")]
    triggers = application.triggers_of(function.id)
    if not routes or not triggers:
        return []
    found = [*_by_sender(triggers, routes), *_s3(triggers, routes)]
    for trigger in triggers:
        if trigger.kind in _METHOD_PATHS:
            found += _methods(trigger, routes)
        if trigger.kind in ("apigateway-http", "apigateway-websocket", "apigateway-rest"):
            found += _routes(trigger, routes)
        if trigger.kind == "dynamodb-stream":
            found += _changes(trigger, routes)
        if trigger.kind == "eventbridge":
            found += _patterns(trigger, routes, application)
    first = {one.trigger: one for one in reversed(found)}
    return sorted(first.values(), key=lambda one: (one.template, one.line, one.trigger))


def _route(
    tests: Sequence[EventTest], paths: Sequence[tuple[str, ...]], kinds: Sequence[str]
) -> EventTest | None:
    """The one test that says which values of one of these paths are acted on."""
    found = [test for test in tests if test.path in paths and test.kind in kinds]
    return found[0] if len({(test.path, test.values) for test in found}) == 1 else None


def _narrow(
    trigger: Trigger, test: EventTest, by: str, declared: Sequence[str], kept: Sequence[str]
) -> NarrowTrigger:
    place = trigger.location
    return NarrowTrigger(
        trigger.id, trigger.kind, trigger.name, place.file, place.line, by, tuple(declared),
        tuple(test.values), tuple(kept), f"{test.location.file}:{test.location.line}",
    )  # fmt: skip


def _methods(trigger: Trigger, tests: Sequence[EventTest]) -> Iterator[NarrowTrigger]:
    """``ANY``, of which some methods are refused; a method that is refused."""
    test = _route(tests, _METHOD_PATHS[trigger.kind], ("handled",))
    if test is None or trigger.path == "$default":
        return
    if any(value not in METHODS for value in test.values):
        return
    method = trigger.method.upper()
    if method in ("ANY", "*"):
        kept = [one for one in METHODS if one in test.values]
        if len(kept) < len(METHODS):
            yield _narrow(trigger, test, "method", ("ANY",), kept)
    elif method in METHODS and method not in test.values:
        yield _narrow(trigger, test, "method", (method,), ())


def _routes(trigger: Trigger, tests: Sequence[EventTest]) -> Iterator[NarrowTrigger]:
    """A route that is refused."""
    if trigger.kind == "apigateway-rest":
        test, declared = _route(tests, _RESOURCE_PATHS, ("handled",)), trigger.path
    else:
        test = _route(tests, _ROUTE_PATHS, ("handled",))
        declared = trigger.name if trigger.kind == "apigateway-websocket" else (
            f"{trigger.method} {trigger.path}"
        )  # fmt: skip
    declared = declared.strip()
    if test is None or not declared or any(value.endswith("*") for value in test.values):
        return
    default = declared in _NEEDED_ROUTES or declared.endswith("$default")
    if not default and declared not in test.values:
        yield _narrow(trigger, test, "route", (declared,), ())


def _changes(trigger: Trigger, tests: Sequence[EventTest]) -> Iterator[NarrowTrigger]:
    """Changes of a table of which the code ignores some."""
    test = _route(tests, (_EVENT_NAME,), ("handled", "acted"))
    filters = stream_filters(plain(trigger.properties.get("FilterCriteria")))
    if test is None or filters is None or len(filters) > 1:
        return
    names = filters[0].get("eventName", list(CHANGES)) if filters else list(CHANGES)
    if not isinstance(names, list) or not all(name in CHANGES for name in names):
        return
    kept = [name for name in names if name in test.values]
    if len(kept) < len(names):
        yield _narrow(trigger, test, "event-name", names, kept)


def stream_filters(criteria: Any) -> list[dict[str, Any]] | None:
    """The patterns of ``FilterCriteria`` as data; None where one cannot be read."""
    if criteria is None:
        return []
    filters = criteria.get("Filters") if isinstance(criteria, dict) else None
    if not isinstance(filters, list):
        return None
    found = []
    for one in filters:
        text = one.get("Pattern") if isinstance(one, dict) else None
        try:
            pattern = json.loads(text) if isinstance(text, str) else None
        except (ValueError, RecursionError):
            return None
        if not isinstance(pattern, dict):
            return None
        found.append(pattern)
    return found


def _s3(triggers: Sequence[Trigger], tests: Sequence[EventTest]) -> Iterator[NarrowTrigger]:
    """Events of a bucket of which the code ignores some; those of one declaration together."""
    test = _route(tests, (_EVENT_NAME,), ("handled", "acted"))
    by_place: dict[tuple[str, int], list[Trigger]] = {}
    for trigger in triggers:
        if trigger.kind == "s3":
            place = (trigger.location.file, trigger.location.line)
            by_place.setdefault(place, []).append(trigger)
    for group in by_place.values() if test is not None else ():
        declared = [string(trigger.properties.get("Event")) or "" for trigger in group]
        if test is None or not all(name.startswith("s3:") for name in declared):
            continue
        kept = list(dict.fromkeys(one for name in declared for one in _kept(name, test.values)))
        if kept != declared:
            yield _narrow(group[0], test, "s3-events", declared, kept)


def _kept(declared: str, handled: Sequence[str]) -> list[str]:
    """What is left of ``s3:ObjectCreated:*`` of which the code acts on these names."""
    name = declared.removeprefix("s3:")
    found = []
    for value in handled:
        if value.endswith("*"):
            start = value.removesuffix("*")
            if name.startswith(start):
                return [declared]
            if name.endswith("*") and start.startswith(name[:-1]):
                found.append(f"s3:{start}" if ":" in start and start[-1] != ":" else declared)
        elif value == name:
            return [declared]
        elif name.endswith("*") and value.startswith(name[:-1]):
            found.append(f"s3:{value}")
    return found


def _patterns(
    trigger: Trigger, tests: Sequence[EventTest], application: Application
) -> Iterator[NarrowTrigger]:
    """A rule whose pattern says nothing of what the code asks, or allows more."""
    rule = application.resources.get(trigger.source)
    pattern = plain(rule.properties.get("EventPattern")) if rule is not None else None
    targets = rule.properties.get("Targets") if rule is not None else None
    if not isinstance(pattern, dict) or not isinstance(targets, Values) or len(targets) != 1:
        return
    for name in ("detail-type", "source"):
        test = _route(tests, ((name,),), ("handled", "acted"))
        declared = pattern.get(name)
        if test is None or any(value.endswith("*") for value in test.values):
            continue
        if declared is None:
            yield _narrow(trigger, test, name, ("*",), test.values)
        elif isinstance(declared, list) and all(isinstance(one, str) for one in declared):
            kept = [one for one in declared if one in test.values]
            if len(kept) < len(declared):
                yield _narrow(trigger, test, name, declared, kept)


def _by_sender(triggers: Sequence[Trigger], tests: Sequence[EventTest]) -> Iterator[NarrowTrigger]:
    """Services whose records the code passes over."""
    test = _route(tests, _SENDER_PATHS, ("handled", "acted"))
    for trigger in triggers if test is not None else ():
        sender = _SENDERS.get(trigger.kind)
        if test is not None and sender is not None and not _takes(test.values, sender):
            yield _narrow(trigger, test, "sender", (sender,), ())


def _takes(values: Sequence[str], name: str) -> bool:
    return any(
        name.startswith(value[:-1]) if value.endswith("*") else name == value for value in values
    )
