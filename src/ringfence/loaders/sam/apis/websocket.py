"""``AWS::Serverless::WebSocketApi`` → API, routes, integrations, authorizer, stage."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, make, mapping_of, sub
from ringfence.loaders.sam.apis.domains import add_http_domain
from ringfence.loaders.sam.apis.routes import stage_id
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.simple import passed
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Value, string


def expand_websocket_api(source: Shorthand, expansion: Expansion) -> None:
    """Adds everything that the WebSocket API becomes."""
    expansion.add(
        source.logical_id,
        "AWS::ApiGatewayV2::Api",
        {
            "ProtocolType": "WEBSOCKET",
            "Name": source.get("Name") or source.logical_id,
            **passed(
                source,
                "Description",
                "RouteSelectionExpression",
                "ApiKeySelectionExpression",
                "DisableExecuteApiEndpoint",
                "DisableSchemaValidation",
                "IpAddressType",
            ),
        },
        source,
        None,
        source.attributes,
    )
    auth = mapping_of(source.get("Auth"))
    routes = mapping_of(source.get("Routes"))
    for key, value in routes.entries.items():
        _add_route(source, key, mapping_of(value), routes.key_location(key), auth, expansion)
    _add_authorizer(source, auth, expansion)
    place = source.place("StageName")
    name = source.get("StageName") or Scalar("default", place)
    stage = stage_id(source.logical_id, name)
    if string(name) == "default":
        stage = f"{source.logical_id}DefaultStage"
    expansion.add(
        stage,
        "AWS::ApiGatewayV2::Stage",
        {
            "ApiId": expansion.ref(source.logical_id, place),
            "StageName": name,
            "AutoDeploy": True,
            **passed(
                source, "AccessLogSettings", "DefaultRouteSettings", "RouteSettings",
                "StageVariables", "Tags",
            ),
        },
        source,
        place,
    )  # fmt: skip
    add_http_domain(source, stage, expansion)


def _word(route: str) -> str:
    return "".join(c for c in route.removeprefix("$") if c.isalnum()).capitalize()


def invocation_uri(function: Value | None, place: Location) -> Value | None:
    if function is None:
        return None
    return sub(
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${function}/invocations",
        place,
        function=function,
    )


def _add_route(
    source: Shorthand,
    key: str,
    given: Mapping,
    place: Location,
    auth: Mapping,
    expansion: Expansion,
) -> None:
    """A route, its integration, and the permission for it."""
    prefix = source.logical_id + _word(key)
    api = expansion.ref(source.logical_id, place)
    names = (
        "ApiKeyRequired", "ModelSelectionExpression", "OperationName", "RequestModels",
        "RequestParameters", "RouteResponseSelectionExpression",
    )  # fmt: skip
    route: dict[str, Any] = {
        "ApiId": api,
        "RouteKey": key,
        "Target": sub(
            "integrations/${integration}",
            place,
            integration=expansion.ref(f"{prefix}Integration", place),
        ),
        **{name: given.get(name) for name in names if is_set(given.get(name))},
    }
    if key == "$connect" and auth.entries:
        route["AuthorizationType"] = auth.get("AuthType")
        if string(auth.get("AuthType")) == "CUSTOM":
            route["AuthorizerId"] = expansion.ref(f"{source.logical_id}ConnectAuthorizer", place)
    expansion.add(f"{prefix}Route", "AWS::ApiGatewayV2::Route", route, source, place)
    function = given.get("FunctionArn")
    expansion.add(
        f"{prefix}Integration",
        "AWS::ApiGatewayV2::Integration",
        {
            "ApiId": api,
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": invocation_uri(function, place),
            "TimeoutInMillis": given.get("IntegrationTimeout"),
        },
        source,
        place,
    )
    expansion.add(
        f"{prefix}Permission",
        "AWS::Lambda::Permission",
        {
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": sub(
                "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                "${api}/${stage}/${key}",
                place,
                api=api,
                stage=source.get("StageName") or "default",
                key=key,
            ),
        },
        source,
        place,
    )


def _add_authorizer(source: Shorthand, auth: Mapping, expansion: Expansion) -> None:
    function = auth.get("AuthArn")
    if string(auth.get("AuthType")) != "CUSTOM" or function is None:
        return
    place = auth.location
    logical_id = f"{source.logical_id}ConnectAuthorizer"
    api = expansion.ref(source.logical_id, place)
    expansion.add(
        logical_id,
        "AWS::ApiGatewayV2::Authorizer",
        {
            "ApiId": api,
            "AuthorizerType": "REQUEST",
            "AuthorizerUri": invocation_uri(function, place),
            "AuthorizerCredentialsArn": auth.get("InvokeRole"),
            "IdentitySource": auth.get("IdentitySource"),
            "Name": auth.get("Name") or logical_id,
        },
        source,
        place,
    )
    if not is_set(auth.get("InvokeRole")):
        expansion.add(
            f"{source.logical_id}AuthorizerPermission",
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunction",
                "FunctionName": function,
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": make(
                    sub(
                        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
                        "${api}/authorizers/*",
                        place,
                        api=api,
                    ),
                    place,
                ),
            },
            source,
            place,
        )
