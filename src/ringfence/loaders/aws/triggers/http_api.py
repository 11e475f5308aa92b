"""API Gateway HTTP and WebSocket APIs, and function URLs."""

from __future__ import annotations

from ringfence.loaders.aws.audience import admitted
from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.policies import documents_on
from ringfence.loaders.aws.triggers import access
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.triggers.rest import (
    AuthorizerUse,
    Endpoint,
    add_authorizer,
    add_definition,
    add_endpoint,
)
from ringfence.loaders.aws.values import first, items, place, text_of, truth, variants
from ringfence.model.application import Authentication, Function, Resource, Sender
from ringfence.model.location import Location
from ringfence.model.record import replace
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value

HTTP = "apigateway-http"
WEBSOCKET = "apigateway-websocket"


def collect(triggers: Triggers) -> None:
    graph = triggers.graph
    for api in graph.of("AWS::ApiGatewayV2::Api"):
        add_definition(triggers, HTTP, api, access.certificate(graph, api))
        _quick_create(triggers, api)
    connects, answering = _connects(graph), _answering(graph)
    for route in graph.of("AWS::ApiGatewayV2::Route"):
        _route(triggers, route, connects, answering)
    for authorizer in graph.of("AWS::ApiGatewayV2::Authorizer"):
        properties = authorizer.properties
        apis = graph.find(properties.get("ApiId"), "api")
        kind = _kind(apis[0]) if apis else HTTP
        name = text_of(properties, "Name") or authorizer.logical_id
        uri = properties.get("AuthorizerUri")
        use = AuthorizerUse(
            kind, apis[0] if apis else None, name, uri, authorizer.location, properties
        )
        add_authorizer(triggers, use)
    for url in graph.of("AWS::Lambda::Url"):
        _url(triggers, url)


def _kind(api: Resource) -> str:
    return WEBSOCKET if text_of(api.properties, "ProtocolType") == "WEBSOCKET" else HTTP


def _quick_create(triggers: Triggers, api: Resource) -> None:
    """An API with a ``Target`` and at most one route key, made in one step."""
    for function in triggers.graph.functions(api.properties.get("Target")):
        key = text_of(api.properties, "RouteKey") or "$default"
        method, path = _split(key)
        at = place(api.properties, "Target")
        held = access.open_to_anyone(at, "a quickly created API has no authorizer")
        held = access.narrowed(held, access.certificate(triggers.graph, api))
        triggers.add(
            HTTP,
            function,
            _label(method, path),
            held.sender,
            at,
            authentication=held.authentication,
            source=api,
            method=method,
            path=path,
            protocol="https",
            properties=api.properties,
        )


def _route(
    triggers: Triggers, route: Resource, connects: dict[str, Resource], answering: set[str]
) -> None:
    graph, properties = triggers.graph, route.properties
    apis = graph.find(properties.get("ApiId"), "api")
    api = apis[0] if apis else None
    socket = api is not None and _kind(api) == WEBSOCKET
    key = text_of(properties, "RouteKey") or "$default"
    held = _route_access(graph, route)
    if socket and api is not None:
        held = _socket_access(graph, api, route, connects)
    if api is not None:
        held = access.narrowed(held, access.certificate(graph, api))
    method, path = ("", key) if socket else _split(key)
    for integration in _integrations(graph, properties.get("Target")):
        endpoint = Endpoint(
            WEBSOCKET if socket else HTTP,
            api,
            method,
            path,
            integration.properties,
            held,
            route.location,
            properties,
            "wss" if socket else "https",
            not socket or route.id in answering,
        )
        add_endpoint(triggers, endpoint)


def _integrations(graph: Graph, target: Value | None) -> list[Resource]:
    return [item for item in graph.find(target) if item.type == "AWS::ApiGatewayV2::Integration"]


def _split(key: str) -> tuple[str, str]:
    method, _, path = key.partition(" ")
    return (method.upper(), path) if path else ("ANY", method)


def _label(method: str, path: str) -> str:
    return f"{method} {path}".strip()


def _connects(graph: Graph) -> dict[str, Resource]:
    """The ``$connect`` route of each API by the API's id."""
    found: dict[str, Resource] = {}
    for route in graph.of("AWS::ApiGatewayV2::Route"):
        if text_of(route.properties, "RouteKey") == "$connect":
            for api in graph.find(route.properties.get("ApiId"), "api"):
                found[api.id] = route
    return found


def _answering(graph: Graph) -> set[str]:
    """The WebSocket routes that send back what their function returns; the others drop it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html
    """
    routes = graph.of("AWS::ApiGatewayV2::Route")
    chosen = {r.id for r in routes if "RouteResponseSelectionExpression" in r.properties}
    responses = graph.of("AWS::ApiGatewayV2::RouteResponse")
    declared = {r.id for answer in responses for r in graph.find(answer.properties.get("RouteId"))}
    return chosen | declared


