"""The ``events`` of functions: one handler per type, each adding what the framework would."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.construct import branches_of, items_of
from ringfence.loaders.serverless.builder import Builder, Event
from ringfence.loaders.serverless.service import FunctionEntry
from ringfence.model.value import Mapping, Scalar, Unknown, string

Handler = Callable[[Event], None]


def compile_events(builder: Builder) -> None:
    """Adds the resources of every event of every function."""
    handlers = _handlers()
    for function in builder.service.functions:
        numbers: dict[str, int] = {}
        for position, item in enumerate(items_of(function.get("events")), 1):
            numbers["position"] = position
            _read(item, function, builder, numbers, handlers)


def _read(
    item: object,
    function: FunctionEntry,
    builder: Builder,
    numbers: dict[str, int],
    handlers: dict[str, Handler],
) -> None:
    """One item of ``events``: ``{kind: settings}``, or the bare kind."""
    if isinstance(item, Unknown):
        builder.skip(f"an event of {function.key}", item.reason, item.location)
        return
    if isinstance(item, Mapping):
        pairs = [(key, value, item.key_location(key)) for key, value in item.entries.items()]
    elif isinstance(item, Scalar) and (kind := string(item)):
        pairs = [(kind, Scalar(None, item.location), item.location)]
    else:
        return
    for kind, value, place in pairs:
        for branch in branches_of(value):
            numbers[kind] = numbers.get(kind, 0) + 1
            event = Event(
                kind, branch, place, function, builder, numbers[kind], numbers["position"]
            )
            handler = handlers.get(kind)
            if handler is None:
                event.skip("this event type is not known (a plugin's?)")
            elif isinstance(branch, Unknown):
                event.skip(branch.reason)
            else:
                handler(event)


def _handlers() -> dict[str, Handler]:
    from ringfence.loaders.serverless.events import http_api, other, poll, push, rest, websocket

    return {
        **push.HANDLERS,
        **poll.HANDLERS,
        **other.HANDLERS,
        "http": rest.compile_http,
        "httpApi": http_api.compile_http_api,
        "websocket": websocket.compile_websocket,
    }


def finish(builder: Builder) -> None:
    """What the APIs need once all their routes are there."""
    from ringfence.loaders.serverless.events import http_api, rest, websocket

    rest.finish(builder)
    http_api.finish(builder)
    websocket.finish(builder)
