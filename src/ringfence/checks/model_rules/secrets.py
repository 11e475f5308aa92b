"""Secrets that stand in templates: by the formats of providers, and by the names of variables.

Only the beginning of a value is ever shown. Values that refer to a secret elsewhere, look like a
placeholder, or are not known, are left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.model.application import Resource
from ringfence.model.record import record
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Scalar, Sequence, Text, Value, string

#: (what it is, pattern). Sources: the providers' documentation of their key formats.
_FORMATS: tuple[tuple[str, str], ...] = (
    ("an AWS access key id", r"(?:AKIA|ASIA)[A-Z2-7]{16}"),
    ("a GitHub token", r"(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})"),
    ("a GitLab token", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"xox[abprs]-[A-Za-z0-9-]{10,}"),
    ("a Slack webhook", r"https://hooks\.slack\.com/services/T\w+/B\w+/\w{20,}"),
    ("a Stripe key", r"(?:sk|rk)_live_[A-Za-z0-9]{16,}"),
    ("a Google API key", r"AIza[A-Za-z0-9_-]{35}"),
    ("a SendGrid key", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{30,}"),
    ("an npm token", r"npm_[A-Za-z0-9]{36}"),
    ("an OpenAI key", r"sk-(?:proj-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    ("an Anthropic key", r"sk-ant-[A-Za-z0-9_-]{40,}"),
    ("a Twilio key", r"(?<![A-Za-z0-9])SK[0-9a-f]{32}"),
    ("a private key", r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    ("a password in an address", r"[a-z][a-z0-9+.-]{1,20}://[^/\s:@{}$]{1,64}:[^/\s:@{}$]{3,128}@[^/\s]"),
)  # fmt: skip
_FORMAT = late.pattern("|".join(f"(?P<f{i}>{pattern})" for i, (_, pattern) in enumerate(_FORMATS)))

_PASSWORD_NAME = late.pattern(r"(?i)(?:^|[_.-]|(?<=[a-z]))(?:passwords?|passwd|pwd|passphrase)\d*$")
_SECRET_NAME = late.pattern(
    r"(?i)(?:^|[_.-]|(?<=[a-z0-9]))(?:secrets?|secret_?key|api_?keys?|api_?token|access_?token"
    r"|auth_?token|bot_?token|token|private_?key|signing_?key|encryption_?key|access_?key"
    r"|client_?secret|jwt_?secret|webhook_?secret|credentials?)\d*$"
)
#: Tokens that mean one task, page or request, and open nothing.
_PASSING_NAME = late.pattern(
    r"(?i)(?:task|page|next|continuation|pagination|client_?request|request|idempotency|start(?:ing)?"
    r"|cancellation|sync)_?token$"
)
_PLACEHOLDER = late.pattern(
    r"(?i)^(?:.*(?:change|replace|insert|your|todo|example|placeholder|dummy|redacted|<|>|\*\*\*"
    r"|xxx|\.\.\.).*|none|null|true|false|undefined|test|secret|password|string|n/?a"
    r"|(?:my)?(?:api)?[-_ ]?(?:key|token)(?:[-_ ]?value)?|\d{1,4}|-+)?$"
)
_REFERS = late.pattern(
    r"^(?:\{\{resolve:|\$\{|arn:|ssm:|/|https?://[^:@]*$|[a-z0-9-]+/[a-z0-9/_-]+$)"
)


def _is_placeholder(value: str) -> bool:
    """Whether a value is there to be filled in. A random text beside the word example is none; what
    ends with it in capitals is from the documentation of AWS."""
    if not _PLACEHOLDER.match(value):
        return False
    rest = re.sub(r"(?i)[-_.]?example[-_.]?", " ", value, count=1).split()
    longest = max(rest, key=len, default="")
    random = len(longest) >= 16 and _looks_random(longest) and _changes_often(longest)
    return not random or "EXAMPLE" in value or _PLACEHOLDER.match(longest) is not None


def _changes_often(value: str) -> bool:
    """Whether digits and letters alternate as in random text, not as in words and a number."""
    kinds = [character.isdigit() for character in value]
    return sum(one != other for one, other in pairwise(kinds)) >= 6


def what_is_it(name: str, value: str) -> str:
    """What kind of secret a value is; "" for none."""
    found = _FORMAT.search(value)
    if found is not None and not found.group().endswith("EXAMPLE"):
        index = int((found.lastgroup or "f0")[1:])
        return _FORMATS[index][0]
    if len(value) < 4 or _is_placeholder(value) or _REFERS.match(value):
        return ""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    if _PASSWORD_NAME.search(snake):
        return "a password"
    if _PASSING_NAME.search(snake):
        return ""
    if _SECRET_NAME.search(snake) and _looks_random(value):
        return "a secret"
    return ""


def is_placeholder(text: str) -> bool:
    """Whether a secret's text (also as JSON) holds only values that are to be filled in."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        held = None
    if not isinstance(held, dict):
        return _PLACEHOLDER.match(text.strip()) is not None
    values = [
        str(value)
        for name, value in held.items()
        if _PASSWORD_NAME.search(name) or _SECRET_NAME.search(name)
    ]
    return all(len(value) < 4 or _PLACEHOLDER.match(value) for value in values)


