"""What identity policies allow, in three answers: allowed, denied, or it depends.

The answer is sound for whole patterns: *allowed* means that every request which the question
describes is allowed, *denied* that none is, *depends* everything between (a condition that is not
known, a resource that overlaps, a template value that is not known). Source of the order: IAM
User Guide, "Policy evaluation logic": an explicit deny wins, then any allow, else denied.
Session and organisation policies are not part of this module; they restrict its answer, so an
answer of *denied* stays true with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ringfence.model.application import Role
from ringfence.model.policy import Pattern, PolicyDocument, Statement
from ringfence.model.record import record
from ringfence.permissions.arns import ResourceNames, normalise
from ringfence.permissions.conditions import Context, holds
from ringfence.permissions.globs import covers, has_wildcard, overlaps


class Verdict(StrEnum):
    """Allowed for every request asked about, for none, or for some or perhaps."""

    ALLOWED = "allowed"
    DENIED = "denied"
    DEPENDS = "depends"


@record(frozen=True)
class Answer:
    """``statement`` decided it: the allow, the deny, the one that it depends on; None for an
    implicit denial."""

    verdict: Verdict
    statement: Statement | None = None

    @property
    def possible(self) -> bool:
        """Whether some request may be allowed."""
        return self.verdict is not Verdict.DENIED


_IMPLICIT = Answer(Verdict.DENIED)


def allows(
    documents: Iterable[PolicyDocument],
    action: str,
    resource: str = "*",
    context: Context | None = None,
) -> Answer:
    """Whether the policies together allow ``action`` on ``resource`` (both may be patterns)."""
    return PolicySet(documents).answer(action, resource, context)


class PolicySet:
    """Policies made ready for many questions, indexed by service.

    With ``names``, patterns are spelt symbolically (see :mod:`ringfence.permissions.arns`) and so
    must the resources asked about be; without, resources are real ARNs or patterns of such.
    """

    def __init__(
        self, documents: Iterable[PolicyDocument], names: ResourceNames | None = None
    ) -> None:
        self._allow: dict[str, list[_Rule]] = {}
        self._deny: dict[str, list[_Rule]] = {}
        for document in documents:
            for statement in document.statements:
                side = self._deny if statement.effect == "Deny" else self._allow
                rule = _Rule(statement, names)
                for service in rule.services():
                    side.setdefault(service, []).append(rule)

    def answer(self, action: str, resource: str = "*", context: Context | None = None) -> Answer:
        """The answer to one question."""
        lowered = action.lower()
        service = lowered.partition(":")[0]
        doubt: Statement | None = None
        for rule in _of(self._deny, service):
            applies = rule.applies(lowered, resource, context)
            if applies:
                return Answer(Verdict.DENIED, rule.statement)
            if applies is None:
                doubt = doubt or rule.statement
        maybe: Statement | None = None
        for rule in _of(self._allow, service):
            applies = rule.applies(lowered, resource, context)
            if applies:
                verdict = Verdict.ALLOWED if doubt is None else Verdict.DEPENDS
                return Answer(verdict, doubt or rule.statement)
            if applies is None:
                maybe = maybe or rule.statement
        return Answer(Verdict.DEPENDS, maybe) if maybe else _IMPLICIT

    def allowing(self, action: str) -> list[Statement]:
        """The allow statements that speak of at least a part of ``action``, conditions aside."""
        lowered = action.lower()
        rules = _of(self._allow, lowered.partition(":")[0])
        return [rule.statement for rule in rules if rule.does(lowered) is not False]


class RolePolicies:
    """What a role allows: its policies, and its boundary where it has one.

    A boundary grants nothing; what it does not allow is denied to the role.
    """

    def __init__(self, role: Role, names: ResourceNames | None = None) -> None:
        self._policies = PolicySet(role.policies, names)
        self._boundary = None if role.boundary is None else PolicySet([role.boundary], names)

    @classmethod
    def of(cls, policies: PolicySet, boundary: PolicySet | None) -> RolePolicies:
        """The same for policies that are made ready already."""
        made = cls.__new__(cls)
        made._policies, made._boundary = policies, boundary
        return made

    def answer(self, action: str, resource: str = "*", context: Context | None = None) -> Answer:
        """The answer to one question; ``statement`` is the role's own where it decides."""
        found = self._policies.answer(action, resource, context)
        if self._boundary is None or not found.possible:
            return found
        limit = self._boundary.answer(action, resource, context)
        if limit.verdict is Verdict.ALLOWED:
            return found
        return limit if not limit.possible else Answer(Verdict.DEPENDS, found.statement)

    def allowing(self, action: str) -> list[Statement]:
        """The role's allow statements that speak of at least a part of ``action``."""
        return self._policies.allowing(action)


