"""Functions of the Serverless Application Model: SAM makes one role per function from Policies."""

from __future__ import annotations

from typing import Any

from ringfence.edits import roles
from ringfence.edits.document import Path
from ringfence.edits.plans import FunctionPlan
from ringfence.edits.statements import beyond_sam, document, is_kept
from ringfence.edits.template import Template, mentioned

_MAPPINGS = frozenset(("AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"))
LIMITS = (("MemorySize", "memory_mib"), ("Timeout", "timeout_s"),
          ("ReservedConcurrentExecutions", "concurrency"))  # fmt: skip


def patch_sam(plan: FunctionPlan, template: Template) -> None:
    """Write the plan into an ``AWS::Serverless::Function``.

    Raises:
        EditError: the function is not written out where it stands.
    """
    name = plan.logical_id
    path = ("Resources", name, "Properties")
    properties = template.properties(name)
    _refuse_inherited(template, path, properties)
    old = roles.role_id(properties.get("Role"), template)
    held, apart = roles.parted((*plan.grants, *_platform(plan, template)), name, template)
    policies: list[Any] = [item for item in _listed(properties.get("Policies")) if is_kept(item)]
    if held:
        policies.append(document(held))
    template.lose_comments(name, (*path, "Policies"))
    if policies:
        template.document.set((*path, "Policies"), policies, after="Role")
    else:
        template.document.remove((*path, "Policies"))
    if "Role" in properties:
        template.document.remove((*path, "Role"))
        template.replaced_roles[name] = old
        _keep(template, path, old, properties)
    write_limits(plan, template, path)
    _connectors(template, name)
    if apart:
        role = f"{name}Role"
        policy = roles.separate_policy(plan, apart, role, template.resource(name).get("Condition"))
        made = template.unused_name(f"{name}Policy", f"{name}AccessPolicy")
        template.document.set(("Resources", made), policy, after=name)


def write_limits(plan: FunctionPlan, template: Template, path: Path) -> None:
    for key, limit in LIMITS:
        value = getattr(plan, limit)
        if value is not None:
            template.document.set((*path, key), value)


def _refuse_inherited(template: Template, path: Path, properties: dict[str, Any]) -> None:
    shared = template.section("Globals").get("Function")
    if isinstance(shared, dict) and ("Role" in shared or "Policies" in shared):
        raise template.document.refused(
            ("Globals", "Function"), "gives all functions a role; SAM does not allow that"
        )
    if "Role" in properties and not template.is_own((*path, "Role")):
        raise template.document.refused((*path, "<<"), "brings the role from elsewhere")


def _platform(plan: FunctionPlan, template: Template) -> tuple[Any, ...]:
    has_mappings = any(
        template.resource(other).get("Type") in _MAPPINGS
        for other in template.mentions(plan.logical_id)
    )
    events = template.properties(plan.logical_id).get("Events")
    sources = events.values() if isinstance(events, dict) else ()
    return beyond_sam(plan, has_mappings, any(map(_sends_untyped, sources)))


def _sends_untyped(event: Any) -> bool:
    """Whether an event sends what failed somewhere without saying what kind of place that is."""
    found = event
    for name in ("Properties", "DestinationConfig", "OnFailure"):
        found = found.get(name) if isinstance(found, dict) else None
    return isinstance(found, dict) and "Destination" in found and "Type" not in found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _keep(template: Template, path: Path, old: str, properties: dict[str, Any]) -> None:
    """What the shared role had besides its permissions."""
    shared = template.section("Globals").get("Function")
    inherited = isinstance(shared, dict) and "PermissionsBoundary" in shared
    boundary = roles.boundary_of(old, template)
    if boundary is not None and "PermissionsBoundary" not in properties and not inherited:
        template.document.set((*path, "PermissionsBoundary"), boundary)
    if roles.is_at_edge(old, template) and "AssumeRolePolicyDocument" not in properties:
        template.document.set((*path, "AssumeRolePolicyDocument"), roles.trust_of(old, template))


def _connectors(template: Template, name: str) -> None:
    """Connectors grant too: those written under the function go, others are told."""
    path = ("Resources", name, "Connectors")
    if template.document.remove(path):
        template.note("note", name, "its connectors are removed; the statements replace them", path)
    for other in sorted(template.mentions(name) - {"!exports"}):
        if template.resource(other).get("Type") == "AWS::Serverless::Connector":
            source = template.properties(other).get("Source")
            if isinstance(source, dict) and source.get("Id") == name:
                _remains(template, name, other)
    for other, resource in template.resources.items():
        if f"{name}Role" in set(mentioned(resource)) and f"{name}Role" not in template.resources:
            _remains(template, name, other)
    for other, resource in template.resources.items():
        source = template.properties(other).get("Source")
        if isinstance(source, dict) and source.get("Id") == name and isinstance(resource, dict):
            _remains(template, name, other)


def _remains(template: Template, name: str, other: str) -> None:
    what = f"{other} still grants something to {name}"
    template.note("remains", name, what, ("Resources", other), "remove it if the statements do")
