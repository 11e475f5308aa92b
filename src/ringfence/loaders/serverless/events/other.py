"""Events behind load balancers and at the edge."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make, mapping_of
from ringfence.loaders.serverless.builder import Event, ref
from ringfence.loaders.serverless.events.push import word_of
from ringfence.loaders.serverless.naming import function_id
from ringfence.model.value import Mapping, Value, display, string


def _alb(event: Event) -> None:
    """A listener rule that forwards to the function's target group."""
    listener = event.get("listenerArn")
    priority = display(event.get("priority")) or "1"
    multi = event.get("multiValueHeaders")
    target = event.add(
        f"{event.prefix}AlbTargetGroup{_balancer(listener)}",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        {
            "TargetType": "lambda",
            "Targets": [{"Id": event.target}],
            "TargetGroupAttributes": [{"Key": "lambda.multi_value_headers.enabled", "Value": multi}]
            if multi is not None
            else None,
        },
    )
    event.permit(
        f"{event.prefix}LambdaPermissionRegisterTarget", "elasticloadbalancing.amazonaws.com"
    )
    event.permit(f"{event.prefix}LambdaPermissionAlb", "elasticloadbalancing.amazonaws.com")
    actions: list[dict[str, Any]] = [*_authorizers(event)]
    actions.append({"Type": "forward", "TargetGroupArn": ref(target), "Order": len(actions) + 1})
    event.add(
        f"{event.prefix}AlbListenerRule{priority}",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        {
            "ListenerArn": listener,
            "Priority": event.get("priority"),
            "Conditions": _conditions(mapping_of(event.get("conditions"))),
            "Actions": actions,
        },
    )


def _balancer(listener: Value | None) -> str:
    """The load balancer's id in a listener's ARN, or the resource that the listener is."""
    parts = (string(listener) or "").split("/")
    return parts[-2] if len(parts) > 2 else word_of(listener)


_CONDITIONS = {
    "path": ("path-pattern", "Values"),
    "host": ("host-header", "HostHeaderConfig"),
    "method": ("http-request-method", "HttpRequestMethodConfig"),
    "ip": ("source-ip", "SourceIpConfig"),
}


def _conditions(given: Mapping) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, (field, property_) in _CONDITIONS.items():
        values = list(items_of(given.get(name)))
        if values:
            value: Any = values if property_ == "Values" else {"Values": values}
            found.append({"Field": field, property_: value})
    return found


def _authorizers(event: Event) -> list[dict[str, Any]]:
    """The actions that ask for a login first (``provider.alb.authorizers``)."""
    declared = mapping_of(mapping_of(event.builder.service.provider.get("alb")).get("authorizers"))
    found: list[dict[str, Any]] = []
    for item in items_of(event.get("authorizer")):
        given = mapping_of(declared.get(string(item) or ""))
        kind = string(given.get("type")) or ""
        config = {
            key[:1].upper() + key[1:]: value
            for key, value in given.entries.items()
            if key not in ("type", "onUnauthenticatedRequest")
        }
        name = "AuthenticateCognitoConfig" if kind == "cognito" else "AuthenticateOidcConfig"
        found.append(
            {
                "Type": "authenticate-cognito" if kind == "cognito" else "authenticate-oidc",
                name: config,
                "Order": len(found) + 1,
            }
        )
    return found


def _cloudfront(event: Event) -> None:
    """A function at the edge of the service's one distribution."""
    builder = event.builder
    given = event.settings
    version = f"{event.prefix}LambdaVersion"
    event.add(
        version, "AWS::Lambda::Version", {"FunctionName": ref(function_id(event.function.key))}
    )
    behaviour = {
        key[:1].upper() + key[1:]: value
        for key, value in mapping_of(given.get("behavior")).entries.items()
    }
    association = {
        "EventType": event.get("eventType"),
        "LambdaFunctionARN": ref(version),
        "IncludeBody": given.get("includeBody"),
    }
    pattern = given.get("pathPattern")
    settings: dict[str, Any] = {
        "TargetOriginId": "origin",
        "ViewerProtocolPolicy": "allow-all",
        **behaviour,
        "LambdaFunctionAssociations": [association],
    }
    origin = _origin(given.get("origin"))
    logical_id = "CloudFrontDistribution"
    if not builder.has(logical_id):
        config: dict[str, Any] = {
            "Enabled": True,
            "Origins": [origin],
            "DefaultCacheBehavior": settings,
        }
        event.builder.add(
            logical_id,
            "AWS::CloudFront::Distribution",
            {"DistributionConfig": config},
            event.location,
        )
    if is_set(pattern):
        config_value = mapping_of(builder.properties(logical_id).get("DistributionConfig"))
        present = list(items_of(config_value.get("CacheBehaviors")))
        added = make({**settings, "PathPattern": pattern}, event.location)
        config_value.entries["CacheBehaviors"] = make([*present, added], event.location)


def _origin(value: Value | None) -> dict[str, Any]:
    text = string(value)
    if text is None:
        given = mapping_of(value)
        return {
            "Id": "origin",
            **{key[:1].upper() + key[1:]: item for key, item in given.entries.items()},
        }
    domain = text.partition("://")[2].partition("/")[0] or text
    return {"Id": "origin", "DomainName": domain}


HANDLERS = {"alb": _alb, "cloudFront": _cloudfront}
