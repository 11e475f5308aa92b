"""The ``Events`` of a function: one handler per type, each adding what a deployment makes."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.construct import branches_of, entries_of, mapping_of
from ringfence.loaders.sam.context import Expansion, Route, Shorthand
from ringfence.loaders.sam.events.event import Event
from ringfence.loaders.sam.roles import RoleDraft
from ringfence.loaders.sam.targets import Target
from ringfence.model.value import Mapping, Unknown, display, string


def expand_events(
    source: Shorthand, target: Target, draft: RoleDraft, expansion: Expansion
) -> None:
    """Adds the resources of every event, of both branches of an undecided condition."""
    for name, value, place in entries_of(source.get("Events")):
        for branch in branches_of(value):
            if isinstance(branch, Mapping):
                kind = string(branch.get("Type")) or ""
                properties = mapping_of(branch.get("Properties"))
                event = Event(name, kind, properties, place, source, target, draft, expansion)
                _handle(event)
            elif isinstance(branch, Unknown):
                expansion.skip(
                    f"event {name} of {source.logical_id}", branch.reason, branch.location
                )


def _handle(event: Event) -> None:
    if event.kind in ("Api", "HttpApi"):
        _route(event)
        return
    handler = _handlers().get(event.kind)
    if handler is None:
        event.expansion.skip(
            f"event {event.name} of {event.source.logical_id}",
            f"unknown event type {event.kind or 'without a Type'}",
            event.location,
            "use a type of the SAM specification",
        )
        return
    handler(event)


def _handlers() -> dict[str, Callable[[Event], None]]:
    from ringfence.loaders.sam.events import poll, push, schedules

    return {**push.HANDLERS, **poll.HANDLERS, **schedules.HANDLERS}


def _route(event: Event) -> None:
    """Api and HttpApi events wait until every function has been read."""
    rest = event.kind == "Api"
    properties = event.properties
    path = properties.get("Path")
    default_path = "/" if rest else "$default"
    default_method = "any" if rest else "x-amazon-apigateway-any-method"
    event.expansion.routes.append(
        Route(
            "rest" if rest else "http",
            properties.get("RestApiId" if rest else "ApiId"),
            display(path) if path is not None else default_path,
            (string(properties.get("Method")) or default_method).lower(),
            event.name,
            properties,
            event.source,
            event.location,
            event.target,
        )
    )
