"""Applications of Chalice, whose code declares what AWS is to deploy.

All routes are one function, each event handler is one of its own.
https://aws.github.io/chalice/topics/routing.html
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.clouds.entries import Entry, method_of
from ringfence.loaders.clouds.names import Names, keywords, positional, top_level
from ringfence.model import syntax
from ringfence.model.location import Location

#: Decorators of event handlers → kind, and the keyword that names what delivers.
_EVENTS = {
    "on_s3_event": ("s3", "bucket"),
    "on_sqs_message": ("sqs", "queue"),
    "on_sns_message": ("sns", "topic"),
    "on_dynamodb_record": ("dynamodb-stream", "stream_arn"),
    "on_kinesis_record": ("kinesis", "stream"),
    "on_cw_event": ("eventbridge", "event_pattern"),
    "schedule": ("schedule", "expression"),
}
_MADE = ("chalice.Chalice()", "chalice.Blueprint()")


def routes_of(module: syntax.Module, file: str) -> list[Entry]:
    """The routes and event handlers of the application that a file makes."""
    names = Names(module)
    made = [name for name, value in names.values.items() if names.path(value) in _MADE]
    return list(_declared(module, names, file, made[0])) if made else []


def _declared(module: syntax.Module, names: Names, file: str, application: str) -> Iterator[Entry]:
    for statement in top_level(module.body):
        function = statement.value if isinstance(statement, syntax.Define) else None
        for decorator in (
            function.decorators if isinstance(function, syntax.FunctionLiteral) else ()
        ):
            if not isinstance(decorator, syntax.Call) or not isinstance(
                decorator.function, syntax.Attribute
            ):
                continue
            if names.path(decorator.function.value) not in _MADE:
                continue
            method = decorator.function.name
            place = Location(file, decorator.line, decorator.column)
            if method == "route":
                yield _route(decorator, names, file, application, place)
            elif method in _EVENTS and isinstance(statement, syntax.Define):
                kind, keyword = _EVENTS[method]
                given = keywords(decorator).get(keyword) or next(iter(positional(decorator)), None)
                name = statement.name
                yield Entry(file, name, name, kind, place, detail=names.text(given))


def _route(
    decorator: syntax.Call, names: Names, file: str, application: str, place: Location
) -> Entry:
    given = keywords(decorator)
    first = next(iter(positional(decorator)), None) or given.get("path")
    key = given.get("api_key_required")
    asks_key = isinstance(key, syntax.Constant) and key.value is True
    level = "authorizer" if "authorizer" in given else "api-key" if asks_key else "anonymous"
    return Entry(
        file,
        application,
        application,
        "apigateway-rest",
        place,
        level=level,
        method=method_of(names.texts(given.get("methods")) or ["GET"]),
        path=names.text(first) or "/",
    )
