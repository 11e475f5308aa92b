"""The execution role that SAM makes for a function or a state machine."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import (
    branches_of,
    is_set,
    items_of,
    join,
    make_mapping,
    mapping_of,
)
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.policy_templates import is_policy_template, statements_of
from ringfence.loaders.template import TemplateResource
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Unknown,
    Value,
    literal,
    string,
)

MANAGED = "arn:aws:iam::aws:policy/"


def trust(service: str, location: Location) -> Mapping:
    """The trust policy that lets one AWS service assume the role."""
    statement = {
        "Action": ["sts:AssumeRole"],
        "Effect": "Allow",
        "Principal": {"Service": [service]},
    }
    return make_mapping({"Version": "2012-10-17", "Statement": [statement]}, location)


@record()
class RoleDraft:
    """A role being put together; events of the function add to it."""

    managed: list[Value] = field(default_factory=list)
    policies: list[Value] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def attach(self, arn: str, location: Location) -> None:
        """Attaches an AWS managed policy, given by what follows ``policy/``, once."""
        self.attach_value(Scalar(MANAGED + arn, location))

    def attach_value(self, value: Value) -> None:
        name = string(value)
        if name is not None:
            if name.rpartition("/")[2] in self._names:
                return
            self._names.add(name.rpartition("/")[2])
        self.managed.append(value)

    def allow(
        self, name: str, statements: list[dict[str, Any]] | Value, location: Location
    ) -> None:
        """Adds an inline policy, unless the same one is there already."""
        document = {"Version": "2012-10-17", "Statement": statements}
        policy = make_mapping({"PolicyName": name, "PolicyDocument": document}, location)
        key = repr(policy)
        if key not in self._seen:
            self._seen.add(key)
            self.policies.append(policy)


def read_policies(draft: RoleDraft, source: Shorthand, expansion: Expansion) -> None:
    """Reads ``Policies``: names, ARNs, statements, documents, templates, singly or in a list."""
    value = source.get("Policies")
    for item in items_of(value):
        _read_policy(draft, item, source, expansion)


def _read_policy(draft: RoleDraft, item: Value, source: Shorthand, expansion: Expansion) -> None:
    if not isinstance(item, Mapping):
        if isinstance(item, (Scalar, Reference, Unknown)) or not isinstance(item, Sequence):
            draft.attach_value(item)
        return
    if "Statement" in item:
        policy = {"PolicyName": "inline policy", "PolicyDocument": item}
        draft.policies.append(make_mapping(policy, item.location))
    elif "PolicyDocument" in item:
        name = item.get("PolicyName") or Scalar("inline policy", item.location)
        draft.policies.append(
            make_mapping(
                {"PolicyName": name, "PolicyDocument": item.get("PolicyDocument")},
                item.location,
            )
        )
    elif "Effect" in item:
        draft.allow("inline policy", Sequence([item], item.location), item.location)
    else:
        _read_templates(draft, item, source, expansion)


def _read_templates(
    draft: RoleDraft, item: Mapping, source: Shorthand, expansion: Expansion
) -> None:
    for name, arguments in item.entries.items():
        place = item.key_location(name)
        if is_policy_template(name):
            for choice in branches_of(arguments):
                statements = statements_of(name, choice, place)
                draft.allow(f"SAM policy template {name}", statements, place)
        else:
            draft.managed.append(Unknown(f"{name} is no SAM policy template", place))
            expansion.skip(
                f"policy {name} of {source.logical_id}",
                "no SAM policy template has this name",
                place,
                "correct the name, or write the statements out",
            )


def add_role(
    draft: RoleDraft, source: Shorthand, service: str, expansion: Expansion
) -> TemplateResource:
    """Adds ``<id>Role`` for a function or a state machine."""
    place = source.place("Policies")
    own_trust = source.get("AssumeRolePolicyDocument")
    properties: dict[str, Any] = {
        "AssumeRolePolicyDocument": own_trust
        if is_set(own_trust)
        else trust(service, source.location),
        "ManagedPolicyArns": Sequence(draft.managed, place) if draft.managed else None,
        "Policies": Sequence(draft.policies, place) if draft.policies else None,
        "Path": source.get("RolePath"),
        "PermissionsBoundary": source.get("PermissionsBoundary"),
        "Tags": tag_list(source.get("Tags")),
    }
    condition = role_condition(source)
    return expansion.add(
        f"{source.logical_id}Role",
        "AWS::IAM::Role",
        make_mapping(properties, place),
        source,
        place,
        condition=condition,
    )


def role_condition(source: Shorthand) -> str:
    """The condition of a role that exists only in one branch of ``Role: !If``."""
    role = source.get("Role")
    if isinstance(role, Choice) and not source.condition:
        return role.condition
    return source.condition


def role_value(source: Shorthand, expansion: Expansion) -> tuple[Value, bool]:
    """The ``Role`` property, and whether SAM makes a role for (one branch of) it."""
    role = source.get("Role")
    generated = expansion.arn(f"{source.logical_id}Role", source.location)
    if role is None or not is_set(role) or literal(role) == "":
        return generated, True
    if isinstance(role, Choice) and (role.then is None or role.otherwise is None):
        then, otherwise = role.then or generated, role.otherwise or generated
        return Choice(role.condition, then, otherwise, role.location, role.origins), True
    return role, False


def tag_list(value: Value | None) -> Value | None:
    """SAM's map of tags as CloudFormation's list; other shapes stay as they are."""
    tags = mapping_of(value)
    if not tags.entries:
        return value if is_set(value) and not isinstance(value, Mapping) else None
    items: list[Value] = [
        make_mapping({"Key": key, "Value": item}, tags.key_location(key))
        for key, item in tags.entries.items()
    ]
    return Sequence(items, tags.location, tags.origins)


def bucket_objects(bucket_arn: Value, location: Location) -> Value:
    return join([bucket_arn, "/*"], location)


#: What a delivery to each kind of destination needs: SAM names the kind in ``Type``.
_DELIVERY = {
    "SQS": "sqs:SendMessage",
    "SNS": "sns:Publish",
    "EventBridge": "events:PutEvents",
    "Lambda": "lambda:InvokeFunction",
}


def allow_delivery(
    draft: RoleDraft, kind: str, target: Value, name: str, location: Location
) -> None:
    """Lets the function deliver to a dead-letter queue or destination."""
    if kind in ("S3", "S3Bucket"):
        statements = [
            {
                "Action": "s3:PutObject",
                "Effect": "Allow",
                "Resource": bucket_objects(target, location),
            },
            {"Action": "s3:ListBucket", "Effect": "Allow", "Resource": target},
        ]
    elif kind in _DELIVERY:
        statements = [{"Action": _DELIVERY[kind], "Effect": "Allow", "Resource": target}]
    else:
        return
    draft.allow(name, statements, location)
