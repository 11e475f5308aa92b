"""What starts a function of another cloud, and who may cause it, as a trigger of the model."""

from __future__ import annotations

from ringfence.model.application import Authentication, Sender, Trigger
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Exposure


@record(frozen=True)
class Entry:
    """One function that code or a manifest declares.

    ``symbol`` is the handler in ``file`` (``registered``: the name under which it is given to a
    library), ``name`` what people call the function. ``kind`` is the trigger's, ``detail`` the
    queue, container, topic or timetable that delivers, and ``word`` which of these it is, where the
    kind leaves that open. ``level`` is what an HTTP function asks for: anonymous, function, admin,
    api-key, authorizer, or "" where that is not known. ``parameters`` is what the handler receives,
    as in :class:`~ringfence.model.application.CodeLocation`. ``place`` is the line that declares
    it, ``manifest`` the file beside the code that does.
    """

    file: str
    symbol: str
    name: str
    kind: str
    place: Location
    detail: str = ""
    word: str = ""
    level: str = ""
    method: str = ""
    path: str = ""
    parameters: tuple[str, ...] = ("event",)
    registered: bool = False
    manifest: str = ""


#: By kind: what delivers, in a word, and what somebody must be able to do to cause the event.
_DELIVERY = {
    "azure-queue": ("queue", "send messages to"),
    "azure-servicebus": ("queue", "send messages to"),
    "azure-blob": ("container", "write blobs into"),
    "azure-eventhub": ("event hub", "send events to"),
    "azure-eventgrid": ("Event Grid topic", "publish to"),
    "azure-cosmosdb": ("container", "write documents into"),
    "google-pubsub": ("topic", "publish to"),
    "google-storage": ("bucket", "write objects into"),
    "google-firestore": ("documents", "write"),
    "google-cloudevent": ("events", "cause"),
    "s3": ("bucket", "put objects into"),
    "sqs": ("queue", "send messages to"),
    "sns": ("topic", "publish to"),
    "dynamodb-stream": ("table", "write items into"),
    "kinesis": ("stream", "write records to"),
    "eventbridge": ("events", "cause"),
}
_TIMED = ("azure-timer", "schedule")
_READ_ELSEWHERE = "who may do so is set where it is deployed, which is not read"


def trigger_of(entry: Entry, function: str) -> Trigger:
    """The trigger of a function with this id."""
    sender, authentication = access_of(entry)
    return Trigger(
        id=f"{function}!{entry.kind}",
        kind=entry.kind,
        function=function,
        name=name_of(entry),
        sender=sender,
        authentication=authentication,
        location=entry.place,
        method=entry.method,
        path=entry.path,
    )


def name_of(entry: Entry) -> str:
    """What people call the entry point: ``POST /api/orders``, ``queue orders``."""
    if entry.kind in _TIMED:
        return f"schedule {entry.detail}".rstrip()
    if entry.kind in _DELIVERY:
        word = entry.word or _DELIVERY[entry.kind][0]
        return f"{word} {entry.detail}" if entry.detail else f"the {word} of {entry.name}"
    if entry.kind == "cloudevents":
        return f"requests to {entry.name}"
    return f"{entry.method or 'ANY'} {entry.path or f'/{entry.name}'}"


def access_of(entry: Entry) -> tuple[Sender, Authentication]:
    """Who may cause the event, and what is asked of them."""
    place = entry.place
    if entry.kind in _TIMED:
        clock = Sender(Exposure.NONE, "nobody outside: the clock", "a timetable starts it", place)
        return clock, Authentication("provider", "", place)
    if entry.kind in _DELIVERY:
        word, deed = _DELIVERY[entry.kind]
        word = entry.word or word
        target = f"the {word} {entry.detail}".rstrip() if word != "events" else "the events"
        who = f"whoever may {deed} {target}"
        return Sender(Exposure.UNKNOWN, who, _READ_ELSEWHERE, place), Authentication("provider")
    return _over_http(entry.level, place)


def _over_http(level: str, place: Location) -> tuple[Sender, Authentication]:
    if level == "anonymous":
        open_to_all = Sender(Exposure.ANYONE, "anyone", "no key or sign-in is asked for", place)
        return open_to_all, Authentication("none", "", place)
    if level == "function":
        reason = "only a function key is asked for"
        held = Sender(Exposure.AUTHENTICATED, "anyone with a function key", reason, place)
        return held, Authentication("api-key", "a function key", place)
    if level == "api-key":
        reason = "only an API key is asked for"
        held = Sender(Exposure.AUTHENTICATED, "anyone with an API key", reason, place)
        return held, Authentication("api-key", "", place)
    if level == "authorizer":
        reason = "the application's own authorizer decides"
        let_in = Sender(Exposure.AUTHENTICATED, "whoever the authorizer lets in", reason, place)
        return let_in, Authentication("custom", "", place)
    if level == "admin":
        reason = "the master key of the application is asked for"
        held = Sender(Exposure.PRINCIPAL, "holders of the master key", reason, place)
        return held, Authentication("api-key", "the master key", place)
    reason = "what is asked of callers is set where it is deployed, which is not read"
    return Sender(Exposure.UNKNOWN, "whoever may call it", reason, place), Authentication(
        "unknown", reason
    )


def method_of(methods: list[str]) -> str:
    """The one method of a route, GET where all only read, ANY for several or none."""
    known = sorted({method.upper() for method in methods})
    if len(known) == 1:
        return known[0]
    return "GET" if known and set(known) <= {"GET", "HEAD", "OPTIONS"} else "ANY"
