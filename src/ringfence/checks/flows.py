"""Facts of the code become drafts: flows of untrusted data, and issues that need no flow."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.folding import folds
from ringfence.checks.messages import sentence
from ringfence.checks.room import Room
from ringfence.model.application import OUTSIDE_HTTP_KINDS, OUTSIDE_KINDS, Channel, Trigger
from ringfence.model.facts import CodeIssue, Flow
from ringfence.model.record import replace
from ringfence.model.rule import Rule
from ringfence.model.severity import Effect, Exposure, Severity, severity_of
from ringfence.model.value import Sequence, string

_HTTP = frozenset(
    {"apigateway-rest", "apigateway-http", "function-url", "alb", "apigateway-websocket",
     *OUTSIDE_HTTP_KINDS}
)  # fmt: skip

#: Issues of which a file, or all that one template declares, has many or none.
_ONE_PER_FILE = frozenset({"sensitive-data-logged"})
_ONE_PER_TEMPLATE = frozenset({"verbose-error-response", "permissive-cors-response"})
#: Triggers whose events hold no credentials and no content of messages: times, names, ids; or what
#: the history of an execution shows as well. An event of a function that no template starts is not
#: known to hold any either.
_PLAIN_EVENTS = frozenset({"schedule", "config", "s3", "logs", "invoke", "stepfunctions",
                           "azure-timer", "azure-blob", "google-storage"})  # fmt: skip
_INSIDERS = (Exposure.ACCOUNT, Exposure.PRINCIPAL, Exposure.NONE)
#: Rules about what a sender may choose or store: what a program of the same account sends is meant.
_MEANT_BY_INSIDERS = frozenset(
    {
        "cloud-resource-injection",
        "mass-assignment",
        "mail-injection",
        "denial-of-service-loop",
        "authorization-by-caller",
    }
)
#: Of those, the ones that are meant as well where what was stored before comes back.
_MEANT_WHEN_STORED = frozenset({"mass-assignment", "mail-injection"})
#: What a sender does with what delivers an event, where it is more than to cause it.
_VERBS = {"s3": "write", "sqs": "send to", "sns": "publish to", "azure-queue": "send to",
          "azure-servicebus": "send to", "azure-blob": "write", "azure-eventhub": "send to",
          "google-pubsub": "publish to", "google-storage": "write"}  # fmt: skip
#: How a value is shown of which nothing but the sender's text is known.
_UNKNOWN = "{…}"
#: Kinds of trigger by which programs of the account start a function with an event of their own.
_DIRECT = frozenset({"invoke", "stepfunctions", "schedule"})
#: Parts of an event by which code without a template still tells that a service sends it.
_OF_SERVICES = late.pattern(
    r"event\.(?:body|rawBody|rawPath|rawQueryString|queryStringParameters|pathParameters|path"
    r"|multiValueQueryStringParameters|headers|multiValueHeaders|cookies|arguments|Records|detail"
    r"|requestContext)\b"
)


#: Addresses of the sender: of who signs up or in, of who wrote the mail.
_OF_ONESELF = late.pattern(
    r"request\.userAttributes\.(email|phone_number)\b|\.mail\.(source|returnPath|commonHeaders\.(from|replyTo|returnPath))\b"
)


def check_flows(room: Room, rules: Iterable[Rule]) -> list[Draft]:
    """A draft per flow that names one of these rules."""
    known = {rule.id: rule for rule in rules}
    flows = [
        replace(flow, certainty="low") if _is_meant(room, flow) else flow
        for flow in room.facts.flows
        if flow.rule in known
    ]
    return [
        _flow(room, known[flow.rule], flow, fold)
        for flow, fold in zip(flows, folds(flows), strict=True)
    ]


def check_issues(room: Room, rules: Iterable[Rule]) -> list[Draft]:
    """A draft per issue that names one of these rules."""
    known = {rule.id: rule for rule in rules}
    placed = [issue for issue in room.facts.issues if issue.rule in known]
    return [
        _issue(room, known[issue.rule], replace(issue, certainty=doubt) if doubt else issue)
        for issue in placed
        if (doubt := _doubt(room, issue)) != "none"
    ]


def _doubt(room: Room, issue: CodeIssue) -> str:
    """How sure it is at most that the events of an issue's function hold what a log should not:
    "none" for those that never do, "low" where nobody knows who sends what; "" for no doubt."""
    triggers = room.triggers_by_function.get(issue.function, ())
    if issue.rule != "event-logged":
        return ""
    handed_on = any(trigger.kind in _HANDED_ON for trigger in triggers)
    if handed_on and _hears_strangers(room, issue):
        return ""
    plain = all(
        trigger.kind in _PLAIN_EVENTS or _is_of_provider(room, trigger) for trigger in triggers
    )
    return ("low" if handed_on or not triggers else "none") if plain else ""


#: Events that functions of the application make for each other.
_HANDED_ON = frozenset(("invoke", "stepfunctions"))


def _hears_strangers(room: Room, issue: CodeIssue) -> bool:
    """Whether a function whose own events are not plain hands on to this one what they hold."""
    writers = {
        channel.writer for channel in room.facts.channels if channel.reader == issue.function
    }
    return any(
        trigger.kind not in _PLAIN_EVENTS and not _is_of_provider(room, trigger)
        for writer in writers
        for trigger in room.triggers_by_function.get(writer, ())
    )


def _is_of_provider(room: Room, trigger: Trigger) -> bool:
    """Whether a rule lets only the provider's own events through, which tell what became of which
    resource."""
    rule = room.application.resources.get(trigger.source)
    if trigger.kind != "eventbridge" or rule is None:
        return False
    sources = rule.properties.at("EventPattern.source")
    names = [string(item) or "" for item in sources.items] if isinstance(sources, Sequence) else []
    return bool(names) and all(name.startswith("aws.") for name in names)


def _is_meant(room: Room, flow: Flow) -> bool:
    """Whether the sender is trusted with what the flow lets them do.

    Programs of the account name the resource, or send the record, that the function is there to
    work on. Who starts a function directly hands it the address or the file that it is to fetch,
    and gains nothing by it, unless the function stands in a private network.
    """
    if flow.rule == "mail-injection" and flow.argument == "Destination":
        return _OF_ONESELF.search(flow.source.path) is not None or _may_choose(room, flow)
    return _may_choose(room, flow)


def _may_choose(room: Room, flow: Flow) -> bool:
    exposure, trigger = exposure_of(room, flow)
    direct = _is_direct(flow, exposure, trigger)
    if flow.rule == "server-side-request-forgery":
        function = room.application.functions.get(flow.function)
        return direct and (function is None or not function.in_vpc)
    if flow.rule == "path-traversal":
        return direct
    if flow.rule == "sql-injection" and flow.value == _UNKNOWN:
        return exposure in _INSIDERS  # the statement as a whole is what the sender is asked for
    if flow.rule not in _MEANT_BY_INSIDERS:
        return False
    if flow.rule in _MEANT_WHEN_STORED and flow.source.kind != "event":
        return True  # a copy of what was stored or uploaded before; a mail to the address kept
    return direct or exposure in _INSIDERS


def _is_direct(flow: Flow, exposure: Exposure, trigger: Trigger | None) -> bool:
    """Whether a program of the account starts the function itself, with an event of its own. Where
    no template says who does, an event of no service's shape is such a one."""
    if exposure in _INSIDERS:
        return trigger is not None and trigger.kind in _DIRECT
    if trigger is not None and trigger.kind in OUTSIDE_KINDS:
        return False
    path = flow.source.path
    own = path.startswith("event") and _OF_SERVICES.match(path) is None
    return exposure is Exposure.UNKNOWN and (flow.source.kind != "event" or own)


