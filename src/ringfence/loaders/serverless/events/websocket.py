"""``websocket`` events: the WebSocket API with routes, integrations, authorizers, stage."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, mapping_of
from ringfence.loaders.serverless.builder import Builder, Event, attribute, ref
from ringfence.loaders.serverless.naming import alphanumeric, function_id, websocket_route
from ringfence.model.value import Unknown, boolean, literal, string

API = "WebsocketsApi"
_INVOKE = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "${function}/invocations"
)


def api_id(builder: Builder) -> Any:
    shared = mapping_of(builder.service.provider.get("apiGateway")).get("websocketApiId")
    return shared if is_set(shared) else ref(API)


def compile_websocket(event: Event) -> None:
    """One route of the WebSocket API."""
    builder = event.builder
    service = builder.service
    provider = service.provider
    shared = mapping_of(provider.get("apiGateway")).get("websocketApiId")
    if not is_set(shared):
        event.builder.add(
            API,
            "AWS::ApiGatewayV2::Api",
            {
                "Name": provider.get("websocketsApiName")
                or f"{service.stage or '*'}-{service.name or '*'}-websockets",
                "RouteSelectionExpression": provider.get("websocketsApiRouteSelectionExpression")
                or "$request.body.action",
                "Description": provider.get("websocketsDescription"),
                "ProtocolType": "WEBSOCKET",
            },
            event.location,
        )
    route = string(event.value) or event.text("route") or "$default"
    integration = event.add(
        f"{event.prefix}WebsocketsIntegration",
        "AWS::ApiGatewayV2::Integration",
        {
            "ApiId": api_id(builder),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": {"Fn::Sub": [_INVOKE, {"function": event.target}]},
        },
    )
    event.permit(f"{event.prefix}LambdaPermissionWebsockets", "apigateway.amazonaws.com")
    event.add(
        f"{websocket_route(route)}WebsocketsRoute",
        "AWS::ApiGatewayV2::Route",
        {
            "ApiId": api_id(builder),
            "RouteKey": route,
            "RouteResponseSelectionExpression": event.get("routeResponseSelectionExpression"),
            "Target": {"Fn::Sub": f"integrations/${{{integration}}}"},
            **_authorize(event),
        },
    )
    connections = "arn:${AWS::Partition}:execute-api:*:*:*/@connections/*"
    builder.allow(
        event.function,
        ["execute-api:ManageConnections"],
        [{"Fn::Sub": connections}],
        event.location,
    )


def _authorize(event: Event) -> dict[str, Any]:
    value = event.get("authorizer")
    if value is None:
        return {"AuthorizationType": "NONE"}
    if isinstance(value, Unknown):
        return {"AuthorizationType": value}
    text = string(value)
    given = mapping_of(value)
    if (text or string(given.get("type")) or "").lower() == "aws_iam":
        return {"AuthorizationType": "AWS_IAM"}
    arn: Any = given.get("arn") or (value if text is None or ":" in text else None)
    name = string(given.get("name")) or (text or "")
    if ":" in name:
        name = name.split(":")[-1]
    if arn is None or (given.entries and given.get("arn") is None and name):
        arn = attribute(function_id(name))
    word = alphanumeric(name) or "Auth"
    logical_id = event.add(
        f"{word}WebsocketsAuthorizer",
        "AWS::ApiGatewayV2::Authorizer",
        {
            "ApiId": api_id(event.builder),
            "Name": name or "auth",
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": {"Fn::Sub": [_INVOKE, {"function": arn}]},
            "IdentitySource": list(items_of(given.get("identitySource")))
            or ["route.request.header.Auth"],
        },
    )
    event.add(
        f"{word}LambdaPermissionWebsockets",
        "AWS::Lambda::Permission",
        {
            "FunctionName": arn,
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
        },
    )
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": ref(logical_id)}


def finish(builder: Builder) -> None:
    """Deployment and stage."""
    if not builder.has(API):
        return
    place = builder.places[API]
    builder.add("WebsocketsDeployment", "AWS::ApiGatewayV2::Deployment", {"ApiId": ref(API)}, place)
    logs = mapping_of(builder.service.provider.get("logs")).get("websocket")
    log_group = ""
    if is_set(logs) and literal(logs) is not False and logs is not None:
        log_group = builder.add(
            "WebsocketsLogGroup",
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": f"/aws/websocket/{builder.service.prefix}",
                "RetentionInDays": builder.service.provider.get("logRetentionInDays"),
            },
            logs.location,
        )
    access = {"DestinationArn": attribute(log_group)} if log_group else None
    builder.add(
        "WebsocketsDeploymentStage",
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": ref(API),
            "DeploymentId": ref("WebsocketsDeployment"),
            "StageName": builder.service.stage or "*",
            "AccessLogSettings": access,
            "DefaultRouteSettings": {
                "DataTraceEnabled": boolean(mapping_of(logs).get("fullExecutionData")) is not False,
                "LoggingLevel": mapping_of(logs).get("level") or "INFO",
            }
            if log_group
            else None,
        },
        place,
    )