def _of(index: dict[str, list[_Rule]], service: str) -> Iterable[_Rule]:
    if not index:
        return ()
    if has_wildcard(service):
        seen: dict[int, _Rule] = {id(rule): rule for rules in index.values() for rule in rules}
        return seen.values()
    named, general = index.get(service, ()), index.get("", ())
    return [*named, *general] if named and general else named or general


class _Rule:
    """One statement made ready: lower-case actions, resources in two spellings."""

    __slots__ = ("_actions", "_does", "_not_actions", "_not_resources", "_resources", "statement")

    def __init__(self, statement: Statement, names: ResourceNames | None) -> None:
        self.statement = statement
        self._actions = _actions(statement.actions)
        self._not_actions = _actions(statement.not_actions)
        self._does: dict[str, bool | None] = {}
        self._resources = [_resource(pattern, names) for pattern in statement.resources]
        self._not_resources = [_resource(pattern, names) for pattern in statement.not_resources]

    def services(self) -> set[str]:
        """The services of which it speaks; "" when of any."""
        if not self._actions:
            return {""}
        found = {strict.partition(":")[0] for strict, _ in self._actions}
        return {""} if any(has_wildcard(service) for service in found) else found

    def does(self, action: str) -> bool | None:
        """Whether it speaks of an action in lower case; remembered, as powers are many."""
        if action not in self._does:
            if self._not_actions:
                self._does[action] = _not(_means(self._not_actions, action))
            else:
                self._does[action] = _means(self._actions, action)
        return self._does[action]

    def applies(self, action: str, resource: str, context: Context | None) -> bool | None:
        does = self.does(action)
        if does is False:
            return False
        on = self._on(resource)
        if on is False:
            return False
        met = holds(self.statement.conditions, context) if self.statement.conditions else True
        if met is False:
            return False
        return True if does and on and met and self.statement.certain else None

    def _on(self, resource: str) -> bool | None:
        if self._not_resources:
            return _not(_means(self._not_resources, resource))
        if not self._resources:
            return True
        return _means(self._resources, resource)


#: What a pattern surely means, and what it means at most (unknown parts as ``*``).
Spelling = tuple[str, str]


def _actions(patterns: tuple[Pattern, ...]) -> list[Spelling]:
    return [
        (pattern.text.lower(), pattern.text.lower())
        if pattern.parts is None
        else ("", pattern.glob.lower())
        for pattern in patterns
    ]


def _resource(pattern: Pattern, names: ResourceNames | None) -> Spelling:
    variables = pattern.parts is None and "${" in pattern.text
    if variables:
        return "", _without_variables(pattern.text, names is not None)
    if names is not None:
        return names.glob(pattern), names.glob(pattern, loose=True)
    if pattern.parts is None:
        return pattern.text, pattern.text
    return "", pattern.glob


def _without_variables(text: str, symbolic: bool) -> str:
    pieces = text.split("${")
    glob = pieces[0] + "".join("*" + piece.partition("}")[2] for piece in pieces[1:])
    return normalise(glob) if symbolic else glob


def _means(patterns: list[Spelling], asked: str) -> bool | None:
    """True when one pattern surely means all that is asked, None when it may mean some."""
    answer: bool | None = False
    for strict, loose in patterns:
        if strict and covers(strict, asked):
            return True
        if overlaps(loose, asked):
            answer = None
    return answer


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
