"""Functions of plain CloudFormation: a role of its own for each."""

from __future__ import annotations

from typing import Any

from ringfence.edits import roles
from ringfence.edits.emit import Intrinsic
from ringfence.edits.plans import FunctionPlan, Grant
from ringfence.edits.sam import write_limits
from ringfence.edits.statements import is_kept
from ringfence.edits.template import Template


def patch_cloudformation(plan: FunctionPlan, template: Template) -> None:
    """Write the plan into an ``AWS::Lambda::Function`` and its role.

    Raises:
        EditError: the function or its role is not written out where it stands.
    """
    name = plan.logical_id
    path = ("Resources", name, "Properties")
    properties = template.properties(name)
    old = roles.role_id(properties.get("Role"), template)
    if "Role" in properties and not template.is_own((*path, "Role")):
        raise template.document.refused((*path, "<<"), "brings the role from elsewhere")
    held, apart = roles.parted((*plan.grants, *plan.platform), name, template)
    kept = template.properties(old).get("ManagedPolicyArns")
    kept = [arn for arn in kept if is_kept(arn)] if isinstance(kept, list) else []
    managed = roles.platform_managed(plan, properties, kept)
    if old and roles.users_of(old, template) <= {name}:
        role = old
        _in_place(plan, held, managed, old, template)
    else:
        role = _new(plan, held, managed, old, template)
    write_limits(plan, template, path)
    if apart:
        condition = template.resource(name).get("Condition")
        policy = roles.separate_policy(plan, apart, role, condition)
        made = template.unused_name(f"{name}Policy", f"{name}AccessPolicy")
        template.document.set(("Resources", made), policy, after=name)


def _in_place(
    plan: FunctionPlan, held: list[Grant], managed: list[Any], role: str, template: Template
) -> None:
    """The role is this function's alone: its policies are replaced where they stand."""
    path = ("Resources", role, "Properties")
    wanted = roles.policies_of(plan, held, managed)
    for key in ("ManagedPolicyArns", "Policies"):
        template.lose_comments(plan.logical_id, (*path, key))
        if key in wanted:
            template.document.set((*path, key), wanted[key])
        else:
            template.document.remove((*path, key))
    for other in roles.attached_to(role, template):
        what = f"{other} still grants something to {plan.logical_id}"
        cure = "remove it: the role holds what the function needs"
        template.note("remains", plan.logical_id, what, ("Resources", other), cure)


def _new(
    plan: FunctionPlan, held: list[Grant], managed: list[Any], old: str, template: Template
) -> str:
    name = plan.logical_id
    role = template.unused_name(f"{name}Role", f"{name}ExecutionRole")
    resource = roles.new_role(plan, held, old, managed, template)
    condition = template.resource(name).get("Condition")
    if isinstance(condition, str):
        resource = {"Type": resource["Type"], "Condition": condition, **resource}
    template.document.set(("Resources", role), resource, after=name)
    arn = Intrinsic("GetAtt", [role, "Arn"])
    template.document.set(("Resources", name, "Properties", "Role"), arn)
    template.replaced_roles[name] = old
    return role
