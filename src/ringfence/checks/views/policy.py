"""The views of policies: ``role``, ``statement`` and ``resource-policy``.

The facts are those of :mod:`ringfence.permissions.views`, whose docstrings list every key. Added
here: ``owner`` ("the role of Orders" for a role that a shorthand generated, else its name),
``functions`` that run with it, ``exposure`` of the widest trigger that reaches it (for a resource
policy: of the widest principal that it admits), ``data``, ``sensitive``, ``guessed``;
``escalates`` (a role can gain more than it has at once, without a condition), ``escalation`` and
``escalation_actions`` (the most direct way), ``can_log`` (a role may write its function's logs;
true when not known), ``escalating`` (a statement is what lets the role rise), ``plain_star`` (a
statement's actions on ``*`` that could be limited),
``permission`` (the logical id of a resource policy that is a resource with a single statement,
where the user wrote one: it has no list of statements that ``open`` could stand in).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.checks.data_classes import HARMLESS
from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View
from ringfence.checks.views.powers import powers_view
from ringfence.checks.worlds import Projection
from ringfence.model.application import ResourcePolicy, Role
from ringfence.model.location import Location
from ringfence.model.policy import Pattern, Statement
from ringfence.model.severity import Exposure

if TYPE_CHECKING:
    from ringfence.permissions.escalate import Escalation

#: Resources that are one statement, not a document with a list of them.
_SINGLE_STATEMENT = frozenset(
    {
        "AWS::Lambda::Permission",
        "AWS::Lambda::LayerVersionPermission",
        "AWS::Events::EventBusPolicy",
    }
)

#: Facts of a role that have views of their own, or that conditions ask in another form.
_BULKY = frozenset({"statements", "powers", "escalations"})


def see_policies(room: Room, on: str) -> Iterator[Seen]:
    """The subjects of one of the three kinds."""
    if on == "resource-policy":
        for policy in room.application.resource_policies:
            yield _see_resource_policy(room, policy)
        return
    for role in room.application.roles.values():
        if on == "role":
            yield _see_role(room, role)
            continue
        statements = [one for document in role.policies for one in document.statements]
        for index, statement in enumerate(statements):
            yield _see_statement(room, role, statement, index)


def owner_of(room: Room, role: Role) -> str:
    """What people call a role."""
    functions = room.functions_by_role.get(role.id, ())
    if role.generated and functions:
        return f"the role of {functions[0].logical_id}"
    return role.logical_id.removesuffix("!role")


def exposure_of(room: Room, role: Role) -> Exposure:
    """The exposure of the widest trigger among the functions with this role."""
    functions = room.functions_by_role.get(role.id, ())
    return max((room.exposure_of(function.id) for function in functions), default=Exposure.NONE)


def _common(room: Room, role: Role) -> View:
    functions = room.functions_by_role.get(role.id, ())
    return {
        "name": role.logical_id,
        "owner": owner_of(room, role),
        "functions": [function.logical_id for function in functions],
        "exposure": str(exposure_of(room, role)),
    }


def _see_role(room: Room, role: Role) -> Seen:
    def build(_: Projection) -> View:
        powers = powers_view(room, role)
        direct = _direct(room, role)
        facts = room.role_view(role)
        told = direct[0].statement.origin.removeprefix("managed policy ") if direct else ""
        return {
            **{name: facts[name] for name in facts if name not in _BULKY},
            **{name: powers[name] for name in ("data", "sensitive", "guessed", "reaches")},
            **_common(room, role),
            "full_access": [item for item in facts["full_access"] if item["name"] != told],
            "escalates": bool(direct),
            "escalation": direct[0].result if direct else "",
            "escalation_actions": list(direct[0].actions) if direct else [],
            "can_log": _can_log(role),
            "used": bool(room.functions_by_role.get(role.id)),
        }

    functions = room.functions_by_role.get(role.id, ())
    escalations = room.escalations_of(role)
    places = {"trust": role.trust.location} if role.trust else {}
    if escalations:
        places["escalation"] = escalations[0].statement.location
    return Seen(
        name=role.logical_id,
        build=build,
        location=role.location,
        places={name: place for name, place in places.items() if place.line},
        resource=role.id,
        function=functions[0].id if len(functions) == 1 else "",
        exposure=exposure_of(room, role),
        anchors=(role.location,),
    )


def _can_log(role: Role) -> bool:
    """Whether the role may write logs; true when a policy of it could not be read."""
    from ringfence.permissions.evaluate import allows

    if not role.complete or any(document.unknowns for document in role.policies):
        return True
    actions = ("logs:CreateLogStream", "logs:PutLogEvents")
    return all(allows(role.policies, action).possible for action in actions)


def _direct(room: Room, role: Role) -> list[Escalation]:
    """The escalations that are told of a role, the first of them in full."""
    return [
        item
        for item in room.escalations_of(role)
        if not item.conditional and item.id != "admin" and item.rank > 1
    ]


def _is_proof(room: Room, role: Role, statement: Statement) -> bool:
    """Whether a statement is what lets the role rise, and is told as that."""
    direct = _direct(room, role)
    told = bool(direct) and bool(room.functions_by_role.get(role.id))
    return told and direct[0].statement is statement


def _see_statement(room: Room, role: Role, statement: Statement, index: int) -> Seen:
    def build(_: Projection) -> View:
        view = room.role_view(role)["statements"][index]
        return {
            **view,
            "plain_star": _plain_star(view),
            **_common(room, role),
            "admin_role": any(item.id == "admin" for item in room.escalations_of(role)),
            "escalating": _is_proof(room, role, statement),
            "data": "",
            "sensitive": False,
            "guessed": False,
        }

    functions = room.functions_by_role.get(role.id, ())
    patterns = (*statement.actions, *statement.not_actions, *statement.resources)
    places = {
        "actions": _place(statement.actions or statement.not_actions),
        "resources": _place(statement.resources or statement.not_resources),
    }
    return Seen(
        name=role.logical_id,
        build=build,
        location=statement.location if statement.location.line else role.location,
        places={name: place for name, place in places.items() if place is not None},
        resource=role.id,
        function=functions[0].id if len(functions) == 1 else "",
        exposure=exposure_of(room, role),
        anchors=(
            role.location,
            statement.location,
            *(pattern.location for pattern in patterns if pattern.location.line),
        ),
    )


#: Actions that are given on every resource as a rule. Sources: Lambda Developer Guide, "Giving
#: Lambda functions access to resources in an Amazon VPC"; "Service Authorization Reference";
#: the managed policy AmazonECSTaskExecutionRolePolicy.
_USUAL_ON_STAR = late.pattern(
    r"(?i)(ec2:(create|delete|describe|assign|unassign)\w*(networkinterface|privateip)\w*|logs:.*"
    r"|xray:.*|cloudwatch:put.*|kafka:createconfiguration|dynamodb:(create|import)table|lambda:(checkpoint|get)durable.*|iam:passrole|sts:assumerole|lambda:invokefunction"
    r"|lambda:get(function|\*)\*?|lambda:\w*\*?eventsourcemapping|ses:send.*|sns:publish|ecr:(get|batchget|batchcheck)\w*)$"
)


def _plain_star(view: View) -> list[str]:
    """The written actions on ``*`` that could be limited and that no rule of their own covers."""
    own = {name.lower() for name in view["credential_actions"]}
    read_out = set(view["exfiltration"])
    return [
        name
        for name in view["needless_star_written"]
        if not _USUAL_ON_STAR.match(name) and name.lower() not in own and _harms(name, read_out)
    ]


def _harms(written: str, read_out: set[str]) -> bool:
    """Whether a written action changes something or reads data out; plain descriptions do not."""
    from ringfence.permissions.actions import expand, level_of

    return any(
        level_of(action) in ("write", "permissions") or action in read_out
        for action in expand(written)
    )


def _place(patterns: tuple[Pattern, ...]) -> Location | None:
    return next((pattern.location for pattern in patterns if pattern.location.line), None)


def _see_resource_policy(room: Room, policy: ResourcePolicy) -> Seen:
    resource = room.application.resources.get(policy.resource)

    def build(project: Projection) -> View:
        from ringfence.permissions.views import resource_policy_view

        view = resource_policy_view(policy, room.application)
        data = room.data_class(resource) if resource is not None else None
        name = data.name if data else ""
        facts: View = {}
        if resource is not None and resource.kind == "bucket":
            from ringfence.checks.views.storage import bucket

            facts = bucket(room, resource, project)
        return {
            **view,
            "name": view["resource"],
            "policy": view["name"],
            "open": {} if single else view["open"],
            "permission": policy.document.name if single and written else "",
            "exposure": view["widest"] or "none",
            "data": name,
            "sensitive": name not in HARMLESS,
            "guessed": bool(data and data.guessed),
            "website": bool(facts.get("website")),
            "blocks": facts.get("blocks", {}),
            "blocks_stated": bool(facts.get("blocks_stated")),
            "code": resource is not None and resource.id in room.code_holders,
        }

    holder = room.application.resources.get(f"{policy.location.file}#{policy.document.name}")
    single = holder is None or holder.type in _SINGLE_STATEMENT
    written = holder is not None and not holder.generated_from
    statements = policy.document.statements
    principals = [p.value for statement in statements for p in statement.principals]
    location = policy.location
    if not location.line and statements:
        location = statements[0].location
    return Seen(
        name=resource.logical_id if resource else policy.resource.rpartition("#")[2],
        build=build,
        location=location,
        places=_policy_places(policy, location),
        resource=policy.resource,
        anchors=(
            location,
            *((resource.location,) if resource else ()),
            *(pattern.location for pattern in principals if pattern.location.line),
        ),
    )


def _policy_places(policy: ResourcePolicy, location: Location) -> dict[str, Location]:
    """``open`` is the statement that admits the most."""
    from ringfence.permissions.audience import audience_of

    audience = audience_of(policy.document)
    if not audience:
        return {}
    place = audience[0].statement.location
    return {"open": place if place.line else location}
