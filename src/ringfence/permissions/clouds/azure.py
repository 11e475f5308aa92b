"""What a managed identity may do by Azure's role assignments.

Source: Azure RBAC documentation, "Understand Azure role definitions", "Understand Azure role
assignments", "Understand scope", "Understand deny assignments"; Azure Cosmos DB documentation,
"Data plane role-based access control". What people get wrong: ``notActions`` is no deny, it is
taken out of its own role only, and another role may give it; ``*`` in ``actions`` reaches no data;
a deny assignment wins over every role; Cosmos DB's data is given by assignments of its own.

Conditions of assignments are not read: what they limit depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringfence.model.assignments import (
    DenyAssignment,
    ManagedIdentity,
    RoleAssignment,
    RoleDefinition,
    RolePermissions,
    ScopeTree,
)
from ringfence.model.contract import Condition, Grant
from ringfence.permissions.clouds.azure_roles import (
    CONTROL,
    COSMOS,
    DATA,
    Definitions,
    below_scopes,
    key_of,
)
from ringfence.permissions.clouds.interface import Asked
from ringfence.permissions.clouds.places import AzurePlaces, lies_at
from ringfence.permissions.clouds.statements import (
    Granted,
    GrantSet,
    every,
    in_order,
    inverse,
    some,
)
from ringfence.permissions.globs import covers, has_wildcard, overlaps

#: The object id that stands for everyone in deny assignments.
EVERYONE = "00000000-0000-0000-0000-000000000000"
#: Types of principals that are one identity, so no group that another may be in.
_SINGLE = frozenset({"user", "serviceprincipal", "device"})


def granted(
    identity: ManagedIdentity,
    assignments: Iterable[RoleAssignment],
    definitions: Iterable[RoleDefinition] = (),
    denies: Iterable[DenyAssignment] = (),
    tree: ScopeTree = ScopeTree(),  # noqa: B008 - a constant
) -> Granted:
    """What an identity may do.

    ``definitions`` are the application's own roles; the built-in ones that functions commonly get
    are known. ``tree`` says which subscription is in which management group.
    """
    reader = _Reader(identity, Definitions(definitions), Azure(tree))
    grants = [grant for assignment in assignments for grant in reader.allowed(assignment)]
    grants += [grant for deny in denies for grant in reader.denied(deny)]
    gaps, warnings = sorted(set(reader.gaps)), sorted(set(reader.warnings))
    kept = tuple(in_order(grants))
    return Granted(kept, GrantSet(kept, reader.azure), tuple(gaps), tuple(warnings))


class Azure:
    """Azure's terms; see :class:`~ringfence.permissions.clouds.interface.Cloud`."""

    def __init__(self, tree: ScopeTree = ScopeTree()) -> None:  # noqa: B008 - a constant
        self._places = AzurePlaces(tree)

    def key(self, action: str) -> str:
        """In lower case, with the plane before it."""
        return key_of(action)

    def means(self, pattern: str, key: str) -> bool | None:
        """By wildcards, inside one plane."""
        lowered = pattern.lower()
        if not lowered.startswith((CONTROL, DATA, COSMOS)):
            lowered = CONTROL + lowered
        if covers(lowered, key):
            return True
        return None if overlaps(lowered, key) else False

    def reaches(self, granted: str, resource: str) -> bool | None:
        """Scopes are inherited by everything below them."""
        return self._places.within(granted, resource)

    def is_at(self, granted: str, resource: str) -> bool | None:
        """Ids have no case."""
        return lies_at(self._places.place(granted), self._places.place(resource))

    def met(self, condition: Condition, resource: str) -> bool | None:
        """Conditions are not read."""
        return None

    def fills(self, resource: str, granted: str) -> bool:
        """Whether no narrower scope can be assigned for the needed resource."""
        return self.reaches(self._narrowest(resource), granted) is True

    def _narrowest(self, resource: str) -> str:
        lowered = resource.lower()
        cuts = [lowered.find(f"{part}/") for part in below_scopes()]
        return lowered[: min((cut for cut in cuts if cut > 0), default=len(lowered))]

    def spelt(self, key: str) -> str:
        """The control plane is not said."""
        return key.removeprefix(CONTROL)

    def all_of(self, pattern: str, needed: int) -> str:
        """How many actions a pattern means is not known; they become more with time."""
        return "of all actions that it means" if has_wildcard(pattern) else ""

    def count(self, grants: Iterable[Grant]) -> int:
        """Different patterns, as the actions that they mean are not listed."""
        own = [grant for grant in grants if grant.effect == "Allow" and not grant.limit]
        return len({pattern.lower() for grant in own for pattern in grant.actions})

    def asked(self, grants: Iterable[Grant]) -> Asked:
        """Grants of :func:`granted` made ready again."""
        return GrantSet(grants, self)


