"""Calls that register functions of other clouds in JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.clouds.entries import Entry, method_of
from ringfence.loaders.clouds.names import Names, fields, parameter_names, positional, top_level
from ringfence.loaders.clouds.python import CONTEXT, kind_by_use
from ringfence.model import syntax
from ringfence.model.location import Location
from ringfence.model.record import record

_EVENT = ("event", CONTEXT)
_MESSAGE = ("event.body.!json", CONTEXT)
_EXPRESS = ("express.Request", "express.Response")


@record(frozen=True)
class Call:
    """``detail`` are the options that name what delivers, ``parameters`` what the handler gets."""

    kind: str
    detail: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ("event",)
    methods: tuple[str, ...] = ()
    level: str = ""


#: Azure Functions, programming model 4: methods of ``app``.
#: https://learn.microsoft.com/azure/azure-functions/functions-reference-node
_AZURE = {
    "http": Call("azure-http", parameters=_EVENT),
    "get": Call("azure-http", parameters=_EVENT, methods=("GET",)),
    "post": Call("azure-http", parameters=_EVENT, methods=("POST",)),
    "put": Call("azure-http", parameters=_EVENT, methods=("PUT",)),
    "patch": Call("azure-http", parameters=_EVENT, methods=("PATCH",)),
    "deleteRequest": Call("azure-http", parameters=_EVENT, methods=("DELETE",)),
    "storageQueue": Call("azure-queue", ("queueName",), _MESSAGE),
    "serviceBusQueue": Call("azure-servicebus", ("queueName",), _MESSAGE),
    "serviceBusTopic": Call("azure-servicebus", ("topicName",), _MESSAGE),
    "storageBlob": Call("azure-blob", ("path",), ("event.content", CONTEXT)),
    "eventHub": Call("azure-eventhub", ("eventHubName",), _MESSAGE),
    "eventGrid": Call("azure-eventgrid", (), _EVENT),
    "cosmosDB": Call("azure-cosmosdb", ("containerName", "collectionName"), _EVENT),
    "timer": Call("azure-timer", ("schedule",), _EVENT),
}
#: https://github.com/GoogleCloudPlatform/functions-framework-nodejs
_GOOGLE = {
    "@google-cloud/functions-framework.http": Call("google-http", parameters=_EXPRESS),
    "@google-cloud/functions-framework.typed": Call("google-http", parameters=_EXPRESS),
    "@google-cloud/functions-framework.cloudEvent": Call("google-cloudevent"),
}
#: Functions of Firebase by the method at the end of the chain, both generations.
#: https://firebase.google.com/docs/functions/get-started
_FIREBASE = {
    "onRequest": Call("google-http", parameters=_EXPRESS, level="anonymous"),
    "onCall": Call("google-http", level="anonymous"),
    "onDocumentCreated": Call("google-firestore", ("document",)),
    "onDocumentUpdated": Call("google-firestore", ("document",)),
    "onDocumentWritten": Call("google-firestore", ("document",)),
    "onDocumentDeleted": Call("google-firestore", ("document",)),
    "onMessagePublished": Call("google-pubsub", ("topic",)),
    "onObjectFinalized": Call("google-storage", ("bucket",)),
    "onObjectDeleted": Call("google-storage", ("bucket",)),
    "onObjectArchived": Call("google-storage", ("bucket",)),
    "onObjectMetadataUpdated": Call("google-storage", ("bucket",)),
    "onValueCreated": Call("google-cloudevent", ("ref",)),
    "onValueUpdated": Call("google-cloudevent", ("ref",)),
    "onValueWritten": Call("google-cloudevent", ("ref",)),
    "onValueDeleted": Call("google-cloudevent", ("ref",)),
    "onSchedule": Call("schedule", ("schedule",)),
    "onPublish": Call("google-pubsub", ("topic",), ("event", "")),
    "onFinalize": Call("google-storage", ("bucket",), ("event", "")),
    "onArchive": Call("google-storage", ("bucket",), ("event", "")),
    "onMetadataUpdate": Call("google-storage", ("bucket",), ("event", "")),
    "onCreate": Call("google-firestore", ("document",), ("event.data", "event")),
    "onUpdate": Call("google-firestore", ("document",), ("event.data", "event")),
    "onWrite": Call("google-firestore", ("document",), ("event.data", "event")),
    "onDelete": Call("google-firestore", ("document",), ("event.data", "event")),
    "onRun": Call("schedule", ("schedule",), ("event",)),
}


def entries_of(module: syntax.Module, file: str) -> list[Entry]:
    """The functions that a file's calls register."""
    names = Names(module)
    found: list[Entry] = []
    for statement in top_level(module.body):
        if isinstance(statement, syntax.Expr):
            found += _registered(statement.value, names, file)
        elif isinstance(statement, syntax.Assign):
            found += _registered(statement.value, names, file)
            for name, value in _exports(statement):
                found += _exported(name, value, names, file)
        elif isinstance(statement, syntax.Export):
            found += _exported(statement.name, statement.value, names, file)
    return found


def _registered(node: syntax.Expression, names: Names, file: str) -> Iterator[Entry]:
    """``app.http("name", {…})``, ``functions.http("name", handler)``."""
    if not isinstance(node, syntax.Call) or not isinstance(
        node.function, syntax.Attribute | syntax.Name
    ):
        return
    path = names.path(node.function)
    arguments = positional(node)
    title = names.text(arguments[0]) if arguments else ""
    if not title or len(arguments) < 2:
        return
    if path.startswith("@azure/functions.app."):
        known = _AZURE.get(path.rpartition(".")[2])
        if known is not None:
            yield _azure(known, title, arguments[1], names, node, file)
        elif path.endswith(".generic"):
            yield from _generic(title, arguments[1], names, node, file)
    elif path in _GOOGLE:
        known = _GOOGLE[path]
        handler = _function(arguments[-1], names)
        kind = known.kind
        if kind == "google-cloudevent" and handler is not None:
            kind = kind_by_use(handler, kind)
        http = kind == "google-http"
        yield Entry(
            file, title, title, kind, _place(file, node), method="ANY" if http else "",
            path=f"/{title}" if http else "", parameters=known.parameters, registered=True,
        )  # fmt: skip


