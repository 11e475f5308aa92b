"""Grants of any cloud as one evaluator: an explicit deny wins, then any allow, else denied.

The answers are sound for whole patterns, as in :mod:`ringfence.permissions.evaluate`. The order of
the grants counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from ringfence.model.contract import Condition, Evidence, Grant, Permission
from ringfence.model.location import Location
from ringfence.model.policy import Condition as PolicyCondition
from ringfence.model.policy import Pattern, Statement
from ringfence.model.record import record
from ringfence.permissions.evaluate import Answer, Verdict


class Terms(Protocol):
    """What the evaluator asks a cloud."""

    def key(self, action: str) -> str:
        """The key of an action that is asked about."""

    def means(self, pattern: str, key: str) -> bool | None:
        """Whether a granted pattern means an action; None for a part of it, or perhaps."""

    def reaches(self, granted: str, resource: str) -> bool | None:
        """Whether a resource is the granted scope or lies below it."""

    def is_at(self, granted: str, resource: str) -> bool | None:
        """Whether a resource is the granted scope itself."""

    def met(self, condition: Condition, resource: str) -> bool | None:
        """Whether a condition holds; None when it is not known."""


class GrantSet:
    """Grants made ready for questions."""

    def __init__(self, grants: Iterable[Grant], terms: Terms) -> None:
        ordered = in_order(grants)
        self._terms = terms
        self._allow = [grant for grant in ordered if grant.effect != "Deny"]
        self._deny = [grant for grant in ordered if grant.effect == "Deny"]

    def answer(self, action: str, resource: str = "*") -> Answer:
        """Whether the grants together allow ``action`` on ``resource``."""
        key = self._terms.key(action)
        denied, deny = self._first(self._deny, key, resource)
        if denied:
            return Answer(Verdict.DENIED, deny)
        allowed, allow = self._first(self._allow, key, resource)
        if allowed is False:
            return Answer(Verdict.DENIED)
        if allowed and denied is False:
            return Answer(Verdict.ALLOWED, allow)
        return Answer(Verdict.DEPENDS, allow if denied is False else deny)

    def _first(
        self, grants: list[Grant], key: str, resource: str
    ) -> tuple[bool | None, Statement | None]:
        """The first grant that surely applies, else the first that may."""
        maybe: Grant | None = None
        for grant in grants:
            applies = self._applies(grant, key, resource)
            if applies:
                return True, statement_of(grant)
            if applies is None:
                maybe = maybe or grant
        return (False, None) if maybe is None else (None, statement_of(maybe))

    def _applies(self, grant: Grant, key: str, resource: str) -> bool | None:
        return every(self._tests(grant, key, resource))

    def _tests(self, grant: Grant, key: str, resource: str) -> Iterator[bool | None]:
        terms = self._terms
        yield does(grant, key, terms.means)
        on = terms.is_at if grant.not_resources else terms.reaches
        yield some(on(scope, resource) for scope in grant.resources)
        for condition in grant.conditions:
            yield terms.met(condition, resource)
        yield True if grant.certain else None


def does(grant: Grant, key: str, means: Callable[[str, str], bool | None]) -> bool | None:
    """Whether a grant speaks of an action: what ``actions`` mean without ``not_actions``."""
    if not grant.actions and not grant.not_actions:
        return None
    given = some(means(pattern, key) for pattern in grant.actions) if grant.actions else True
    if given is False:
        return False
    taken = some(means(pattern, key) for pattern in grant.not_actions)
    if taken is None:
        return None
    return False if taken else given


def some(answers: Iterable[bool | None]) -> bool | None:
    """True if any is true, else None if any is not known."""
    found: bool | None = False
    for answer in answers:
        if answer:
            return True
        found = None if answer is None else found
    return found


def every(answers: Iterable[bool | None]) -> bool | None:
    """False if any is false, else None if any is not known; none is asked after a false one."""
    found: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        found = None if answer is None else found
    return found


def inverse(answer: bool | None) -> bool | None:
    """Not; what is not known stays so."""
    return None if answer is None else not answer


def in_order(grants: Iterable[Grant]) -> list[Grant]:
    """Grants in an order of their own, each once."""
    return sorted(dict.fromkeys(grants), key=_place)


def _place(grant: Grant) -> tuple[object, ...]:
    conditions = [(item.operator, item.key, item.values) for item in grant.conditions]
    named = (grant.origin, grant.where, grant.resources, grant.not_resources)
    return (*named, grant.effect, not grant.certain, grant.actions, grant.not_actions, conditions)


def statement_of(grant: Grant) -> Statement:
    """A grant in the form in which answers name what decided them."""
    file, _, line = grant.where.rpartition(":")
    at = Location(file, int(line)) if file and line.isdecimal() else Location(grant.where, 0)
    return Statement(
        grant.effect,
        _patterns(grant.actions),
        _patterns(grant.not_actions),
        _patterns(grant.resources),
        _patterns(grant.not_resources),
        conditions=tuple(
            PolicyCondition(item.operator, item.key, _patterns(item.values))
            for item in grant.conditions
        ),
        location=at,
        origin=grant.origin,
        certain=grant.certain,
    )


def _patterns(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    return tuple(Pattern(text, text) for text in texts)


def permissions_of(grants: Iterable[Grant]) -> list[Permission]:
    """What the allow grants give, an action on a scope each; what denies take away is not taken."""
    return [
        Permission(
            action,
            resource,
            conditions=grant.conditions,
            unknown=() if grant.certain else (grant.origin,),
            evidence=(Evidence("template", grant.where, grant.origin),),
        )
        for grant in in_order(grants)
        if grant.effect == "Allow"
        for action in grant.actions
        for resource in grant.resources
    ]


@record(frozen=True, eq=False)
class Granted:
    """What an identity may do.

    ``grants`` are its grants and denies, ``gaps`` say what is not known of them, ``warnings`` name
    roles that are too wide for any function.
    """

    grants: tuple[Grant, ...]
    asked: GrantSet
    gaps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def answer(self, action: str, resource: str = "*") -> Answer:
        """Whether the identity may do ``action`` on ``resource`` (both may be patterns)."""
        return self.asked.answer(action, resource)

    @property
    def permissions(self) -> list[Permission]:
        """The grants, an action on a scope each."""
        return permissions_of(self.grants)
