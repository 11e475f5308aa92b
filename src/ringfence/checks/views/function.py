"""The view of a function.

``id``, ``runtime``, ``language``, ``packaging`` (zip or image), ``handler``, ``p`` (its properties,
in the shape of ``AWS::Lambda::Function``), ``attributes`` (what stands beside them), ``tags``,
``timeout_s``, ``memory_mib``, ``concurrency`` (-1 when not reserved),
``in_vpc``, ``env`` (name → value), ``has_env``, ``exposure``, ``http`` (an HTTP trigger reaches
it), ``api`` (through an API Gateway), ``waiting`` (and the caller waits for an answer that comes
whole, for at most 29 or 30 s), ``trigger_kinds``,
``asynchronous`` (the service retries, so events can be lost), ``failure_destination`` (where events
that it fails on are sent on), ``end_of_life`` / ``blocked`` (days
from the table of runtimes, "" when not dated) with ``ended``, ``ends_soon``, ``ended_days``;
``role`` (its logical id), ``log_group`` (one is declared), ``uses_state`` (what it keeps between
invocations), ``reads`` / ``writes`` / ``deletes`` (what its role reaches, in words),
``expensive`` (paid services that it calls), ``imports``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View
from ringfence.checks.views.powers import powers_view
from ringfence.checks.worlds import Projection
from ringfence.model.application import OUTSIDE_HTTP_KINDS, Function, Trigger
from ringfence.model.value import Mapping, Reference, Value, display, string
from ringfence.rules.runtimes import Runtime, find_runtime

HTTP_KINDS = frozenset(
    {"apigateway-rest", "apigateway-http", "function-url", "alb", "appsync", *OUTSIDE_HTTP_KINDS}
)
_API_KINDS = frozenset({"apigateway-rest", "apigateway-http", "apigateway-websocket"})
_ASYNCHRONOUS = frozenset(
    {"s3", "sns", "eventbridge", "schedule", "iot", "ses", "config", "logs", "codepipeline"}
)

#: Services whose calls cost enough that an open entry is a bill: what each call does, by service.
EXPENSIVE_SERVICES = frozenset(
    {"bedrock-runtime", "bedrock-agent-runtime", "textract", "rekognition", "transcribe", "polly",
     "comprehend", "translate", "sagemaker-runtime", "athena",
     "mediaconvert", "kendra", "location"}
)  # fmt: skip
_PAID_MESSAGES = frozenset({"ses", "sesv2", "pinpoint", "pinpoint-sms-voice-v2"})
SOON_DAYS = 180


def see_functions(room: Room) -> Iterator[Seen]:
    """Every function of the application."""
    for function in room.application.functions.values():
        yield see_function(room, function)


def see_function(room: Room, function: Function) -> Seen:
    """One function as a subject."""
    widest = room.widest_trigger(function.id)

    def build(project: Projection) -> View:
        return view_function(room, function, project)

    return Seen(
        name=function.logical_id,
        build=build,
        location=function.location,
        properties=function.resource.properties,
        resource=function.resource.id,
        function=function.id,
        trigger=widest.id if widest else "",
        exposure=room.exposure_of(function.id),
        anchors=(function.location, function.resource.location),
    )


def view_function(room: Room, function: Function, project: Projection) -> View:
    """The view of a function in one world."""
    triggers = room.triggers_by_function.get(function.id, ())
    kinds = sorted({trigger.kind for trigger in triggers})
    role = room.application.role_of(function)
    runtime = find_runtime(function.runtime)
    view: View = {
        "name": function.logical_id,
        "id": function.id,
        "runtime": function.runtime,
        "language": function.language,
        "packaging": function.package,
        "handler": function.handler,
        "p": project(function.resource.properties),
        "tags": dict(function.resource.tags),
        "attributes": project(function.resource.attributes),
        "timeout_s": _number(function.timeout_s, 3, function, "Timeout"),
        "memory_mib": _number(function.memory_mib, 128, function, "MemorySize"),
        "concurrency": _number(function.concurrency, -1, function, "ReservedConcurrentExecutions"),
        "in_vpc": function.in_vpc,
        "env": {name: project(value) for name, value in function.environment.items()},
        "has_env": bool(function.environment),
        "exposure": str(room.exposure_of(function.id)),
        "http": bool(HTTP_KINDS & set(kinds)),
        "api": bool(_API_KINDS & set(kinds)),
        "waiting": any(_is_awaited(trigger) for trigger in triggers),
        "trigger_kinds": kinds,
        "asynchronous": bool(_ASYNCHRONOUS & set(kinds)),
        "failure_destination": has_failure_destination(room, function),
        "role": role.logical_id if role else "",
        "log_group": has_log_group(room, function),
        "uses_state": sorted(
            {use.value for use in room.uses_by_function.get(function.id, ()) if use.kind == "state"}
        ),
        "imports": sorted(imports_of(room, function.id)),
        "expensive": expensive_of(room, function.id),
        **runtime_view(room, runtime),
        **powers_view(room, role),
    }
    return view


def _is_awaited(trigger: Trigger) -> bool:
    """Whether an API holds its caller's request until the function has answered."""
    if trigger.kind not in _API_KINDS or not trigger.answers:
        return False
    return "/response-streaming-invocations" not in display(_integration(trigger, "uri"))


