"""The logical ids that the Serverless Framework gives (its documentation, "AWS - Resources")."""

from __future__ import annotations

import re

from ringfence import late

_NOT_ALPHANUMERIC = late.pattern(r"[^0-9A-Za-z]")
_PARAMETER = late.pattern(r"\{(.*)\}")


def upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def alphanumeric(text: str) -> str:
    """Only letters and digits, the first one large."""
    return upper_first(_NOT_ALPHANUMERIC.sub("", text))


def function_prefix(key: str) -> str:
    """What the logical ids of everything of a function begin with."""
    return upper_first(key.replace("-", "Dash").replace("_", "Underscore"))


def function_id(key: str) -> str:
    return f"{function_prefix(key)}LambdaFunction"


def path_part(part: str) -> str:
    """One part of a URL path in a logical id: ``{id}`` becomes ``IdVar``, ``aB`` ``Ab``."""
    named = _PARAMETER.sub(r"\1Var", part.capitalize().replace("-", "Dash"))
    return upper_first(_NOT_ALPHANUMERIC.sub("", named))


def path_id(path: str) -> str:
    return "".join(path_part(part) for part in path.split("/") if part)


def method_id(path: str, method: str) -> str:
    return f"ApiGatewayMethod{path_id(path)}{method.capitalize()}"


def route_id(route: str) -> str:
    """The id of an HTTP API's route: ``GET /a/{id}`` gives ``HttpApiRouteGetAIdVar``."""
    if route == "$default":
        return "HttpApiRouteDefault"
    method, _, path = route.partition(" ")
    return f"HttpApiRoute{method.capitalize()}{path_id(path)}"


def websocket_route(route: str) -> str:
    """A WebSocket route in a logical id: ``$connect`` gives ``Sconnect``."""
    replaced = route.replace("$", "S").replace("-", "Dash").replace("_", "Underscore")
    return re.sub(r"[^0-9A-Za-z]", "", replaced.replace("/", "Slash"))
