"""API Gateway REST APIs: definitions in a body, and methods as resources of their own."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.triggers import access
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.triggers.openapi import Definition
from ringfence.loaders.aws.triggers.services import feed_from_integration
from ringfence.loaders.aws.values import (
    every,
    first,
    items,
    place,
    rendered,
    text_of,
    truth,
    variants,
)
from ringfence.model.application import Authentication, Resource, Sender
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value, string

KIND = "apigateway-rest"
_MAXIMUM_PATH_PARTS = 64
#: What decides about a method's access; each may hang on a condition.
_DECIDING = ("AuthorizationType", "AuthorizerId", "ApiKeyRequired")


@record(frozen=True)
class Endpoint:
    """A method and path (or a route) with what stands behind it and who may call it."""

    kind: str
    api: Resource | None
    method: str
    path: str
    integration: Mapping
    access: Access
    location: Location
    properties: Mapping
    protocol: str = "https"
    answers: bool = True


@record(frozen=True)
class AuthorizerUse:
    """An authorizer of an API; ``value`` leads to its function."""

    kind: str
    api: Resource | None
    name: str
    value: Value | None
    location: Location
    properties: Mapping


def collect(triggers: Triggers) -> None:
    graph = triggers.graph
    for api in graph.of("AWS::ApiGateway::RestApi"):
        _definition(triggers, api)
    for method in graph.of("AWS::ApiGateway::Method"):
        _method(triggers, method)
    for authorizer in graph.of("AWS::ApiGateway::Authorizer"):
        properties = authorizer.properties
        apis = graph.find(properties.get("RestApiId"), "api")
        name = text_of(properties, "Name") or authorizer.logical_id
        uri = properties.get("AuthorizerUri")
        use = AuthorizerUse(
            KIND, apis[0] if apis else None, name, uri, authorizer.location, properties
        )
        add_authorizer(triggers, use)


def _definition(triggers: Triggers, api: Resource) -> None:
    limit = access.gate(triggers.graph, api)
    add_definition(triggers, KIND, api, limit)


def _bodies(triggers: Triggers, api: Resource) -> Iterator[Value]:
    """The definition in the template, or in the local file that it names."""
    yield from every(api.properties, "Body")
    template = triggers.graph.templates.get(api.template)
    if "Body" in api.properties or template is None:
        return
    for value in every(api.properties, "BodyS3Location"):
        at = place(api.properties, "BodyS3Location")
        path = string(value)
        if path and "://" not in path and template.read_document is not None:
            document = template.read_document(path, at)
            if document is not None:
                yield document
        else:
            cure = "put the definition into the template"
            triggers.graph.skip(f"definition of {api.logical_id}", "it lies in S3", at, cure)


def add_definition(triggers: Triggers, kind: str, api: Resource, limit: Sender | None) -> None:
    """The operations and authorizers of an API's body."""
    for body in _bodies(triggers, api):
        if not isinstance(body, Mapping):
            reason = "its body is not known"
            triggers.graph.unknown(f"definition of {api.logical_id}", reason, body.location)
            continue
        definition = Definition(triggers.graph, body)
        for item in definition.operations():
            method, path = item.method, item.path
            if path.endswith("$default"):
                method, path = "ANY", "$default"
            held = access.narrowed(item.access, limit)
            endpoint = Endpoint(
                kind, api, method, path, item.integration, held, item.location, item.definition
            )
            add_endpoint(triggers, endpoint)
        for name, authorizer, location in definition.authorizers():
            uri = authorizer.get("authorizerUri")
            use = AuthorizerUse(kind, api, name, uri, location, authorizer)
            add_authorizer(triggers, use, limit)


def add_endpoint(triggers: Triggers, endpoint: Endpoint) -> None:
    """The functions behind an endpoint get a trigger; other services a feed; the rest nothing."""
    integration, held = endpoint.integration, endpoint.access
    if endpoint.api is not None:
        guests = triggers.senders.guests
        held = access.with_guests(guests, held, endpoint.api, "execute-api:Invoke")
    label = f"{endpoint.method} {endpoint.path}".strip()
    words = (text_of(integration, key) for key in ("type", "Type", "IntegrationType"))
    if next(filter(None, words), "").lower() in ("mock", "http", "http_proxy"):
        return
    functions = [
        function for uri in _uris(integration) for function in triggers.graph.functions(uri)
    ]
    for function in functions:
        triggers.add(
            endpoint.kind,
            function,
            label,
            held.sender,
            endpoint.location,
            authentication=held.authentication,
            source=endpoint.api,
            method=endpoint.method,
            path=endpoint.path,
            protocol=endpoint.protocol,
            properties=endpoint.properties,
            answers=endpoint.answers and not _is_asynchronous(integration),
        )
    if functions:
        return
    feed_from_integration(triggers, integration, label, held, endpoint.location)
    if any("/functions/" in rendered(uri) for uri in _uris(integration)):
        reason = "no function of the templates has the name in its integration"
        triggers.graph.unknown(f"function behind {label}", reason, endpoint.location)


