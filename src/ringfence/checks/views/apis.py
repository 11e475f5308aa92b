"""Facts about APIs, their stages, and the clients of user pools."""

from __future__ import annotations

from typing import Any

from ringfence.checks.room import Room, references
from ringfence.checks.views import View
from ringfence.checks.worlds import Projection
from ringfence.model.application import Resource, Role, Trigger
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value, string


def _api_of(room: Room, stage: Resource, key: str) -> Resource | None:
    return room.resource_of(stage.properties.get(key))


def triggers_of_api(room: Room, api: Resource | None) -> list[Trigger]:
    """The triggers that an API delivers."""
    if api is None:
        return []
    names = dict.fromkeys((api.id, api.generated_from))
    return [trigger for name in names for trigger in room.triggers_by_source.get(name, ())]


def _widest(triggers: list[Trigger]) -> str:
    """The widest exposure of a route. An authorizer hears everybody; that opens no route."""
    routes = [trigger for trigger in triggers if not trigger.name.startswith("authorizer ")]
    return str(max((route.sender.exposure for route in routes), default=Exposure.NONE))


def _private(api: Resource | None) -> bool:
    if api is None:
        return False
    types = api.properties.at("EndpointConfiguration.Types")
    return any(string(item) == "PRIVATE" for item in getattr(types, "items", ()))


def rest_stage(room: Room, resource: Resource, project: Projection) -> View:
    """``api`` its name, ``private``, ``all_methods`` the settings of ``/*`` + ``*``, ``cached``,
    ``has_waf``, ``throttled`` (stage or usage plan), ``exposure`` of its widest route."""
    api = _api_of(room, resource, "RestApiId")
    settings = _list(project(resource.properties.get("MethodSettings")))
    wildcard = next((s for s in settings if s.get("HttpMethod") == "*"), {})
    triggers = triggers_of_api(room, api)
    return {
        "api": api.logical_id if api else "",
        "private": _private(api),
        "settings": settings,
        "all_methods": wildcard,
        "log_level": str(wildcard.get("LoggingLevel", "OFF")),
        "throttled": any("ThrottlingRateLimit" in s for s in settings)
        or _has_plan(room, resource, api)
        or _has_limiting_waf(room, resource, api),
        "has_waf": _has_waf(room, resource),
        "exposure": _widest(triggers),
        "entries": len(triggers),
    }


def _list(value: Any) -> list[dict[str, Any]]:
    found = value if isinstance(value, list) else []
    return [item for item in found if isinstance(item, dict)]


def _has_plan(room: Room, stage: Resource, api: Resource | None) -> bool:
    plans = room.by_type.get("AWS::ApiGateway::UsagePlan", ())
    ids = {stage.id, api.id if api else stage.id}
    return any(
        plan.properties.get("Throttle") is not None
        and ids & {ref.resource for ref in references(plan.properties)}
        for plan in plans
    )


def _counts_requests(room: Room) -> bool:
    """Whether some firewall of the application, here or in front, limits the requests of one
    address."""
    rules = [acl.properties.get("Rules") for acl in room.by_type.get("AWS::WAFv2::WebACL", ())]
    return any(
        isinstance(rule, Mapping) and rule.at("Statement.RateBasedStatement") is not None
        for held in rules
        for rule in getattr(held, "items", ())
    )


def _has_waf(room: Room, resource: Resource) -> bool:
    return bool(room.companions(resource, "AWS::WAFv2::WebACLAssociation"))


def _has_limiting_waf(room: Room, stage: Resource, api: Resource | None) -> bool:
    """Whether a firewall stands before a stage, and one of the application limits requests."""
    guarded = _has_waf(room, stage) or (api is not None and _has_waf(room, api))
    return guarded and _counts_requests(room)


def rest_api(room: Room, resource: Resource, project: Projection) -> View:
    """``private``, ``has_policy``, ``exposure``, ``entries``, ``validated`` (a request validator
    stands in it or beside it), ``stages`` how many stages it has, ``writes`` (has a method that
    takes a body), ``body_security`` whether its definition names any security, ``asks`` whether
    some route asks who calls."""
    triggers = triggers_of_api(room, resource)
    body = resource.properties.get("Body")
    validators = room.companions(resource, "AWS::ApiGateway::RequestValidator")
    return {
        "private": _private(resource),
        "has_policy": resource.properties.get("Policy") is not None,
        "exposure": _widest(triggers),
        "entries": len(triggers),
        "validated": bool(validators) or _has_key(body, "x-amazon-apigateway-request-validators"),
        "writes": any(t.method in ("POST", "PUT", "PATCH", "ANY", "*") for t in triggers),
        "anonymous_writes": any(
            t.method in ("POST", "PUT", "PATCH", "ANY", "*")
            and t.sender.exposure is Exposure.ANYONE
            for t in triggers
        ),
        "cors_origins": cors_origins(body),
        "asks": asks(triggers),
    }


