"""``AWS::Serverless::HttpApi`` → ``AWS::ApiGatewayV2::Api`` with its document and stage."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, make, make_mapping, mapping_of
from ringfence.loaders.sam.apis.authorizers import (
    ApiAuth,
    apply_default_authorizer,
    apply_to_method,
)
from ringfence.loaders.sam.apis.body import ANY_METHOD, Body, method_text, normal_method
from ringfence.loaders.sam.apis.definition import Definition, Elsewhere, read_definition
from ringfence.loaders.sam.apis.domains import add_http_domain
from ringfence.loaders.sam.apis.routes import permit_authorizers, permit_route, stage_id
from ringfence.loaders.sam.context import Expansion, Route, Shorthand
from ringfence.model.value import Mapping, Scalar, Value, boolean, literal

_STAGE = ("AccessLogSettings", "DefaultRouteSettings", "StageVariables", "Tags")
_DEFAULT = "$default"


def expand_http_api(source: Shorthand, routes: list[Route], expansion: Expansion) -> None:
    """Adds everything that one HTTP API becomes."""
    api = expansion.ref(source.logical_id, source.location)
    everything = {
        route.source.id
        for route in routes
        if route.path == _DEFAULT and normal_method(route.method) == ANY_METHOD
    }
    for route in routes:
        if route.path == _DEFAULT or route.source.id not in everything:
            permit_route(expansion, route, api, "")
    definition = read_definition(source, expansion)
    auth = ApiAuth(mapping_of(source.get("Auth")), http=True)
    if isinstance(definition, Definition):
        body = _write_body(source, definition.body, routes, auth, expansion)
        _add_api(source, {"Body": body}, expansion)
    elif isinstance(definition, Elsewhere):
        _add_api(source, {"BodyS3Location": definition.uri}, expansion)
    else:
        _add_api(source, {"Body": definition}, expansion)
    authorizers = auth.authorizers
    wanted = {
        name: boolean(mapping_of(value).get("EnableFunctionDefaultPermissions")) is True
        for name, value in authorizers.entries.items()
    }
    permit_authorizers(expansion, source, authorizers, wanted)
    stage = _add_stage(source, routes, expansion)
    add_http_domain(source, stage, expansion)


def _write_body(
    source: Shorthand, body: Body, routes: list[Route], auth: ApiAuth, expansion: Expansion
) -> Value:
    for route in routes:
        added = _add_route(body, route, expansion)
        own = mapping_of(route.properties.get("Auth"))
        definition = body.definition(route.path, route.method)
        if definition is not None and (added or not body.managed):
            _apply_event_auth(body, definition, own, auth)
    _add_cors(source, body)
    schemes = auth.schemes()
    if schemes:
        body.schemes.update(schemes)
    apply_default_authorizer(body, auth, preflight=False)
    closed = source.get("DisableExecuteApiEndpoint")
    if is_set(closed):
        place = source.place("DisableExecuteApiEndpoint")
        configuration = {"disableExecuteApiEndpoint": closed}
        servers = [{"x-amazon-apigateway-endpoint-configuration": configuration}]
        body.extras["servers"] = make(servers, place)
    return body.result()


def _add_route(body: Body, route: Route, expansion: Expansion) -> bool:
    assert route.target is not None
    place = route.location
    integration = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "payloadFormatVersion": route.properties.get("PayloadFormatVersion") or "2.0",
        "uri": route.target.integration_uri(expansion, place),
        "timeoutInMillis": route.properties.get("TimeoutInMillis"),
    }
    default = route.path == _DEFAULT and normal_method(route.method) == ANY_METHOD
    definition = {
        "x-amazon-apigateway-integration": integration,
        "isDefaultRoute": True if default else None,
        "responses": {},
    }
    return body.add(route.path, route.method, definition, place)


def _apply_event_auth(body: Body, definition: Mapping, own: Mapping, auth: ApiAuth) -> None:
    """An event's ``Auth``; scopes alone go with the API's default authorizer."""
    if not own.entries:
        return
    if not is_set(own.get("Authorizer")) and auth.default is not None:
        own = Mapping({**own.entries, "Authorizer": auth.default}, own.location, (), own.keys)
    apply_to_method(body, definition, own, auth)


def _add_cors(source: Shorthand, body: Body) -> None:
    value = source.get("CorsConfiguration")
    if not is_set(value) or literal(value) is False:
        return
    place = source.place("CorsConfiguration")
    given = mapping_of(value)
    if given.entries:
        lowered = {key[:1].lower() + key[1:]: item for key, item in given.entries.items()}
        keys = {key[:1].lower() + key[1:]: at for key, at in given.keys.items()}
        body.extras["x-amazon-apigateway-cors"] = Mapping(lowered, place, (), keys)
    else:
        origins = [Scalar("*", place)] if literal(value) is True else value
        body.extras["x-amazon-apigateway-cors"] = make({"allowOrigins": origins}, place)


def _add_api(source: Shorthand, definition: dict[str, Any], expansion: Expansion) -> None:
    properties = {
        **definition,
        "Name": source.get("Name"),
        "Description": source.get("Description"),
        "FailOnWarnings": source.get("FailOnWarnings"),
        "DisableExecuteApiEndpoint": source.get("DisableExecuteApiEndpoint"),
    }
    made = make_mapping(properties, source.location)
    keys = {**source.properties.keys, "Body": source.place("DefinitionBody")}
    expansion.add(
        source.logical_id,
        "AWS::ApiGatewayV2::Api",
        Mapping(made.entries, source.location, (), {k: v for k, v in keys.items() if k in made}),
        source,
        None,
        source.attributes,
    )


def _add_stage(source: Shorthand, routes: list[Route], expansion: Expansion) -> str:
    """The one stage (``$default`` unless named); gives its logical id."""
    place = source.place("StageName")
    name = source.get("StageName") or Scalar(_DEFAULT, place)
    settings: dict[str, Any] = dict(mapping_of(source.get("RouteSettings")).entries)
    for route in routes:
        own = route.properties.get("RouteSettings")
        if is_set(own):
            method = "ANY" if method_text(route.method) == "*" else method_text(route.method)
            key = route.path if route.path == _DEFAULT else f"{method} {route.path}"
            settings.setdefault(key, own)
    given = {key: source.get(key) for key in _STAGE if is_set(source.get(key))}
    properties = make_mapping(
        {
            "ApiId": expansion.ref(source.logical_id, place),
            "StageName": name,
            "AutoDeploy": True,
            **given,
            "RouteSettings": settings or None,
        },
        place,
    )
    keys = {key: at for key, at in source.properties.keys.items() if key in properties}
    stage = stage_id(source.logical_id, name)
    expansion.add(
        stage,
        "AWS::ApiGatewayV2::Stage",
        Mapping(properties.entries, place, (), keys),
        source,
        place,
    )
    return stage
