"""What each way of gaining works on: one method for each ``by`` of the catalogue.

Every method yields the targets that a technique gains, each with the actions used and whether that
is certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model.record import record
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess, whole
from ringfence.permissions.escalation.account import Account, Entry
from ringfence.permissions.escalation.catalogue import Technique, catalogue
from ringfence.permissions.escalation.search import Held, Search, kind_of
from ringfence.permissions.escalation.strength import boundary_limits, grants_help, is_stronger
from ringfence.permissions.escalation.trust import Trust, admits_principal, admits_service
from ringfence.permissions.evaluate import Verdict

ASSUME = "sts:AssumeRole"
_OWN_GRANTS = (
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
)


@record(frozen=True)
class Gain:
    """A target, the actions that gain it, and whether nothing unknown stands in between."""

    target: str
    actions: tuple[str, ...]
    certain: bool


class Gains:
    """The ways of gaining, for one principal."""

    def __init__(self, account: Account, access: PolicyAccess, known: Context) -> None:
        self.account = account
        self.access = access
        self.known = known
        self.search = Search(account, access)
        self.me = account.principal
        self._strength: dict[str, bool | None] = {}

    def of(self, technique: Technique) -> Iterator[Gain]:
        """The gains by one technique."""
        way = getattr(self, "_by_" + technique.by.replace("-", "_"))
        found: Iterator[Gain] = way(technique)
        return found

    # --- roles that are handed over, assumed, opened --------------------------------------------

    def _by_pass(self, technique: Technique) -> Iterator[Gain]:
        roles = self.account.lists.get("roles")
        if roles is None:
            held = self._with_existing(technique, {})
            if held:
                wide = self.search.is_wide("role", ["iam:PassRole"])
                label = self.search.label("role", "iam:PassRole", held.resources["role"])
                yield Gain(label, held.actions, held.certain and wide)
            return
        for role in roles:
            stronger = self._stronger(role)
            if stronger is not False:
                held = self._with_existing(technique, {"role": role})
                if held:
                    yield from self._handed(technique, role, held, stronger)

    def _handed(
        self, technique: Technique, role: Entry, held: Held, stronger: bool | None
    ) -> Iterator[Gain]:
        if role.trust is None:
            yield Gain(role.arn, held.actions, False)
            return
        taken = self._admits(technique, role, held)
        if taken is not False:
            certain = held.certain and bool(stronger) and bool(taken)
            yield Gain(role.arn, held.actions, certain)

    def _admits(self, technique: Technique, role: Entry, held: Held) -> bool | None:
        """Whether the role's trust policy admits the service, for some name of what is made."""
        assert role.trust is not None
        best: bool | None = False
        for source in self._sources(technique, role, held):
            answer = admits_service(role.trust, technique.service, self.known, source)
            if answer:
                return True
            best = None if answer is None else best
        return best

    def _sources(self, technique: Technique, role: Entry, held: Held) -> Iterator[str]:
        """ARNs on whose behalf the service may come."""
        made = [arn for kind, arn in held.resources.items() if kind not in ("", "role")]
        yield from made or [""]
        for statement in role.trust.statements if role.trust else ():
            for condition in statement.conditions:
                if condition.key.lower() == "aws:sourcearn":
                    for value in condition.values:
                        near = self.search.hold(technique, {"role": role}, near=value.text)
                        resources = near.resources if near else {}
                        yield from (
                            arn for kind, arn in resources.items() if kind not in ("", "role")
                        )

    def _with_existing(self, technique: Technique, bound: dict[str, Entry]) -> Held | None:
        """The steps; where the technique changes an existing resource, on one that exists."""
        kind = catalogue().kinds.get(technique.uses)
        listed = self.account.lists.get(kind.list) if kind and kind.list else None
        if listed is None:
            return self.search.hold(technique, bound)
        maybe: Held | None = None
        for entry in listed:
            held = self.search.hold(technique, {**bound, technique.uses: entry})
            if held is not None and held.certain:
                return held
            maybe = maybe or held
        return maybe

    def _by_assume(self, technique: Technique) -> Iterator[Gain]:
        roles = self.account.lists.get("roles")
        if roles is None:
            held = self.search.hold(technique)
            if held:
                label = self.search.label("role", ASSUME, held.resources["role"])
                yield Gain(label, held.actions, False)
            return
        for role in roles:
            stronger = self._stronger(role)
            taken = self.assumable(role) if stronger is not False else False
            if taken is not False:
                yield Gain(role.arn, (ASSUME,), bool(stronger) and bool(taken))

    def assumable(self, role: Entry) -> bool | None:
        """Whether the principal may assume the role; None when that is not known."""
        if role.arn == self.me.arn:
            return False
        context = {**self.known, **_role_tags(role)}
        mine = self.access.may(ASSUME, role.arn, context).verdict
        if role.trust is None:
            return None if mine is not Verdict.DENIED else False
        kind, sure = admits_principal(role.trust, self.me.arn, context)
        if kind is Trust.NO:
            return False
        foreign = role.arn.split(":")[4] != self.account.id
        if kind is Trust.DELEGATED or foreign or not self._named_is_enough(role, context):
            sure = None if mine is Verdict.DEPENDS else sure
            return False if mine is Verdict.DENIED else sure
        refused = self.access.refuses(ASSUME, role.arn, context)
        if refused:
            return False
        return None if refused is None and mine is not Verdict.ALLOWED else sure

    def _named_is_enough(self, role: Entry, context: Context) -> bool:
        """Whether a trust that names the principal stands alone: for a role, only where its
        boundary allows the action too; for organisations' policies, only where they do."""
        limits = [*self.account.scp]
        if self.me.boundary is not None and not self.account.is_user:
            limits.append((self.me.boundary,))
        for level in limits:
            alone = PolicyAccess(list(level), [], self.known)
            if alone.may(ASSUME, role.arn, context).verdict is not Verdict.ALLOWED:
                return False
        return not self.account.session

    def _by_open_role(self, technique: Technique) -> Iterator[Gain]:
        roles = self.account.lists.get("roles")
        if roles is None:
            yield from self._open("role", technique)
            return
        for role in roles:
            stronger = self._stronger(role)
            if stronger is not False and _is_editable(role):
                held = self.search.hold(technique, {"role": role})
                if held:
                    yield Gain(role.arn, held.actions, held.certain and bool(stronger))

    # --- grants to other roles and users, then their use ----------------------------------------

    def _by_grant_role(self, technique: Technique) -> Iterator[Gain]:
        assumes = any(ASSUME in options for options in technique.needs)
        roles = self.account.lists.get("roles")
        if roles is None:
            for gain in self._open("role", technique):
                yield Gain(gain.target, gain.actions, gain.certain and not assumes)
            return
        for role in roles:
            if role.arn == self.me.arn or not _is_editable(role):
                continue
            taken = self.assumable(role) if assumes else True
            room = _has_room(role)
            if taken is not False and room is not False:
                held = self.search.hold(technique, {"role": role}, skip=ASSUME)
                if held:
                    certain = held.certain and bool(taken) and bool(room)
                    yield Gain(role.arn, held.actions, certain)

    def _by_grant_role_policy(self, technique: Technique) -> Iterator[Gain]:
        assumes = any(ASSUME in options for options in technique.needs)
        roles = self.account.lists.get("roles")
        if roles is None:
            for gain in self._open("role", technique):
                yield Gain(gain.target, gain.actions, gain.certain and not assumes)
            return
        for role in roles:
            if role.arn == self.me.arn or not _is_editable(role):
                continue
            taken = self.assumable(role) if assumes else True
            room = _has_room(role)
            if taken is not False and room is not False:
                for held in self._rewrites(technique, role):
                    certain = held.certain and bool(taken) and bool(room)
                    yield Gain(role.arn, held.actions, certain)

    def _rewrites(self, technique: Technique, role: Entry) -> Iterator[Held]:
        """How a managed policy of the role can be rewritten."""
        arns = _customer_arns(role)
        for arn in arns:
            held = self.search.hold(technique, {"role": role, "policy": Entry(arn)}, skip=ASSUME)
            if held:
                yield held
                return
        if arns or role.policies is not None and all(one.arn for one in role.policies):
            return
        held = self.search.hold(technique, {"role": role}, skip=ASSUME)
        if held:
            plain = self._is_plain("policy", technique)
            yield Held(held.actions, held.resources, held.certain and plain)

    def _by_other_user(self, technique: Technique) -> Iterator[Gain]:
        users = self.account.lists.get("users")
        if users is None:
            yield from self._others("user", technique)
            return
        for user in users:
            stronger = self._stronger(user)
            if stronger is not False:
                held = self.search.hold(technique, {"user": user})
                if held:
                    yield Gain(user.arn, held.actions, held.certain and bool(stronger))

    def _by_grant_user(self, technique: Technique) -> Iterator[Gain]:
        users = self.account.lists.get("users")
        if users is None:
            yield from self._others("user", technique)
            return
        for user in users:
            room = _has_room(user)
            if user.arn != self.me.arn and room is not False:
                held = self.search.hold(technique, {"user": user})
                if held:
                    yield Gain(user.arn, held.actions, held.certain and bool(room))

    def _by_new_role(self, technique: Technique) -> Iterator[Gain]:
        held = self.search.hold(technique)
        if held:
            label = self.search.label("role", "iam:CreateRole", held.resources["role"])
            yield Gain(label, held.actions, held.certain)

    def _by_new_user(self, technique: Technique) -> Iterator[Gain]:
        held = self.search.hold(technique)
        if held:
            label = self.search.label("user", "iam:CreateUser", held.resources["user"])
            yield Gain(label, held.actions, held.certain)

    # --- grants to oneself ----------------------------------------------------------------------

    def _by_own_role(self, technique: Technique) -> Iterator[Gain]:
        if not self.account.is_user:
            yield from self._own("role", technique)

    def _by_own_user(self, technique: Technique) -> Iterator[Gain]:
        if self.account.is_user:
            yield from self._own("user", technique)

    def _own(self, kind: str, technique: Technique) -> Iterator[Gain]:
        held = self.search.hold(technique, {kind: self.me}) if self._room() else None
        if held:
            yield Gain(self.me.arn, held.actions, held.certain)

    def _by_own_group(self, technique: Technique) -> Iterator[Gain]:
        if not self.account.is_user or not self._room():
            return
        if self.me.groups is None:
            yield from self._open("group", technique, named=True)
            return
        for arn in self._my_groups():
            held = self.search.hold(technique, {"group": Entry(arn)})
            if held:
                yield Gain(arn, held.actions, held.certain)

    def _by_join_group(self, technique: Technique) -> Iterator[Gain]:
        if not self.account.is_user or not self._room():
            return
        groups = self.account.lists.get("groups")
        if groups is None:
            for gain in self._open("group", technique, named=True):
                if gain.target not in self._my_groups():
                    yield gain
            return
        for group in groups:
            stronger = self._stronger(group)
            if stronger is not False and group.arn not in self._my_groups():
                held = self.search.hold(technique, {"group": group})
                if held:
                    yield Gain(group.arn, held.actions, held.certain and bool(stronger))

    def _my_groups(self) -> list[str]:
        form = self.search.form("group").removesuffix("?*")
        names = self.me.groups or ()
        return [name if name.startswith("arn:") else form + name for name in names]

    def _by_own_policy(self, technique: Technique) -> Iterator[Gain]:
        if not self._room():
            return
        for arn in _customer_arns(self.me):
            held = self.search.hold(technique, {"policy": Entry(arn)})
            if held:
                yield Gain(arn, held.actions, held.certain)
                return
        if all(policy.arn for policy in self.me.policies or ()):
            return
        held = self.search.hold(technique)
        if held:
            action = held.actions[0]
            label = self.search.label("policy", action, held.resources["policy"])
            yield Gain(label, held.actions, held.certain and self._is_plain("policy", technique))

    def _is_plain(self, kind: str, technique: Technique) -> bool:
        """Whether the actions on a kind are allowed on all of it, or on one that is named."""
        actions = [one for options in technique.needs for one in options if kind_of(one) == kind]
        if self.search.is_wide(kind, actions[:1]):
            return True
        patterns = self.access.patterns(actions[0])
        return any("*" not in one and "?" not in one for one in patterns)

    def _by_own_boundary(self, technique: Technique) -> Iterator[Gain]:
        kind = "user" if self.account.is_user else "role"
        if kind_of(technique.needs[0][0]) == kind and self._is_limited():
            held = self.search.hold(technique, {kind: self.me})
            if held:
                yield Gain(self.me.arn, held.actions, held.certain)

    def _by_boundary_policy(self, technique: Technique) -> Iterator[Gain]:
        arn = self.me.boundary_arn
        if f":iam::{self.account.id}:policy/" in arn and self._is_limited():
            held = self.search.hold(technique, {"policy": Entry(arn)})
            if held:
                yield Gain(arn, held.actions, held.certain)

    def _is_limited(self) -> bool:
        """Whether lifting the boundary would give the principal something."""
        if self.me.boundary is None:
            return False
        if boundary_limits(self.me, self.known):
            return True
        return not whole([self.me.boundary]) and any(
            self.access.may(action, self.me.arn).verdict is Verdict.ALLOWED
            for action in _OWN_GRANTS
        )

    def _room(self) -> bool:
        return grants_help(self.me, self.known)

    # --- resources that run with a stronger role ------------------------------------------------

    def _by_existing(self, technique: Technique) -> Iterator[Gain]:
        kind = catalogue().kinds[technique.uses]
        listed = self.account.lists.get(kind.list)
        if listed is None:
            yield from self._unlisted(technique)
            return
        for entry in listed:
            stronger = self._runs_stronger(entry)
            if stronger is not False:
                held = self.search.hold(technique, {technique.uses: entry})
                if held:
                    yield Gain(entry.arn, held.actions, held.certain and bool(stronger))

    def _unlisted(self, technique: Technique) -> Iterator[Gain]:
        """Resources that the record does not list: there may be one for each role that fits."""
        kind = catalogue().kinds[technique.uses]
        held = self.search.hold(technique)
        if held is None:
            return
        actions = [one for one in held.actions if kind_of(one) == kind.name]
        certain = held.certain and self.search.is_wide(kind.name, actions)
        roles = self.account.lists.get("roles")
        if roles is None:
            label = self.search.label(kind.name, actions[0], held.resources[kind.name])
            yield Gain(label, held.actions, certain)
            return
        for role in roles:
            stronger = self._stronger(role)
            if stronger is not False and role.trust is not None:
                taken = admits_service(role.trust, kind.service, self.known, "")
                if taken is not False:
                    yield Gain(role.arn, held.actions, certain and bool(stronger) and bool(taken))

    def _runs_stronger(self, entry: Entry) -> bool | None:
        """Whether what runs there has a stronger role than the principal."""
        if entry.admin or (entry.admin is None and entry.policies is not None):
            return self._stronger(entry)
        if not entry.role:
            return entry.admin
        name = entry.role.rpartition("/")[2]
        if entry.role == self.me.arn or (entry.role == name and name == self.me.name):
            return False
        for role in self.account.lists.get("roles", ()):
            if role.arn == entry.role or (":" not in entry.role and role.name == name):
                return self._stronger(role)
        return entry.admin

    def _by_image(self, technique: Technique) -> Iterator[Gain]:
        for function in self.account.lists.get("functions", ()):
            stronger = self._runs_stronger(function)
            repository = _repository(function.image, self.account.partition)
            if repository and stronger is not False:
                held = self.search.hold(technique, {"repository": Entry(repository)})
                if held:
                    yield Gain(function.arn, held.actions, held.certain and bool(stronger))

    def _by_code_object(self, technique: Technique) -> Iterator[Gain]:
        for function in self.account.lists.get("functions", ()):
            stronger = self._runs_stronger(function)
            if function.code and stronger is not False:
                bucket, key = function.code
                arn = f"arn:{self.account.partition}:s3:::{bucket}/{key}"
                bound = {} if "*" in key else {"object": Entry(arn)}
                held = self.search.hold(technique, bound, near=arn)
                if held and held.resources["object"].startswith(arn.rstrip("*")):
                    yield Gain(function.arn, held.actions, held.certain and bool(stronger))

    # --- what the record does not list ----------------------------------------------------------

    def _open(self, kind: str, technique: Technique, *, named: bool = False) -> Iterator[Gain]:
        """All of a kind, or what is named: only the first is surely worth taking, unless ``named``."""
        held = self.search.hold(technique)
        if held and kind in held.resources:
            actions = [one for one in held.actions if kind_of(one) == kind]
            label = self.search.label(kind, actions[0], held.resources[kind])
            certain = held.certain and (named or self.search.is_wide(kind, actions))
            yield Gain(label, held.actions, certain)

    def _others(self, kind: str, technique: Technique) -> Iterator[Gain]:
        """Others of a kind; not the principal itself."""
        actions = [one for options in technique.needs for one in options if kind_of(one) == kind]
        for name in self.search.names(kind, [options[0] for options in technique.needs]):
            if name != self.me.arn:
                held = self.search.hold(technique, {kind: Entry(name)})
                if held:
                    label = self.search.label(kind, actions[0], name)
                    yield Gain(label, held.actions, held.certain)
                    return

    def _stronger(self, entry: Entry) -> bool | None:
        if entry.arn == self.me.arn:
            return False
        if entry.arn not in self._strength:
            self._strength[entry.arn] = is_stronger(entry, self.access, self.known)
        return self._strength[entry.arn]


