"""What all ways of gaining stand on: the questions, the strengths, and what is not listed."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model.record import record
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess, whole
from ringfence.permissions.escalation.account import Account, Entry
from ringfence.permissions.escalation.catalogue import Technique
from ringfence.permissions.escalation.search import Search, kind_of
from ringfence.permissions.escalation.strength import is_stronger


@record(frozen=True)
class Gain:
    """A target, the actions that gain it, and whether nothing unknown stands in between."""

    target: str
    actions: tuple[str, ...]
    certain: bool


class Ground:
    """The principal of a record, and what every way of gaining asks about it."""

    def __init__(self, account: Account, access: PolicyAccess, known: Context) -> None:
        self.account = account
        self.access = access
        self.known = known
        self.search = Search(account, access)
        self.me = account.principal
        self._strength: dict[str, bool | None] = {}

    def _role_of(self, entry: Entry) -> Entry | None:
        """The role that a resource runs with, by its ARN or its name; None when not listed."""
        name = entry.role.rpartition("/")[2]
        for role in (self.me, *self.account.lists.get("roles", ())):
            if name and (role.arn == entry.role or (":" not in entry.role and role.name == name)):
                return role
        return None

    def _stronger(self, entry: Entry) -> bool | None:
        if entry.arn == self.me.arn:
            return False
        if entry.arn not in self._strength:
            self._strength[entry.arn] = is_stronger(entry, self.access, self.known)
        return self._strength[entry.arn]

    def _open(self, kind: str, technique: Technique, *, named: bool = False) -> Iterator[Gain]:
        """All of a kind, or what is named; the latter is surely worth taking only if ``named``."""
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


def is_editable(role: Entry) -> bool:
    """Whether IAM lets anyone change the role; not those of the provider's own services."""
    return not any(part in role.arn for part in (":role/aws-service-role/", ":role/aws-reserved/"))


def has_room(entry: Entry) -> bool | None:
    """Whether a grant to the entry could give anything: not under a boundary that is known."""
    if entry.boundary is not None:
        return whole([entry.boundary])
    return None if entry.boundary_arn else True


def customer_arns(entry: Entry) -> list[str]:
    """Managed policies of the account that are attached; the provider's cannot be rewritten."""
    arns = (policy.arn for policy in entry.policies or ())
    return [arn for arn in arns if arn and ":iam::aws:policy/" not in arn]
