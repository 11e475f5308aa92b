"""Roles with every policy on them, wherever it was declared, and which function uses which."""

from __future__ import annotations

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.values import (
    every,
    first,
    items,
    place,
    references,
    text_of,
)
from ringfence.model.application import Function, Resource, Role
from ringfence.model.policy import PolicyDocument
from ringfence.model.record import field, record, replace
from ringfence.model.value import Mapping, Scalar, Text, Unknown, Value, display
from ringfence.permissions.managed import managed_policy
from ringfence.permissions.parse import parse_policy

ROLE_TYPE = "AWS::IAM::Role"


@record()
class _Draft:
    """A role while policies from other resources may still join it."""

    resource: Resource
    policies: list[PolicyDocument] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def role(self, boundary: PolicyDocument | None) -> Role:
        properties = self.resource.properties
        trust = first(properties, "AssumeRolePolicyDocument")
        return Role(
            self.resource.id,
            tuple(self.policies),
            self.resource.location,
            parse_policy(trust, "trust", "trust policy") if trust is not None else None,
            boundary,
            tuple(self.managed),
            bool(self.resource.generated_from),
            not self.gaps,
            tuple(self.gaps),
        )


def add_roles(graph: Graph) -> None:
    """Make a :class:`Role` of every role resource, then give each function its role."""
    drafts = {resource.id: _draft(graph, resource) for resource in graph.of(ROLE_TYPE)}
    _join_policies(graph, drafts)
    for draft in drafts.values():
        boundary = _boundary(graph, draft)
        graph.application.roles[draft.resource.id] = draft.role(boundary)
    for function in list(graph.application.functions.values()):
        role = _role_of(graph, function)
        graph.application.functions[function.id] = replace(function, role=role)


def _draft(graph: Graph, resource: Resource) -> _Draft:
    draft = _Draft(resource)
    for value in items(resource.properties, "Policies"):
        if isinstance(value, Mapping):
            draft.policies.append(_inline(value))
        else:
            draft.gaps.append(f"inline policies are not known: {_why(value)}")
    for value in items(resource.properties, "ManagedPolicyArns"):
        _attach(graph, draft, value)
    return draft


def _inline(value: Mapping) -> PolicyDocument:
    name = text_of(value, "PolicyName")
    origin = (
        name
        if name.startswith(("SAM policy template", "connector", "plugin policy", "inline"))
        else ""
    )
    document = value.get("PolicyDocument") or value
    return parse_policy(document, name, origin or "inline policy")


def _attach(graph: Graph, draft: _Draft, value: Value) -> None:
    """Attach a managed policy: one of the templates, or one of the provider's by name."""
    own = [item for item in graph.find(value, "policy") if item.type == "AWS::IAM::ManagedPolicy"]
    for policy in own:
        draft.policies.append(_document(policy))
    if own:
        return
    known = managed_policy(value) if isinstance(value, (Scalar, Text)) else None
    if known is not None:
        draft.managed.append(known.name)
        draft.policies.append(known)
    else:
        shown = display(value) or "a list"
        draft.managed.append(shown.rpartition("/")[2])
        draft.gaps.append(f"managed policy {shown} is not known: {_why(value)}")
        graph.unknown(f"managed policy of {draft.resource.logical_id}", _why(value), value.location)


def _document(policy: Resource) -> PolicyDocument:
    properties = policy.properties
    name = text_of(properties, "PolicyName") or text_of(properties, "ManagedPolicyName")
    word = "managed policy" if policy.type == "AWS::IAM::ManagedPolicy" else "inline policy"
    return parse_policy(
        properties.get("PolicyDocument"),
        name or policy.logical_id,
        f"{word} {policy.logical_id}",
    )


def _join_policies(graph: Graph, drafts: dict[str, _Draft]) -> None:
    """Policies that name their roles, instead of the roles naming them."""
    for policy in graph.of("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"):
        named = [*items(policy.properties, "Roles"), *every(policy.properties, "RoleName")]
        for value in named:
            for role in graph.find(value, "role"):
                draft = drafts.get(role.id)
                document = _document(policy)
                if draft is not None and document not in draft.policies:
                    draft.policies.append(document)


def _boundary(graph: Graph, draft: _Draft) -> PolicyDocument | None:
    value = first(draft.resource.properties, "PermissionsBoundary")
    if value is None:
        return None
    for policy in graph.find(value, "policy"):
        return _document(policy)
    known = managed_policy(value) if isinstance(value, (Scalar, Text)) else None
    if known is None:
        draft.gaps.append(f"permissions boundary {display(value)} is not known: {_why(value)}")
    return known


def _role_of(graph: Graph, function: Function) -> str | None:
    value = first(function.resource.properties, "Role")
    for role in graph.find(function.resource.properties.get("Role"), "role"):
        if role.id in graph.application.roles:
            return role.id
    if value is None:
        return None
    return _outside_role(graph, function, value)


def _outside_role(graph: Graph, function: Function, value: Value) -> str:
    """A role that stands in no template: known by name only."""
    identifier = f"{function.id}!role"
    shown = display(value)
    at = place(function.resource.properties, "Role")
    graph.unknown(f"role of {function.logical_id}", f"role {shown} is in no template", at)
    graph.application.roles[identifier] = Role(
        identifier,
        (),
        value.location if value.location.line else at,
        complete=False,
        gaps=(f"role {shown} is in no template: {_why(value)}",),
    )
    return identifier


def _why(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.reason
    for reference in references(value):
        return f"{reference.logical_id} is declared elsewhere"
    return "declared elsewhere"


__all__ = ["ROLE_TYPE", "add_roles"]
