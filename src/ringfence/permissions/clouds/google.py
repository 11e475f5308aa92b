"""What a service account may do by Google Cloud's allow and deny policies.

Source: Google Cloud IAM documentation, "Policy evaluation", "Allow policies", "Deny policies",
"Resource hierarchy", "Roles and permissions". What people get wrong: what a policy higher up gives,
none further down takes away; a deny policy wins over every role; permissions have no wildcards
(only deny policies know groups of them); Owner, Editor and Viewer of a project do not hold the
permissions to read its objects and tables, they come by ``projectViewer:…`` in the policies of
buckets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ringfence.model.assignments import (
    AllowPolicy,
    Binding,
    DenyPolicy,
    DenyRule,
    PermissionRole,
    ScopeTree,
    ServiceAccount,
)
from ringfence.model.contract import Condition, Grant
from ringfence.permissions.clouds import conditions, google_roles
from ringfence.permissions.clouds.interface import Asked
from ringfence.permissions.clouds.members import PUBLIC, Members
from ringfence.permissions.clouds.places import GooglePlaces, lies_at
from ringfence.permissions.clouds.statements import (
    Granted,
    GrantSet,
    every,
    in_order,
    inverse,
    some,
)
from ringfence.permissions.globs import covers, has_wildcard, overlaps


def granted(
    account: ServiceAccount,
    policies: Iterable[AllowPolicy],
    roles: Iterable[PermissionRole] = (),
    denies: Iterable[DenyPolicy] = (),
    tree: ScopeTree = ScopeTree(),  # noqa: B008 - a constant
    now: datetime | None = None,
) -> Granted:
    """What a service account may do.

    ``roles`` are custom roles; the predefined ones that functions commonly get are known. ``tree``
    says which project is in which folder, and which bucket in which project. ``now`` decides
    conditions on the time; without it they are not known.
    """
    google = Google(tree, now)
    listed = list(policies)
    reader = _Reader(account, listed, {role.name: role for role in roles}, google)
    grants = [grant for policy in listed for grant in reader.allowed(policy)]
    grants += [grant for policy in denies for grant in reader.denied(policy)]
    gaps, warnings = sorted(set(reader.gaps)), sorted(set(reader.warnings))
    kept = tuple(in_order(grants))
    return Granted(kept, GrantSet(kept, google), tuple(gaps), tuple(warnings))


class Google:
    """Google Cloud's terms; see :class:`~ringfence.permissions.clouds.interface.Cloud`.

    A basic role stands in a grant under its name (``roles/editor``), as it holds too much to list.
    """

    def __init__(self, tree: ScopeTree = ScopeTree(), now: datetime | None = None) -> None:  # noqa: B008 - a constant
        self.places = GooglePlaces(tree)
        self._now = now

    def key(self, action: str) -> str:
        """Permissions have case."""
        return action

    def means(self, pattern: str, key: str) -> bool | None:
        """Whether a permission, a group of a deny policy or a basic role means an action."""
        if google_roles.is_basic(pattern):
            return None if has_wildcard(key) else google_roles.basic_holds(pattern, key)
        if covers(pattern, key):
            return True
        return None if overlaps(pattern, key) else False

    def reaches(self, granted: str, resource: str) -> bool | None:
        """Policies are inherited by everything below their resource."""
        return self.places.within(granted, resource)

    def is_at(self, granted: str, resource: str) -> bool | None:
        """Whether both are one resource."""
        return lies_at(self.places.place(granted), self.places.place(resource))

    def met(self, condition: Condition, resource: str) -> bool | None:
        """Plain conditions are read."""
        request = conditions.Request(self.places.place(resource), self._now)
        return every(conditions.holds(text, request) for text in condition.values)

    def fills(self, resource: str, granted: str) -> bool:
        """Whether no resource below has an allow policy that would do."""
        return self.reaches(self._narrowest(resource), granted) is True

    def _narrowest(self, resource: str) -> str:
        cuts = [resource.find(f"{part}/") for part in google_roles.below_scopes()]
        found = resource[: min((cut for cut in cuts if cut > 0), default=len(resource))]
        project = found.rpartition("/projects/")[2]
        return f"projects/{project}" if _is_project(found) else self.places.place(found)

    def spelt(self, key: str) -> str:
        """As it is."""
        return key

    def all_of(self, pattern: str, needed: int) -> str:
        """Of basic roles the number is not known."""
        return "of all permissions of a basic role" if google_roles.is_basic(pattern) else ""

    def count(self, grants: Iterable[Grant]) -> int:
        """Different permissions; a basic role counts as one, as what it holds is not listed."""
        own = [grant for grant in grants if grant.effect == "Allow" and not grant.limit]
        return len({permission for grant in own for permission in grant.actions})

    def asked(self, grants: Iterable[Grant]) -> Asked:
        """Grants of :func:`granted` made ready again."""
        return GrantSet(grants, self)


def _is_project(name: str) -> bool:
    """Whether a full resource name ends with its project: what is below has no policy."""
    service, _, rest = name.removeprefix("//").partition("/")
    return bool(service) and rest.startswith("projects/") and rest.count("/") == 1


class _Reader:
    """Turns policies into the grants of one account, and notes what it cannot know."""

    def __init__(
        self,
        account: ServiceAccount,
        policies: list[AllowPolicy],
        custom: dict[str, PermissionRole],
        google: Google,
    ) -> None:
        self.gaps: list[str] = []
        self.warnings: list[str] = []
        self._policies = policies
        self._custom = custom
        self._google = google
        self._members = Members(account, google.places, self._has_role)
        self._plain = Members(account, google.places, lambda role, project: None)

    def _has_role(self, role: str, project: str) -> bool | None:
        """Whether the account has a basic role at a project, by the project's own policy."""
        own = [p for p in self._policies if self._google.places.place(p.resource) == project]
        if not own:
            return None
        return some(
            every((some(map(self._plain.mean, binding.members)), _sure(binding)))
            for policy in own
            for binding in policy.bindings
            if binding.role == role
        )

    def allowed(self, policy: AllowPolicy) -> Iterator[Grant]:
        """What the bindings of one policy give."""
        resource = self._google.places.place(policy.resource)
        for binding in policy.bindings:
            holds = some(map(self._members.mean, binding.members))
            if holds is False:
                continue
            actions = self._permissions(binding.role)
            if google_roles.is_basic(binding.role):
                self.warnings.append(
                    f"{binding.role} at {resource} is far more than one function needs"
                )
            if actions != ():
                yield _allow(binding, resource, holds, actions)

    def _permissions(self, role: str) -> tuple[str, ...] | None:
        """The permissions of a role; None when they are not known."""
        own = self._custom.get(role)
        if own is not None:
            return () if own.deleted else self._valid(own)
        if google_roles.is_basic(role):
            return (role,)
        found = google_roles.role_permissions(role)
        if found is None:
            self.gaps.append(f"the role {role or '(no name)'} is not known")
        return found

    def _valid(self, role: PermissionRole) -> tuple[str, ...]:
        wrong = [text for text in role.permissions if has_wildcard(text) or "/" in text]
        for text in wrong:
            self.gaps.append(f"{role.name}: {text} is no permission: it gives nothing")
        return tuple(text for text in role.permissions if text not in wrong)

    def denied(self, policy: DenyPolicy) -> Iterator[Grant]:
        """What the rules of one policy take, whoever gave it."""
        place = self._google.places.attached(policy.attached_to)
        for rule in policy.rules:
            holds = self._holds(rule)
            if holds is False or not rule.permissions:
                continue
            yield Grant(
                "Deny",
                tuple(map(google_roles.denied_pattern, rule.permissions)),
                tuple(map(google_roles.denied_pattern, rule.exception_permissions)),
                (place,),
                (),
                _condition(rule.condition),
                f"deny policy {policy.name}" + ("" if holds else _DOUBT),
                rule.where,
                False,
                bool(holds) and rule.certain,
            )

    def _holds(self, rule: DenyRule) -> bool | None:
        meant = some(map(self._members.mean, rule.principals))
        excepted = some(map(self._members.mean, rule.exception_principals))
        return every((meant, inverse(excepted)))


_DOUBT = " (not known whether it holds for this account)"


def _allow(
    binding: Binding, resource: str, holds: bool | None, actions: tuple[str, ...] | None
) -> Grant:
    origin = f"binding {binding.role}"
    if any(member in PUBLIC for member in binding.members):
        origin += " to everyone"
    return Grant(
        "Allow",
        actions or (),
        (),
        (resource,),
        (),
        _condition(binding.condition),
        origin + ("" if holds else _DOUBT),
        binding.where,
        False,
        bool(holds) and binding.certain and actions is not None,
    )


def _sure(binding: Binding) -> bool | None:
    return True if binding.certain and not binding.condition.strip() else None


def _condition(text: str) -> tuple[Condition, ...]:
    return (Condition("CEL", "", (text,)),) if text.strip() else ()