def asks(triggers: list[Trigger]) -> bool:
    """Whether some entry asks who calls: only then can a page read what its visitor may see."""
    return any(trigger.authentication.kind != "none" for trigger in triggers)


def _has_key(value: Value | None, key: str) -> bool:
    return isinstance(value, Mapping) and value.get(key) is not None


def cors_origins(body: Value | None) -> list[str]:
    """The origins that the definition's own CORS answers allow (its OPTIONS methods)."""
    paths = body.get("paths") if isinstance(body, Mapping) else None
    found: list[str] = []
    for item in paths.entries.values() if isinstance(paths, Mapping) else ():
        responses = (
            item.at("options.x-amazon-apigateway-integration.responses")
            if isinstance(item, Mapping)
            else None
        )
        for response in responses.entries.values() if isinstance(responses, Mapping) else ():
            parameters = (
                response.get("responseParameters") if isinstance(response, Mapping) else None
            )
            for key, value in parameters.entries.items() if isinstance(parameters, Mapping) else ():
                if key.lower().endswith("access-control-allow-origin"):
                    found.append((string(value) or "").strip("'"))
    return sorted(set(found))


def http_stage(room: Room, resource: Resource, project: Projection) -> View:
    """``api``, ``protocol`` (HTTP or WEBSOCKET), ``exposure``, ``entries``, ``throttled``,
    ``access_logged``, ``data_trace``."""
    api = _api_of(room, resource, "ApiId")
    triggers = triggers_of_api(room, api)
    p = resource.properties
    route = p.get("DefaultRouteSettings")
    return {
        "api": api.logical_id if api else "",
        "protocol": string(api.properties.get("ProtocolType")) or "HTTP" if api else "",
        "exposure": _widest(triggers),
        "entries": len(triggers),
        "access_logged": p.get("AccessLogSettings") is not None,
        "throttled": _has_key(route, "ThrottlingRateLimit") or p.get("RouteSettings") is not None,
    }


def http_api(room: Room, resource: Resource, project: Projection) -> View:
    """``exposure``, ``entries``, ``websocket``, ``asks`` whether some route asks who calls, and
    ``cors`` its CORS settings wherever they stand (property or definition)."""
    triggers = triggers_of_api(room, resource)
    cors = resource.properties.get("CorsConfiguration")
    if cors is None:
        body = resource.properties.get("Body")
        cors = body.get("x-amazon-apigateway-cors") if isinstance(body, Mapping) else None
    found = project(cors)
    lowered = (
        {k[:1].lower() + k[1:]: v for k, v in found.items()} if isinstance(found, dict) else {}
    )
    return {
        "exposure": _widest(triggers),
        "entries": len(triggers),
        "websocket": string(resource.properties.get("ProtocolType")) == "WEBSOCKET",
        "cors": lowered,
        "asks": asks(triggers),
    }


def user_pool_client(room: Room, resource: Resource, project: Projection) -> View:
    """``flows`` the OAuth flows that are switched on, ``urls`` its callback and logout URLs."""
    p = resource.properties
    urls = [*_texts(project(p.get("CallbackURLs"))), *_texts(project(p.get("LogoutURLs")))]
    return {"flows": project(p.get("AllowedOAuthFlows")) or [], "urls": urls}


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def identity_pool(room: Room, resource: Resource, project: Projection) -> View:
    """``guests_get_nothing`` (the role of its guests is in the template and allows nothing)."""
    attachments = room.companions(resource, "AWS::Cognito::IdentityPoolRoleAttachment")
    held = [room.resource_of(one.properties.at("Roles.unauthenticated")) for one in attachments]
    roles = [room.application.roles.get(one.id) if one else None for one in held]
    return {
        "guests_get_nothing": bool(roles)
        and all(role is not None and role.complete and not _allows(role) for role in roles)
    }


def _allows(role: Role) -> bool:
    return any(
        statement.effect == "Allow" for policy in role.policies for statement in policy.statements
    )
