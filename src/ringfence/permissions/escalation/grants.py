"""Grants to other roles and users, then their use, and other users' credentials."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.permissions.escalation.account import Entry
from ringfence.permissions.escalation.catalogue import Technique
from ringfence.permissions.escalation.ground import Gain, customer_arns, has_room, is_editable
from ringfence.permissions.escalation.roles import ASSUME, RoleGains
from ringfence.permissions.escalation.search import Held, kind_of


class GrantGains(RoleGains):
    """Ways through others that the principal may change."""

    def _by_grant_role(self, technique: Technique) -> Iterator[Gain]:
        assumes = any(ASSUME in options for options in technique.needs)
        roles = self.account.lists.get("roles")
        if roles is None:
            for gain in self._open("role", technique):
                yield Gain(gain.target, gain.actions, gain.certain and not assumes)
            return
        for role in roles:
            if role.arn == self.me.arn or not is_editable(role):
                continue
            taken = self.assumable(role) if assumes else True
            room = has_room(role)
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
            if role.arn == self.me.arn or not is_editable(role):
                continue
            taken = self.assumable(role) if assumes else True
            room = has_room(role)
            if taken is not False and room is not False:
                for held in self._rewrites(technique, role):
                    certain = held.certain and bool(taken) and bool(room)
                    yield Gain(role.arn, held.actions, certain)

    def _rewrites(self, technique: Technique, role: Entry) -> Iterator[Held]:
        """How a managed policy of the role can be rewritten."""
        arns = customer_arns(role)
        for arn in arns:
            held = self.search.hold(technique, {"role": role, "policy": Entry(arn)}, skip=ASSUME)
            if held:
                yield held
                return
        if arns or (role.policies is not None and all(one.arn for one in role.policies)):
            return
        held = self.search.hold(technique, {"role": role}, skip=ASSUME)
        if held:
            plain = self._is_plain("policy", technique)
            yield Held(held.actions, held.resources, held.certain and plain)

    def _by_grant_function(self, technique: Technique) -> Iterator[Gain]:
        """A grant to the role of a function that the principal may change."""
        for function in self.account.lists.get("functions", ()):
            role = self._role_of(function)
            if role is None or role.arn == self.me.arn or not is_editable(role):
                continue
            room = has_room(role)
            if room is not False:
                held = self.search.hold(technique, {"role": role, "function": function})
                if held:
                    yield Gain(role.arn, held.actions, held.certain and bool(room))

    def _by_grant_passed(self, technique: Technique) -> Iterator[Gain]:
        """A grant to a role that the principal may hand to a function of its own."""
        for role in self.account.lists.get("roles", ()):
            room = has_room(role)
            if role.arn != self.me.arn and is_editable(role) and room is not False:
                held = self.search.hold(technique, {"role": role})
                if held:
                    yield from self._handed(technique, role, held, room)

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
            room = has_room(user)
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

    def _is_plain(self, kind: str, technique: Technique) -> bool:
        """Whether the actions on a kind are allowed on all of it, or on one that is named."""
        actions = [one for options in technique.needs for one in options if kind_of(one) == kind]
        if self.search.is_wide(kind, actions[:1]):
            return True
        patterns = self.access.patterns(actions[0])
        return any("*" not in one and "?" not in one for one in patterns)