def triggers_of(room: Room, flow: Flow) -> list[Trigger]:
    """The triggers whose sender controls the source, the widest first."""
    found = [room.application.triggers.get(name) for name in flow.source.triggers]
    known = [trigger for trigger in found if trigger is not None]
    return sorted(known, key=lambda trigger: -trigger.sender.exposure)


def exposure_of(room: Room, flow: Flow) -> tuple[Exposure, Trigger | None]:
    """Who can start the flow. Code without a template has no triggers: unknown, not "nobody"."""
    triggers = triggers_of(room, flow)
    if triggers:
        return triggers[0].sender.exposure, triggers[0]
    if not room.application.triggers or not room.triggers_by_function.get(flow.function):
        return Exposure.UNKNOWN, None
    widest = room.widest_trigger(flow.function)
    return (widest.sender.exposure if widest else Exposure.UNKNOWN), widest


def _flow(room: Room, rule: Rule, flow: Flow, fold: str) -> Draft:
    exposure, trigger = exposure_of(room, flow)
    effect = _effect(flow.effect, rule)
    function = room.application.functions.get(flow.function)
    severity = severity_of(exposure, effect)
    if rule.severity is not None:
        severity = min(rule.severity, severity) if exposure in _INSIDERS else rule.severity
        severity = Severity(max(severity - (exposure in _INSIDERS), Severity.INFO))
    severity = capped(severity, flow.certainty, exposure)
    return Draft(
        rule=rule,
        message=message_of(room, rule, flow, trigger),
        location=flow.location,
        subject=function.logical_id if function else "",
        severity=severity,
        confidence=flow.certainty,
        function=flow.function,
        trigger=trigger.id if trigger else "",
        source=flow.source.path,
        sink=flow.sink,
        exposure=exposure,
        steps=flow.steps,
        anchors=(flow.location, flow.source.location),
        fold=fold,
        weight=int(exposure),
        subjects=(function.logical_id,) if function else (),
    )


