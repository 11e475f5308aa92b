"""Security groups and endpoints of functions in a VPC; silent for functions outside one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room, references
from ringfence.checks.views.powers import powers_view
from ringfence.model.application import Function, Resource
from ringfence.model.rule import Rule
from ringfence.model.value import Mapping, Sequence, Value, display, integer, string

_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})

#: Properties through which a resource carries a group, as against naming it in a rule.
_CARRIED_BY = (
    "SecurityGroupIds", "VpcSecurityGroupIds", "VPCSecurityGroups", "SecurityGroups", "VpcConfig",
    "NetworkConfiguration", "NetworkInterfaces", "LaunchTemplateData", "VPCOptions",
)  # fmt: skip
_NO_WORKLOAD = frozenset(
    {"AWS::Lambda::Function", "AWS::EC2::VPCEndpoint", "AWS::Lambda::EventSourceMapping"}
)


def _groups_of(room: Room, function: Function) -> list[Resource]:
    ids = function.resource.properties.at("VpcConfig.SecurityGroupIds")
    found = (room.application.resources.get(ref.resource) for ref in references(ids))
    return [group for group in found if group and group.type == "AWS::EC2::SecurityGroup"]


def _in_network(room: Room) -> Iterator[Function]:
    return (function for function in room.application.functions.values() if function.in_vpc)


def open_egress(room: Room, rule: Rule) -> Iterator[Draft]:
    """A function that reads sensitive data in a group that may call any address."""
    for function in _in_network(room):
        view = powers_view(room, room.application.role_of(function))
        if not view["sensitive"]:
            continue
        for group in _groups_of(room, function):
            if _egress_open(room, group):
                shown = {
                    "name": function.logical_id,
                    "data": view["data"],
                    "group": group.logical_id,
                }
                yield _draft(room, rule, function, group, shown)


def _egress_open(room: Room, group: Resource) -> bool:
    """Whether the group lets everything out; without any egress rule that is the default."""
    inline = group.properties.get("SecurityGroupEgress")
    separate = room.companions(group, "AWS::EC2::SecurityGroupEgress")
    rules: list[Value] = [other.properties for other in separate]
    if isinstance(inline, Sequence):
        rules += inline.items
    elif inline is not None:
        return False
    if not rules:
        return inline is None
    return any(isinstance(entry, Mapping) and _all_out(entry) for entry in rules)


def _all_out(entry: Mapping) -> bool:
    target = string(entry.get("CidrIp")) or string(entry.get("CidrIpv6"))
    protocol = display(entry.get("IpProtocol"))
    ports = integer(entry.get("FromPort")), integer(entry.get("ToPort"))
    return target in _EVERYWHERE and (protocol == "-1" or ports == (0, 65535))


def shared_group(room: Room, rule: Rule) -> Iterator[Draft]:
    """A group that functions and other workloads carry."""
    users: dict[str, list[Function]] = defaultdict(list)
    for function in _in_network(room):
        for group in _groups_of(room, function):
            users[group.id].append(function)
    for group_id, functions in users.items():
        group = room.application.resources[group_id]
        others = [other for other in room.referrers.get(group_id, ()) if _carries(other, group_id)]
        if others:
            shown = {
                "group": group.logical_id,
                "functions": [function.logical_id for function in functions],
                "others": [other.logical_id for other in others],
            }
            yield _draft(room, rule, functions[0], group, shown)


def _carries(other: Resource, group_id: str) -> bool:
    if other.type in _NO_WORKLOAD or other.type.startswith("AWS::EC2::SecurityGroup"):
        return False
    return any(
        group_id in {ref.resource for ref in references(other.properties.get(key))}
        for key in _CARRIED_BY
    )


def missing_endpoints(room: Room, rule: Rule) -> Iterator[Draft]:
    """A function in a network of this application that uses S3 or DynamoDB without an endpoint."""
    if not room.by_type.get("AWS::EC2::VPC"):
        return
    names = [
        display(endpoint.properties.get("ServiceName")).rpartition(".")[2]
        for endpoint in room.by_type.get("AWS::EC2::VPCEndpoint", ())
    ]
    for function in _in_network(room):
        missing = sorted(_services(room, function) - set(names))
        if missing:
            shown = {"name": function.logical_id, "services": missing, "service": missing[0]}
            yield _draft(room, rule, function, function.resource, shown)


def _services(room: Room, function: Function) -> set[str]:
    """The services with a free gateway endpoint that a function uses."""
    used = {call.service for call in room.calls_by_function.get(function.id, ())}
    role = room.application.role_of(function)
    for power in room.powers_of(role) if role else ():
        kind = power.target.partition(" ")[0]
        used.update({"table": {"dynamodb"}, "bucket": {"s3"}}.get(kind, set()))
    return used & {"s3", "dynamodb"}


def _draft(
    room: Room, rule: Rule, function: Function, place: Resource, shown: dict[str, Any]
) -> Draft:
    exposure = room.exposure_of(function.id)
    return Draft(
        rule=rule,
        message=render(rule.message, shown),
        location=place.location,
        subject=function.logical_id,
        severity=severity_for(rule, exposure, False),
        function=function.id,
        exposure=exposure,
        anchors=(place.location, function.location),
        fold="application",
        resource=place.id,
        view=shown,
    )


RULES = {
    "open_egress": open_egress,
    "shared_group": shared_group,
    "missing_endpoints": missing_endpoints,
}
