"""Identity pools: roles that users of an application, or any guest, are given directly."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.values import fields, items, place, truth
from ringfence.model.application import Resource, Role, Sender
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.permissions.arns import ResourceNames
from ringfence.permissions.evaluate import PolicySet


@record(frozen=True)
class _Given:
    """A role that an identity pool gives to its guests or to its users."""

    pool: str
    role: Role
    guests: bool
    proof: Location


class Guests:
    """Answers which people, not programs, hold a role that allows an action."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._given: list[_Given] | None = None
        self._names: ResourceNames | None = None
        self._sets: dict[str, PolicySet] = {}

    def who_may(self, action: str, resource: Resource) -> Iterator[Sender]:
        """A sender for each pool whose role allows the action on a resource, or on part
        of it."""
        if self._given is None:
            self._given = list(_roles_given(self.graph))
        for given in self._given:
            if self.may(given.role, action, resource):
                yield _sender(given, action)

    def may(self, role: Role, action: str, resource: Resource) -> bool:
        """Whether a role may perform the action on a resource, or on part of it."""
        names = self._names = self._names or ResourceNames(self.graph.application)
        policies = self._sets.get(role.id)
        if policies is None:
            policies = self._sets[role.id] = PolicySet(role.policies, names)
        inside = names.arn(resource) + "/*"
        return any(policies.answer(action, arn).possible for arn in (*names.arns(resource), inside))


def _sender(given: _Given, action: str) -> Sender:
    role = given.role.logical_id
    if given.guests:
        who = f"anyone, as a guest of identity pool {given.pool}"
        return Sender(Exposure.ANYONE, who, f"the guests' role {role} allows {action}", given.proof)
    who = f"users of identity pool {given.pool}"
    reason = f"the users' role {role} allows {action}"
    return Sender(Exposure.AUTHENTICATED, who, reason, given.proof)


def _roles_given(graph: Graph) -> Iterator[_Given]:
    for attachment in graph.of("AWS::Cognito::IdentityPoolRoleAttachment"):
        properties = attachment.properties
        pools = graph.find(properties.get("IdentityPoolId"), "identity-pool")
        pool = pools[0] if pools else None
        shown = name_of(pool) if pool is not None else "of another template"
        for word, value, at in fields(properties, "Roles"):
            guests = word == "unauthenticated"
            if guests and pool is not None and not _admits_guests(pool):
                continue
            for item in items(value):
                for found in graph.find(item, "role"):
                    role = graph.application.roles.get(found.id)
                    if role is not None:
                        yield _Given(shown, role, guests, at if at.line else place(properties))


def _admits_guests(pool: Resource) -> bool:
    return truth(pool.properties, "AllowUnauthenticatedIdentities")
