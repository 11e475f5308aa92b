"""Paths that need no flow: an open entry before sensitive data, and resources open by themselves.

An unauthenticated entry is a matter of what lies behind it: only data whose class is stated or
guessed, and deletions, make a story. Doors that must stand open (sign-in, health checks, hooks that
check a signature) are left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ringfence import late
from ringfence.model.application import Application, Function, Resource, ResourcePolicy, Trigger
from ringfence.model.facts import CloudCall, Facts, Step
from ringfence.model.finding import AttackPath, Finding, Power
from ringfence.model.location import Location
from ringfence.model.record import record, replace
from ringfence.model.severity import Effect, Exposure, Severity, severity_of
from ringfence.model.value import Mapping, boolean, string
from ringfence.paths import words
from ringfence.paths.reach import Reach
from ringfence.paths.story import path_id, proof_of
from ringfence.permissions.actions import expand
from ringfence.permissions.audience import Audience, audience_of
from ringfence.permissions.data_classes import DataClass
from ringfence.permissions.powers import resource_words, verbs_of

#: Operations whose permission has another name.
_OPERATIONS = {
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:upload_file": "s3:PutObject",
    "dynamodb:transactwriteitems": "dynamodb:PutItem",
    "dynamodb:transactgetitems": "dynamodb:GetItem",
    "dynamodb:batchwriteitem": "dynamodb:PutItem",
}
#: Words in a path or a function's name of doors that stand open on purpose.
_DOORS = {
    "login", "signin", "signup", "register", "registration", "auth", "authenticate", "authorize",
    "authorizer", "oauth", "callback", "token", "refresh", "session", "sessions", "logout",
    "health", "healthcheck", "ping", "status", "webhook", "webhooks", "hook", "verify", "confirm",
    "password", "forgot", "reset", "subscribe", "unsubscribe", "contact", "newsletter", "public",
    "join", "connect", "disconnect", "default",
}  # fmt: skip
_WORD = late.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PUBLIC_SITES = {
    "website", "site", "web", "static", "asset", "assets", "frontend", "client", "cdn", "public",
    "www", "spa", "hosting", "content", "media", "images", "landing",
}  # fmt: skip
_VERB_EFFECT = {
    "read": Effect.READ_DATA,
    "write": Effect.WRITE_DATA,
    "delete": Effect.WRITE_DATA,
}


def exposed_paths(
    application: Application,
    facts: Facts,
    findings: Iterable[Finding],
    reach: Reach,
    covered: set[str],
) -> list[AttackPath]:
    """Paths without a flow; functions in ``covered`` already have a graver story."""
    access = _Access([finding for finding in findings if finding.family == "access"])
    calls: dict[str, list[CloudCall]] = defaultdict(list)
    for call in facts.calls:
        calls[call.function].append(call)
    policies: dict[str, list[ResourcePolicy]] = defaultdict(list)
    for policy in application.resource_policies:
        policies[policy.resource].append(policy)
    found = []
    for function in application.functions.values():
        if function.id in covered:
            continue
        path = _open_function(application, calls[function.id], access, reach, function)
        if path is not None:
            found.append(path)
    for resource in application.resources.values():
        path = _open_resource(application, reach, resource, policies[resource.id])
        if path is not None:
            found.append(path)
    return [_with_findings(path, access) for path in found]


class _Access:
    """The findings about access, by what they are about; fingerprints in the order of reports."""

    def __init__(self, findings: list[Finding]) -> None:
        self.of_trigger: dict[str, list[str]] = defaultdict(list)
        self.at: dict[Location, list[tuple[int, str]]] = defaultdict(list)
        self.functions = {finding.function for finding in findings}
        for order, finding in enumerate(findings):
            self.of_trigger[finding.trigger].append(finding.fingerprint)
            self.at[finding.location].append((order, finding.fingerprint))


def _with_findings(path: AttackPath, access: _Access) -> AttackPath:
    """The path with the findings on its entry or its resource."""
    if path.trigger:
        related = access.of_trigger.get(path.trigger, [])
    else:
        places = {line.location for line in path.lines}
        marks = sorted(mark for place in places for mark in access.at.get(place, ()))
        related = [fingerprint for _, fingerprint in marks]
    return replace(path, findings=tuple(dict.fromkeys(related))) if related else path


# --- an open entry before data ----------------------------------------------------------------


@record(frozen=True)
class _Touch:
    """One call of the code on one resource."""

    verb: str
    resource: Resource
    data: DataClass
    call: CloudCall


def _open_function(
    application: Application,
    calls: list[CloudCall],
    access: _Access,
    reach: Reach,
    function: Function,
) -> AttackPath | None:
    entries = [
        trigger
        for trigger in application.triggers_of(function.id)
        if trigger.sender.exposure is Exposure.ANYONE and not _is_door(trigger, function)
    ]
    if not entries or not _is_found(entries, function, access):
        return None
    sources = {entry.source for entry in entries}  # what is open by itself is another story
    touches = [
        touch
        for touch in _touches(application, calls, reach)
        if _matters(touch) and touch.resource.id not in sources
    ]
    if not touches:
        return None
    touches.sort(key=lambda t: (-t.data.rank, t.data.guessed, _VERB_ORDER.index(t.verb)))
    return _tell_open(application, function, entries, touches)


_VERB_ORDER = ("delete", "write", "read")


def _matters(touch: _Touch) -> bool:
    return touch.verb == "delete" or touch.data.rank > 0


def _touches(application: Application, calls: list[CloudCall], reach: Reach) -> Iterable[_Touch]:
    for call in calls:
        if not call.own_credentials:
            continue
        name = f"{call.service}:{call.operation}"
        for kind, verb in verbs_of(_OPERATIONS.get(name.lower(), name)):
            if verb not in _VERB_EFFECT:
                continue
            for resource in _resources(application, call):
                if resource.kind == kind and kind in ("table", "bucket", "user-pool", "database"):
                    yield _Touch(verb, resource, reach.data(resource), call)


def _resources(application: Application, call: CloudCall) -> Iterable[Resource]:
    ids = dict.fromkeys(name for argument in call.arguments.values() for name in argument.resources)
    return [application.resources[name] for name in ids if name in application.resources]


def _is_found(entries: list[Trigger], function: Function, access: _Access) -> bool:
    """Whether the checks hold the entry against it too: they know of code that asks by itself,
    and of what people silenced."""
    if any(entry.kind not in words.HTTP_KINDS for entry in entries):
        return True
    return function.id in access.functions or any(
        entry.id in access.of_trigger for entry in entries
    )


def _is_door(trigger: Trigger, function: Function) -> bool:
    """Whether the entry is one that must be open, going by its path and its function's name."""
    if trigger.kind in ("apigateway-websocket", "cognito", "schedule"):
        return True
    text = f"{trigger.path} {function.logical_id}"
    said = {word.lower() for word in _WORD.findall(text)}
    return bool(said & _DOORS) or "sign" in said