def _is_asynchronous(integration: Mapping) -> bool:
    """Whether the API only hands the event over, so that nobody sees what the function returns."""
    given = (first(integration, name) for name in ("requestParameters", "RequestParameters"))
    held = next((one for one in given if one is not None), None)
    mode = (
        held.get("integration.request.header.X-Amz-Invocation-Type")
        if isinstance(held, Mapping)
        else None
    )
    return text_of(mode).strip("'") == "Event"


def _uris(integration: Mapping) -> list[Value]:
    return [value for key in ("uri", "Uri", "IntegrationUri") for value in every(integration, key)]


def add_authorizer(triggers: Triggers, use: AuthorizerUse, limit: Sender | None = None) -> None:
    """An authorizer function receives the callers' tokens before anything is checked."""
    behind = f" of {name_of(use.api)}" if use.api is not None else ""
    reason = "an authorizer receives what the caller sends before anything is checked"
    sender = Sender(Exposure.ANYONE, "anyone", reason, use.location)
    if limit is not None and limit.exposure < sender.exposure:
        sender = limit
    for function in triggers.graph.functions(use.value):
        triggers.add(
            use.kind,
            function,
            f"authorizer {use.name}{behind}",
            sender,
            use.location,
            authentication=Authentication("none", "it is the authorizer itself", use.location),
            source=use.api,
            protocol="wss" if use.kind == "apigateway-websocket" else "https",
            properties=use.properties,
        )


# --- methods as resources ---------------------------------------------------------------------


def _method(triggers: Triggers, method: Resource) -> None:
    properties = method.properties
    apis = triggers.graph.find(properties.get("RestApiId"), "api")
    api = apis[0] if apis else None
    path = _path(triggers.graph, first(properties, "ResourceId"))
    limit = access.gate(triggers.graph, api) if api is not None else None
    found = [
        (_method_access(triggers.graph, variant, method.location), condition)
        for variant, condition in variants(properties, *_DECIDING)
    ]
    held = access.narrowed(access.widest(found), limit)
    verb = text_of(properties, "HttpMethod").upper() or "ANY"
    for integration in every(properties, "Integration"):
        if isinstance(integration, Mapping):
            endpoint = Endpoint(
                KIND, api, verb, path, integration, held, method.location, properties
            )
            add_endpoint(triggers, endpoint)


def _path(graph: Graph, value: Value | None) -> str:
    """The path of an API resource, joined from its parents."""
    parts: list[str] = []
    while value is not None and len(parts) < _MAXIMUM_PATH_PARTS:
        found = [item for item in graph.find(value) if item.type == "AWS::ApiGateway::Resource"]
        if not found:
            break
        parts.append(text_of(found[0].properties, "PathPart") or "{?}")
        value = first(found[0].properties, "ParentId")
    return "/" + "/".join(reversed(parts))


def _method_access(graph: Graph, properties: Mapping, at: Location) -> Access:
    proof = place(properties, "AuthorizationType") if "AuthorizationType" in properties else at
    word = text_of(properties, "AuthorizationType").upper()
    scopes = [text_of(value) for value in items(properties, "AuthorizationScopes")]
    keyed = truth(properties, "ApiKeyRequired")
    if word in ("", "NONE"):
        if first(properties, "AuthorizationType") is not None and not word:
            return access.unknown("the authorization type is not known", proof)
        if keyed:
            return access.api_key(place(properties, "ApiKeyRequired"))
        return access.open_to_anyone(proof, "its authorization type is NONE")
    if word == "AWS_IAM":
        held = access.signed(proof, "execute-api:Invoke")
    else:
        held = _authorizer(graph, first(properties, "AuthorizerId"), proof, scopes)
    return access.with_api_key(held) if keyed else held


def _authorizer(graph: Graph, value: Value | None, proof: Location, scopes: list[str]) -> Access:
    for authorizer in graph.find(value, "authorizer"):
        if text_of(authorizer.properties, "Type") == "COGNITO_USER_POOLS":
            pools = items(authorizer.properties, "ProviderARNs")
            return access.pool(graph, pools, proof, scopes)
        functions = graph.functions(authorizer.properties.get("AuthorizerUri"))
        name = functions[0].logical_id if functions else authorizer.logical_id
        return access.custom(name, proof, authorizer.properties)
    return access.custom("that is declared elsewhere", proof)
