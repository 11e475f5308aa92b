"""Templates of APIs: authentication, definitions, resource policies."""

from __future__ import annotations

import itertools
from typing import Any

from .template_parts import event, function, template

POOL_ARN = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_1"
AUTHORIZERS = {
    "Pool": {"UserPoolArn": POOL_ARN, "AuthorizationScopes": ["read"]},
    "Token": {
        "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
        "Identity": {"Header": "X-Token", "ValidationExpression": "^x", "ReauthorizeEvery": 0},
    },
    "Request": {
        "FunctionPayloadType": "REQUEST",
        "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
        "FunctionInvokeRole": "arn:aws:iam::123456789012:role/caller",
        "Identity": {"QueryStrings": ["key"], "Headers": ["Authorization"], "Context": ["a"]},
    },
}


def rest_auth() -> dict[str, str]:
    """Default authorizer × the event's own choice × preflight and key settings."""
    found: dict[str, str] = {}
    own = {
        "nothing": None,
        "NONE": {"Authorizer": "NONE"},
        "Token": {"Authorizer": "Token"},
        "Pool-scoped": {"Authorizer": "Pool", "AuthorizationScopes": ["write"]},
        "IAM": {"Authorizer": "AWS_IAM"},
        "IAM-role": {"Authorizer": "AWS_IAM", "InvokeRole": "NONE"},
        "key": {"ApiKeyRequired": True},
        "no-key": {"ApiKeyRequired": False},
    }
    settings: dict[str, dict[str, Any]] = {
        "plain": {},
        "no-preflight": {"AddDefaultAuthorizerToCorsPreflight": False},
        "keys": {"ApiKeyRequired": True},
        "keys-no-preflight": {
            "ApiKeyRequired": True,
            "AddApiKeyRequiredToCorsPreflight": False,
        },
    }
    for default, choice, setting, version in itertools.product(
        (None, "Pool", "Request", "AWS_IAM"), own, settings, (None, "3.0.1")
    ):
        auth: dict[str, Any] = {"Authorizers": AUTHORIZERS, **settings[setting]}
        if default:
            auth["DefaultAuthorizer"] = default
        properties = {"Path": "/things/{id}", "Method": "get", "RestApiId": {"Ref": "Api"}}
        if own[choice] is not None:
            properties["Auth"] = own[choice]
        api = {"StageName": "live", "Auth": auth, "Cors": "'*'"}
        if version:
            api["OpenApiVersion"] = version
        found[f"rest-{default}-{choice}-{setting}-{version}"] = template(
            Api={"Type": "AWS::Serverless::Api", "Properties": api},
            Guard=function(),
            Main=function(
                Events={
                    "Get": event("Api", **properties),
                    "Any": event("Api", Path="/all", Method="ANY", RestApiId={"Ref": "Api"}),
                }
            ),
        )
    return found


def http_auth() -> dict[str, str]:
    authorizers = {
        "Jwt": {
            "JwtConfiguration": {"Issuer": "https://issuer.example", "Audience": ["app"]},
            "IdentitySource": "$request.header.Authorization",
            "AuthorizationScopes": ["read"],
        },
        "Lambda": {
            "FunctionArn": {"Fn::GetAtt": ["Guard", "Arn"]},
            "AuthorizerPayloadFormatVersion": "2.0",
            "EnableSimpleResponses": True,
            "EnableFunctionDefaultPermissions": True,
            "Identity": {"Headers": ["X-Key"], "ReauthorizeEvery": 30},
        },
    }
    own: dict[str, Any] = {
        "nothing": None,
        "NONE": {"Authorizer": "NONE"},
        "Lambda": {"Authorizer": "Lambda"},
        "scopes": {"AuthorizationScopes": ["write"]},
        "IAM": {"Authorizer": "AWS_IAM"},
    }
    found: dict[str, str] = {}
    for default, choice, iam in itertools.product((None, "Jwt", "AWS_IAM"), own, (False, True)):
        auth: dict[str, Any] = {"Authorizers": authorizers, "EnableIamAuthorizer": iam}
        if default:
            auth["DefaultAuthorizer"] = default
        properties = {"Path": "/things", "Method": "POST", "ApiId": {"Ref": "Api"}}
        if own[choice] is not None:
            properties["Auth"] = own[choice]
        found[f"http-{default}-{choice}-{iam}"] = template(
            Api={
                "Type": "AWS::Serverless::HttpApi",
                "Properties": {"Auth": auth, "CorsConfiguration": {"AllowOrigins": ["*"]}},
            },
            Guard=function(),
            Main=function(
                Events={
                    "Post": event("HttpApi", **properties),
                    "All": event("HttpApi", ApiId={"Ref": "Api"}),
                }
            ),
        )
    return found


