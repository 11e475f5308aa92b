"""One record decided: every technique of the catalogue asked, the answer put in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ringfence.model.record import record
from ringfence.permissions.escalation.access import access_of, known_of
from ringfence.permissions.escalation.account import Account
from ringfence.permissions.escalation.catalogue import catalogue
from ringfence.permissions.escalation.gains import Gains
from ringfence.permissions.evaluate import Verdict


@record(frozen=True)
class Found:
    """A technique that holds, and what it gains."""

    technique: str
    target: str
    title: str
    actions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The fields as JSON-like data."""
        return {
            "technique": self.technique,
            "target": self.target,
            "title": self.title,
            "actions": list(self.actions),
        }


@record(frozen=True)
class Result:
    """``via`` holds surely; ``possible`` hangs on what is not known here."""

    via: tuple[Found, ...] = ()
    possible: tuple[Found, ...] = ()
    already_admin: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer as JSON-like data; keys that say nothing are left out."""
        answer: dict[str, Any] = {
            "escalates": bool(self.via),
            "via": [found.as_json() for found in self.via],
        }
        if self.already_admin:
            answer["already_admin"] = True
        if self.possible:
            answer["conditional"] = True
            answer["possible"] = [found.as_json() for found in self.possible]
        return answer


def analyse(account: Account, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Result:
    """What the principal can gain; the most direct techniques first."""
    known = known_of(account, now)
    access = access_of(account, known)
    everything = access.may("*", "*").verdict is Verdict.ALLOWED
    if everything or account.principal.admin or account.principal.arn.endswith(":root"):
        return Result(already_admin=True)
    gains = Gains(account, access, access.known)
    via: dict[Found, None] = {}
    possible: dict[Found, None] = {}
    for technique in sorted(catalogue().techniques, key=lambda one: (-one.rank, one.id)):
        for gain in gains.of(technique):
            found = Found(technique.id, gain.target, technique.title, gain.actions)
            (via if gain.certain else possible)[found] = None
    return Result(tuple(via), tuple(possible))
