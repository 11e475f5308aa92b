"""All ways of gaining together; here those through resources that run with a stronger role.

Every method yields the targets that a technique gains, each with the actions used and whether that
is certain.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.permissions.escalation.account import Entry
from ringfence.permissions.escalation.catalogue import Technique, catalogue
from ringfence.permissions.escalation.ground import Gain
from ringfence.permissions.escalation.own import OwnGains
from ringfence.permissions.escalation.search import kind_of
from ringfence.permissions.escalation.trust import admits_service


class Gains(OwnGains):
    """The ways of gaining, for one principal: one method for each ``by`` of the catalogue."""

    def of(self, technique: Technique) -> Iterator[Gain]:
        """The gains by one technique."""
        way = getattr(self, "_by_" + technique.by.replace("-", "_"))
        found: Iterator[Gain] = way(technique)
        return found

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
        certain = held.certain and not kind.rare and self.search.is_wide(kind.name, actions)
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
        role = self._role_of(entry)
        return entry.admin if role is None else self._stronger(role)

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


def _repository(image: str, partition: str) -> str:
    """The ARN of an image's repository; "" where it is pinned by digest or lies elsewhere."""
    host, _, name = image.partition("/")
    parts = host.split(".")
    if "@" in name or not name or len(parts) < 4 or parts[1:3] != ["dkr", "ecr"]:
        return image if image.startswith("arn:") and ":repository/" in image else ""
    return f"arn:{partition}:ecr:{parts[3]}:{parts[0]}:repository/{name.partition(':')[0]}"
