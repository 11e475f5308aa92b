"""Whom the members of a binding and the principals of a deny rule mean.

Source: Google Cloud documentation, "Principal identifiers" and "Principal identifiers for allow
and deny policies". What people get wrong: ``allAuthenticatedUsers`` means every account of anyone,
service accounts among them; a service account belongs to no Workspace domain; ``deleted:`` members
do not mean a new account of the same name.
"""

from __future__ import annotations

from collections.abc import Callable

from ringfence import late
from ringfence.model.assignments import ServiceAccount
from ringfence.permissions.clouds.places import GooglePlaces
from ringfence.permissions.globs import has_wildcard

#: Members that mean everyone, or everyone who has signed in with any account.
PUBLIC = frozenset({"allUsers", "allAuthenticatedUsers", "principalSet://goog/public:all"})

_ACCOUNT = "principal://iam.googleapis.com/projects/-/serviceAccounts/"
_GROUP = "principalSet://goog/group/"
_NEVER = late.pattern(
    r"user:|domain:|deleted:|principal://goog/subject/"
    r"|principal(?:Set)?://iam\.googleapis\.com/(?:projects/[^/]+/)?locations/global/work\w+Pools/"
)
_ALL_IN = late.pattern(
    r"principalSet://cloudresourcemanager\.googleapis\.com/"
    r"((?:projects|folders|organizations)/[^/]+)(?:/type/ServiceAccount)?"
)
_CONVENIENCE = late.pattern(r"project(Owner|Editor|Viewer):(.+)")

#: Whether an account has a basic role (``roles/owner``) at a project (``projects/P``).
HasRole = Callable[[str, str], bool | None]


class Members:
    """Answers for one account whether a member means it; None where that is not known."""

    def __init__(self, account: ServiceAccount, places: GooglePlaces, has_role: HasRole) -> None:
        self._email = account.email.lower()
        self._project = account.project.removeprefix("projects/")
        self._groups = {group.lower() for group in account.groups}
        self._groups_known = account.groups_known
        self._places = places
        self._has_role = has_role

    def mean(self, member: str) -> bool | None:
        """The answer for one member."""
        if member in PUBLIC:
            return True
        if _NEVER.match(member):
            return False
        if not member or has_wildcard(member):
            return None
        for beginning in ("serviceAccount:", _ACCOUNT):
            if member.startswith(beginning):
                return member.removeprefix(beginning).lower() == self._email
        for beginning in ("group:", _GROUP):
            if member.startswith(beginning):
                return self._in_group(member.removeprefix(beginning).lower())
        return self._in_set(member)

    def _in_group(self, group: str) -> bool | None:
        if group in self._groups:
            return True
        return False if self._groups_known else None

    def _in_set(self, member: str) -> bool | None:
        by_role = _CONVENIENCE.fullmatch(member)
        if by_role:
            return self._has_role(f"roles/{by_role[1].lower()}", f"projects/{by_role[2]}")
        container = _ALL_IN.fullmatch(member)
        if container is None or not self._project:
            return None
        return self._places.within(container[1], f"projects/{self._project}")