def _tell_open(
    application: Application,
    function: Function,
    entries: list[Trigger],
    touches: list[_Touch],
) -> AttackPath:
    entry = entries[0]
    worst = touches[0]
    effect = _VERB_EFFECT[worst.verb]
    powers = _powers(touches)
    severity = severity_of(Exposure.ANYONE, effect)
    if worst.data.guessed or worst.data.rank == 0:
        severity = Severity(min(severity, Severity.MEDIUM))
    more = len(entries) - 1
    others = f"; {more} more such {'entry' if more == 1 else 'entries'}" if more else ""
    lines = [
        Step(proof_of(entry), words.entry_sentence(application, entry) + others),
        Step(
            worst.call.location,
            f"{function.logical_id} then lets them {words.powers_words(powers)}",
        ),
        Step(function.location, "No authoriser asks who the sender is; only the code itself could"),
    ]
    name = function.logical_id
    target = powers[0].target
    verbs = (words.verb_words(target, power.verb) for power in powers if power.target == target)
    does = f"{words.listed(dict.fromkeys(verbs))} {target}"
    data = worst.data.words
    return AttackPath(
        id=path_id("open", function.id),
        title=f"{words.short_who(entry)} can {does} through {name}"
        + (f" ({data})" if data else ""),
        severity=severity,
        confidence="low" if worst.data.guessed else "medium",
        trigger=entry.id,
        function=function.id,
        lines=tuple(lines),
        powers=tuple(powers),
        fix=_entry_fix(entry),
        fix_location=entry.location,
        findings=(),
        score=float(25 + 3 * worst.data.rank + len(powers)),
    )


def _powers(touches: list[_Touch]) -> list[Power]:
    found: dict[tuple[str, str], Power] = {}
    for touch in touches:
        key = (touch.verb, touch.resource.id)
        action = f"{touch.call.service}:{touch.call.operation}"
        if key not in found:
            found[key] = Power(
                touch.verb,
                resource_words(touch.resource),
                touch.resource.id,
                touch.data.name,
                (action,),
                touch.call.location,
                touch.data.guessed,
            )
    return list(found.values())


def _entry_fix(trigger: Trigger) -> str:
    if trigger.kind == "function-url":
        return "Set AuthType: AWS_IAM on the URL, or put an API with an authoriser before it"
    if trigger.kind in words.HTTP_KINDS:
        return f"Add an authoriser to {trigger.name}"
    return f"Narrow who may send to {trigger.name}"


# --- resources open by themselves -------------------------------------------------------------


