"""Decorators that register functions of other clouds in Python."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.dataflow import trees
from ringfence.loaders.clouds import bindings
from ringfence.loaders.clouds.entries import Entry, method_of
from ringfence.loaders.clouds.names import Names, keywords, parameter_names, positional, top_level
from ringfence.model import syntax
from ringfence.model.location import Location
from ringfence.model.record import record

CONTEXT = "azure.Context"
DURABLE = "azure.DurableClient"


@record(frozen=True)
class Decorator:
    """``detail`` is the keyword that names what delivers, ``parameters`` what the function gets."""

    kind: str
    detail: str = ""
    parameters: tuple[str, ...] = ("event",)
    level: str = ""


#: Azure Functions, programming model 2: methods of an application or blueprint.
#: https://learn.microsoft.com/azure/azure-functions/functions-reference-python
_AZURE = {
    "route": Decorator("azure-http", "route"),
    "queue_trigger": Decorator("azure-queue", "queue_name"),
    "service_bus_queue_trigger": Decorator("azure-servicebus", "queue_name"),
    "service_bus_topic_trigger": Decorator("azure-servicebus", "topic_name"),
    "blob_trigger": Decorator("azure-blob", "path"),
    "event_hub_message_trigger": Decorator("azure-eventhub", "event_hub_name"),
    "event_grid_trigger": Decorator("azure-eventgrid"),
    "cosmos_db_trigger": Decorator("azure-cosmosdb", "container_name"),
    "cosmos_db_trigger_v3": Decorator("azure-cosmosdb", "collection_name"),
    "timer_trigger": Decorator("azure-timer", "schedule"),
    "schedule": Decorator("azure-timer", "schedule"),
}
#: The body or content itself, where a parameter is annotated as text.
_PLAIN = {
    "azure-queue": "event.body",
    "azure-servicebus": "event.body",
    "azure-eventhub": "event.body",
    "azure-blob": "event.content",
}
_PLAIN_TYPES = ("str", "bytes")
_APPLICATIONS = ("FunctionApp()", "DFApp()")
_DURABLE_TYPE = "DurableOrchestrationClient"

#: Libraries whose applications have routes too.
_FRAMEWORKS = frozenset(
    ("flask", "fastapi", "chalice", "bottle", "quart", "starlette", "sanic", "blacksheep",
     "aws_lambda_powertools")
)  # fmt: skip

_FLASK = ("flask.request",)
_FIREBASE = "firebase_functions"
#: https://github.com/GoogleCloudPlatform/functions-framework-python
_GOOGLE = {
    "functions_framework.http": Decorator("google-http", parameters=_FLASK),
    "functions_framework.typed": Decorator("google-http", parameters=_FLASK),
    "functions_framework.cloud_event": Decorator("google-cloudevent"),
    "functions_framework.background_event": Decorator(
        "google-cloudevent", parameters=("event", "")
    ),
    f"{_FIREBASE}.https_fn.on_request": Decorator("google-http", "", _FLASK, "anonymous"),
    f"{_FIREBASE}.https_fn.on_call": Decorator("google-http", level="anonymous"),
    f"{_FIREBASE}.pubsub_fn.on_message_published": Decorator("google-pubsub", "topic"),
    f"{_FIREBASE}.scheduler_fn.on_schedule": Decorator("schedule", "schedule"),
}
_GOOGLE_FAMILIES = {
    f"{_FIREBASE}.storage_fn.on_object_": Decorator("google-storage", "bucket"),
    f"{_FIREBASE}.firestore_fn.on_document_": Decorator("google-firestore", "document"),
    f"{_FIREBASE}.db_fn.on_value_": Decorator("google-cloudevent", "reference"),
}


def entries_of(module: syntax.Module, file: str) -> list[Entry]:
    """The functions that a file's decorators register."""
    names = Names(module)
    return [*_decorated(module, names, file), *_whole_applications(names, file)]


def _decorated(module: syntax.Module, names: Names, file: str) -> Iterator[Entry]:
    azure = any(path.startswith("azure") for path in names.libraries.values())
    for statement in top_level(module.body):
        if not isinstance(statement, syntax.Define):
            continue
        function = statement.value
        if not isinstance(function, syntax.FunctionLiteral):
            continue
        for decorator in function.decorators:
            found = _google(decorator, function, names, file)
            if found is None and azure:
                found = _azure(decorator, function, names, file)
            if found is not None:
                yield found
                break


# --- Azure ---


def _azure(
    decorator: syntax.Expression, function: syntax.FunctionLiteral, names: Names, file: str
) -> Entry | None:
    if not isinstance(decorator, syntax.Call):
        return None
    method = decorator.function
    if not isinstance(method, syntax.Attribute) or not _is_azure(method.value, names):
        return None
    given = keywords(decorator)
    known = _AZURE.get(method.name)
    if method.name == "generic_trigger":
        from ringfence.loaders.clouds.manifests import BINDINGS

        kind, detail = BINDINGS.get(names.text(given.get("type")).lower(), ("", ""))
        known = Decorator(kind, detail) if kind else None
    if known is None:
        return None
    title = _title(function, names)
    detail = names.text(given.get(known.detail))
    route = detail or title
    http = known.kind == "azure-http"
    return Entry(
        file,
        function.name,
        title,
        known.kind,
        _place(file, function),
        detail="" if http else detail,
        word="topic" if known.detail == "topic_name" else "",
        level=_level(given.get("auth_level"), method.value, names) if http else "",
        method=method_of(names.texts(given.get("methods"))) if http else "",
        path=f"/api/{route.lstrip('/')}" if http else "",
        parameters=_parameters(known.kind, given, function, names),
    )


