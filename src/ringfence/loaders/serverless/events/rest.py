"""``http`` events: the REST API with resources, methods, authorizers, CORS, keys, stage."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of
from ringfence.loaders.serverless.builder import Builder, Event, attribute, ref
from ringfence.loaders.serverless.events.authorizers import authorize
from ringfence.loaders.serverless.naming import function_id, method_id, path_id
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Value, boolean, display, literal, string

API = "ApiGatewayRestApi"
_INTEGRATIONS = {
    "": "AWS_PROXY",
    "lambda-proxy": "AWS_PROXY",
    "lambda_proxy": "AWS_PROXY",
    "aws-proxy": "AWS_PROXY",
    "aws_proxy": "AWS_PROXY",
    "lambda": "AWS",
    "aws": "AWS",
    "http": "HTTP",
    "http-proxy": "HTTP_PROXY",
    "http_proxy": "HTTP_PROXY",
    "mock": "MOCK",
}
_HEADERS = (
    "Content-Type", "X-Amz-Date", "Authorization", "X-Api-Key", "X-Amz-Security-Token",
    "X-Amz-User-Agent", "X-Amzn-Trace-Id",
)  # fmt: skip


def gateway(builder: Builder) -> Mapping:
    """``provider.apiGateway``."""
    return mapping_of(builder.service.provider.get("apiGateway"))


def api_id(builder: Builder) -> Any:
    """The API of the service, or the one that it shares."""
    shared = gateway(builder).get("restApiId")
    return shared if is_set(shared) else ref(API)


def method_and_path(event: Event) -> tuple[str, str]:
    """``GET /users`` from the short text or from ``method`` and ``path``."""
    text = string(event.value)
    if text is not None:
        method, _, path = text.strip().partition(" ")
        return method.upper(), "/" + path.strip().strip("/")
    path = display(event.get("path")).strip()
    method = event.text("method").upper() or "ANY"
    return ("ANY" if method == "*" else method), "/" + path.strip("/")


def compile_http(event: Event) -> None:
    """One method of the REST API."""
    builder = event.builder
    method, path = method_and_path(event)
    ensure_api(builder, event.location)
    resource = add_path(event, path)
    kind = _INTEGRATIONS.get(event.text("integration").lower(), "AWS_PROXY")
    properties: dict[str, Any] = {
        "HttpMethod": method,
        "RestApiId": api_id(builder),
        "ResourceId": resource,
        "ApiKeyRequired": boolean(event.get("private")) is True,
        **authorize(event, api_id(builder)),
        "Integration": _integration(event, kind),
        "MethodResponses": [],
        **_validation(event),
    }
    event.add(method_id(path, method), "AWS::ApiGateway::Method", properties)
    if kind in ("AWS_PROXY", "AWS"):
        arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${api}/*/*"
        event.permit(
            f"{event.prefix}LambdaPermissionApiGateway",
            "apigateway.amazonaws.com",
            SourceArn={"Fn::Sub": [arn, {"api": api_id(builder)}]},
        )
    cors = event.get("cors")
    if cors is not None and literal(cors) is not False:
        _add_preflight(event, path, method, resource, cors)


def _integration(event: Event, kind: str) -> dict[str, Any]:
    request = mapping_of(event.get("request"))
    if kind == "MOCK":
        return {"Type": kind}
    if kind in ("HTTP", "HTTP_PROXY"):
        return {
            "Type": kind,
            "IntegrationHttpMethod": request.get("method") or "ANY",
            "Uri": request.get("uri"),
        }
    arn = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${function}/invocations"
    )
    asynchronous = boolean(event.get("async")) is True
    invocation = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    return {
        "IntegrationHttpMethod": "POST",
        "Type": "AWS" if asynchronous else kind,
        "Uri": {"Fn::Sub": [arn, {"function": attribute(function_id(event.function.key))}]},
        "RequestParameters": invocation if asynchronous else None,
        "TimeoutInMillis": event.get("timeoutInMillis"),
    }


def _validation(event: Event) -> dict[str, Any]:
    """Required parameters and body schemas, with the validator that enforces them."""
    request = mapping_of(event.get("request"))
    parameters: dict[str, Any] = {}
    given = mapping_of(request.get("parameters"))
    for old, new in (
        ("paths", "path"),
        ("querystrings", "querystring"),
        ("headers", "header"),
    ):
        for name, value in mapping_of(given.get(old)).entries.items():
            inner = mapping_of(value)
            required = inner.get("required") if inner.entries else value
            parameters[f"method.request.{new}.{name}"] = required
    found: dict[str, Any] = {"RequestParameters": parameters or None}
    schemas = mapping_of(request.get("schemas") or request.get("schema"))
    if not schemas.entries:
        return found
    models: dict[str, Any] = {}
    method, path = method_and_path(event)
    for content, schema in schemas.entries.items():
        known = string(schema)
        if known is not None:
            models[content] = schema
            continue
        word = "".join(part.capitalize() for part in content.replace("/", "-").split("-"))
        logical_id = f"{method_id(path, method)}{word}Model"
        event.add(
            logical_id,
            "AWS::ApiGateway::Model",
            {
                "RestApiId": api_id(event.builder),
                "ContentType": content,
                "Schema": mapping_of(schema).get("schema") or schema,
            },
        )
        models[content] = ref(logical_id)
    validator = "ApiGatewayRequestValidator"
    event.add(
        validator,
        "AWS::ApiGateway::RequestValidator",
        {
            "RestApiId": api_id(event.builder),
            "ValidateRequestBody": True,
            "ValidateRequestParameters": True,
        },
    )
    return {**found, "RequestModels": models, "RequestValidatorId": ref(validator)}


def ensure_api(builder: Builder, place: Location) -> None:
    settings = gateway(builder)
    if is_set(settings.get("restApiId")) or builder.has(API):
        return
    service = builder.service
    provider = service.provider
    kind = provider.get("endpointType")
    endpoints = provider.get("vpcEndpointIds") or settings.get("vpcEndpointIds")
    policy = settings.get("resourcePolicy") or provider.get("resourcePolicy")
    if policy is not None:
        policy_place = policy.location
        statements = list(items_of(policy))
        policy = make({"Version": "2012-10-17", "Statement": statements}, policy_place)
    builder.add(
        API,
        "AWS::ApiGateway::RestApi",
        {
            "Name": provider.get("apiName") or f"{service.stage or '*'}-{service.name or '*'}",
            "EndpointConfiguration": {
                "Types": [kind if is_set(kind) else "EDGE"],
                "VpcEndpointIds": endpoints,
            },
            "Policy": policy,
            "BinaryMediaTypes": settings.get("binaryMediaTypes"),
            "MinimumCompressionSize": settings.get("minimumCompressionSize"),
            "ApiKeySourceType": settings.get("apiKeySourceType"),
            "DisableExecuteApiEndpoint": settings.get("disableDefaultEndpoint"),
        },
        settings.location if settings.entries else place,
    )


def add_path(event: Event, path: str) -> Any:
    """The resources of every part of a path; gives the reference to the last one."""
    builder = event.builder
    shared = gateway(builder).get("restApiRootResourceId")
    parent: Any = shared if is_set(shared) else attribute(API, "RootResourceId")
    if not is_set(shared) and is_set(gateway(builder).get("restApiId")):
        parent = Scalar("*", event.location)
    done = ""
    for part in filter(None, path.split("/")):
        done += f"/{part}"
        logical_id = f"ApiGatewayResource{path_id(done)}"
        event.add(
            logical_id,
            "AWS::ApiGateway::Resource",
            {"ParentId": parent, "PathPart": part, "RestApiId": api_id(builder)},
        )
        parent = ref(logical_id)
    return parent


def _add_preflight(event: Event, path: str, method: str, resource: Any, cors: Value) -> None:
    """The OPTIONS method that ``cors`` adds; the methods of a path share it."""
    given = mapping_of(cors)
    origins = [display(item) for item in items_of(given.get("origins"))]
    origin = display(given.get("origin")) or ",".join(origins) or "*"
    headers = given.get("headers")
    listed = (
        [display(item) for item in items_of(headers)] if headers is not None else list(_HEADERS)
    )
    methods = [display(item) for item in items_of(given.get("methods"))] or ["OPTIONS", method]
    credentials = boolean(given.get("allowCredentials")) is True
    logical_id = method_id(path, "options")
    if event.builder.has(logical_id):
        _add_allowed_method(event.builder, logical_id, method)
        return
    values = {
        "Access-Control-Allow-Origin": f"'{origin}'",
        "Access-Control-Allow-Headers": "'" + ",".join(listed) + "'",
        "Access-Control-Allow-Methods": "'" + ",".join(methods) + "'",
        "Access-Control-Allow-Credentials": "'true'" if credentials else None,
    }
    answer = {
        "StatusCode": "200",
        "ResponseParameters": {
            f"method.response.header.{name}": value for name, value in values.items()
        },
    }
    event.builder.add(
        logical_id,
        "AWS::ApiGateway::Method",
        {
            "AuthorizationType": "NONE",
            "HttpMethod": "OPTIONS",
            "RestApiId": api_id(event.builder),
            "ResourceId": resource,
            "Integration": {"Type": "MOCK", "IntegrationResponses": [answer]},
            "MethodResponses": [{"StatusCode": "200"}],
        },
        event.settings.key_location("cors"),
        owner=event.function.key,
    )


def _add_allowed_method(builder: Builder, logical_id: str, method: str) -> None:
    """A further method of a path whose preflight answer is there already."""
    integration = mapping_of(builder.properties(logical_id).get("Integration"))
    for answer in items_of(integration.get("IntegrationResponses")):
        headers = mapping_of(mapping_of(answer).get("ResponseParameters"))
        name = "method.response.header.Access-Control-Allow-Methods"
        listed = display(headers.get(name)).strip("'").split(",")
        if headers.entries and method not in listed:
            text = "'" + ",".join([*listed, method]) + "'"
            headers.entries[name] = Scalar(text, headers.location)


def finish(builder: Builder) -> None:
    """Deployment, stage, keys and usage plan, when there is a method."""
    methods = [name for name in builder.resources if name.startswith("ApiGatewayMethod")]
    if not methods:
        return
    service = builder.service
    place = gateway(builder).location if gateway(builder).entries else service.provider.location
    stage = gateway(builder).get("stage") or service.stage or "*"
    builder.add(
        "ApiGatewayDeployment",
        "AWS::ApiGateway::Deployment",
        {"RestApiId": api_id(builder)},
        place,
        attributes={"DependsOn": methods},
    )
    if not is_set(gateway(builder).get("restApiId")):
        _add_stage(builder, stage, place)
    _add_keys(builder, stage)


def _add_stage(builder: Builder, stage: Value | str, place: Location) -> None:
    """The stage, with the logs and traces that ``provider.logs`` and ``provider.tracing`` ask."""
    provider = builder.service.provider
    logs = mapping_of(provider.get("logs")).get("restApi")
    tracing = mapping_of(provider.get("tracing")).get("apiGateway")
    settings = mapping_of(logs)
    logging = is_set(logs) and literal(logs) is not False
    log_group = ""
    if logging and boolean(settings.get("accessLogging")) is not False:
        log_group = builder.add(
            "ApiGatewayLogGroup",
            "AWS::Logs::LogGroup",
            {
                "LogGroupName": f"/aws/api-gateway/{builder.service.name}-{display_of(stage)}",
                "RetentionInDays": provider.get("logRetentionInDays"),
            },
            logs.location if logs is not None else place,
        )
    method_settings = {
        "HttpMethod": "*",
        "ResourcePath": "/*",
        "LoggingLevel": settings.get("level") or "INFO",
        "DataTraceEnabled": boolean(settings.get("fullExecutionData")) is not False,
        "MetricsEnabled": boolean(gateway(builder).get("metrics")) is True,
    }
    execution = logging and boolean(settings.get("executionLogging")) is not False
    builder.add(
        "ApiGatewayStage",
        "AWS::ApiGateway::Stage",
        {
            "RestApiId": ref(API),
            "DeploymentId": ref("ApiGatewayDeployment"),
            "StageName": stage,
            "TracingEnabled": tracing,
            "AccessLogSetting": {
                "DestinationArn": attribute(log_group),
                "Format": settings.get("format"),
            }
            if log_group
            else None,
            "MethodSettings": [method_settings] if execution else None,
        },
        logs.location if logs is not None else place,
    )


def display_of(stage: Value | str) -> str:
    return stage if isinstance(stage, str) else display(stage)


def _add_keys(builder: Builder, stage: Value | str) -> None:
    provider, settings = builder.service.provider, gateway(builder)
    keys = list(items_of(settings.get("apiKeys") or provider.get("apiKeys")))
    plan = mapping_of(settings.get("usagePlan") or provider.get("usagePlan"))
    if not keys and not plan.entries:
        return
    place = keys[0].location if keys else plan.location
    for number, key in enumerate(keys, 1):
        given = mapping_of(key)
        logical_id = f"ApiGatewayApiKey{number}"
        builder.add(
            logical_id,
            "AWS::ApiGateway::ApiKey",
            {
                "Enabled": True,
                "Name": given.get("name") if given.entries else key,
                "Value": given.get("value"),
                "StageKeys": [{"RestApiId": api_id(builder), "StageName": stage}],
            },
            key.location,
        )
        builder.add(
            f"ApiGatewayUsagePlanKey{number}",
            "AWS::ApiGateway::UsagePlanKey",
            {
                "KeyId": ref(logical_id),
                "KeyType": "API_KEY",
                "UsagePlanId": ref("ApiGatewayUsagePlan"),
            },
            key.location,
        )
    quota, throttle = mapping_of(plan.get("quota")), mapping_of(plan.get("throttle"))
    builder.add(
        "ApiGatewayUsagePlan",
        "AWS::ApiGateway::UsagePlan",
        {
            "ApiStages": [{"ApiId": api_id(builder), "Stage": stage}],
            "Quota": _capital(quota),
            "Throttle": _capital(throttle),
        },
        place,
    )


def _capital(given: Mapping) -> dict[str, Value] | None:
    if not given.entries:
        return None
    return {key[:1].upper() + key[1:]: value for key, value in given.entries.items()}
