"""Who a resource policy lets perform an action, as a :class:`Sender` with its proof.

What a statement and its conditions mean is decided in :mod:`ringfence.permissions.audience`; here
its answer is limited to one action and put into the words of a sender.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.application import Sender
from ringfence.model.policy import Pattern, PolicyDocument, Statement
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.permissions.audience import Audience, audience_of
from ringfence.permissions.globs import covers

_SOURCE_KEYS = frozenset(("aws:sourcearn", "aws:principalarn"))


@record(frozen=True)
class Admitted:
    """Someone whom a policy lets in. ``sources`` are ARNs that the request must come from;
    ``service`` is the service principal, or ""."""

    sender: Sender
    sources: tuple[Pattern, ...] = ()
    service: str = ""


def admitted(documents: Iterable[PolicyDocument], action: str) -> list[Admitted]:
    """Everyone whom these documents let perform ``action``, the widest first."""
    held = [document for document in documents if document.statements]
    if not held:
        return []
    whole = PolicyDocument(tuple(item for document in held for item in document.statements))
    return [
        _admitted(audience)
        for audience in audience_of(whole)
        if _covers(audience.statement, action.lower())
    ]


def _covers(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not any(covers(pattern.glob.lower(), action) for pattern in statement.not_actions)
    return any(covers(pattern.glob.lower(), action) for pattern in statement.actions)


def _admitted(audience: Audience) -> Admitted:
    statement = audience.statement
    sources = tuple(
        pattern
        for condition in statement.conditions
        if condition.key.lower() in _SOURCE_KEYS and "not" not in condition.operator.lower()
        for pattern in condition.values
    )
    sid = f" '{statement.sid}'" if statement.sid else ""
    reason = f"{statement.origin or 'a policy'}{sid} allows it"
    if audience.conditions:
        reason += f" under {', '.join(audience.conditions)}"
    if not statement.certain:
        reason += ", depending on a condition of the template"
    who = audience.who
    if audience.kind == "everyone" and audience.conditions and audience.exposure < Exposure.ANYONE:
        who = f"callers with {', '.join(audience.conditions)}"
    sender = Sender(audience.exposure, who, reason, statement.location)
    return Admitted(sender, sources, audience.name if audience.kind == "service" else "")
