"""Roles that are handed to a service, assumed, or opened by a new trust policy."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess
from ringfence.permissions.escalation.account import Entry
from ringfence.permissions.escalation.catalogue import Technique, catalogue
from ringfence.permissions.escalation.ground import Gain, Ground, is_editable
from ringfence.permissions.escalation.search import Held
from ringfence.permissions.escalation.trust import Trust, admits_principal, admits_service
from ringfence.permissions.evaluate import Verdict

ASSUME = "sts:AssumeRole"


class RoleGains(Ground):
    """Ways to a stronger role."""

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
        kind, sure = admits_principal(role.trust, self.me.arn, context, self.access.free)
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
            if stronger is not False and is_editable(role):
                held = self.search.hold(technique, {"role": role})
                if held:
                    yield Gain(role.arn, held.actions, held.certain and bool(stronger))


def _role_tags(role: Entry) -> dict[str, tuple[str, ...]]:
    pairs = (role.tags or {}).items()
    return {
        f"{prefix}{key}".lower(): (value,)
        for key, value in pairs
        for prefix in ("aws:resourcetag/", "iam:resourcetag/")
    }
