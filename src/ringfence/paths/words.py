"""How a path is told: plain sentences with the application's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ringfence.model.application import OUTSIDE_HTTP_KINDS, OUTSIDE_KINDS, Application, Trigger
from ringfence.model.finding import Power
from ringfence.model.severity import Effect, Exposure
from ringfence.permissions.data_classes import class_words
from ringfence.permissions.powers import WHOLE_ACCOUNT

HTTP_KINDS = (
    "apigateway-rest", "apigateway-http", "apigateway-websocket", "function-url", "alb",
    *OUTSIDE_HTTP_KINDS,
)  # fmt: skip

#: What a sender does, by trigger kind: ``{name}`` is the trigger's name, ``{place}`` the resource.
_SENDS = {
    "s3": "can put objects into {place}; each one starts {function}",
    "sqs": "can send messages to {place}, which {function} handles",
    "sns": "can publish to {place}, which {function} handles",
    "kinesis": "can write records to {place}, which {function} handles",
    "dynamodb-stream": "can change items in {place}, which starts {function}",
    "eventbridge": "can cause events ({name}) that {function} handles",
    "pipe": "can write to the source of {name}, which {function} handles",
    "cognito": "can sign up or sign in ({name}), which starts {function}",
    "iot": "can publish device messages ({name}) that {function} handles",
    "ses": "can send mail ({name}) that {function} handles",
    "logs": "can cause log lines ({name}) that {function} handles",
    "kafka": "can write records ({name}) that {function} handles",
    "mq": "can send messages ({name}) that {function} handles",
    "stepfunctions": "can start {place}, which runs {function}",
    "appsync": "can send GraphQL requests ({name}) to {function}",
    "alexa": "can talk to the skill that starts {function}",
    "cloudfront": "can send requests ({name}) through {function}",
    "invoke": "can invoke {function}",
    "apigateway-websocket": "can send {name} over a WebSocket to {function}",
    "function-url": "can call the URL of {function}",
    **dict.fromkeys(OUTSIDE_KINDS.difference(OUTSIDE_HTTP_KINDS), "starts {function} with it"),
}
_KIND_WORDS = {
    "s3": "bucket",
    "sqs": "queue",
    "sns": "topic",
    "kinesis": "stream",
    "dynamodb-stream": "table",
    "stepfunctions": "state machine",
}
_AUTHENTICATION = {
    "none": "no authoriser",
    "api-key": "an API key is all it asks for",
    "cognito": "signed in",
    "jwt": "with a token",
    "custom": "past its own authoriser",
    "iam": "with signed requests",
    "oauth": "with a token",
    "mutual-tls": "with a certificate",
}

#: How verbs are said for kinds where the plain word would mislead.
_VERBS = {
    ("table", "delete"): "delete from",
    ("bucket", "delete"): "delete from",
    ("queue", "read"): "receive from",
    ("queue", "write"): "send to",
    ("queue", "delete"): "empty or delete",
    ("topic", "read"): "subscribe to",
    ("topic", "write"): "publish to",
    ("function", "invoke"): "call",
    ("function", "administer"): "replace the code of",
    ("state", "invoke"): "start",
    ("mail", "invoke"): "send",
    ("key", "read"): "decrypt with",
    ("event", "write"): "put events on",
    ("everything", "administer"): "do",
    ("user", "write"): "change the users of",
    ("user", "read"): "list the users of",
    ("user", "delete"): "delete users of",
}
_VERB_ORDER = ("read", "write", "invoke", "delete", "administer")
#: More groups of targets, or names in one group, are counted and not named.
MAX_GROUPS = 4
MAX_NAMES = 3


def who(trigger: Trigger) -> str:
    """Who can cause the event, to begin a sentence with."""
    exposure = trigger.sender.exposure
    said = trigger.sender.who.strip()
    if exposure is Exposure.ANYONE:
        on_net = trigger.kind in HTTP_KINDS and said in ("", "anyone")
        return "Anyone on the internet" if on_net else _capital(said or "anyone")
    if exposure is Exposure.UNKNOWN and said in ("", "not known"):
        return "Someone who is not known here"
    return _capital(said or "somebody in the account")


def short_who(trigger: Trigger | None) -> str:
    """The same in two or three words, for titles."""
    if trigger is None:
        return "Whoever sends the event"
    words = {
        Exposure.ANYONE: "Anyone",
        Exposure.AUTHENTICATED: "Any signed-in user",
        Exposure.UNKNOWN: "Whoever can send the event",
        Exposure.ACCOUNT: "Someone in the account",
        Exposure.PRINCIPAL: "A trusted sender",
        Exposure.NONE: "Whoever controls its input",
    }[trigger.sender.exposure]
    said = trigger.sender.who
    if trigger.sender.exposure is Exposure.AUTHENTICATED and "AWS account" in said:
        return "Anyone with an AWS account"
    if trigger.kind == "invoke" and trigger.sender.exposure is Exposure.UNKNOWN:
        return "Whoever starts it"
    if trigger.sender.exposure is Exposure.UNKNOWN and said not in ("", "not known"):
        return _capital(said)
    if trigger.authentication.kind == "api-key":
        return "Anyone with an API key"
    return words


def entry_sentence(application: Application, trigger: Trigger) -> str:
    """The first line of a story: who sends what to which function, and what stands in the way."""
    function = application.functions.get(trigger.function)
    name = function.logical_id if function else trigger.function
    if trigger.kind == "invoke" and trigger.sender.exposure is Exposure.UNKNOWN:
        return f"No template says who starts {name}; whoever does controls its event"
    sends = _SENDS.get(trigger.kind, "can send {name} to {function}")
    source = application.resources.get(trigger.source)
    kind = _KIND_WORDS.get(trigger.kind, "")
    place = f"{kind} {source.logical_id}" if source and kind else trigger.name
    if not place or trigger.kind in ("schedule", "azure-timer"):
        return f"The clock starts {name} ({trigger.name})"
    if trigger.sender.exposure is Exposure.NONE:
        return f"{_capital(trigger.name)} starts {name}; nobody outside sends it"
    said = sends.format(name=trigger.name, place=place, function=name)
    return f"{who(trigger)} {said}{_guard(trigger)}"


def _guard(trigger: Trigger) -> str:
    words = _AUTHENTICATION.get(trigger.authentication.kind, "")
    if trigger.kind not in (*HTTP_KINDS, "appsync"):
        reason = trigger.sender.reason
        open_to_all = trigger.sender.exposure is Exposure.ANYONE
        return f" ({reason})" if open_to_all and reason else ""
    return f" ({words})" if words else ""


# --- fields of events -------------------------------------------------------------------------

_FIELDS = (
    (r"^request\.(?:query_string_parameters|queryStringParameters|query_params|query|args|GET)"
     r"\.?(?P<n>.*)", "The query parameter {n}"),
    (r"^request\.(?:params|view_args|path_parameters|path_params|pathParameters)"
     r"\.?(?P<n>.*)", "The path parameter {n}"),
    (r"^request\.headers\.?(?P<n>.*)", "The header {n}"),
    (r"^request\.cookies\.?.*", "A cookie"),
    (r"^request\.(?:json_body|body|json|form|data|raw_body)\.?(?P<n>.*)",
     "Field {n} of the request body"),
    (r"^path parameter$", "A path parameter"),
    (r"^request\.request\.body\.?(?P<n>.*)", "Field {n} of the request body"),
    (r"^request\.(?:request|req)\b", "The request"),
    (r"^request$", "The request"),
    (r"s3\.object\.key", "The object's key"),
    (r"queryStringParameters\.?(?P<n>.*)", "The query parameter {n}"),
    (r"multiValueQueryStringParameters\.?(?P<n>.*)", "The query parameter {n}"),
    (r"rawQueryString", "The query string"),
    (r"pathParameters\.?(?P<n>.*)", "The path parameter {n}"),
    (r"(?:multiValueH|h)eaders\.?(?P<n>.*)", "The header {n}"),
    (r"cookies.*", "A cookie"),
    (r"Records\[\]\.body\.?(?P<n>.*)", "Field {n} of the message"),
    (r"Sns\.Message\.?(?P<n>.*)", "Field {n} of the message"),
    (r"messageAttributes\.?(?P<n>[^.\[]*).*", "The message attribute {n}"),
    (r"kinesis\.data\.?(?P<n>.*)", "Field {n} of the record"),
    (r"dynamodb\.(?:New|Old)Image\.?(?P<n>[^.]*).*", "Field {n} of the item"),
    (r"detail\.(?P<n>.*)", "Field {n} of the event"),
    (r"userAttributes\.?(?P<n>.*)", "The user attribute {n}"),
    (r"^(?:\[\]\.)?arguments\.?(?P<n>.*)", "The GraphQL argument {n}"),
    (r"(?:^|\.)body\.?(?P<n>.*)", "Field {n} of the request body"),
    (r"commonHeaders\.?(?P<n>.*)", "The mail header {n}"),
)  # fmt: skip


#: The same for the events of other clouds.
_OUTSIDE_FIELDS = (
    (r"^query\.?(?P<n>.*)", "The query parameter {n}"),
    (r"^params\.?(?P<n>.*)", "The path parameter {n}"),
    (r"^form\.?(?P<n>.*)", "The form field {n}"),
    (r"^(?:data\.)?name$", "The object's name"),
    (r"^content\b.*", "The object's content"),
    (r"^data\.message\.(?:data|json)\.?(?P<n>.*)", "Field {n} of the message"),
    (r"^(?:data|\[\]|cloudevent\.data)\.(?P<n>.*)", "Field {n} of the event"),
)  # fmt: skip
_IN_MESSAGES = ("azure-queue", "azure-servicebus", "azure-eventhub")


def field(path: str, kind: str = "event", trigger: str = "") -> str:
    """An event path, or a part of a service's answer, in words to begin a sentence with.
    ``trigger`` is the kind of the trigger, where it is known."""
    if kind == "response":
        return _answer(path)
    plain = path.removeprefix("event").lstrip(".")
    known: tuple[tuple[str, str], ...] = _FIELDS
    if trigger in OUTSIDE_KINDS:
        known = (*_OUTSIDE_FIELDS, *_FIELDS)
        if trigger in _IN_MESSAGES:
            known = ((r"^(?:\[\]\.)?body\.?(?P<n>.*)", "Field {n} of the message"), *known)
    for pattern, words in known:
        match = re.search(pattern, plain)
        if match is None:
            continue
        name = match.groupdict().get("n") or ""
        name = name.replace("[]", "").strip(".")
        if name:
            return words.format(n=name)
        whole = re.sub(r"^Field \{n\} of t", "T", words)
        return re.sub(r"^The (.*) \{n\}$", r"A \1", whole)
    return f"The event's {plain}" if plain else "The event"


def sink(name: str) -> str:
    """What is called, without the name that stands for every library of one interface."""
    return name.removeprefix("dbapi.")


def _answer(path: str) -> str:
    """``s3.ListObjects.Contents[].Key`` as "What s3 ListObjects answers (Contents[].Key)"."""
    service, _, rest = path.partition(".")
    operation, _, part = rest.partition(".")
    if not operation:
        return f"What {service} answers"
    return f"What {service} {operation} answers" + (f" ({part})" if part else "")


# --- effects ----------------------------------------------------------------------------------

_RULE_WORDS = {
    "os-command-injection": "so the sender's commands run in {function}",
    "code-injection": "so the sender's code runs in {function}",
    "unsafe-deserialization": "so a crafted object runs code in {function}",
    "template-injection": "so the sender's template runs in {function}",
    "prototype-pollution": "so the sender changes how objects behave in {function}",
    "unsafe-reflection": "so the sender chooses what {function} runs",
    "sql-injection": "so the sender rewrites the SQL statement",
    "nosql-injection": "so the sender rewrites the query",
    "ldap-injection": "so the sender rewrites the directory query",
    "xpath-injection": "so the sender rewrites the XML query",
    "server-side-request-forgery": "so the sender chooses where {function} sends requests",
    "xml-external-entity": "so crafted XML reads files of {function}",
    "unverified-token": "without its signature checked, so a forged token passes for a real one",
    "authorization-by-caller": "and decides who is let through, so the sender passes for another",
    "cloud-resource-injection": "so the sender chooses which resource {function} works on",
    "mass-assignment": "as it is, so the sender sets any field of what is stored",
    "mail-injection": "so the sender decides what mail {function} sends",
}
_EFFECT_WORDS = {
    Effect.EXECUTE: "so the sender's code runs in {function}",
    Effect.READ_FILE: "so the sender chooses which file {function} reads",
    Effect.WRITE_FILE: "so the sender chooses which file {function} writes",
    Effect.FORGE_REQUEST: "so the sender chooses where {function} sends requests",
    Effect.ALTER_QUERY: "so the sender rewrites the query",
    Effect.READ_DATA: "so the sender chooses what {function} reads",
    Effect.WRITE_DATA: "so the sender chooses what {function} writes",
    Effect.IMPERSONATE: "so the sender passes for another user",
    Effect.ESCALATE: "so the sender gains more permissions",
}
_TITLES = {
    Effect.EXECUTE: "run code in {function}",
    Effect.READ_FILE: "read files of {function}",
    Effect.WRITE_FILE: "write files in {function}",
    Effect.FORGE_REQUEST: "make {function} send requests anywhere",
    Effect.ALTER_QUERY: "rewrite the queries of {function}",
    Effect.READ_DATA: "read data through {function}",
    Effect.WRITE_DATA: "write data through {function}",
    Effect.IMPERSONATE: "pass for any user of {function}",
    Effect.ESCALATE: "gain permissions through {function}",
}
_RULE_TITLES = {
    "os-command-injection": "run commands in {function}",
    "cloud-resource-injection": "choose which resources {function} works on",
    "mass-assignment": "set any field of what {function} stores",
}


def effect_words(rule: str, effect: Effect, function: str) -> str:
    """What the flow comes to, to end a sentence with."""
    words = _EFFECT_WORDS.get(effect, "")
    if effect not in (Effect.READ_FILE, Effect.WRITE_FILE) or rule == "xml-external-entity":
        words = _RULE_WORDS.get(rule, words)
    return words.format(function=function)


def effect_title(rule: str, effect: Effect, function: str) -> str:
    """The same as a title says it, after "Anyone can"."""
    return _RULE_TITLES.get(rule, _TITLES.get(effect, "abuse {function}")).format(function=function)


# --- powers -----------------------------------------------------------------------------------


def powers_words(powers: Iterable[Power]) -> str:
    """The powers as one clause: "read and write table Orders (personal data); read bucket A"."""
    by_target: dict[str, list[Power]] = {}
    for power in _worth_telling(list(powers)):
        by_target.setdefault(power.target, []).append(power)
    groups: dict[tuple[tuple[str, ...], str, str], list[str]] = {}
    for target, held in by_target.items():
        said = (
            verb_words(target, verb) for verb in _VERB_ORDER if any(p.verb == verb for p in held)
        )
        kind, name = _kind_and_name(target, held)
        groups.setdefault((tuple(said), kind, _class_note(held)), []).append(name)
    clauses: dict[tuple[str, ...], list[str]] = {}
    for (verbs, kind, note), names in list(groups.items())[:MAX_GROUPS]:
        clauses.setdefault(verbs, []).append(_named_together(kind, names) + note)
    text = "; ".join(f"{listed(verbs)} {listed(targets)}" for verbs, targets in clauses.items())
    more = sum(len(names) for names in list(groups.values())[MAX_GROUPS:])
    return f"{text}; and {more} more" if more > 0 else text


def _worth_telling(powers: list[Power]) -> list[Power]:
    """Without reading logs, unless there is nothing else to tell."""
    told = [p for p in powers if not (p.verb == "read" and " log group " in f" {p.target}")]
    return told or powers


def _kind_and_name(target: str, powers: list[Power]) -> tuple[str, str]:
    """("table", "Orders"); a wildcard has no kind."""
    if not any(power.resource for power in powers):
        return "", target
    kind, _, name = target.rpartition(" ")
    return kind, name


def _named_together(kind: str, names: list[str]) -> str:
    """``table A``, ``tables A and B``, ``26 functions of this application``."""
    if not kind:
        return listed(names)
    if len(names) == 1:
        return f"{kind} {names[0]}"
    plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    if len(names) > MAX_NAMES:
        return f"{len(names)} {plural} of this application"
    return f"{plural} {listed(names)}"


def verb_words(target: str, verb: str) -> str:
    kind = target.removeprefix("every ").partition(" ")[0]
    if target == WHOLE_ACCOUNT:
        kind = "everything"
    return _VERBS.get((kind, verb), verb)


def _class_note(powers: list[Power]) -> str:
    for power in powers:
        if power.data_class:
            guess = ", by the name" if power.guessed and power.resource else ""
            among = "with " if not power.resource else ""
            return f" ({among}{class_words(power.data_class)}{guess})"
    return ""


def listed(items: Iterable[str]) -> str:
    """``a, b and c``."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