def capped(severity: Severity, certainty: str, exposure: Exposure) -> Severity:
    """What is only suspected is never grave, and less so when strangers cannot start it."""
    if certainty != "low":
        return severity
    known_open = exposure in (Exposure.ANYONE, Exposure.AUTHENTICATED)
    return min(severity, Severity.MEDIUM if known_open else Severity.LOW)


def doubted(severity: Severity, certainty: str) -> Severity:
    """The severity of an issue; one that is only suspected is a hint."""
    return min(severity, Severity.LOW) if certainty == "low" else severity


def _issue_fold(rule: Rule, issue: CodeIssue) -> str:
    if rule.tier == "should":
        return "application"
    if rule.id in _ONE_PER_TEMPLATE:
        return issue.function.partition("#")[0]
    return issue.location.file if rule.id in _ONE_PER_FILE else str(issue.location)


def _effect(word: str, rule: Rule) -> Effect:
    try:
        return Effect(word)
    except ValueError:
        return rule.effect or Effect.WEAKEN


def message_of(room: Room, rule: Rule, flow: Flow, trigger: Trigger | None) -> str:
    """Such as "The key of an object put into Uploads, which anyone may write, reaches eval"."""
    delivers = room.application.resources.get(trigger.source) if trigger else None
    place = delivers.logical_id if delivers else ""
    what = source_in_words(flow.source.path, trigger, flow.source.kind, place)
    who = who_in_words(trigger) if flow.source.kind == "event" else ""
    via = ""
    if flow.source.via:
        names = [name for name in dict.fromkeys(_hop(room, hop) for hop in flow.source.via) if name]
        via = f" by way of {' and '.join(names)}" if names else ""
    ending = rule.message.rstrip(".")
    placed = (
        ending.replace("{source}", f"{what}{who}")
        .replace("{sink}", flow.sink)
        .replace("{argument}", flow.argument or "argument")
        .replace("{via}", via)
    )
    return placed[:1].upper() + placed[1:] + "."


def _hop(room: Room, hop: Channel) -> str:
    """What a channel goes through: the resource, or the function that calls another directly."""
    application = room.application
    if hop.kind == "invoke" or hop.resource in application.functions:
        writer = application.functions.get(hop.writer)
        return writer.logical_id if writer else ""
    resource = application.resources.get(hop.resource)
    if resource is not None:
        return resource.logical_id
    how, _, name = hop.resource.partition(":")
    words = {"name": f"the {hop.kind} {name}", "variable": f"what {name} names"}
    return words.get(how, "") if name else ""


def source_in_words(path: str, trigger: Trigger | None, kind: str, place: str = "") -> str:
    """An event path in a few words of the application; ``place`` is what delivers the event."""
    from ringfence.paths.words import field

    words = field(path, kind, trigger.kind if trigger else "")
    if trigger is None or kind == "response":
        return words
    if trigger.kind == "s3":
        key = words.replace("The object's key", "The key of an object")
        return f"{key} put into {place or trigger.name}"
    if trigger.kind in _HTTP:
        entry = f"the {trigger.name}" if trigger.kind == "function-url" else trigger.name
        return f"{words.replace('request body', 'body')} of {entry}"
    return f"{words} from {trigger.name}"


def who_in_words(trigger: Trigger | None) -> str:
    """A clause such as "which anyone may cause", between commas; "" when nothing is known."""
    if trigger is None:
        return ""
    verb = _VERBS.get(trigger.kind, "cause")
    exposure = trigger.sender.exposure
    if exposure is Exposure.ANYONE:
        return f", which anyone may {verb},"
    if exposure is Exposure.AUTHENTICATED:
        return f", which any signed-in user may {verb},"
    if exposure is Exposure.ACCOUNT:
        return f", which principals of this account may {verb},"
    return ""


def _issue(room: Room, rule: Rule, issue: CodeIssue) -> Draft:
    exposure = room.exposure_of(issue.function)
    if not room.triggers_by_function.get(issue.function):
        exposure = Exposure.UNKNOWN
    trigger = room.widest_trigger(issue.function)
    function = room.application.functions.get(issue.function)
    text = sentence(issue.text)
    return Draft(
        rule=rule,
        message=text if text.endswith(".") else f"{text}.",
        location=issue.location,
        subject=function.logical_id if function else "",
        severity=doubted(severity_for(rule, exposure, False), issue.certainty),
        confidence=issue.certainty,
        function=issue.function,
        trigger=trigger.id if trigger else "",
        exposure=exposure,
        steps=issue.steps,
        anchors=(issue.location,),
        fold=_issue_fold(rule, issue),
        weight=int(exposure),
        subjects=(function.logical_id,) if function else (),
    )
