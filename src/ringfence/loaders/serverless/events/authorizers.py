"""The ``authorizer`` of an ``http`` event, in all the ways that people write it."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, mapping_of
from ringfence.loaders.serverless.builder import Event, attribute
from ringfence.loaders.serverless.naming import alphanumeric, function_id, upper_first
from ringfence.model.value import (
    Mapping,
    Reference,
    Scalar,
    Unknown,
    Value,
    boolean,
    display,
    string,
)

#: What an event may call its authorizer's type → the method's AuthorizationType.
_TYPES = {
    "aws_iam": "AWS_IAM",
    "cognito_user_pools": "COGNITO_USER_POOLS",
    "token": "CUSTOM",
    "request": "CUSTOM",
    "custom": "CUSTOM",
}


def authorize(event: Event, api: Any) -> dict[str, Any]:
    """The authorization properties of a method; adds the authorizer that it needs."""
    value = event.get("authorizer")
    if value is None:
        return {"AuthorizationType": "NONE"}
    if isinstance(value, Unknown):
        return {"AuthorizationType": value}
    text = string(value)
    if text is not None and text.lower() == "aws_iam":
        return {"AuthorizationType": value_of("AWS_IAM", value)}
    given = mapping_of(value)
    if text is None and _is_intrinsic(given):
        return _by_arn(event, api, value, given, None)
    kind = string(given.get("type")) or ""
    if kind.lower() == "aws_iam":
        return {"AuthorizationType": "AWS_IAM"}
    ready = given.get("authorizerId")
    if is_set(ready):
        chosen = _TYPES.get(kind.lower(), "CUSTOM")
        return {
            "AuthorizationType": chosen,
            "AuthorizerId": ready,
            **_scopes(given),
        }
    arn = given.get("arn")
    if arn is not None:
        return _by_arn(event, api, arn, given, given.get("name"))
    if text is not None and ":" in text:
        return _by_arn(event, api, value, given, None)
    name = text if text is not None else string(given.get("name")) or ""
    function = attribute(function_id(name))
    _add_authorizer(event, api, name, function, given, cognito=False)
    _permit(event, name, function)
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": _reference(name)}


def value_of(text: str, value: Value) -> Any:
    return Scalar(text, value.location, value.origins)


def _is_intrinsic(given: Mapping) -> bool:
    return bool(given.tag) or any(key == "Ref" or key.startswith("Fn::") for key in given.entries)


def _reference(name: str) -> dict[str, str]:
    return {"Ref": f"{upper_first(alphanumeric(name))}ApiGatewayAuthorizer"}


def _scopes(given: Mapping) -> dict[str, Any]:
    scopes = given.get("scopes")
    return {"AuthorizationScopes": list(items_of(scopes))} if is_set(scopes) else {}


def _by_arn(
    event: Event, api: Any, arn: Value, given: Mapping, name: Value | None
) -> dict[str, Any]:
    """A user pool or a function by its ARN (or by an intrinsic function)."""
    text = string(arn) or ""
    kind = (string(given.get("type")) or "").lower()
    shown = text or repr(arn)
    cognito = kind == "cognito_user_pools" or "cognito-idp" in shown or _names_pool(event, arn)
    called = string(name) or _name(text, arn)
    _add_authorizer(event, api, called, arn, given, cognito=cognito)
    if cognito:
        return {
            "AuthorizationType": "COGNITO_USER_POOLS",
            "AuthorizerId": _reference(called),
            **_scopes(given),
        }
    if boolean(given.get("managedExternally")) is not True:
        _permit(event, called, arn)
    return {"AuthorizationType": "CUSTOM", "AuthorizerId": _reference(called)}


def _names_pool(event: Event, arn: Value) -> bool:
    """Whether an intrinsic function names a user pool of the service's own resources."""
    from ringfence.loaders.serverless.resources import resource_type

    logical_id = arn.logical_id if isinstance(arn, Reference) else _target(arn)
    return resource_type(event.builder.service, logical_id) == "AWS::Cognito::UserPool"


def _target(arn: Value) -> str:
    """The logical id in ``!GetAtt Pool.Arn`` of any spelling."""
    given = mapping_of(arn)
    inner = given.get("Fn::GetAtt") or given.get("Ref") or arn
    parts = [display(item) for item in items_of(inner)]
    return parts[0].partition(".")[0] if parts else ""


def _name(text: str, arn: Value) -> str:
    """The name of an authorizer that has none: from its ARN."""
    if not text:
        return _target(arn) or "authorizer"
    if ":userpool/" in text:
        return text.rpartition("/")[2]
    parts = text.split(":")
    return parts[6] if len(parts) > 6 else parts[-1]


def _add_authorizer(
    event: Event, api: Any, name: str, arn: Any, given: Mapping, *, cognito: bool
) -> None:
    kind = (string(given.get("type")) or "token").lower()
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${function}/invocations"
    )
    properties: dict[str, Any] = {
        "Name": name,
        "RestApiId": api,
        "IdentitySource": given.get("identitySource") or "method.request.header.Authorization",
        "AuthorizerResultTtlInSeconds": given.get("resultTtlInSeconds"),
        "IdentityValidationExpression": given.get("identityValidationExpression"),
    }
    if cognito:
        properties["Type"] = "COGNITO_USER_POOLS"
        properties["ProviderARNs"] = [arn]
    else:
        properties["Type"] = "REQUEST" if kind == "request" else "TOKEN"
        properties["AuthorizerUri"] = {"Fn::Sub": [uri, {"function": arn}]}
    event.add(_reference(name)["Ref"], "AWS::ApiGateway::Authorizer", properties)


def _permit(event: Event, name: str, function: Any) -> None:
    prefix = upper_first(alphanumeric(name))
    event.add(
        f"{prefix}LambdaPermissionApiGateway",
        "AWS::Lambda::Permission",
        {
            "FunctionName": function,
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {
                "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:"
                "${AWS::AccountId}:*/authorizers/*"
            },
        },
    )
