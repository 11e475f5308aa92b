"""What the code needs: cloud calls in, permissions out, one list per function.

Each call becomes the actions that the provider asks for (:mod:`ringfence.permissions.operations`),
on the narrowest ARNs that its arguments allow. Calls made with other credentials, or unsigned, need
nothing of the function's role. A call that cannot be translated is told as a gap, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringfence import late
from ringfence.model.contract import Condition, Evidence, Permission
from ringfence.model.facts import CallArgument, CloudCall
from ringfence.model.location import Location
from ringfence.model.record import field, record, replace
from ringfence.permissions.deliverers import Deliverers
from ringfence.permissions.handles import settled
from ringfence.permissions.keys import Aliases, customer_keys
from ringfence.permissions.operations import Requirement, implied_by_key, requirements_of
from ringfence.permissions.physical import PhysicalNames, without_doubles
from ringfence.permissions.websockets import narrowed

#: A part of a pattern that names what it stands for.
_NAMED = late.pattern("⟦[^⟧]*⟧")

Identity = tuple[str, str, tuple[Condition, ...]]


@record()
class Needs:
    """What one function needs. ``gaps`` are calls whose needs are not known, in words."""

    permissions: list[Permission] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def needs_by_function(calls: Iterable[CloudCall], names: PhysicalNames) -> dict[str, Needs]:
    """Function id → what its calls need; functions that call nothing are left out."""
    collected: dict[str, _Collector] = {}
    deliverers, aliases = Deliverers(names.application), Aliases(names)
    for call in calls:
        if call.own_credentials:
            collected.setdefault(call.function, _Collector(names, deliverers, aliases)).add(call)
    return {function: collector.needs() for function, collector in collected.items()}


class _Collector:
    """The permissions of one function, each once, with all the lines that need it."""

    def __init__(self, names: PhysicalNames, deliverers: Deliverers, aliases: Aliases) -> None:
        self.names = names
        self.deliverers = deliverers
        self.aliases = aliases
        self.found: dict[Identity, Permission] = {}
        self.gaps: dict[str, None] = {}

    def add(self, call: CloudCall) -> None:
        given = self._with_keys(self.deliverers.told(call))
        requirements = requirements_of(
            call.service, call.operation, given, self.names, call.complete
        )
        if requirements is None:
            self.gaps[f"{called(call)} at {place(call.location)}: {_why(call)}"] = None
            return
        for requirement in requirements:
            if not requirement.optional:
                self._require(call, requirement)

    def _with_keys(self, given: Mapping[str, CallArgument]) -> Mapping[str, CallArgument]:
        """The arguments with keys of the application in place of their aliases."""
        if not any("KeyId" in name for name in given):
            return given
        return {
            name: replace(item, patterns=tuple(map(self.aliases.settled, item.patterns)))
            if "KeyId" in name
            else item
            for name, item in given.items()
        }

    def _require(self, call: CloudCall, requirement: Requirement) -> None:
        unknown = tuple(
            f"{name} at {place(call.location)}"
            for name in requirement.unknown
            if not self._is_declared(call.arguments.get(name))
        )
        arns = [
            arn
            for pattern in requirement.resources
            for arn in narrowed(
                requirement.action, self.names.place.fill(pattern), call.function, self.names
            )
        ]
        for arn in arns:
            of, inside = self.names.owner(arn)
            self._keep(
                Permission(
                    requirement.action,
                    arn,
                    of,
                    inside,
                    requirement.conditions,
                    unknown if "*" in arn else (),
                    (Evidence("code", place(call.location), called(call)),),
                )
            )
            if of:
                self._customer_keys(call, of)

    def _is_declared(self, argument: CallArgument | None) -> bool:
        """Whether an argument names resources of the template and nothing else: what is open in
        their names, a deployment decides and not the code."""
        if argument is None or not argument.resources:
            return False
        known = {self.names.name(identifier) for identifier in argument.resources}
        known |= {self.names.arn(identifier) for identifier in argument.resources}
        return all(_plain(pattern) in known for pattern in argument.patterns)

    def _customer_keys(self, call: CloudCall, resource: str) -> None:
        """Where the template encrypts the resource with a key of the customer's."""
        actions = implied_by_key(call.service, call.operation)
        if not actions:
            return
        target = self.names.application.resources[resource]
        words = f"{called(call)}: {target.logical_id} is encrypted with a key of the customer's"
        for key in customer_keys(target, self.names):
            of, inside = self.names.owner(key)
            for action in actions:
                evidence = (Evidence("code", place(call.location), words),)
                self._keep(Permission(action, key, of, inside, (), (), evidence))

    def _keep(self, permission: Permission) -> None:
        identity = (permission.action, permission.resource, permission.conditions)
        known = self.found.get(identity)
        if known is not None:
            evidence = tuple(dict.fromkeys((*known.evidence, *permission.evidence)))
            unknown = tuple(dict.fromkeys((*known.unknown, *permission.unknown)))
            permission = replace(known, evidence=evidence, unknown=unknown)
        self.found[identity] = permission

    def needs(self) -> Needs:
        permissions = settled(self.found.values(), self.names)
        return Needs(sorted(permissions, key=order_of), sorted(self.gaps))


def _plain(pattern: str) -> str:
    """A pattern with stars for what is named in it."""
    return without_doubles(_NAMED.sub("*", pattern))


def order_of(permission: Permission) -> tuple[str, str, str]:
    """The order of permissions in lists: by action, resource, conditions."""
    return permission.action, permission.resource, repr(permission.conditions)


def place(location: Location) -> str:
    """``file:line`` as evidence names it."""
    return f"{location.file}:{location.line}"


def called(call: CloudCall) -> str:
    """``dynamodb.PutItem``."""
    return f"{call.service}.{call.operation}"


def _why(call: CloudCall) -> str:
    if "*" in call.operation:
        return "which operation is called is not known"
    return "what this operation needs is not known"


def union(*lists: Iterable[Permission]) -> list[Permission]:
    """All permissions, those of the same action, resource and conditions joined, sorted."""
    found: dict[Identity, Permission] = {}
    for permission in (item for items in lists for item in items):
        identity = (permission.action, permission.resource, permission.conditions)
        known = found.get(identity)
        if known is not None:
            evidence = tuple(dict.fromkeys((*known.evidence, *permission.evidence)))
            found[identity] = replace(known, evidence=evidence)
        else:
            found[identity] = permission
    return sorted(found.values(), key=order_of)


def conditions_block(conditions: Iterable[Condition]) -> Mapping[str, Mapping[str, list[str]]]:
    """Conditions as the ``Condition`` block of a statement, keys sorted."""
    block: dict[str, dict[str, list[str]]] = {}
    for condition in sorted(conditions, key=repr):
        block.setdefault(condition.operator, {})[condition.key] = sorted(condition.values)
    return block