def _open_resource(
    application: Application, reach: Reach, resource: Resource, policies: list[ResourcePolicy]
) -> AttackPath | None:
    """A bucket, table, queue, topic, key, … that its own policy or list opens to everyone."""
    if resource.kind in ("function", "api", "registry", "layer", ""):
        return None
    opened = _by_policy(resource, policies) or _by_list(resource)
    if opened is None:
        return None
    verbs, at, reason, sure = opened
    data = reach.data(resource)
    if verbs == ["read"] and (_is_site(resource) or data.rank == 0):
        return None
    if resource.kind not in ("bucket", "table", "secret", "key", "stream") and data.rank == 0:
        return None
    effect = Effect.WRITE_DATA if verbs != ["read"] else Effect.READ_DATA
    sensitive = data.rank > 0 and not data.guessed
    name = resource_words(resource)
    what = f"{words.listed(verbs)} {name}"
    note = f" ({data.words}{', by the name' if data.guessed else ''})" if data.rank else ""
    lines = [Step(at, f"Anyone on the internet can {what}: {reason}")]
    starts = [t for t in application.triggers.values() if t.source == resource.id]
    if starts and "write" in verbs:
        named = words.listed(
            dict.fromkeys(
                application.functions[t.function].logical_id
                for t in starts[:4]
                if t.function in application.functions
            )
        )
        lines.append(Step(starts[0].location, f"What they put there starts {named}"))
    lines.append(Step(resource.location, f"No function is needed: {name}{note} is open by itself"))
    return AttackPath(
        id=path_id("public", resource.id),
        title=f"Anyone can {what}{note}",
        severity=severity_of(Exposure.ANYONE, effect, sensitive),
        confidence="high" if sure and not data.guessed else "medium",
        trigger="",
        function="",
        lines=tuple(lines),
        powers=tuple(
            Power(verb, name, resource.id, data.name, (), at, data.guessed) for verb in verbs
        ),
        fix=_resource_fix(resource),
        fix_location=at,
        findings=(),
        score=float(30 + 3 * data.rank + 4 * ("write" in verbs)),
    )


Opened = tuple[list[str], Location, str, bool]


def _by_policy(resource: Resource, policies: list[ResourcePolicy]) -> Opened | None:
    found: dict[str, Audience] = {}
    for policy in policies:
        for audience in audience_of(policy.document):
            if audience.exposure is Exposure.ANYONE and not _blocked(resource, _POLICY_BLOCKS):
                for verb in _verbs(audience.actions, resource.kind):
                    found.setdefault(verb, audience)
    if not found:
        return None
    verbs: list[str] = [v for v in ("read", "write", "delete", "administer") if v in found]
    statement = found[verbs[0]].statement
    return verbs, statement.location, "its policy names everyone (Principal: *)", True


def _verbs(actions: tuple[str, ...], kind: str) -> set[str]:
    found: set[str] = set()
    for action in actions:
        names = expand(action) if ":" in action else ()
        if action == "*" or action.startswith("everything"):
            return {"read", "write", "delete"}
        for name in names:
            found.update(verb for k, verb in verbs_of(name) if k == kind)
    return found


_LISTS = {"PublicRead": ["read"], "PublicReadWrite": ["read", "write"]}


def _by_list(resource: Resource) -> Opened | None:
    """A bucket's access control list."""
    if resource.kind != "bucket" or _blocked(resource, _LIST_BLOCKS):
        return None
    granted = string(resource.properties.get("AccessControl"))
    verbs = _LISTS.get(granted or "")
    if verbs is None:
        return None
    at = resource.properties.key_location("AccessControl")
    return verbs, at, f"its access control list is {granted}", True


_POLICY_BLOCKS = ("RestrictPublicBuckets", "BlockPublicPolicy")
_LIST_BLOCKS = ("IgnorePublicAcls", "BlockPublicAcls")


def _blocked(resource: Resource, settings: tuple[str, str]) -> bool:
    """Whether the bucket's own block of public access stops it; a setting not known counts."""
    block = resource.properties.get("PublicAccessBlockConfiguration")
    if resource.kind != "bucket" or not isinstance(block, Mapping):
        return False
    set_ones = [key for key in settings if block.get(key) is not None]
    return any(boolean(block.get(key)) is not False for key in set_ones)


def _is_site(resource: Resource) -> bool:
    """Whether a bucket is meant to be read by everyone."""
    if resource.properties.get("WebsiteConfiguration") is not None:
        return True
    said = {word.lower() for word in _WORD.findall(resource.logical_id)}
    return bool(said & _PUBLIC_SITES)


def _resource_fix(resource: Resource) -> str:
    if resource.kind == "bucket":
        return "Remove the public grant and block public access (all four settings)"
    return "Name the accounts or services that need it in place of Principal: *"
