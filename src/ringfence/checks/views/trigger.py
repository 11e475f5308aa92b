"""The view of an entry point.

``kind``, ``method``, ``path``, ``protocol``, ``who`` (who may cause it), ``reason``, ``exposure``,
``auth`` (the authentication's kind: none, iam, jwt, cognito, custom, api-key, oauth, mutual-tls,
signature, provider, unknown), ``auth_detail``; ``http`` (reached over HTTP), ``writes_method`` (a
method that changes something), ``preflight`` (an OPTIONS route), ``authorizer`` (it is the call of
an authoriser itself), ``open_by_nature`` (a path that
must work before sign-in, such as /login or a webhook), ``p`` (its event definition), ``function``
and ``function_id``, ``checks_itself`` (the code imports a library that verifies tokens or
signatures, so may authenticate on its own), ``checker`` (which), ``expensive``, ``may_change``
(writes or deletes something), ``acts`` (the function behind it reaches something outside of itself,
as far as its code, its role and its settings tell), ``only_reads`` (its code was read, and each
call of a cloud service in it only reads), ``names_a_thing`` (a part of the path says what the route
is about, more than hello, test or a wildcard does); and all of
``powers``: what lies behind (``reads``, ``writes``, ``deletes``, ``escalates``, ``administers``,
``data``, ``sensitive``, ``guessed``, ``reaches``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringfence import late
from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View
from ringfence.checks.views.acts import acts, only_reads
from ringfence.checks.views.function import expensive_of, imports_of
from ringfence.checks.views.powers import powers_view
from ringfence.checks.worlds import Projection
from ringfence.model.application import OUTSIDE_HTTP_KINDS, Trigger

HTTP_KINDS = frozenset(
    {"apigateway-rest", "apigateway-http", "function-url", "alb", *OUTSIDE_HTTP_KINDS}
)
_CHANGING = frozenset(
    {"POST", "PUT", "PATCH", "DELETE", "ANY", "*", "X-AMAZON-APIGATEWAY-ANY-METHOD"}
)

#: Path words of routes that must be reachable before a caller can have signed in, or that the
#: far end signs instead.
_OPEN_WORDS = late.pattern(
    r"(?:^|[/_.-])(login|log-?in|sign-?in|sign-?up|register|registration|oauth2?|token|callback|"
    r"authorize|auth|forgot(?:ten)?|reset-?password|verify|confirm|health|healthz|healthcheck|"
    r"status|ping|version|public|webhooks?|hooks?|\.well-known|favicon\.ico|robots\.txt)(?:$|[/_.{-])",
    re.IGNORECASE,
)

#: Parts of a path that promise nothing: greetings, trials, versions, verbs without an object.
_NOTHING = late.pattern(
    r"(?i)(hello|world|hello[-_]?world|hi|greet|greetings?|echo|test|tests|demo|example|sample|api"
    r"|v\d+|default|proxy|lambda|function|index|home|main|root|dev|prod|stage|get|post|put|invoke"
    r"|call|do|run|work)"
)


def names_a_thing(path: str) -> bool:
    """Whether some part of a path says what the route is about: ``/stock/{sku}`` does."""
    parts = [part for part in path.strip("/").split("/") if part and part[:1] not in "{$*<:"]
    return any(_NOTHING.fullmatch(part.strip("*")) is None for part in parts)


#: Packages that verify tokens or signatures. Their presence is a hint, not a proof.
_VERIFIERS = frozenset(
    {"jwt", "jose", "jwcrypto", "authlib", "jsonwebtoken", "express-jwt", "jwks-rsa",
     "aws-jwt-verify", "@okta/jwt-verifier", "express-oauth2-jwt-bearer", "passport",
     "python_jose", "google-auth-library", "firebase-admin", "firebase_admin", "stripe",
     "hmac", "tweetnacl", "nacl", "cognitojwt", "fastapi_cloudauth", "twilio",
     "@octokit/webhooks", "svix", "linebot", "@line/bot-sdk", "next-auth", "basic-auth"}
)  # fmt: skip


def see_triggers(room: Room) -> Iterator[Seen]:
    """Every entry point of the application."""
    for trigger in room.application.triggers.values():
        yield see_trigger(room, trigger)


def see_trigger(room: Room, trigger: Trigger) -> Seen:
    """One entry point as a subject."""
    function = room.application.functions.get(trigger.function)

    def build(project: Projection) -> View:
        return view_trigger(room, trigger, project)

    places = {"trigger": trigger.location}
    if trigger.authentication.proof is not None:
        places["authentication"] = trigger.authentication.proof
    if trigger.sender.proof is not None:
        places["sender"] = trigger.sender.proof
    return Seen(
        name=trigger.name,
        build=build,
        location=trigger.location,
        properties=trigger.properties,
        places=places,
        resource=function.resource.id if function else "",
        function=trigger.function,
        trigger=trigger.id,
        exposure=trigger.sender.exposure,
        anchors=(trigger.location, *((function.location,) if function else ())),
    )


def view_trigger(room: Room, trigger: Trigger, project: Projection) -> View:
    """The view of an entry point in one world."""
    function = room.application.functions.get(trigger.function)
    role = room.application.role_of(function) if function else None
    method = trigger.method.upper()
    checkers = sorted(verifiers_of(room, trigger.function)) if function else []
    source = room.application.resources.get(trigger.source)
    powers = powers_view(room, role)
    return {
        "name": trigger.name,
        "id": trigger.id,
        "kind": trigger.kind,
        "method": method,
        "path": trigger.path,
        "protocol": trigger.protocol,
        "who": trigger.sender.who,
        "reason": trigger.sender.reason,
        "exposure": str(trigger.sender.exposure),
        "auth": trigger.authentication.kind,
        "auth_detail": trigger.authentication.detail,
        "http": trigger.kind in HTTP_KINDS,
        "writes_method": method in _CHANGING or trigger.kind == "function-url",
        "authorizer": trigger.name.startswith("authorizer "),
        "preflight": method == "OPTIONS",
        "open_by_nature": bool(_OPEN_WORDS.search(trigger.path)),
        "p": project(trigger.properties),
        "function": function.logical_id if function else "",
        "function_id": trigger.function,
        "source": source.logical_id if source else "",
        "source_id": trigger.source,
        "checks_itself": bool(checkers),
        "checker": checkers[0] if checkers else "",
        "expensive": expensive_of(room, trigger.function),
        **powers,
        "may_change": powers["changes"],
        "acts": acts(room, function) if function else True,
        "only_reads": only_reads(room, function) if function else False,
        "names_a_thing": names_a_thing(trigger.path),
    }


def verifiers_of(room: Room, function_id: str) -> set[str]:
    """The packages among a function's imports that verify tokens or signatures."""
    found = set()
    for name in imports_of(room, function_id):
        for candidate in (name, name.split(".")[0], "/".join(name.split("/")[:2])):
            if candidate in _VERIFIERS:
                found.add(candidate)
    return found
