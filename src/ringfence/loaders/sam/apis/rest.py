"""``AWS::Serverless::Api`` → ``AWS::ApiGateway::RestApi`` with its document, stage and the rest."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    is_set,
    items_of,
    make,
    make_mapping,
    mapping_of,
)
from ringfence.loaders.sam.apis.authorizers import (
    ApiAuth,
    apply_default_authorizer,
    apply_default_key,
    apply_to_method,
    drop_markers,
)
from ringfence.loaders.sam.apis.body import Body, method_text
from ringfence.loaders.sam.apis.definition import Definition, Elsewhere, read_definition
from ringfence.loaders.sam.apis.domains import add_rest_domain
from ringfence.loaders.sam.apis.resource_policy import PolicyDraft
from ringfence.loaders.sam.apis.routes import (
    permit_authorizers,
    permit_route,
    stage_id,
    written_text,
)
from ringfence.loaders.sam.apis.usage_plans import add_usage_plan
from ringfence.loaders.sam.context import Expansion, Route, Shorthand
from ringfence.loaders.sam.roles import tag_list
from ringfence.model.location import Location
from ringfence.model.value import (
    Mapping,
    Scalar,
    Value,
    boolean,
    display,
    literal,
    string,
)

_PASSED_ON = (
    "Name", "Description", "ApiKeySourceType", "MinimumCompressionSize", "FailOnWarnings", "Mode",
    "Policy", "SecurityPolicy", "EndpointAccessMode", "BinaryMediaTypes",
)  # fmt: skip
_STAGE = (
    "StageName", "CacheClusterEnabled", "CacheClusterSize", "Variables", "MethodSettings",
    "AccessLogSetting", "CanarySetting", "TracingEnabled",
)  # fmt: skip


def expand_rest_api(source: Shorthand, routes: list[Route], expansion: Expansion) -> None:
    """Adds everything that one REST API becomes."""
    suffix = _suffix(source)
    api = expansion.ref(source.logical_id, source.location)
    for route in routes:
        permit_route(expansion, route, api, suffix)
    definition = read_definition(source, expansion)
    auth = ApiAuth(mapping_of(source.get("Auth")), http=False)
    if isinstance(definition, Definition):
        body = _write_body(source, definition.body, routes, auth, expansion)
        _add_api(source, {"Body": body}, expansion)
    elif isinstance(definition, Elsewhere):
        _add_api(source, {"BodyS3Location": definition.uri}, expansion)
    else:
        _add_api(source, {"Body": definition}, expansion)
    authorizers = auth.authorizers
    wanted = {
        name: boolean(mapping_of(value).get("DisableFunctionDefaultPermissions")) is not True
        for name, value in authorizers.entries.items()
    }
    permit_authorizers(expansion, source, authorizers, wanted)
    stage = _add_stage(source, expansion)
    add_rest_domain(source, stage, expansion)
    add_usage_plan(source, auth.section, stage, expansion)


def _suffix(source: Shorthand) -> str:
    """What the ids of permissions end in: the stage's name, when it is a plain word."""
    name = written_text(source.get("StageName"))
    return "Stage" if name is None else "".join(c for c in name if c.isalnum())


def _write_body(
    source: Shorthand, body: Body, routes: list[Route], auth: ApiAuth, expansion: Expansion
) -> Value:
    policy = PolicyDraft()
    merged = body.managed or boolean(source.get("MergeDefinitions")) is True
    stage = source.get("StageName") or ""
    for route in routes:
        if merged:
            _add_route(body, route, auth, expansion)
        _apply_event_auth(body, route, auth, merged, policy, stage)
    _add_cors(source, body)
    _apply_api_auth(source, body, auth, policy)
    policy.write(body)
    drop_markers(body)
    _add_extensions(source, body)
    return body.result()


def _add_route(body: Body, route: Route, auth: ApiAuth, expansion: Expansion) -> None:
    definition: dict[str, Any] = {
        "x-amazon-apigateway-integration": route.integration
        or _function_integration(route, auth, expansion),
        "responses": {},
        **_request_checks(route),
    }
    body.add(route.path, route.method, definition, route.location)


def _function_integration(route: Route, auth: ApiAuth, expansion: Expansion) -> dict[str, Any]:
    assert route.target is not None
    place = route.location
    streaming = string(route.properties.get("ResponseTransferMode")) == "RESPONSE_STREAM"
    integration: dict[str, Any] = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": route.target.integration_uri(expansion, place, streaming),
        "timeoutInMillis": route.properties.get("TimeoutInMillis"),
        "responseTransferMode": "STREAM" if streaming else None,
    }
    own = mapping_of(route.properties.get("Auth"))
    if _uses_iam(own, auth):
        role = own.get("InvokeRole") or auth.section.get("InvokeRole") or "CALLER_CREDENTIALS"
        integration["credentials"] = _credentials(role, place)
    return integration


