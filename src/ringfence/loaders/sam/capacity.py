"""``CapacityProvider``: the instances that functions run on, and the role that manages them."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, items_of, make_mapping, mapping_of
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.roles import MANAGED, tag_list, trust
from ringfence.loaders.sam.simple import passed
from ringfence.model.value import Mapping, Value

_TYPES = {"AllowedTypes": "AllowedInstanceTypes", "ExcludedTypes": "ExcludedInstanceTypes"}
_UTILISATION = "LambdaCapacityProviderAverageCPUUtilization"


def expand_capacity_provider(source: Shorthand, expansion: Expansion) -> None:
    """A Lambda capacity provider, and its operator's role where none is given."""
    place = source.location
    role = source.get("OperatorRole")
    if not is_set(role):
        role = _operator_role(source, expansion)
    types = mapping_of(source.get("InstanceRequirements"))
    logging = source.get("LoggingConfig")
    properties: dict[str, Any] = {
        **passed(source, "CapacityProviderName", "VpcConfig", "KmsKeyArn"),
        "PermissionsConfig": {"CapacityProviderOperatorRoleArn": role},
        "InstanceRequirements": {_TYPES.get(key, key): item for key, item in types.entries.items()}
        or None,
        "CapacityProviderScalingConfig": _scaling(mapping_of(source.get("ScalingConfig"))),
        "TelemetryConfig": {"LoggingConfig": logging} if is_set(logging) else None,
        "PropagateTags": _propagated(mapping_of(source.get("ManagedResourceTags"))),
        "Tags": tag_list(source.get("Tags")),
    }
    made = make_mapping(properties, place)
    keys = {key: at for key, at in source.properties.keys.items() if key in made}
    made = Mapping(made.entries, source.properties.location, (), keys)
    type_ = "AWS::Lambda::CapacityProvider"
    expansion.add(source.logical_id, type_, made, source, None, source.attributes)


def _operator_role(source: Shorthand, expansion: Expansion) -> Value:
    place = source.location
    logical_id = f"{source.logical_id}OperatorRole"
    properties = {
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com", place),
        "ManagedPolicyArns": [f"{MANAGED}AWSLambdaManagedEC2ResourceOperator"],
    }
    expansion.add(logical_id, "AWS::IAM::Role", properties, source)
    return expansion.arn(logical_id, place)


def _scaling(given: Mapping) -> dict[str, Any] | None:
    if not given.entries:
        return None
    target = given.get("AverageCPUUtilization")
    policy = {"PredefinedMetricType": _UTILISATION, "TargetValue": target}
    return {
        "MaxVCpuCount": given.get("MaxVCpuCount"),
        "ScalingMode": "Auto" if target is None else "Manual",
        "ScalingPolicies": None if target is None else [policy],
    }


def _propagated(given: Mapping) -> dict[str, Any] | None:
    tags = tag_list(given.get("Tags"))
    if tags is None:
        return None
    return {"Mode": "Explicit", "ExplicitTags": list(items_of(tags))}
