"""The WebSocket API whose clients a function writes to.

A client of the management API is made for an address; the code takes it from the event or from the
environment, so that the API and its stage are those of the template.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.application import Application, Resource
from ringfence.model.value import Reference
from ringfence.permissions.deliverers import references
from ringfence.permissions.physical import PhysicalNames

ACTION = "execute-api:ManageConnections"
_OPEN = ":*/*/"


def narrowed(action: str, arn: str, function: str, names: PhysicalNames) -> tuple[str, ...]:
    """The ARNs with the API and stage filled in where the template leaves one possibility for the
    function's own API, or for the application."""
    head, found, rest = arn.partition(_OPEN)
    if action != ACTION or not found:
        return (arn,)
    application = names.application
    apis = _own(application, function) or list(_sockets(application))
    stages = [
        f"{head}:{names.name(api.id)}/{names.text(stage.properties.get('StageName'))}/{rest}"
        for api in apis
        for stage in _stages(application, api)
    ]
    return tuple(dict.fromkeys(stages)) or (arn,)


def _own(application: Application, function: str) -> list[Resource]:
    triggers = application.triggers_of(function)
    sources = [t.source for t in triggers if t.kind == "apigateway-websocket"]
    return [application.resources[one] for one in sources if one in application.resources]


def _sockets(application: Application) -> Iterable[Resource]:
    for resource in application.resources_of("api"):
        value = resource.properties.get("ProtocolType")
        if value is not None and str(getattr(value, "value", "")).upper() == "WEBSOCKET":
            yield resource


def _stages(application: Application, api: Resource) -> Iterable[Resource]:
    for stage in application.resources_of("stage"):
        named = stage.properties.get("ApiId")
        held = [named] if isinstance(named, Reference) else references(named)
        if any(reference.resource == api.id for reference in held):
            yield stage
