"""Application load balancers: target groups of functions, the listeners in front, who may pass."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.triggers import access
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import first, items, objects, place, text_of, texts, walk
from ringfence.model.application import Resource, Sender
from ringfence.model.location import Location
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Value

_EVERYWHERE = ("0.0.0.0/0", "::/0")


def collect(triggers: Triggers) -> None:
    for group in triggers.graph.of("AWS::ElasticLoadBalancingV2::TargetGroup"):
        for value, _ in walk(group.properties, "Targets.Id"):
            for function in triggers.graph.functions(value):
                routes = list(_routes(triggers.graph, group))
                for listener, holder, actions, at in routes:
                    held = _access(triggers.graph, listener, actions, at)
                    method, path = _matched(holder)
                    name = f"{method} {path} of {_balancer_name(triggers.graph, listener)}"
                    triggers.add(
                        "alb",
                        function,
                        name,
                        held.sender,
                        at,
                        authentication=held.authentication,
                        source=group,
                        method=method,
                        path=path,
                        protocol=_protocol(listener),
                        properties=holder.properties,
                    )
                if not routes:
                    at = group.location
                    held = access.unknown("its listener is in no template", at)
                    triggers.add(
                        "alb",
                        function,
                        f"target group {name_of(group)}",
                        held.sender,
                        at,
                        authentication=held.authentication,
                        source=group,
                        method="ANY",
                        path="/*",
                        protocol="http",
                        properties=group.properties,
                    )


def _routes(
    graph: Graph, group: Resource
) -> Iterator[tuple[Resource | None, Resource, list[Mapping], Location]]:
    """(listener, the listener or rule that forwards, its actions, place) for a target group."""
    for listener in graph.of("AWS::ElasticLoadBalancingV2::Listener"):
        actions = list(objects(listener.properties, "DefaultActions"))
        if _forwards(graph, actions, group):
            yield listener, listener, actions, place(listener.properties, "DefaultActions")
    for rule in graph.of("AWS::ElasticLoadBalancingV2::ListenerRule"):
        actions = list(objects(rule.properties, "Actions"))
        if _forwards(graph, actions, group):
            listeners = graph.find(rule.properties.get("ListenerArn"))
            yield listeners[0] if listeners else None, rule, actions, rule.location


def _forwards(graph: Graph, actions: list[Mapping], group: Resource) -> bool:
    named: list[Value] = []
    for action in actions:
        named.extend(items(action, "TargetGroupArn"))
        named.extend(
            value for value, _ in walk(action, "ForwardConfig.TargetGroups.TargetGroupArn")
        )
    return any(group in graph.find(value) for value in named)


def _access(
    graph: Graph, listener: Resource | None, actions: list[Mapping], at: Location
) -> Access:
    held = _authenticated(graph, actions) or access.open_to_anyone(
        at, "no action before it authenticates"
    )
    return access.narrowed(held, _reach(graph, listener))


def _authenticated(graph: Graph, actions: list[Mapping]) -> Access | None:
    for action in actions:
        word = text_of(action, "Type").lower()
        proof = place(action, "Type")
        config = first(action, "AuthenticateCognitoConfig") or first(
            action, "AuthenticateOidcConfig"
        )
        if text_of(config, "OnUnauthenticatedRequest").lower() == "allow":
            continue
        if word == "authenticate-cognito":
            return access.pool(graph, items(config, "UserPoolArn"), proof, [])
        if word == "authenticate-oidc":
            held = access.token(text_of(config, "Issuer"), proof, [])
            return access.replace_kind(held, "oauth")
        if word == "jwt-validation":
            return access.token(text_of(action, "JwtValidationConfig.Issuer"), proof, [])
    return None


def _balancer(graph: Graph, listener: Resource | None) -> Resource | None:
    if listener is None:
        return None
    found = graph.find(listener.properties.get("LoadBalancerArn"), "load-balancer")
    return found[0] if found else None


def _balancer_name(graph: Graph, listener: Resource | None) -> str:
    balancer = _balancer(graph, listener)
    return name_of(balancer) if balancer is not None else "a load balancer"


def _protocol(listener: Resource | None) -> str:
    word = text_of(listener.properties, "Protocol").lower() if listener is not None else ""
    return "http" if word == "http" else "https"


def _reach(graph: Graph, listener: Resource | None) -> Sender | None:
    """Who reaches the balancer at all: an internal one its network, else its security groups."""
    balancer = _balancer(graph, listener)
    if balancer is None:
        return None
    if texts(balancer.properties, "Scheme") == {"internal"}:
        return Sender(
            Exposure.ACCOUNT,
            "hosts in the VPC",
            "the load balancer is internal",
            place(balancer.properties, "Scheme"),
        )
    ranges: list[str] = []
    groups = list(items(balancer.properties, "SecurityGroups"))
    for value in groups:
        found = graph.find(value, "security-group")
        if not found:
            return None
        for group in found:
            held = _ranges(graph, group)
            if held is None:
                return None
            ranges.extend(held)
    if not ranges or any(item in _EVERYWHERE for item in ranges):
        return None
    return Sender(
        Exposure.PRINCIPAL,
        f"addresses {', '.join(dict.fromkeys(ranges))}",
        "its security groups admit no others",
        balancer.location,
    )


def _ranges(graph: Graph, group: Resource) -> list[str] | None:
    """The address ranges that a security group admits; None when some are not known."""
    entries = list(objects(group.properties, "SecurityGroupIngress"))
    for item in graph.of("AWS::EC2::SecurityGroupIngress"):
        if group in graph.find(item.properties.get("GroupId"), "security-group"):
            entries.append(item.properties)
    found: list[str] = []
    for entry in entries:
        text = text_of(entry, "CidrIp") or text_of(entry, "CidrIpv6")
        if not text:
            if "SourceSecurityGroupId" in entry:
                text = "of another security group"
            else:
                return None
        found.append(text)
    return found


def _matched(holder: Resource) -> tuple[str, str]:
    """The method and path that a rule's conditions ask for."""
    methods: list[str] = []
    paths: list[str] = []
    for condition in objects(holder.properties, "Conditions"):
        word = text_of(condition, "Field")
        if word == "path-pattern":
            values = [*items(condition, "Values"), *items(condition, "PathPatternConfig.Values")]
            paths.extend(text_of(value) for value in values)
        elif word == "http-request-method":
            values = list(items(condition, "HttpRequestMethodConfig.Values"))
            methods.extend(text_of(value) for value in values)
    return ",".join(methods) or "ANY", ",".join(path for path in paths if path) or "/*"