def _is_azure(owner: syntax.Expression, names: Names) -> bool:
    """Whether a decorator's owner may be an application of Azure, in a file that uses its library:
    made here or in another file, and not of a web framework."""
    framework = names.path(owner).partition(".")[0] in _FRAMEWORKS
    return isinstance(owner, syntax.Name | syntax.Attribute) and not framework


def _title(function: syntax.FunctionLiteral, names: Names) -> str:
    """The name that a decorator ``function_name`` gives, or the function's own."""
    for decorator in function.decorators:
        if isinstance(decorator, syntax.Call) and trees.dotted(decorator.function).endswith(
            ".function_name"
        ):
            given = keywords(decorator).get("name") or next(iter(positional(decorator)), None)
            return names.text(given) or function.name
    return function.name


def _level(given: syntax.Expression | None, owner: syntax.Expression, names: Names) -> str:
    """The level of a route, else that of its application; a function key where neither says it."""
    if given is None:
        made = names.values.get(owner.name) if isinstance(owner, syntax.Name) else None
        if not isinstance(made, syntax.Call) or not names.path(made).endswith(_APPLICATIONS):
            return ""
        given = keywords(made).get("http_auth_level") or next(iter(positional(made)), None)
        if given is None:
            return "function"
    level = names.text(given).lower()
    return level if level in ("anonymous", "function", "admin") else ""


def _parameters(
    kind: str,
    given: dict[str, syntax.Expression],
    function: syntax.FunctionLiteral,
    names: Names,
) -> tuple[str, ...]:
    """The trigger's argument goes by name, and so do those of bindings to stores; what else is
    handed over says nothing."""
    found = parameter_names(function)
    usual = "req" if kind == "azure-http" else ""
    wanted = names.text(given.get("arg_name") or given.get("trigger_arg_name")) or usual
    if wanted not in found and found:
        wanted = next((name for name in found if name != "context"), found[0])
    words = []
    bound = bindings.words_of(function, names)
    for name, parameter in zip(found, function.parameters, strict=True):
        annotation = parameter.annotation
        plain = isinstance(annotation, syntax.Name) and annotation.name in _PLAIN_TYPES
        if name == wanted:
            words.append(_PLAIN.get(kind, "event") if plain else "event")
        elif annotation is not None and trees.dotted(annotation).endswith(_DURABLE_TYPE):
            words.append(DURABLE)
        else:
            words.append(CONTEXT if name == "context" else bound.get(name, ""))
    return tuple(words) or ("event",)


def _whole_applications(names: Names, file: str) -> Iterator[Entry]:
    """``app = func.AsgiFunctionApp(app=fastapi_app)``: every request reaches one framework."""
    for name, value in names.values.items():
        if not isinstance(value, syntax.Call):
            continue
        if names.path(value.function).rpartition(".")[2] in ("AsgiFunctionApp", "WsgiFunctionApp"):
            level = keywords(value).get("http_auth_level")
            yield Entry(
                file,
                name,
                name,
                "azure-http",
                _place(file, value),
                level=names.text(level).lower() if level is not None else "function",
                method="ANY",
                path="/{*route}",
            )


# --- Google ---


def _google(
    decorator: syntax.Expression, function: syntax.FunctionLiteral, names: Names, file: str
) -> Entry | None:
    call = decorator if isinstance(decorator, syntax.Call) else None
    path = names.path(call.function if call is not None else decorator)
    known = _GOOGLE.get(path) or next(
        (one for start, one in _GOOGLE_FAMILIES.items() if path.startswith(start)), None
    )
    if known is None:
        return None
    given = keywords(call) if call is not None else {}
    level = "" if "invoker" in given else known.level
    kind = known.kind
    if kind == "google-cloudevent" and not known.detail:
        kind = kind_by_use(function, known.kind)
    http = kind == "google-http"
    return Entry(
        file,
        function.name,
        function.name,
        kind,
        _place(file, function),
        detail=names.text(given.get(known.detail)),
        level=level,
        method="ANY" if http else "",
        path=f"/{function.name}" if http else "",
        parameters=known.parameters,
    )


def kind_by_use(function: syntax.FunctionLiteral, kind: str) -> str:
    """The service that sends a CloudEvent, by the fields that the function reads of it."""
    read = set(_read_of(function))
    if "message" in read or "attributes" in read:
        return "google-pubsub"
    if "bucket" in read:
        return "google-storage"
    return kind


def _read_of(function: syntax.FunctionLiteral) -> Iterator[object]:
    """The names of the fields that a function reads, not those that it calls or that it reads of
    what another function answered."""
    answered: set[object] = set()
    called: set[int] = set()
    name: object
    for node in trees.nodes(function.body):
        if isinstance(node, syntax.Call):
            called.add(id(node.function))
        elif isinstance(node, syntax.Assign) and isinstance(node.target, syntax.Name):
            maker = node.value.function if isinstance(node.value, syntax.Call) else None
            if isinstance(maker, syntax.Name):
                answered.add(node.target.name)
    for node in trees.nodes(function.body):
        if isinstance(node, syntax.Attribute) and id(node) not in called:
            owner, name = node.value, node.name
        elif isinstance(node, syntax.Index) and isinstance(node.key, syntax.Constant):
            owner, name = node.value, node.key.value
        elif isinstance(node, syntax.Call) and node.arguments:
            first, reader = node.arguments[0].value, node.function
            if not isinstance(reader, syntax.Attribute) or reader.name != "get":
                continue
            if not isinstance(first, syntax.Constant):
                continue
            owner, name = reader.value, first.value
        else:
            continue
        if getattr(owner, "name", "") not in answered or not isinstance(owner, syntax.Name):
            yield name


def _place(file: str, node: syntax.Node) -> Location:
    return Location(file, node.line, node.column)