def _uses_iam(own: Mapping, auth: ApiAuth) -> bool:
    if string(own.get("Authorizer")) == "AWS_IAM":
        return True
    return string(auth.default) == "AWS_IAM" and not own.entries


def _credentials(role: Value | str, place: Location) -> Value | None:
    """Whose permissions the integration uses: the caller's, a role's, or none."""
    text = role if isinstance(role, str) else literal(role)
    if text == "NONE" or (text is None and isinstance(role, Scalar)):
        return None
    if text == "CALLER_CREDENTIALS":
        return Scalar("arn:aws:iam::*:user/*", place)
    return role if isinstance(role, Value) else Scalar(role, place)


def _request_checks(route: Route) -> dict[str, Any]:
    """Request parameters and body model, with the validator that enforces them."""
    checks: dict[str, Any] = {}
    parameters = []
    for item in items_of(route.properties.get("RequestParameters")):
        pairs = item.entries.items() if isinstance(item, Mapping) else [(display(item), None)]
        for name, settings in pairs:
            place_kind, _, short = name.removeprefix("method.request.").partition(".")
            kind = {"querystring": "query"}.get(place_kind, place_kind)
            required = boolean(mapping_of(settings).get("Required")) is True or kind == "path"
            parameters.append({"in": kind, "name": short, "required": required, "type": "string"})
    model = mapping_of(route.properties.get("RequestModel"))
    if "Model" in model:
        schema = {"$ref": f"#/definitions/{display(model.get('Model')).lower()}"}
        body_required = boolean(model.get("Required"))
        parameters.append(
            {"in": "body", "name": "body", "schema": schema, "required": body_required}
        )
        checked = [
            word
            for word, key in (("body", "ValidateBody"), ("params", "ValidateParameters"))
            if boolean(model.get(key))
        ]
        if "ValidateBody" in model or "ValidateParameters" in model:
            checks["x-amazon-apigateway-request-validator"] = "-".join(checked) or "no-validation"
    if parameters:
        checks["parameters"] = parameters
    return checks


def _apply_event_auth(
    body: Body,
    route: Route,
    auth: ApiAuth,
    merged: bool,
    policy: PolicyDraft,
    stage: Value | str,
) -> None:
    own = mapping_of(route.properties.get("Auth"))
    if not own.entries or not (merged or is_set(own.get("OverrideApiAuth"))):
        return
    definition = body.definition(route.path, route.method)
    if definition is not None:
        apply_to_method(body, definition, own, auth)
    lists = mapping_of(own.get("ResourcePolicy"))
    if lists.entries:
        policy.add_lists(lists, body, route.path, stage)
        policy.add_statements(lists.get("CustomStatements"))


def _apply_api_auth(source: Shorthand, body: Body, auth: ApiAuth, policy: PolicyDraft) -> None:
    section = auth.section
    if not section.entries:
        return
    schemes = auth.schemes()
    if schemes:
        body.schemes.update(schemes)
        preflight = boolean(section.get("AddDefaultAuthorizerToCorsPreflight")) is not False
        apply_default_authorizer(body, auth, preflight)
    if boolean(section.get("ApiKeyRequired")):
        preflight = boolean(section.get("AddApiKeyRequiredToCorsPreflight")) is not False
        apply_default_key(body, auth, preflight)
    lists = mapping_of(section.get("ResourcePolicy"))
    if lists.entries:
        for path in body.paths:
            policy.add_lists(lists, body, path, source.get("StageName") or "")
        policy.add_statements(lists.get("CustomStatements"))


def _add_cors(source: Shorthand, body: Body) -> None:
    """``Cors``: an OPTIONS method with a fixed answer on every path that has none."""
    value = source.get("Cors")
    if not is_set(value):
        return
    place = source.place("Cors")
    given = mapping_of(value)
    if not given.entries:
        given = make_mapping({"AllowOrigin": value}, place)
    for path in body.paths:
        methods = body.methods_of(path)
        if "options" in methods:
            continue
        allowed = given.get("AllowMethods") or Scalar(_allowed_methods(methods), place)
        credentials = boolean(given.get("AllowCredentials")) is True
        headers = {
            "Access-Control-Allow-Origin": given.get("AllowOrigin") or Scalar("'*'", place),
            "Access-Control-Allow-Headers": given.get("AllowHeaders"),
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Max-Age": given.get("MaxAge"),
            "Access-Control-Allow-Credentials": "'true'" if credentials else None,
        }
        answer = {
            "statusCode": "200",
            "responseParameters": {
                f"method.response.header.{name}": item for name, item in headers.items()
            },
        }
        integration = {"type": "mock", "responses": {"default": answer}}
        responses = {"200": {"description": "Default response for CORS method"}}
        body.add(
            path,
            "options",
            {
                "summary": "CORS support",
                "x-amazon-apigateway-integration": integration,
                "responses": responses,
            },
            place,
        )