def definitions() -> dict[str, str]:
    """Inline definitions: events only add what SAM lets them add."""
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": "arn:aws:x"}
    body = {
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/open": {"get": {"x-amazon-apigateway-integration": integration}},
            "/closed": {
                "post": {
                    "security": [{"Pool": []}],
                    "x-amazon-apigateway-integration": integration,
                }
            },
            "/documented": {"get": {"responses": {}}},
        },
    }
    openapi = {**body, "openapi": "3.0.1"}
    del openapi["swagger"]
    found = {}
    for merge, override in itertools.product((False, True), repeat=2):
        auth: dict[str, Any] = {"Authorizer": "NONE"}
        if override:
            auth["OverrideApiAuth"] = True
        found[f"definition-{merge}-{override}"] = template(
            Api={
                "Type": "AWS::Serverless::Api",
                "Properties": {
                    "StageName": "live",
                    "MergeDefinitions": merge,
                    "DefinitionBody": body,
                    "Auth": {"DefaultAuthorizer": "Pool", "Authorizers": AUTHORIZERS},
                },
            },
            Guard=function(),
            Main=function(
                Events={
                    "Open": event(
                        "Api", Path="/open", Method="get", RestApiId={"Ref": "Api"}, Auth=auth
                    )
                }
            ),
        )
    found["definition-http"] = template(
        Api={
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "DefinitionBody": openapi,
                "Auth": {
                    "DefaultAuthorizer": "Jwt",
                    "Authorizers": {
                        "Jwt": {
                            "JwtConfiguration": {"issuer": "https://i", "audience": ["a"]},
                            "IdentitySource": "$request.header.Authorization",
                        }
                    },
                },
            },
        },
        Main=function(
            Events={"New": event("HttpApi", Path="/new", Method="get", ApiId={"Ref": "Api"})}
        ),
    )
    return found


def resource_policies() -> dict[str, str]:
    lists = {
        "addresses": {"IpRangeWhitelist": ["10.0.0.0/8"], "IpRangeBlacklist": ["10.1.0.0/16"]},
        "accounts": {"AwsAccountWhitelist": ["123456789012"], "AwsAccountBlacklist": ["1"]},
        "networks": {"SourceVpcWhitelist": ["vpc-1", "vpce-2"], "IntrinsicVpcBlacklist": ["v"]},
        "statements": {
            "CustomStatements": [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
            ]
        },
    }
    found = {}
    for name, policy in lists.items():
        events = {
            "A": event("Api", Path="/a/{id}/", Method="get", RestApiId={"Ref": "Api"}),
            "B": event("Api", Path="/", Method="any", RestApiId={"Ref": "Api"}),
        }
        found[f"policy-{name}"] = template(
            Api={
                "Type": "AWS::Serverless::Api",
                "Properties": {"StageName": "live", "Auth": {"ResourcePolicy": policy}},
            },
            Main=function(Events=events),
        )
        own = event("Api", Path="/a", Method="get", Auth={"ResourcePolicy": policy})
        found[f"policy-event-{name}"] = template(Main=function(Events={"A": own}))
    return found