def _integration(trigger: Trigger, key: str) -> Value | None:
    """A setting of the integration behind an API's trigger, in a definition or a method."""
    for name in ("x-amazon-apigateway-integration", "Integration"):
        integration = trigger.properties.get(name)
        if isinstance(integration, Mapping):
            return integration.get(key) or integration.get(key[:1].upper() + key[1:])
    return None


def _number(known: int | None, default: int, function: Function, key: str) -> int | str:
    """A known number, the platform's default when nothing is set, "" when it is set but unknown
    (a comparison with text is never true)."""
    if known is not None:
        return known
    return default if function.resource.properties.get(key) is None else ""


def runtime_view(room: Room, runtime: Runtime | None) -> View:
    """The dated facts of a runtime on the day of the scan."""
    if runtime is None or runtime.end_of_life is None:
        return {
            "end_of_life": "", "blocked": "", "ended": False, "ends_soon": False,
            "ended_days": 0, "successor": runtime.successor if runtime else "",
        }  # fmt: skip
    days = (room.today - runtime.end_of_life).days
    return {
        "end_of_life": runtime.end_of_life.isoformat(),
        "blocked": runtime.blocked.isoformat() if runtime.blocked else "",
        "ended": days >= 0,
        "ends_soon": -SOON_DAYS <= days < 0,
        "ended_days": max(days, 0),
        "successor": runtime.successor,
    }


def imports_of(room: Room, function_id: str) -> set[str]:
    """The top-level packages that a function's code imports."""
    uses = room.uses_by_function.get(function_id, ())
    return {use.value for use in uses if use.kind == "import"}


def expensive_of(room: Room, function_id: str) -> list[str]:
    """The paid services that a function calls, as ``service:Operation``."""
    return sorted(
        {
            f"{call.service}:{call.operation}"
            for call in room.calls_by_function.get(function_id, ())
            if call.service in EXPENSIVE_SERVICES
            or (call.service in _PAID_MESSAGES and call.operation.startswith(("Send", "Publish")))
        }
    )


def has_failure_destination(room: Room, function: Function) -> bool:
    """Whether an asynchronous event that the function fails on is sent on to somewhere."""
    configs = room.companions(function.resource, "AWS::Lambda::EventInvokeConfig")
    return any(
        config.properties.at("DestinationConfig.OnFailure") is not None for config in configs
    )


def has_log_group(room: Room, function: Function) -> bool:
    """Whether the application declares a log group for the function (so sets its retention)."""
    wanted = function.resource.properties.at("LoggingConfig.LogGroup")
    if wanted is not None:
        return True
    name = string(function.name) or ""
    for group in room.by_type.get("AWS::Logs::LogGroup", ()):
        shown = group.properties.get("LogGroupName")
        parts = getattr(shown, "parts", (shown,))
        if any(isinstance(part, Reference) and part.resource == function.id for part in parts):
            return True
        if name and display(shown) == f"/aws/lambda/{name}":
            return True
        if display(shown) and display(shown) == f"/aws/lambda/{display(function.name)}":
            return True
    return False
