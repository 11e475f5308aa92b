"""What the formats share about roles: parts of the old one that stay, circles, what is left."""

from __future__ import annotations

from typing import Any

from ringfence.edits.emit import Intrinsic
from ringfence.edits.plans import FunctionPlan, Grant
from ringfence.edits.statements import Written, document, managed_policies, trust
from ringfence.edits.template import Template
from ringfence.edits.values import cloudformation_value, intrinsics

_MANAGED = "arn:aws:iam::aws:policy/"
_ATTACHING = frozenset(("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"))


def role_id(value: Any, template: Template) -> str:
    """The logical id of the role of this template that a ``Role`` property names, or ""."""
    if isinstance(value, dict):
        value = value.get("Fn::GetAtt", value.get("Ref"))
    name = value[0] if isinstance(value, list) and value else value
    name = name.split(".")[0] if isinstance(name, str) else ""
    return name if template.resource(name).get("Type") == "AWS::IAM::Role" else ""


def boundary_of(role: str, template: Template) -> Any:
    """The permissions boundary of a role, to be kept; None where it has none."""
    return intrinsics(template.properties(role).get("PermissionsBoundary"))


def is_at_edge(role: str, template: Template) -> bool:
    """Whether the role is assumed at the edge locations too (functions of CloudFront)."""
    return "edgelambda.amazonaws.com" in str(template.properties(role))


def trust_of(role: str, template: Template) -> dict[str, Any]:
    at_edge = ["edgelambda.amazonaws.com"] if is_at_edge(role, template) else []
    return trust("lambda.amazonaws.com", *at_edge)


def parted(
    grants: tuple[Grant, ...], function: str, template: Template
) -> tuple[list[Grant], list[Grant]]:
    """The grants that the function's role can hold, and those that would close a circle there: the
    resource needs the function to exist first (a bucket that notifies it)."""
    held: list[Grant] = []
    apart: list[Grant] = []
    for grant in grants:
        names = {ref.name for value in grant.resources for ref in value.references()}
        names = {name for name in names if not name.startswith("AWS::")}
        circular = [name for name in sorted(names) if template.closes_circle(function, name)]
        (apart if circular else held).append(grant)
    return held, apart


def new_role(
    plan: FunctionPlan, held: list[Grant], old: str, managed: list[Any], template: Template
) -> dict[str, Any]:
    """The resource of a role for one function. ``old`` is the role that it had, or ""."""
    properties: dict[str, Any] = {"AssumeRolePolicyDocument": trust_of(old, template)}
    boundary = boundary_of(old, template)
    if boundary is not None:
        properties["PermissionsBoundary"] = boundary
    properties |= policies_of(plan, held, managed)
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def policies_of(plan: FunctionPlan, held: list[Grant], managed: list[Any]) -> dict[str, Any]:
    """``ManagedPolicyArns`` and ``Policies`` of a role."""
    found: dict[str, Any] = {}
    if managed:
        found["ManagedPolicyArns"] = managed
    if held:
        policy = {"PolicyName": f"{plan.logical_id}Policy", "PolicyDocument": document(held)}
        found["Policies"] = [policy]
    return found


def separate_policy(
    plan: FunctionPlan,
    apart: list[Grant],
    role: str,
    condition: Any = None,
    written: Written = cloudformation_value,
) -> dict[str, Any]:
    """A policy beside the role, for grants that would close a circle inside of it."""
    properties = {
        "PolicyName": f"{plan.logical_id}AccessPolicy",
        "Roles": [Intrinsic("Ref", role)],
        "PolicyDocument": document(apart, written),
    }
    head: dict[str, Any] = {"Type": "AWS::IAM::Policy"}
    if isinstance(condition, str):
        head["Condition"] = condition
    return head | {"Properties": properties}


def platform_managed(plan: FunctionPlan, properties: dict[str, Any], kept: list[str]) -> list[Any]:
    """Managed policies for logs, network and tracing, where the plan does not allow these."""
    found: list[Any] = managed_policies(plan, kept)
    allowed = {action for grant in plan.platform for action in grant.actions}
    if properties.get("VpcConfig") and "ec2:CreateNetworkInterface" not in allowed:
        network = f"{_MANAGED}service-role/AWSLambdaVPCAccessExecutionRole"
        found = [network, *(name for name in found if "BasicExecution" not in name)]
    mode = properties.get("TracingConfig")
    traced = isinstance(mode, dict) and mode.get("Mode") == "Active"
    if traced and "xray:PutTraceSegments" not in allowed:
        found.append(f"{_MANAGED}AWSXRayDaemonWriteAccess")
    return found


def attached_to(role: str, template: Template) -> list[str]:
    """The policies of the template that are attached to a role from outside of it."""
    return [
        name
        for name in sorted(template.mentions(role) - {"!exports"})
        if template.resource(name).get("Type") in _ATTACHING
    ]


def users_of(role: str, template: Template) -> set[str]:
    """Who uses a role, besides policies that are attached to it."""
    return template.mentions(role) - set(attached_to(role, template))


def left_over(template: Template, remove_unused: bool) -> None:
    """Say, of every role that functions were taken from, whether anything needs it still."""
    moved: dict[str, set[str]] = {}
    for function, role in template.replaced_roles.items():
        moved.setdefault(role, set()).add(function)
    for role, functions in moved.items():
        if users_of(role, template) - functions or not role:
            continue
        for name in (role, *attached_to(role, template)):
            path = ("Resources", name)
            if name != role and not _only(template.properties(name), role):
                template.note("remains", "", f"{name} attaches to the role {role} too", path)
                continue
            if remove_unused and template.document.remove(path):
                template.note("note", "", f"{name} is removed: nothing uses it any more", path)
            else:
                cure = "remove it, or ask for unused resources to be removed"
                template.note("unused", "", f"nothing uses {name} any more", path, cure)


def _only(properties: dict[str, Any], role: str) -> bool:
    """Whether a policy is attached to this role alone."""
    groups = [properties.get(key) or [] for key in ("Roles", "Users", "Groups")]
    return sum(len(group) for group in groups if isinstance(group, list)) <= 1
