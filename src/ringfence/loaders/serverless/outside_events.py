"""Events of functions that the Serverless Framework deploys to Azure, Google, Knative and OpenFaaS.

Each provider's plugin writes them in its own way; what is plain becomes an event, the rest is left
unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.clouds.entries import method_of
from ringfence.loaders.clouds.manifests import SCRIPT_EVENTS
from ringfence.loaders.clouds.python import CONTEXT
from ringfence.loaders.construct import items_of
from ringfence.loaders.serverless.service import FunctionEntry
from ringfence.loaders.template import OutsideEvent
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Value, string

#: The keys of Azure's events → kind, and the key that names what delivers.
#: https://github.com/serverless/serverless-azure-functions
_AZURE = {
    "http": ("azure-http", "path"),
    "queue": ("azure-queue", "name"),
    "serviceBus": ("azure-servicebus", "queueName"),
    "blob": ("azure-blob", "path"),
    "eventHub": ("azure-eventhub", "name"),
    "eventGrid": ("azure-eventgrid", "name"),
    "cosmosDB": ("azure-cosmosdb", "collectionName"),
    "timer": ("azure-timer", "schedule"),
}
#: A word of Google's event types → kind. https://cloud.google.com/functions/docs/calling
_GOOGLE = {
    "pubsub": "google-pubsub",
    "storage": "google-storage",
    "firestore": "google-firestore",
}


def events_of(entry: FunctionEntry, provider: str) -> Iterator[OutsideEvent]:
    """The plain events of a function."""
    if provider == "openfaas":
        yield OutsideEvent(
            "openfaas", entry.location, method="ANY", path=f"/function/{entry.key}",
            script=("event", "openfaas.Context", "lambda.callback"), python=("event", ""),
        )  # fmt: skip
    elif provider == "knative":
        yield OutsideEvent("cloudevents", entry.location, method="ANY", path="/",
                           script=("event", "event.body.!json"))  # fmt: skip
    elif provider in ("azure", "google"):
        read = _azure if provider == "azure" else _google
        for item in items_of(entry.get("events")):
            if isinstance(item, Mapping):
                yield from read(entry, item)
            elif isinstance(item, Scalar) and item.value == "http":
                yield from read(entry, Mapping({"http": item}, item.location))


def _azure(entry: FunctionEntry, item: Mapping) -> Iterator[OutsideEvent]:
    for key, (kind, name) in _AZURE.items():
        value = item.get(key)
        if value is None:
            continue
        # An older form has http: true, with its settings beside the key.
        settings = value if isinstance(value, Mapping) else item
        inner = settings.get("x-azure-settings")
        if isinstance(inner, Mapping):
            settings = Mapping({**settings.entries, **inner.entries}, settings.location)
        http = kind == "azure-http"
        plain = "" if isinstance(value, Mapping) or http else string(value) or ""
        detail = plain or _text(settings, name)
        route = detail or _text(settings, "route") or entry.key
        event = SCRIPT_EVENTS.get(kind, "event")
        yield OutsideEvent(
            kind,
            item.key_location(key) or entry.location,
            detail="" if http else detail,
            level=(_text(settings, "authLevel") or "function").lower() if http else "",
            method=method_of(_methods(settings)) if http else "",
            path=f"/api/{route.lstrip('/')}" if http else "",
            script=(CONTEXT, event),
        )


def _methods(settings: Mapping) -> list[str]:
    found = [string(one) or "" for one in items_of(settings.get("methods"))]
    return [one for one in (*found, _text(settings, "method")) if one]


def _google(entry: FunctionEntry, item: Mapping) -> Iterator[OutsideEvent]:
    place: Location = entry.location
    if item.get("http") is not None:
        yield OutsideEvent(
            "google-http", item.key_location("http") or place, method="ANY",
            path=f"/{_text(item, 'http') or entry.key}",
            script=("express.Request", "express.Response"), python=("flask.request",),
        )  # fmt: skip
    event = item.get("event")
    if isinstance(event, Mapping):
        sort = _text(event, "eventType").lower()
        kind = next((kind for word, kind in _GOOGLE.items() if word in sort), "")
        if kind:
            resource = _text(event, "resource").rpartition("/")[2]
            both = ("event", "", "lambda.callback")
            yield OutsideEvent(kind, item.key_location("event") or place, resource,
                               script=both, python=both[:2])  # fmt: skip


def _text(settings: Mapping, key: str) -> str:
    value: Value | None = settings.get(key)
    return (string(value) if value is not None else None) or ""