def _socket_access(
    graph: Graph, api: Resource, route: Resource, connects: dict[str, Resource]
) -> Access:
    """A WebSocket API checks once, at ``$connect``; all its routes rest on that."""
    if text_of(route.properties, "RouteKey") == "$connect":
        return _route_access(graph, route)
    other = connects.get(api.id)
    if other is not None:
        held = _route_access(graph, other)
        detail = "; ".join(
            word for word in (held.authentication.detail, "checked at $connect") if word
        )
        return replace(held, authentication=replace(held.authentication, detail=detail))
    return access.open_to_anyone(route.location, "the API has no $connect route that checks")


def _route_access(graph: Graph, route: Resource) -> Access:
    """The widest access that a route's conditions allow."""
    return access.widest(
        (_variant_access(graph, variant, route.location), condition)
        for variant, condition in variants(route.properties, "AuthorizationType", "AuthorizerId")
    )


def _variant_access(graph: Graph, properties: Mapping, at: Location) -> Access:
    declared = "AuthorizationType" in properties
    proof = place(properties, "AuthorizationType") if declared else at
    word = text_of(properties, "AuthorizationType").upper()
    scopes = [text_of(value) for value in items(properties, "AuthorizationScopes")]
    if declared and not word:
        return access.unknown("the authorization type is not known", proof)
    if word in ("", "NONE"):
        if truth(properties, "ApiKeyRequired"):
            return access.api_key(place(properties, "ApiKeyRequired"))
        reason = "its authorization type is NONE" if word else "no authorizer is declared for it"
        return access.open_to_anyone(proof, reason)
    if word == "AWS_IAM":
        return access.signed(proof, "execute-api:Invoke")
    for authorizer in graph.find(properties.get("AuthorizerId"), "authorizer"):
        if text_of(authorizer.properties, "AuthorizerType") == "JWT" or word == "JWT":
            issuer = first(authorizer.properties, "JwtConfiguration.Issuer")
            return access.issuer_access(graph, issuer, proof, scopes)
        functions = graph.functions(authorizer.properties.get("AuthorizerUri"))
        name = functions[0].logical_id if functions else authorizer.logical_id
        return access.custom(name, proof, authorizer.properties)
    return (
        access.token("", proof, scopes)
        if word == "JWT"
        else access.custom("that is declared elsewhere", proof)
    )


# --- function URLs ----------------------------------------------------------------------------


def _url(triggers: Triggers, url: Resource) -> None:
    properties = url.properties
    for function in triggers.graph.functions(properties.get("TargetFunctionArn")):
        held = access.with_guests(
            triggers.senders.guests,
            access.widest(
                (_url_access(triggers.graph, url, variant, function), condition)
                for variant, condition in variants(url.properties, "AuthType")
            ),
            function.resource,
            "lambda:InvokeFunctionUrl",
        )
        triggers.add(
            "function-url",
            function,
            f"URL of {function.logical_id}",
            held.sender,
            url.location,
            authentication=held.authentication,
            source=url,
            method="ANY",
            path="/",
            protocol="https",
            properties=properties,
        )


def _url_access(graph: Graph, url: Resource, properties: Mapping, function: Function) -> Access:
    proof = place(url.properties, "AuthType")
    word = text_of(properties, "AuthType").upper()
    statements = documents_on(graph, function.id)
    found = admitted(statements, "lambda:InvokeFunctionUrl")
    if word == "AWS_IAM":
        held = access.signed(proof, "lambda:InvokeFunctionUrl")
        for item in found:
            if item.service.startswith("cloudfront."):
                reason = "a distribution signs the requests of its own visitors"
                sender = Sender(
                    Exposure.ANYONE, "anyone, through the distribution", reason, item.sender.proof
                )
                return replace(held, sender=sender)
        widest = found[0].sender if found else None
        if widest is not None and widest.exposure == Exposure.ANYONE:
            sender = Sender(
                Exposure.AUTHENTICATED,
                "anyone with an AWS account",
                "a permission lets every principal call it",
                widest.proof,
            )
            return replace(held, sender=sender)
        if widest is not None and widest.exposure == Exposure.PRINCIPAL:
            return replace(
                held, sender=replace(held.sender, who=f"{held.sender.who}; {widest.who}")
            )
        return held
    if word != "NONE":
        return access.unknown("the URL's authentication type is not known", proof)
    public = any(item.sender.exposure is Exposure.ANYONE for item in found)
    if public or url.generated_from or not found:
        return access.open_to_anyone(proof, "the URL's authentication type is NONE")
    return Access(Authentication("none", "", proof), found[0].sender)
