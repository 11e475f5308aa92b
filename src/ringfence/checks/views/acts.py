"""Whether a function reaches anything outside of itself, or only turns a request into an answer."""

from __future__ import annotations

import sys

from ringfence.checks.room import Room
from ringfence.checks.views.function import imports_of
from ringfence.model.application import Function
from ringfence.model.value import Scalar, Value, string

#: Kinds of use that leave the function.
_OUTSIDE = frozenset(("host", "process", "file-write", "secret-read", "state"))
#: Services that only watch.
_WATCHING = frozenset(("logs", "xray", "cloudwatch"))
#: Modules of the runtimes that reach other machines by calls that are no uses of their own.
_REACHING = frozenset(
    ("net", "tls", "dgram", "socket", "ssl", "smtplib", "ftplib", "imaplib", "poplib", "xmlrpc",
     "sqlite3")
)  # fmt: skip
#: Modules of Node.js that reach nothing.
_NODE = frozenset(
    ("assert", "buffer", "child_process", "crypto", "events", "fs", "http", "http2", "https", "os",
     "path", "perf_hooks", "process", "querystring", "stream", "string_decoder", "timers", "url",
     "util", "zlib")
)  # fmt: skip
#: Packages that answer, format, trace or check, and reach nothing by themselves.
_INERT = frozenset(
    ("aws-lambda", "aws_lambda_powertools", "aws_xray_sdk", "aws-xray-sdk", "aws-xray-sdk-core",
     "aws-serverless-express", "serverless-http", "serverless-express", "express", "body-parser",
     "cors", "helmet", "compression", "flask", "flask_cors", "fastapi", "mangum", "werkzeug",
     "serverless_wsgi", "awsgi", "starlette", "pydantic", "koa", "fastify", "hono", "lambda-api",
     "middy", "http-errors", "source-map-support", "reflect-metadata", "tslib", "rxjs", "lodash",
     "uuid", "nanoid", "moment", "dayjs", "date-fns", "luxon", "ajv", "joi", "zod", "yup",
     "jsonschema", "dateutil", "pytz", "typing_extensions", "regenerator-runtime", "core-js",
     "react", "react-dom", "vue", "nuxt", "nuxt-start", "next", "mustache", "handlebars",
     "ejs", "pug", "jinja2", "xml2js", "fast-xml-parser", "qs", "semver")
)  # fmt: skip
#: How operations begin that change nothing.
_READING = ("Get", "BatchGet", "TransactGet", "Query", "Scan", "List", "Describe", "Head", "Search",
            "Select", "Lookup", "Verify", "Decrypt")  # fmt: skip
_SCOPES = ("@middy", "@aws-lambda-powertools", "@types", "@nestjs", "@vendia", "@hapi", "@babel")


def acts(room: Room, function: Function) -> bool:
    """Whether a function may change, fetch or send anything.

    Code that was read answers for itself. Of code that was not, the role, the settings and the
    network tell: without any of them nothing but an answer comes of a call.
    """
    if not room.facts.files.get(function.id):
        return _is_equipped(room, function)
    if any(call.service not in _WATCHING for call in room.calls_by_function.get(function.id, ())):
        return True
    if any(use.kind in _OUTSIDE for use in room.uses_by_function.get(function.id, ())):
        return True
    return not all(_is_inert(name) for name in imports_of(room, function.id))


def only_reads(room: Room, function: Function) -> bool:
    """Whether the code of a function was read, and none of its calls of the cloud changes anything.
    Calls of further functions may; a client that is made and never seen to call may as well."""
    calls = room.calls_by_function.get(function.id, ())
    if not calls or not room.facts.files.get(function.id):
        return False
    return all(call.operation.startswith(_READING) for call in calls)


def _is_equipped(room: Room, function: Function) -> bool:
    role = room.application.role_of(function)
    if role is None or not role.complete or function.in_vpc or room.powers_of(role):
        return True
    return any(_points_somewhere(value) for value in function.environment.values())


def _points_somewhere(value: Value) -> bool:
    """Whether a setting may name a resource or a host; levels and switches do not."""
    if isinstance(value, Scalar) and not isinstance(value.value, str):
        return False
    text = string(value)
    return text is None or any(sign in text for sign in ".:/@")


def _is_inert(name: str) -> bool:
    plain = name.removeprefix("node:")
    first = plain.split(".")[0].split("/")[0]
    if plain.startswith("@"):
        return first in _SCOPES
    if first in _REACHING:
        return False
    known = _NODE | _INERT | sys.stdlib_module_names
    return first in known or plain in known