def _azure(
    known: Call,
    title: str,
    settings: syntax.Expression,
    names: Names,
    node: syntax.Node,
    file: str,
) -> Entry:
    if isinstance(settings, syntax.Name):
        settings = names.values.get(settings.name, settings)
    options = fields(settings)
    details = (names.text(options.get(key)) for key in known.detail)
    http = known.kind == "azure-http"
    methods = [*known.methods, *names.texts(options.get("methods"))]
    route = names.text(options.get("route")) or title
    return Entry(
        file,
        title,
        title,
        known.kind,
        _place(file, node),
        detail=next(filter(None, details), ""),
        word="topic" if "topicName" in known.detail else "",
        level=_level(options, settings, names) if http else "",
        method=method_of(methods) if http else "",
        path=f"/api/{route.lstrip('/')}" if http else "",
        parameters=known.parameters,
        registered=True,
    )


def _level(options: dict[str, syntax.Expression], settings: syntax.Expression, names: Names) -> str:
    """Without a level, everybody may call: the default of this programming model."""
    given = options.get("authLevel")
    if given is None:
        spread = isinstance(settings, syntax.MapLiteral) and any(
            entry.key is None for entry in settings.entries
        )
        written = isinstance(settings, syntax.MapLiteral | syntax.FunctionLiteral)
        return "anonymous" if written and not spread else ""
    level = names.text(given).lower()
    return level if level in ("anonymous", "function", "admin") else ""


def _generic(
    title: str, settings: syntax.Expression, names: Names, node: syntax.Node, file: str
) -> Iterator[Entry]:
    """``app.generic("name", { trigger: trigger.generic({ type: … }), handler })``."""
    from ringfence.loaders.clouds.manifests import BINDINGS

    inner = fields(settings).get("trigger")
    given = positional(inner) if isinstance(inner, syntax.Call) else []
    options = fields(given[0]) if given else {}
    kind, detail = BINDINGS.get(names.text(options.get("type")).lower(), ("", ""))
    if kind and kind != "azure-http":
        known = next(call for call in _AZURE.values() if call.kind == kind)
        yield Entry(
            file, title, title, kind, _place(file, node), names.text(options.get(detail)),
            parameters=known.parameters, registered=True,
        )  # fmt: skip


def _exports(node: syntax.Assign) -> Iterator[tuple[str, syntax.Expression]]:
    """``exports.name = …``, ``module.exports.name = …``, ``module.exports = {name: …}``."""
    target = node.target
    if not isinstance(target, syntax.Attribute):
        return
    if getattr(target.value, "name", "") == "exports":
        yield target.name, node.value
    elif target.name == "exports":
        yield from fields(node.value).items()


def _exported(
    name: str, value: syntax.Expression | None, names: Names, file: str
) -> Iterator[Entry]:
    """``exports.name = functions.https.onRequest(handler)`` of Firebase."""
    if isinstance(value, syntax.Name):
        value = names.values.get(value.name, value)
    if not name or not isinstance(value, syntax.Call):
        return
    path = names.path(value.function)
    method = path.rpartition(".")[2]
    known = _FIREBASE.get(method)
    if known is None or not path.startswith("firebase-functions"):
        return
    arguments = positional(value)
    handler = _function(arguments[-1], names) if arguments else None
    options = fields(arguments[0]) if len(arguments) > 1 else {}
    if ".auth." in path or path.startswith("firebase-functions.auth"):
        known = Call("google-cloudevent", parameters=("event.data", ""))
    http = known.kind == "google-http"
    yield Entry(
        file,
        name,
        name,
        known.kind,
        _place(file, value),
        detail="" if http else _detail(known, arguments, options, value, names),
        level="" if "invoker" in options else known.level,
        method="ANY" if http else "",
        path=f"/{name}" if http else "",
        parameters=_callable(path, handler) if method == "onCall" else known.parameters,
    )


def _callable(path: str, handler: syntax.FunctionLiteral | None) -> tuple[str, ...]:
    """A callable function gets its request, in the first generation the data and a context."""
    count = len(handler.parameters) if handler is not None else 1
    first = (parameter_names(handler) or [""])[0] if handler is not None else ""
    if "/v2" in path or "/https" in path or (count < 2 and first.lstrip("_") != "data"):
        return ("event",)
    return ("event.data", "")


def _detail(
    known: Call,
    arguments: list[syntax.Expression],
    options: dict[str, syntax.Expression],
    value: syntax.Call,
    names: Names,
) -> str:
    """The topic, document or timetable: an option, the first argument, or the link before."""
    for key in known.detail:
        if key in options:
            return names.text(options[key])
    if len(arguments) > 1:
        return names.text(arguments[0])
    link = value.function.value if isinstance(value.function, syntax.Attribute) else None
    while isinstance(link, syntax.Call):
        given = positional(link)
        if given and names.text(given[0]):
            return names.text(given[0])
        link = link.function.value if isinstance(link.function, syntax.Attribute) else None
    return ""


def _function(node: syntax.Expression, names: Names) -> syntax.FunctionLiteral | None:
    if isinstance(node, syntax.Name):
        node = names.values.get(node.name, node)
    return node if isinstance(node, syntax.FunctionLiteral) else None


def _place(file: str, node: syntax.Node) -> Location:
    return Location(file, node.line, node.column)
