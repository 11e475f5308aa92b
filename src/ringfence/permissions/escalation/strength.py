"""Whether a target is worth taking: what it may do that the principal may not."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model.policy import PolicyDocument, Statement
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess, whole
from ringfence.permissions.escalation.account import Entry
from ringfence.permissions.escalation.catalogue import catalogue
from ringfence.permissions.evaluate import Verdict
from ringfence.permissions.globs import covers

#: Pairs of an action and a resource compared for one target.
MAX_PAIRS = 4_000


def is_stronger(target: Entry, mine: PolicyAccess, known: Context) -> bool | None:
    """Whether the target may do what the principal may not; None when nothing is known of it.

    An administrator is stronger than anyone else. A target with policies is compared statement by
    statement, leaving out what every function does (the catalogue's ``harmless``). A target that is
    said not to be an administrator, and of which no more is known, is not.
    """
    if target.admin:
        return True
    if target.policies is None:
        return None if target.admin is None else False
    limits = [] if target.boundary is None else [[target.boundary]]
    theirs = PolicyAccess([policy.document for policy in target.policies], limits, known)
    return exceeds(theirs, [policy.document for policy in target.policies], mine)


def exceeds(theirs: PolicyAccess, documents: list[PolicyDocument], mine: PolicyAccess) -> bool:
    """Whether one access allows something of ``documents`` that the other does not."""
    for count, (action, resource) in enumerate(_pairs(documents)):
        if count >= MAX_PAIRS:
            return True
        if theirs.may(action, resource).verdict is Verdict.DENIED:
            continue
        if mine.may(action, resource).verdict is not Verdict.ALLOWED:
            return True
    return False


def _pairs(documents: list[PolicyDocument]) -> Iterator[tuple[str, str]]:
    for document in documents:
        for statement in document.statements:
            if statement.effect == "Allow":
                for action in _actions(statement):
                    for resource in [one.text for one in statement.resources] or ["*"]:
                        yield action, resource


def _actions(statement: Statement) -> list[str]:
    found = [one.text for one in statement.actions] or ["*"]
    return [action for action in found if not _is_harmless(action)]


def _is_harmless(action: str) -> bool:
    lowered = action.lower()
    return any(covers(one.lower(), lowered) for one in catalogue().harmless)


def grants_help(principal: Entry, known: Context) -> bool:
    """Whether a grant to this principal can widen what it may do.

    Not when its policies allow everything but what they deny, and not under a boundary that
    stays: only one that allows everything but some exceptions leaves room.
    """
    if principal.boundary is None and principal.boundary_arn:
        return False
    if principal.boundary is not None and not whole([principal.boundary]):
        return False
    return not whole([policy.document for policy in principal.policies or ()])


def boundary_limits(principal: Entry, known: Context) -> bool:
    """Whether the boundary takes away something that the principal's own policies allow."""
    if principal.boundary is None:
        return False
    documents = [policy.document for policy in principal.policies or ()]
    alone = PolicyAccess(documents, [], known)
    limited = PolicyAccess(documents, [[principal.boundary]], known)
    return exceeds(alone, documents, limited)