class _Reader:
    """Turns assignments into the grants of one identity, and notes what it cannot know."""

    def __init__(self, identity: ManagedIdentity, roles: Definitions, azure: Azure) -> None:
        self.azure = azure
        self.gaps: list[str] = []
        self.warnings: list[str] = []
        self._roles = roles
        self._id = identity.id.lower()
        self._groups = {group.lower() for group in identity.groups}
        self._groups_known = identity.groups_known

    def allowed(self, assignment: RoleAssignment) -> Iterator[Grant]:
        """What one assignment gives."""
        holds = self._is(assignment.principal, assignment.principal_type)
        if holds is False:
            return
        role = self._roles.get(assignment.role)
        if role is None:
            self.gaps.append(f"the role {assignment.role or '(no name)'} is not known")
            yield self._grant(assignment, None, assignment.role, holds, (), ())
            return
        assignable = self._assignable(role, assignment)
        if assignable is False:
            return
        if role.wide:
            self.warnings.append(
                f"{role.name} at {assignment.scope} is far more than one function needs"
            )
        for part in role.permissions:
            actions, without = _planes(part, role.system)
            if actions:
                sure = holds and assignable
                yield self._grant(assignment, part, role.name, sure, actions, without)

    def _grant(
        self,
        assignment: RoleAssignment,
        part: RolePermissions | None,
        name: str,
        sure: bool | None,
        actions: tuple[str, ...],
        without: tuple[str, ...],
    ) -> Grant:
        origin = f"role assignment {name}"
        if sure is None:
            origin += f" (not known whether it holds for {assignment.principal or 'this identity'})"
        conditions = _conditions(assignment.condition, part.condition if part else "")
        certain = bool(sure) and assignment.certain and part is not None
        place = (assignment.scope or "*",)
        return Grant(
            "Allow",
            actions,
            without,
            place,
            (),
            conditions,
            origin,
            assignment.where,
            False,
            certain,
        )

    def denied(self, deny: DenyAssignment) -> Iterator[Grant]:
        """What one deny assignment takes, however it was given."""
        meant = some(self._denies(principal) for principal in deny.principals)
        excluded = some(self._is(principal, "") for principal in deny.excluded)
        holds = every((meant, inverse(excluded)))
        if holds is False:
            return
        origin = f"deny assignment {deny.name}"
        if holds is None:
            origin += " (not known whether it holds for this identity)"
        scope = deny.scope or "*"
        alone = () if deny.to_children else (f"{scope.rstrip('/')}/*",)
        for part in deny.permissions:
            actions, without = _planes(part, "azure")
            conditions = _conditions(deny.condition, part.condition)
            certain = bool(holds) and deny.certain
            if actions:
                yield Grant(
                    "Deny",
                    actions,
                    without,
                    (scope,),
                    alone,
                    conditions,
                    origin,
                    deny.where,
                    False,
                    certain,
                )

    def _denies(self, principal: str) -> bool | None:
        return True if principal == EVERYONE else self._is(principal, "")

    def _is(self, principal: str, kind: str) -> bool | None:
        """Whether a principal is the identity, or a group that it is in."""
        lowered = principal.lower()
        if lowered and (lowered == self._id or lowered in self._groups):
            return True
        if not lowered or has_wildcard(lowered):
            return None
        if kind.lower() in _SINGLE or self._groups_known:
            return False
        return None

    def _assignable(self, role: RoleDefinition, assignment: RoleAssignment) -> bool | None:
        """Whether the role can be assigned there at all; Azure refuses other assignments."""
        found = some(
            self.azure.reaches(scope, assignment.scope) for scope in role.assignable_scopes
        )
        if found is False:
            self.gaps.append(
                f"{role.name} cannot be assigned at {assignment.scope}: it gives nothing"
            )
        return found


def _planes(part: RolePermissions, system: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Actions and exclusions of an entry, with their planes.

    Cosmos DB's own roles know neither a control plane nor exclusions.
    """
    if system == "cosmos":
        return tuple(COSMOS + action for action in part.data_actions), ()
    given = (*part.actions, *(DATA + action for action in part.data_actions))
    return given, (*part.not_actions, *(DATA + action for action in part.not_data_actions))


def _conditions(*texts: str) -> tuple[Condition, ...]:
    return tuple(Condition("Condition", "", (text,)) for text in texts if text)
