"""Grants to oneself: policies, groups, and the boundary that limits them."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.permissions.escalation.access import whole
from ringfence.permissions.escalation.account import Entry
from ringfence.permissions.escalation.catalogue import Technique
from ringfence.permissions.escalation.grants import GrantGains
from ringfence.permissions.escalation.ground import Gain, customer_arns
from ringfence.permissions.escalation.search import kind_of
from ringfence.permissions.escalation.strength import boundary_limits, grants_help
from ringfence.permissions.evaluate import Verdict

_OWN_GRANTS = (
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
)


class OwnGains(GrantGains):
    """Ways in which the principal widens itself."""

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
        for arn in customer_arns(self.me):
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
