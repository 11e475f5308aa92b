"""``AWS::Serverless::Connector`` and the ``Connectors`` attribute: permissions between resources.

The profiles (``connector_profiles.json``, written by ``support/sam_facts.py``) say for each pair
of types which statements ``Read`` and ``Write`` mean and whose role or policy gets them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ringfence.loaders.construct import (
    branches_of,
    entries_of,
    is_set,
    items_of,
    make,
    mapping_of,
    sub,
)
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.template import TemplateResource
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import (
    EMPTY,
    Mapping,
    Reference,
    Scalar,
    Unknown,
    Value,
    string,
)

#: Shorthand types as the profiles name them.
_PLAIN = {
    "AWS::Serverless::Function": "AWS::Lambda::Function",
    "AWS::Serverless::Api": "AWS::ApiGateway::RestApi",
    "AWS::Serverless::HttpApi": "AWS::ApiGatewayV2::Api",
    "AWS::Serverless::SimpleTable": "AWS::DynamoDB::Table",
    "AWS::Serverless::StateMachine": "AWS::StepFunctions::StateMachine",
}
#: Types whose ``Ref`` is the ARN.
_REF_IS_ARN = frozenset({"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine"})
#: Where a type keeps the role that acts for it.
_ROLE_PROPERTY = {
    "AWS::Lambda::Function": "Role",
    "AWS::StepFunctions::StateMachine": "RoleArn",
    "AWS::AppSync::DataSource": "ServiceRoleArn",
    "AWS::Location::PlaceIndex": "",
}


@cache
def _profiles() -> dict[str, Any]:
    text = (Path(__file__).parent / "connector_profiles.json").read_text(encoding="utf-8")
    profiles: dict[str, Any] = json.loads(text)["profiles"]
    return profiles


@record(frozen=True)
class End:
    """One end of a connector: what is known of the resource there."""

    type: str
    arn: Value | None
    role: Value | None
    url: Value | None
    resource_id: Value | None
    name: Value | None
    qualifier: Value | str


def expand_connectors(shorthands: list[Shorthand], expansion: Expansion) -> None:
    """Adds the policies of every connector; call it when all other resources are there."""
    for shorthand in shorthands:
        if shorthand.type == "AWS::Serverless::Connector":
            _connect(
                shorthand.logical_id,
                mapping_of(shorthand.get("Source")),
                shorthand.properties,
                shorthand,
                expansion,
            )
    owners = {item.id: item for item in shorthands}
    for resource in list(expansion.template.resources.values()):
        owner = owners.get(resource.id)
        attributes = owner.attributes if owner is not None else resource.attributes
        for name, value, place in entries_of(attributes.get("Connectors")):
            _connect_embedded(resource, name, mapping_of(value), place, expansion)
    for made in expansion.made.values():
        expansion.template.resources.setdefault(made.id, made)


def _connect_embedded(
    resource: TemplateResource, name: str, given: Mapping, place: Location, expansion: Expansion
) -> None:
    properties = mapping_of(given.get("Properties"))
    reference: dict[str, Value] = {"Id": Scalar(resource.logical_id, place)}
    reference.update(mapping_of(properties.get("SourceReference")).entries)
    source = Shorthand(
        resource.id, "AWS::Serverless::Connector", properties, place, EMPTY, resource.condition
    )
    connector = resource.logical_id + name
    _connect(connector, Mapping(reference, place), properties, source, expansion)


def _connect(
    connector: str, source: Mapping, properties: Mapping, owner: Shorthand, expansion: Expansion
) -> None:
    destinations = list(items_of(properties.get("Destination")))
    wanted = {string(item) for item in items_of(properties.get("Permissions"))}
    for number, value in enumerate(destinations):
        destination = mapping_of(value)
        start = _end(source, destination, expansion)
        finish = _end(destination, source, expansion)
        profile = _profiles().get(f"{start.type} -> {finish.type}")
        if profile is None:
            expansion.skip(
                f"connector {connector}",
                f"SAM knows no connector from {start.type or '?'} to {finish.type or '?'}",
                owner.location,
            )
            continue
        suffix = f"Destination{number}" if len(destinations) > 1 else ""
        access = [what for name, what in profile["access"].items() if name in wanted]
        names = [name for name in profile["access"] if name in wanted]
        holder = start if profile["on_source"] else finish
        _add_access(
            profile["kind"], connector, suffix, names, access, (start, finish, holder), owner,
            expansion,
        )  # fmt: skip


def _add_access(
    kind: str,
    connector: str,
    suffix: str,
    names: list[str],
    access: list[dict[str, Any]],
    ends: tuple[End, End, End],
    owner: Shorthand,
    expansion: Expansion,
) -> None:
    """Adds what the profile asks for: a managed policy, a resource policy, or permissions."""
    start, finish, holder = ends
    place = owner.location
    if kind == "AWS_LAMBDA_PERMISSION":
        for name, what in zip(names, access, strict=True):
            filled = _fill(what, start, finish, place)
            assert isinstance(filled, Mapping)
            properties = {**filled.entries, "FunctionName": holder.arn}
            logical_id = f"{connector}{name}LambdaPermission{suffix}"
            expansion.add(logical_id, "AWS::Lambda::Permission", properties, owner)
        return
    statements = [item for what in access for item in what["Statement"]]
    document = {"Version": "2012-10-17", "Statement": _fill(statements, start, finish, place)}
    if kind == "AWS_IAM_ROLE_MANAGED_POLICY":
        expansion.add(
            f"{connector}Policy{suffix}",
            "AWS::IAM::ManagedPolicy",
            {
                "ManagedPolicyName": "connector",
                "PolicyDocument": document,
                "Roles": [holder.role or Unknown("the connector's role is not known", place)],
            },
            owner,
        )
    elif kind == "AWS_SQS_QUEUE_POLICY":
        expansion.add(
            f"{connector}QueuePolicy{suffix}",
            "AWS::SQS::QueuePolicy",
            {"PolicyDocument": document, "Queues": [holder.url]},
            owner,
        )
    elif kind == "AWS_SNS_TOPIC_POLICY":
        expansion.add(
            f"{connector}TopicPolicy{suffix}",
            "AWS::SNS::TopicPolicy",
            {"PolicyDocument": document, "Topics": [holder.arn]},
            owner,
        )


def _end(given: Mapping, other: Mapping, expansion: Expansion) -> End:
    """The end that ``given`` names by ``Id``, or describes by its own properties."""
    resource = expansion.find(given.get("Id")) if is_set(given.get("Id")) else None
    if resource is None:
        type_ = string(given.get("Type")) or ""
        return End(
            _PLAIN.get(type_, type_),
            given.get("Arn"),
            given.get("RoleName"),
            given.get("QueueUrl"),
            given.get("ResourceId"),
            given.get("Name"),
            given.get("Qualifier") or "*",
        )
    type_ = _PLAIN.get(resource.type, resource.type)
    place = given.location
    reference = Reference(resource.id, "Ref", place)
    arn = reference if type_ in _REF_IS_ARN else Reference(resource.id, "Arn", place)
    if type_ == "AWS::AppSync::GraphQLApi":
        reference, arn = Reference(resource.id, "ApiId", place), reference
    if type_ == "AWS::AppSync::DataSource":
        arn = Reference(resource.id, "DataSourceArn", place)
    role = _role(resource, type_, other, expansion)
    qualifier = given.get("Qualifier") or "*"
    return End(type_, arn, role, reference, reference, reference, qualifier)


def _role(
    resource: TemplateResource, type_: str, other: Mapping, expansion: Expansion
) -> Value | None:
    """A reference to the role that acts for a resource."""
    value = resource.properties.get(_ROLE_PROPERTY.get(type_, ""))
    if type_ == "AWS::Events::Rule":
        target = expansion.find(other.get("Id"))
        for item in items_of(resource.properties.get("Targets")):
            arn = mapping_of(item).get("Arn")
            if isinstance(arn, Reference) and target is not None and arn.resource == target.id:
                value = mapping_of(item).get("RoleArn")
    for branch in branches_of(value):
        if isinstance(branch, Reference):
            return Reference(branch.resource, "Ref", branch.location)
    return value


def _fill(data: Any, start: End, finish: End, place: Location) -> Value:
    """``data`` with ``%{Source.…}``, ``%{Destination.…}`` and pseudo parameters replaced."""
    if isinstance(data, dict):
        return make({key: _fill(item, start, finish, place) for key, item in data.items()}, place)
    if isinstance(data, list):
        return make([_fill(item, start, finish, place) for item in data], place)
    if not isinstance(data, str) or "{" not in data:
        return make(data, place)
    values: dict[str, Value | str] = {}
    for prefix, end in (("Source", start), ("Destination", finish)):
        for name, value in (
            ("Arn", end.arn),
            ("ResourceId", end.resource_id),
            ("Name", end.name),
            ("Qualifier", end.qualifier),
        ):
            unknown = Unknown(f"the connector's {prefix} has no {name}", place)
            values[f"{prefix}.{name}"] = value if value is not None else unknown
    return sub(data.replace("%{", "${"), place, **values)