def _looks_random(value: str) -> bool:
    """Whether a value is more than the name of something: letters and digits, and some length."""
    if len(value) < 8 or any(character.isspace() for character in value):
        return False
    kinds = (
        any(c.isdigit() for c in value),
        any(c.islower() for c in value),
        any(c.isupper() for c in value),
    )
    return sum(kinds) >= 2 and (len(value) >= 16 or sum(kinds) == 3)


def masked(value: str) -> str:
    """The beginning of a secret and its length; never the whole."""
    return f"{value[:2]}…, {len(value)} characters"


def known_text(value: Value | None) -> str:
    """The text of a value, with known parts only; "" when it is not text."""
    found = string(value)
    if found is not None:
        return found
    if isinstance(value, Text):
        return "".join(part for part in value.parts if isinstance(part, str))
    return ""


@record(frozen=True)
class _Place:
    """A text of the template: which resource it belongs to, under which name it stands."""

    resource: Resource
    variable: str
    value: Value
    function: str = ""


def _draft(room: Room, rule: Rule, place: _Place, kind: str) -> Draft:
    value = place.value
    view = {
        "name": place.resource.logical_id,
        "variable": place.variable,
        "what": kind,
        "shown": masked(known_text(value)),
    }
    message = render(rule.message, view)
    parameter = next((origin for origin in value.origins if origin.role == "parameter"), None)
    if parameter is not None:
        message = f"{message[:-1]}, from the default of parameter {parameter.name}."
    exposure = room.exposure_of(place.function) if place.function else Exposure.NONE
    in_place = parameter is None and place.resource.location < value.location
    return Draft(
        rule=rule,
        message=message,
        location=value.location,
        subject=place.resource.logical_id,
        severity=severity_for(rule, exposure, False),
        confidence="medium" if kind in ("a secret", "a password") else "high",
        function=place.function,
        origins=value.origins,
        anchors=(value.location, place.resource.location),
        fold=f"{value.location} {place.variable}",
        subjects=(place.resource.logical_id,),
        resource=place.resource.id,
        view=view if in_place else {},  # lines for the resource do not mend a default or Globals
    )


def _check(room: Room, rule: Rule, place: _Place) -> Iterator[Draft]:
    kind = what_is_it(place.variable, known_text(place.value))
    if kind and isinstance(place.value, (Scalar, Text)):
        yield _draft(room, rule, place, kind)


def in_environment(room: Room, rule: Rule) -> Iterator[Draft]:
    """Secrets in the variables of functions."""
    for function in room.application.functions.values():
        for name, value in function.environment.items():
            yield from _check(room, rule, _Place(function.resource, name, value, function.id))


def in_stage_variables(room: Room, rule: Rule) -> Iterator[Draft]:
    """Secrets in the variables of API stages."""
    for type_, key in (
        ("AWS::ApiGateway::Stage", "Variables"),
        ("AWS::ApiGatewayV2::Stage", "StageVariables"),
    ):
        for stage in room.by_type.get(type_, ()):
            held = stage.properties.get(key)
            for name, value in held.entries.items() if isinstance(held, Mapping) else ():
                yield from _check(room, rule, _Place(stage, name, value))


def in_state_machines(room: Room, rule: Rule) -> Iterator[Draft]:
    """Secrets in the definitions of state machines."""
    for machine in room.by_type.get("AWS::StepFunctions::StateMachine", ()):
        for key in ("Definition", "DefinitionString", "DefinitionSubstitutions"):
            for name, value in leaves(machine.properties.get(key), key):
                yield from _check(room, rule, _Place(machine, name, value))


def in_api_keys(room: Room, rule: Rule) -> Iterator[Draft]:
    """Values of API keys that stand in the template."""
    for key in room.by_type.get("AWS::ApiGateway::ApiKey", ()):
        value = key.properties.get("Value")
        text = known_text(value)
        if value is not None and _looks_random(text) and not _is_placeholder(text):
            yield _draft(room, rule, _Place(key, "Value", value), "an API key")


def in_connections(room: Room, rule: Rule) -> Iterator[Draft]:
    """Credentials of EventBridge connections that stand in the template."""
    names = ("ApiKeyValue", "Password", "ClientSecret")
    for connection in room.by_type.get("AWS::Events::Connection", ()):
        for name, value in leaves(connection.properties.get("AuthParameters"), ""):
            text = string(value) or ""
            if (
                name in names
                and len(text) > 3
                and not _PLACEHOLDER.match(text)
                and not _REFERS.match(text)
            ):
                yield _draft(room, rule, _Place(connection, name, value), "a credential")


def leaves(value: Value | None, name: str, depth: int = 0) -> Iterator[tuple[str, Value]]:
    """Every text below a value with the key that it stands under."""
    if depth > 40:
        return
    if isinstance(value, Mapping):
        for key, item in value.entries.items():
            yield from leaves(item, key, depth + 1)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from leaves(item, name, depth + 1)
    elif isinstance(value, (Scalar, Text)):
        yield name, value


RULES = {
    "in_environment": in_environment,
    "in_stage_variables": in_stage_variables,
    "in_state_machines": in_state_machines,
    "in_api_keys": in_api_keys,
    "in_connections": in_connections,
}
