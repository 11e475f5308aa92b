"""The terms of IAM policies: actions without case, patterns of ARNs."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from ringfence.model.contract import Grant
from ringfence.permissions import actions as action_data
from ringfence.permissions.clouds.interface import Asked
from ringfence.permissions.evaluate import PolicySet, RolePolicies
from ringfence.permissions.globs import covers, has_wildcard, overlaps
from ringfence.permissions.grants import policies_of


class Aws:
    """See :class:`~ringfence.permissions.clouds.interface.Cloud`."""

    def key(self, action: str) -> str:
        """Actions have no case."""
        return action.lower()

    def means(self, pattern: str, key: str) -> bool | None:
        """Whether all of the action is meant."""
        return covers(pattern.lower(), key)

    def reaches(self, granted: str, resource: str) -> bool | None:
        """By the patterns alone."""
        if covers(granted, resource):
            return True
        return None if overlaps(granted, resource) else False

    def fills(self, resource: str, granted: str) -> bool:
        """Whether the needed pattern means all that the granted one does."""
        return covers(resource, granted)

    def spelt(self, key: str) -> str:
        """In the spelling of the reference."""
        return next(iter(action_data.expand(key)), key)

    def all_of(self, pattern: str, needed: int) -> str:
        """The number of actions that a pattern with wildcards means today; "" for no more."""
        if not has_wildcard(pattern) or len(_expanded(pattern)) <= needed:
            return ""
        return f"of {len(_expanded(pattern)):,} actions"

    def count(self, grants: Iterable[Grant]) -> int:
        """Every action that the patterns mean today."""
        found: set[str] = set()
        for grant in grants:
            if grant.effect != "Allow" or grant.limit:
                continue
            if grant.actions:
                found.update(*(_expanded(pattern) for pattern in grant.actions))
            else:
                without = set().union(*(_expanded(pattern) for pattern in grant.not_actions))
                found |= _expanded("*") - without
        return len(found)

    def asked(self, grants: Iterable[Grant]) -> Asked:
        """The role's policies, and its boundary where it has one."""
        policies, boundary = policies_of(grants)
        return RolePolicies.of(PolicySet(policies), PolicySet(boundary) if boundary else None)


@functools.cache
def _expanded(pattern: str) -> frozenset[str]:
    if pattern in ("*", "*:*"):
        return frozenset(
            action for service in action_data.services() for action in _expanded(f"{service}:*")
        )
    return frozenset(action_data.expand(pattern))
