"""What lies in what: ids of Azure resources, full resource names of Google Cloud.

Each question has three answers, None where neither the names nor the tree tell. A scope with a
wildcard is one whose name is not known in part: nothing lies in it for sure. A resource with
wildcards is every resource that the pattern means.
"""

from __future__ import annotations

from urllib.parse import unquote

from ringfence import late
from ringfence.model.assignments import ScopeTree
from ringfence.permissions.globs import covers, has_wildcard, overlaps

#: The longest way up that is followed; Azure allows six levels of groups, Google ten of folders.
MAX_LEVELS = 64

_SUBSCRIPTION = late.pattern(r"/subscriptions/[^/]+")
_MANAGEMENT_GROUP = late.pattern(r"/providers/microsoft\.management/managementgroups/[^/]+")
_CONTAINER = late.pattern(r"(?:projects|folders|organizations)/[^/]+")
_PROJECT = late.pattern(r"//[^/*?]+/(projects/[^/]+)(?:/|$)")
_MANAGER = "//cloudresourcemanager.googleapis.com/"


def lies_at(scope: str, resource: str) -> bool | None:
    """Whether both are one place."""
    if not has_wildcard(scope):
        return covers(scope, resource) or (None if overlaps(scope, resource) else False)
    return None if overlaps(scope, resource) else False


def _by_name(scope: str, resource: str) -> bool | None:
    """Whether the name of a resource begins with the scope's."""
    below = f"{scope}/*"
    if not has_wildcard(scope) and (covers(scope, resource) or covers(below, resource)):
        return True
    return None if overlaps(scope, resource) or overlaps(below, resource) else False


class AzurePlaces:
    """Scopes of Azure; their ids have no case."""

    def __init__(self, tree: ScopeTree) -> None:
        self._parents = {self.place(child): self.place(parent) for child, parent in tree.parents}

    def place(self, text: str) -> str:
        """The one spelling of a scope; the root is ``/``."""
        return text.strip().lower().rstrip("/") or ("/" if text.strip() else "*")

    def within(self, scope: str, resource: str) -> bool | None:
        """Whether a resource is the scope or lies below it."""
        scope, resource = self.place(scope), self.place(resource)
        if scope == "/":
            return True
        named = _by_name(scope, resource)
        if named or _MANAGEMENT_GROUP.fullmatch(scope) is None:
            return named
        return self._in_group(scope, resource)

    def _in_group(self, group: str, resource: str) -> bool | None:
        start = _SUBSCRIPTION.match(resource) or _MANAGEMENT_GROUP.match(resource)
        if start is None:
            return None if has_wildcard(resource) else False
        place = start.group()
        for _ in range(MAX_LEVELS):
            if has_wildcard(place):
                return None
            parent = self._parents.get(place)
            if parent is None or has_wildcard(parent) or has_wildcard(group):
                return None
            if parent == "/":
                return False
            if parent == group:
                return True
            place = parent
        return None


class GooglePlaces:
    """Resources of Google Cloud, and the projects, folders and organisations that they are in."""

    def __init__(self, tree: ScopeTree) -> None:
        self._parents = {self.place(child): self.place(parent) for child, parent in tree.parents}

    def place(self, text: str) -> str:
        """The one spelling of a resource: ``projects/P`` without the service of projects."""
        found = text.strip().rstrip("/")
        for manager in (_MANAGER, _MANAGER[2:]):
            if found.startswith(manager):
                return found[len(manager) :]
        return found or "*"

    def attached(self, text: str) -> str:
        """The place of a deny policy's attachment point, which may be written with ``%2F``."""
        found = unquote(text).removeprefix("policies/").partition("/denypolicies")[0]
        return self.place(found)

    def within(self, scope: str, resource: str) -> bool | None:
        """Whether a resource is the scope or lies below it."""
        scope, resource = self.place(scope), self.place(resource)
        if _CONTAINER.fullmatch(scope) is None:
            return _by_name(scope, resource)
        return self._in_container(scope, resource)

    def container(self, resource: str) -> str:
        """The project, folder or organisation that a resource is, or is in; "" when not known."""
        if _CONTAINER.fullmatch(resource):
            return resource
        start = resource
        while start.rpartition("/")[0].strip("/"):
            if start in self._parents:
                return self._parents[start]
            start = start.rpartition("/")[0]
        project = _PROJECT.match(resource)
        if project is None or project[1] in ("projects/_", "projects/-"):
            return ""
        return project[1]

    def _in_container(self, scope: str, resource: str) -> bool | None:
        place = self.container(resource)
        for _ in range(MAX_LEVELS):
            if not place or has_wildcard(place) or has_wildcard(scope):
                return None
            if place == scope:
                return True
            if scope.startswith("projects/"):
                return _other_project(scope, place)
            if place.startswith("organizations/"):
                return False
            place = self._parents.get(place, "")
        return None


def _other_project(scope: str, place: str) -> bool | None:
    """Whether a place under another name is the project all the same: a project has an id and a
    number. Folders and organisations are in no project."""
    if not place.startswith("projects/"):
        return False
    return False if scope[9:].isdecimal() == place[9:].isdecimal() else None
