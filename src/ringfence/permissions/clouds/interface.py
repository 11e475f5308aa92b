"""What differs between clouds for whoever holds grants against needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ringfence.model.contract import Grant
from ringfence.permissions.evaluate import Answer


class Asked(Protocol):
    """Something that answers whether an action is allowed on a resource."""

    def answer(self, action: str, resource: str = "*") -> Answer:
        """The answer to one question; both may be patterns."""


class Cloud(Protocol):
    """The terms of one cloud. A *key* is the spelling by which actions are compared."""

    def key(self, action: str) -> str:
        """The key of an action that is needed or asked about."""

    def means(self, pattern: str, key: str) -> bool | None:
        """Whether a granted pattern means an action; None for a part of it, or perhaps."""

    def reaches(self, granted: str, resource: str) -> bool | None:
        """Whether a grant on one resource is one on the other; None for a part, or perhaps."""

    def fills(self, resource: str, granted: str) -> bool:
        """Whether who needs ``resource`` cannot do with less than ``granted``."""

    def spelt(self, key: str) -> str:
        """An action as people write it."""

    def all_of(self, pattern: str, needed: int) -> str:
        """How much a pattern means, in words ("of 24 actions"); "" when it means one action."""

    def count(self, grants: Iterable[Grant]) -> int:
        """How many different actions are allowed, resources and conditions aside."""

    def asked(self, grants: Iterable[Grant]) -> Asked:
        """The grants made ready for questions."""