def _is_editable(role: Entry) -> bool:
    """Whether IAM lets anyone change the role; not those of the provider's own services."""
    return not any(part in role.arn for part in (":role/aws-service-role/", ":role/aws-reserved/"))


def _has_room(entry: Entry) -> bool | None:
    """Whether a grant to the entry could give anything: not under a boundary that is known."""
    if entry.boundary is not None:
        return whole([entry.boundary])
    return None if entry.boundary_arn else True


def _customer_arns(entry: Entry) -> list[str]:
    """Managed policies of the account that are attached; the provider's cannot be rewritten."""
    arns = (policy.arn for policy in entry.policies or ())
    return [arn for arn in arns if arn and ":iam::aws:policy/" not in arn]


def _role_tags(role: Entry) -> dict[str, tuple[str, ...]]:
    pairs = (role.tags or {}).items()
    return {
        f"{prefix}{key}".lower(): (value,)
        for key, value in pairs
        for prefix in ("aws:resourcetag/", "iam:resourcetag/")
    }


def _repository(image: str, partition: str) -> str:
    """The ARN of an image's repository; "" where the image is pinned by digest or lies elsewhere."""
    host, _, name = image.partition("/")
    parts = host.split(".")
    if "@" in name or not name or len(parts) < 4 or parts[1:3] != ["dkr", "ecr"]:
        return image if image.startswith("arn:") and ":repository/" in image else ""
    return f"arn:{partition}:ecr:{parts[3]}:{parts[0]}:repository/{name.partition(':')[0]}"
