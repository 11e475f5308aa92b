"""What Azure and Google Cloud know instead of policies: roles that are assigned to an identity.

Both put a role (a named list of actions) and an identity together at a scope, and everything below
that scope inherits it; both know denies that win. Loaders fill these records;
:mod:`ringfence.permissions.clouds` answers what an identity may do. ``where`` is ``file:line`` of
the template; ``certain`` is False inside an undecided condition of the template. A text that is ""
or holds ``*`` where the cloud knows no wildcards is not known, or known in part.
"""

from __future__ import annotations

from ringfence.model.record import record


@record(frozen=True)
class ScopeTree:
    """What lies in what, where names do not tell: pairs of (child, parent).

    Azure: a subscription or management group and the management group that it is in; the topmost
    one is in ``/``. Google Cloud: a project or folder and the folder or organisation that it is in,
    and a resource whose name does not hold its project (a bucket) and that project.
    """

    parents: tuple[tuple[str, str], ...] = ()


# --- Azure ----------------------------------------------------------------------------------------


@record(frozen=True)
class RolePermissions:
    """One entry of a role definition or deny assignment; what ``not_actions`` and
    ``not_data_actions`` name is taken out of this entry and of no other. ``condition`` is the text
    of a condition, "" for none."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    condition: str = ""


@record(frozen=True)
class RoleDefinition:
    """A role of Azure, or of Cosmos DB's own data plane (``system`` "cosmos").

    ``id`` is its GUID, ``name`` its display name. It can be assigned at ``assignable_scopes`` and
    below. ``wide`` marks roles that reach over all services or hand out access.
    """

    name: str
    id: str
    permissions: tuple[RolePermissions, ...] = ()
    assignable_scopes: tuple[str, ...] = ("/",)
    system: str = "azure"
    wide: bool = False


@record(frozen=True)
class RoleAssignment:
    """A role given to a principal at a scope and below.

    ``principal`` is an object id, ``principal_type`` User, Group, ServicePrincipal, ForeignGroup,
    Device or "" (not known). ``role`` is a GUID, a whole id that ends in one, or a display name.
    ``scope`` is the id of a management group, subscription, resource group or resource, or ``/``.
    """

    principal: str
    role: str
    scope: str
    principal_type: str = ""
    condition: str = ""
    where: str = ""
    certain: bool = True


@record(frozen=True)
class DenyAssignment:
    """What principals may not do at a scope, whatever roles they have.

    The principal ``00000000-0000-0000-0000-000000000000`` means everyone. ``excluded`` are object
    ids that it does not hold for. ``to_children`` is False where it holds at the scope alone.
    """

    name: str
    scope: str
    principals: tuple[str, ...]
    permissions: tuple[RolePermissions, ...]
    excluded: tuple[str, ...] = ()
    to_children: bool = True
    condition: str = ""
    where: str = ""
    certain: bool = True


@record(frozen=True)
class ManagedIdentity:
    """The identity of an Azure function. ``groups`` are object ids of groups that it is in;
    ``groups_known`` says whether these are all."""

    id: str
    groups: tuple[str, ...] = ()
    groups_known: bool = False


# --- Google Cloud ---------------------------------------------------------------------------------


@record(frozen=True)
class PermissionRole:
    """A custom role: ``name`` is ``projects/P/roles/R`` or ``organizations/O/roles/R``. ``deleted``
    roles give nothing, though bindings may still name them."""

    name: str
    permissions: tuple[str, ...] = ()
    deleted: bool = False


@record(frozen=True)
class Binding:
    """A role given to members. ``condition`` is a CEL expression, "" for none."""

    role: str
    members: tuple[str, ...]
    condition: str = ""
    where: str = ""
    certain: bool = True


@record(frozen=True)
class AllowPolicy:
    """The allow policy of one resource: ``projects/P``, ``folders/F``, ``organizations/O``, or a
    full resource name (``//pubsub.googleapis.com/projects/P/topics/T``)."""

    resource: str
    bindings: tuple[Binding, ...] = ()


@record(frozen=True)
class DenyRule:
    """What principals may not do, whatever roles they have. Permissions as deny policies write them
    (``storage.googleapis.com/objects.get``, ``storage.googleapis.com/*.*``)."""

    principals: tuple[str, ...]
    permissions: tuple[str, ...]
    exception_principals: tuple[str, ...] = ()
    exception_permissions: tuple[str, ...] = ()
    condition: str = ""
    where: str = ""
    certain: bool = True


@record(frozen=True)
class DenyPolicy:
    """A deny policy, attached to a project, folder or organisation; ``%2F`` is taken as ``/``."""

    name: str
    attached_to: str
    rules: tuple[DenyRule, ...] = ()


@record(frozen=True)
class ServiceAccount:
    """The identity of a Google function. ``project`` is the id or number of the project that it was
    made in; ``groups`` are addresses of groups that it is in, ``groups_known`` says whether these
    are all."""

    email: str
    project: str = ""
    groups: tuple[str, ...] = ()
    groups_known: bool = False
