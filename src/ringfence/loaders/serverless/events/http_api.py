"""``httpApi`` events: the HTTP API with routes, integrations, authorizers, CORS, stage."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of
from ringfence.loaders.serverless.builder import Builder, Event, attribute, ref
from ringfence.loaders.serverless.naming import alphanumeric, function_id, route_id
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Unknown, Value, boolean, display, literal, string

API = "HttpApi"
_CORS = {
    "allowedOrigins": "AllowOrigins",
    "allowedHeaders": "AllowHeaders",
    "allowedMethods": "AllowMethods",
    "exposedResponseHeaders": "ExposeHeaders",
    "allowCredentials": "AllowCredentials",
    "maxAge": "MaxAge",
}
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "HEAD", "DELETE"]
_HEADERS = (
    "Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token",
    "X-Amz-User-Agent", "X-Amzn-Trace-Id",
)  # fmt: skip


def settings_of(builder: Builder) -> Mapping:
    """``provider.httpApi``."""
    return mapping_of(builder.service.provider.get("httpApi"))


def api_id(builder: Builder) -> Any:
    shared = settings_of(builder).get("id")
    return shared if is_set(shared) else ref(API)


def route_of(event: Event) -> str:
    """``GET /users`` from the short text, or from ``method`` and ``path``; ``*`` is everything."""
    text = string(event.value)
    if text is not None:
        method, _, path = text.strip().partition(" ")
        path = path.strip()
    else:
        method, path = event.text("method") or "*", display(event.get("path"))
    if method == "*" and path in ("", "*"):
        return "$default"
    method = "ANY" if method == "*" else method.upper()
    return f"{method} {path if path.startswith('/') else '/' + path}"


def compile_http_api(event: Event) -> None:
    """One route of the HTTP API."""
    builder = event.builder
    _add_api(builder, event.location)
    integration = f"HttpApiIntegration{event.prefix}"
    settings = settings_of(builder)
    event.add(
        integration,
        "AWS::ApiGatewayV2::Integration",
        {
            "ApiId": api_id(builder),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": event.target,
            "PayloadFormatVersion": settings.get("payload") or "2.0",
        },
    )
    route = route_of(event)
    event.add(
        route_id(route),
        "AWS::ApiGatewayV2::Route",
        {
            "ApiId": api_id(builder),
            "RouteKey": route,
            "Target": {"Fn::Sub": f"integrations/${{{integration}}}"},
            **_authorize(event),
        },
    )
    arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/*"
    event.permit(
        f"{event.prefix}LambdaPermissionHttpApi",
        "apigateway.amazonaws.com",
        SourceArn={"Fn::Sub": [arn, {"api": api_id(builder)}]},
    )


def _authorize(event: Event) -> dict[str, Any]:
    """The authorization of a route, by the name of an authorizer of the provider."""
    value = event.get("authorizer")
    if value is None:
        return {"AuthorizationType": "NONE"}
    if isinstance(value, Unknown):
        return {"AuthorizationType": value}
    given = mapping_of(value)
    name = string(value) or string(given.get("name")) or ""
    kind = string(given.get("type")) or ""
    scopes = given.get("scopes")
    extra = {"AuthorizationScopes": list(items_of(scopes))} if is_set(scopes) else {}
    if "aws_iam" in (kind, name):
        return {"AuthorizationType": "AWS_IAM"}
    if is_set(given.get("id")):
        chosen = "CUSTOM" if kind == "request" else "JWT"
        return {"AuthorizationType": chosen, "AuthorizerId": given.get("id"), **extra}
    authorizers = mapping_of(settings_of(event.builder).get("authorizers"))
    declared = mapping_of(authorizers.get(name))
    kind = string(declared.get("type")) or ("jwt" if declared.entries else "")
    if kind == "aws_iam":
        return {"AuthorizationType": "AWS_IAM"}
    if not declared.entries:
        event.skip(f"the provider declares no authorizer {name or 'of this kind'}")
        unknown = Unknown(f"no authorizer {name} is declared", value.location)
        return {"AuthorizationType": unknown}
    logical_id = _add_authorizer(event.builder, name, declared, authorizers.key_location(name))
    chosen = "CUSTOM" if kind == "request" else "JWT"
    return {"AuthorizationType": chosen, "AuthorizerId": ref(logical_id), **extra}


def _add_authorizer(builder: Builder, name: str, given: Mapping, place: Location) -> str:
    logical_id = f"HttpApiAuthorizer{alphanumeric(name)}"
    properties: dict[str, Any] = {
        "ApiId": api_id(builder),
        "Name": given.get("name") or name,
        "IdentitySource": list(items_of(given.get("identitySource"))) or None,
    }
    if string(given.get("type")) != "request":
        properties["AuthorizerType"] = "JWT"
        properties["JwtConfiguration"] = {
            "Issuer": given.get("issuerUrl"),
            "Audience": list(items_of(given.get("audience"))),
        }
        return builder.add(logical_id, "AWS::ApiGatewayV2::Authorizer", properties, place)
    function: Any = given.get("functionArn")
    key = string(given.get("functionName"))
    if function is None and key is not None:
        function = attribute(function_id(key))
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${function}/invocations"
    )
    properties.update(
        {
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": {"Fn::Sub": [uri, {"function": function}]},
            "AuthorizerPayloadFormatVersion": given.get("payloadVersion") or "2.0",
            "EnableSimpleResponses": given.get("enableSimpleResponses"),
            "AuthorizerResultTtlInSeconds": given.get("resultTtlInSeconds"),
        }
    )
    builder.add(logical_id, "AWS::ApiGatewayV2::Authorizer", properties, place)
    arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/*"
    builder.add(
        f"{alphanumeric(name)}LambdaAuthorizerPermissionHttpApi",
        "AWS::Lambda::Permission",
        {
            "FunctionName": function,
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": [arn, {"api": api_id(builder)}]},
        },
        place,
    )
    return logical_id


def _add_api(builder: Builder, place: Location) -> None:
    settings = settings_of(builder)
    if is_set(settings.get("id")) or builder.has(API):
        return
    service = builder.service
    builder.add(
        API,
        "AWS::ApiGatewayV2::Api",
        {
            "Name": settings.get("name") or f"{service.stage or '*'}-{service.name or '*'}",
            "ProtocolType": "HTTP",
            "CorsConfiguration": _cors(settings.get("cors")),
            "DisableExecuteApiEndpoint": settings.get("disableDefaultEndpoint"),
        },
        settings.location if settings.entries else place,
    )


def _cors(value: Value | None) -> Value | None:
    """``cors: true`` allows every origin; an object changes parts of that."""
    if value is None or (literal(value) in (False, None) and not mapping_of(value).entries):
        return value if isinstance(value, Unknown) else None
    entries: dict[str, Any] = {
        "AllowOrigins": ["*"],
        "AllowHeaders": list(_HEADERS),
        "AllowMethods": ["OPTIONS"],
    }
    for old, item in mapping_of(value).entries.items():
        if old in _CORS and is_set(item):
            listed = _CORS[old] not in ("AllowCredentials", "MaxAge")
            entries[_CORS[old]] = list(items_of(item)) if listed else item
    return make(entries, value.location)


def _complete_cors(builder: Builder, value: Value | None) -> None:
    """The methods of the routes, unless the user says which are allowed."""
    cors = mapping_of(builder.properties(API).get("CorsConfiguration"))
    if not cors.entries or "allowedMethods" in mapping_of(value):
        return
    used: list[str] = []
    for logical_id, resource in builder.resources.items():
        if not logical_id.startswith("HttpApiRoute"):
            continue
        key = string(mapping_of(mapping_of(resource).get("Properties")).get("RouteKey")) or ""
        method = key.partition(" ")[0]
        found = _EVERY_METHOD if method in ("ANY", "$default") else [method] if method else []
        used.extend(item for item in found if item not in used)
    cors.entries["AllowMethods"] = make(["OPTIONS", *used], cors.location)


def finish(builder: Builder) -> None:
    """The stage, with its access log."""
    if not builder.has(API):
        return
    provider = builder.service.provider
    settings = settings_of(builder)
    _complete_cors(builder, settings.get("cors"))
    logs = mapping_of(provider.get("logs")).get("httpApi")
    place = builder.places[API]
    log_group = ""
    if is_set(logs) and literal(logs) is not False:
        assert logs is not None
        service = builder.service
        log_group = builder.add(
            "HttpApiLogGroup",
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": f"/aws/http-api/{service.name}-{service.stage}",
                "RetentionInDays": provider.get("logRetentionInDays"),
            },
            logs.location,
        )
    metrics = boolean(settings.get("metrics"))
    builder.add(
        "HttpApiStage",
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": ref(API),
            "StageName": "$default",
            "AutoDeploy": True,
            "DefaultRouteSettings": {"DetailedMetricsEnabled": metrics is True},
            "AccessLogSettings": {
                "DestinationArn": attribute(log_group),
                "Format": mapping_of(logs).get("format"),
            }
            if log_group
            else None,
        },
        logs.location if log_group and logs is not None else place,
    )