def _allowed_methods(methods: list[str]) -> str:
    texts = {method_text(name) for name in methods}
    if "*" in texts:
        texts = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
    return "'" + ",".join(sorted(texts | {"OPTIONS"})) + "'"


def _add_extensions(source: Shorthand, body: Body) -> None:
    """Gateway responses, models, binary types and the closed default endpoint."""
    responses = mapping_of(source.get("GatewayResponses"))
    if responses.entries:
        body.extras["x-amazon-apigateway-gateway-responses"] = make(
            {name: _gateway_response(value) for name, value in responses.entries.items()},
            responses.location,
        )
    models = mapping_of(source.get("Models"))
    if models.entries:
        lowered: dict[str, Value] = {name.lower(): item for name, item in models.entries.items()}
        if body.is_openapi_3:
            body.extras["components"] = make({"schemas": lowered}, models.location)
        else:
            body.extras["definitions"] = Mapping(lowered, models.location)
    if is_set(source.get("BinaryMediaTypes")):
        types = source.get("BinaryMediaTypes")
        assert types is not None
        body.extras["x-amazon-apigateway-binary-media-types"] = types
    closed = source.get("DisableExecuteApiEndpoint")
    if is_set(closed):
        place = source.place("DisableExecuteApiEndpoint")
        body.extras["x-amazon-apigateway-endpoint-configuration"] = make(
            {"disableExecuteApiEndpoint": closed}, place
        )


def _gateway_response(value: Value) -> dict[str, Any]:
    given = mapping_of(value)
    parameters = mapping_of(given.get("ResponseParameters"))
    headers = mapping_of(parameters.get("Headers"))
    return {
        "responseParameters": {
            f"gatewayresponse.header.{name}": item for name, item in headers.entries.items()
        },
        "responseTemplates": given.get("ResponseTemplates"),
        "statusCode": given.get("StatusCode"),
    }


def _add_api(source: Shorthand, definition: dict[str, Any], expansion: Expansion) -> None:
    properties: dict[str, Any] = {
        name: source.get(name) for name in _PASSED_ON if is_set(source.get(name))
    }
    properties.update(definition)
    if is_set(source.get("DisableExecuteApiEndpoint")):
        properties["DisableExecuteApiEndpoint"] = source.get("DisableExecuteApiEndpoint")
    properties.update(_endpoint(source))
    made = make_mapping(properties, source.location)
    keys = {**source.properties.keys, "Body": source.place("DefinitionBody")}
    expansion.add(
        source.logical_id,
        "AWS::ApiGateway::RestApi",
        Mapping(made.entries, source.location, (), {k: v for k, v in keys.items() if k in made}),
        source,
        None,
        source.attributes,
    )


def _endpoint(source: Shorthand) -> dict[str, Any]:
    value = source.get("EndpointConfiguration")
    if not is_set(value):
        return {}
    given = mapping_of(value)
    place = source.place("EndpointConfiguration")
    if not given.entries:
        return {"EndpointConfiguration": make({"Types": [value]}, place)}
    endpoints = given.get("VPCEndpointIds") or given.get("VpcEndpointIds")
    configuration = {"Types": list(items_of(given.get("Type"))), "VpcEndpointIds": endpoints}
    return {"EndpointConfiguration": make(configuration, place)}


def _add_stage(source: Shorthand, expansion: Expansion) -> str:
    """The deployment and the one stage; gives the stage's logical id."""
    place = source.place("StageName")
    api = expansion.ref(source.logical_id, place)
    deployment = f"{source.logical_id}Deployment"
    expansion.add(deployment, "AWS::ApiGateway::Deployment", {"RestApiId": api}, source, place)
    stage = stage_id(source.logical_id, source.get("StageName"))
    given = {name: source.get(name) for name in _STAGE if is_set(source.get(name))}
    properties = make_mapping(
        {
            "RestApiId": api,
            "DeploymentId": expansion.ref(deployment, place),
            **given,
            "Tags": tag_list(source.get("Tags")),
        },
        place,
    )
    keys = {key: at for key, at in source.properties.keys.items() if key in properties}
    expansion.add(
        stage,
        "AWS::ApiGateway::Stage",
        Mapping(properties.entries, place, (), keys),
        source,
        place,
    )
    return stage
