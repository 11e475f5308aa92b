"""What a role grants, as plain patterns of real ARNs, with the template line of each statement."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.application import Role
from ringfence.model.contract import Condition, Grant
from ringfence.model.policy import Condition as PolicyCondition
from ringfence.model.policy import Pattern, PolicyDocument, Statement
from ringfence.permissions.physical import PhysicalNames, without_doubles


def grants_of(role: Role, names: PhysicalNames) -> list[Grant]:
    """The statements of a role's policies, and of its boundary, in template order."""
    found = [_grant(s, names, False) for document in role.policies for s in _of(document)]
    if role.boundary is not None:
        found += [_grant(s, names, True) for s in _of(role.boundary)]
    return found


def _of(document: PolicyDocument) -> Iterable[Statement]:
    return document.statements


def _grant(statement: Statement, names: PhysicalNames, limit: bool) -> Grant:
    return Grant(
        statement.effect,
        tuple(pattern.glob for pattern in statement.actions),
        tuple(pattern.glob for pattern in statement.not_actions),
        tuple(arn_of(pattern, names) for pattern in statement.resources),
        tuple(arn_of(pattern, names) for pattern in statement.not_resources),
        tuple(
            Condition(item.operator, item.key, tuple(arn_of(v, names) for v in item.values))
            for item in statement.conditions
        ),
        statement.origin,
        f"{statement.location.file}:{statement.location.line}",
        limit,
        statement.certain,
    )


def arn_of(pattern: Pattern, names: PhysicalNames) -> str:
    """A pattern of a template's policy, references in it as the names they will have."""
    return pattern.text if pattern.parts is None else without_doubles(names.text(pattern.parts))


def policies_of(grants: Iterable[Grant]) -> tuple[list[PolicyDocument], list[PolicyDocument]]:
    """Grants as policies again: the role's own, and those of its boundary."""
    own = [grant for grant in grants if not grant.limit]
    limits = [grant for grant in grants if grant.limit]
    return _documents(own), _documents(limits)


def _documents(grants: list[Grant]) -> list[PolicyDocument]:
    return [PolicyDocument(tuple(_statement(grant) for grant in grants))] if grants else []


def _statement(grant: Grant) -> Statement:
    return Statement(
        grant.effect,
        tuple(map(_pattern, grant.actions)),
        tuple(map(_pattern, grant.not_actions)),
        tuple(map(_pattern, grant.resources)),
        tuple(map(_pattern, grant.not_resources)),
        (),
        (),
        tuple(
            PolicyCondition(item.operator, item.key, tuple(map(_pattern, item.values)))
            for item in grant.conditions
        ),
        origin=grant.origin,
        certain=grant.certain,
    )


def _pattern(text: str) -> Pattern:
    return Pattern(text, text)
