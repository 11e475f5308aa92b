"""Paths through identity pools: credentials that an application hands to its users, or to anyone.

A browser or phone gets the pool's role itself, so whatever that role may do to data needs no
function at all. Parts that a policy variable or a condition narrows to the caller are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model.application import Application, Resource, Role
from ringfence.model.facts import Step
from ringfence.model.finding import AttackPath, Power
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Effect, Exposure, severity_of
from ringfence.model.value import Choice, Mapping, Reference, Sequence, Value, boolean
from ringfence.paths import words
from ringfence.paths.reach import Reach
from ringfence.paths.story import path_id
from ringfence.permissions.powers import WHOLE_ACCOUNT, powers_of

_ATTACHMENT = "AWS::Cognito::IdentityPoolRoleAttachment"
_EXPOSURE = {"unauthenticated": Exposure.ANYONE, "authenticated": Exposure.AUTHENTICATED}


@record(frozen=True)
class _Grant:
    """A role that a pool hands out, and the line that says so."""

    pool: Resource | None
    role: Role
    exposure: Exposure
    location: Location


def guest_paths(application: Application, reach: Reach) -> list[AttackPath]:
    """A path per role that a pool hands out and that opens data of more than the caller."""
    found = []
    for grant in _grants(application):
        powers = [power for power in powers_of(grant.role, application) if _matters(power, grant)]
        if powers:
            found.append(_tell(grant, powers, reach))
    return found


def _matters(power: Power, grant: _Grant) -> bool:
    if power.conditional:
        return False
    if power.target == WHOLE_ACCOUNT:
        return True
    if power.verb not in ("read", "write", "delete", "administer"):
        return False
    # Users are meant to send and publish; data at rest and its administration are another matter.
    at_rest = power.target.startswith(("table", "bucket", "secret", "parameter", "every ", "user"))
    guest = grant.exposure is Exposure.ANYONE
    return at_rest and (bool(power.data_class) or power.verb != "read" or guest)


def _tell(grant: _Grant, powers: list[Power], reach: Reach) -> AttackPath:
    guest = grant.exposure is Exposure.ANYONE
    pool = grant.pool.logical_id if grant.pool else "of another template"
    changes = any(power.verb != "read" for power in powers)
    whole = any(power.target == WHOLE_ACCOUNT for power in powers)
    data = reach.worst(powers)
    effect = Effect.ESCALATE if whole else Effect.WRITE_DATA if changes else Effect.READ_DATA
    who = "Anyone" if guest else "Any signed-in user"
    kind = "guests" if guest else "signed-in users"
    said = words.powers_words(powers)
    lines = (
        Step(grant.location, f"Identity pool {pool} gives its {kind} the role {_name(grant)}"),
        Step(powers[0].location or grant.role.location, f"With it they can {said}"),
        Step(grant.location, "They hold the credentials themselves, so no function stands between"),
    )
    return AttackPath(
        id=path_id("guest", grant.role.id, str(grant.exposure)),
        title=f"{who} can {words.powers_words(powers[:1])} as identity pool {pool} allows",
        severity=severity_of(grant.exposure, effect, data.rank > 0 and not data.guessed),
        confidence="medium" if data.guessed else "high",
        trigger="",
        function="",
        lines=lines,
        powers=tuple(powers),
        fix=f"Narrow the role {_name(grant)} to the caller's own part, "
        "with ${cognito-identity.amazonaws.com:sub} in the resource or a condition",
        fix_location=powers[0].location or grant.role.location,
        findings=(),
        score=float(28 + 3 * data.rank + 4 * changes + 10 * whole),
    )


def _name(grant: _Grant) -> str:
    return grant.role.logical_id


def _grants(application: Application) -> Iterator[_Grant]:
    for attachment in application.resources.values():
        roles = attachment.properties.get("Roles") if attachment.type == _ATTACHMENT else None
        if not isinstance(roles, Mapping):
            continue
        pool = _first(application, attachment.properties.get("IdentityPoolId"))
        for kind, exposure in _EXPOSURE.items():
            if exposure is Exposure.ANYONE and pool is not None and not _admits_guests(pool):
                continue
            held = _first(application, roles.get(kind))
            role = application.roles.get(held.id) if held else None
            if role is not None:
                yield _Grant(pool, role, exposure, roles.key_location(kind))


def _admits_guests(pool: Resource) -> bool:
    return boolean(pool.properties.get("AllowUnauthenticatedIdentities")) is True


def _first(application: Application, value: Value | None) -> Resource | None:
    """The first resource of the application that the value refers to."""
    if isinstance(value, Reference):
        return application.resources.get(value.resource)
    branches = value.branches() if isinstance(value, Choice) else ()
    if isinstance(value, Sequence):
        branches = tuple(value.items)
    return next((found for item in branches if (found := _first(application, item))), None)
