"""What a principal may do, one request at a time: the seam between this room and an evaluator.

:class:`Access` is all that the analysis asks. :class:`PolicyAccess` answers from policies. A
question's context holds what is known of the request; keys that the caller chooses are tried with
every value that the policies themselves name (see the catalogue's ``chosen``).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from ringfence import late
from ringfence.model.policy import Condition, Pattern, PolicyDocument, Statement
from ringfence.model.record import replace
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.account import Account, RecordError
from ringfence.permissions.escalation.catalogue import catalogue
from ringfence.permissions.escalation.example_texts import common_text
from ringfence.permissions.evaluate import Answer, PolicySet, Verdict

#: Beginnings of condition keys in lower case.
Prefixes = tuple[str, ...]

#: Choices of values tried for one question.
MAX_CHOICES = 256
MAX_NARROWING = 16
#: Statements and conditions looked at for one principal; about ten seconds.
MAX_WORK = 3_000_000
#: A value that no policy names.
OTHER = "ringfence-any-other"
#: Stands where a policy variable has no value: nothing equals it.
_MY_TAGS = "aws:principaltag/"
_NOTHING = "\ue012"
_VARIABLE = late.pattern(r"\$\{([^}]*)\}")
_RANK = {Verdict.DENIED: 0, Verdict.DEPENDS: 1, Verdict.ALLOWED: 2}


class Access(Protocol):
    """Whether a principal may do something; see :class:`PolicyAccess`."""

    def may(
        self, action: str, resource: str, context: Context | None = None, free: Prefixes = ()
    ) -> Answer:
        """The best answer over what the caller may choose; ``resource`` is one ARN or ``*``.

        ``free`` are beginnings of condition keys (lower case) that are chosen too in this case.
        """

    def refuses(self, action: str, resource: str, context: Context | None = None) -> bool | None:
        """Whether a statement denies it explicitly; None when that is not known."""

    def patterns(self, action: str) -> list[str]:
        """The resource patterns of the statements that allow the action, conditions aside."""


class PolicyAccess:
    """A principal's own policies under its boundary, session and organisation policies."""

    def __init__(
        self, identity: Iterable[PolicyDocument], limits: Iterable[list[PolicyDocument]],
        known: Context,
    ) -> None:  # fmt: skip
        self.known = known
        self._identity = [_filled(document, known) for document in identity]
        self._sets = [PolicySet(self._identity)]
        self._documents = list(self._identity)
        for level in limits:
            filled = [_filled(document, known) for document in level]
            self._documents += filled
            self._sets.append(PolicySet(filled))
        self._keys: dict[str, dict[str, list[str]]] = {}
        self.free: Prefixes = ()
        statements = [one for document in self._documents for one in document.statements]
        self._weight = len(statements) + sum(len(one.conditions) for one in statements)
        self._work = 0

    def may(
        self, action: str, resource: str, context: Context | None = None, free: Prefixes = ()
    ) -> Answer:
        """The best answer over what the caller may choose."""
        base = {key.lower(): values for key, values in {**self.known, **(context or {})}.items()}
        best = Answer(Verdict.DENIED)
        for choice in _choices(self._chosen(action, base, free)):
            answer = self._answer(action, resource, {**base, **choice})
            if _RANK[answer.verdict] > _RANK[best.verdict] or best.statement is None:
                best = answer
            if best.verdict is Verdict.ALLOWED:
                break
        return best

    def refuses(self, action: str, resource: str, context: Context | None = None) -> bool | None:
        """Whether a statement denies it explicitly; None when that is not known."""
        base = {key.lower(): values for key, values in {**self.known, **(context or {})}.items()}
        plain = PolicySet([PolicyDocument((*_denies(self._documents), _ALLOW_ALL))])
        best: bool | None = True
        for choice in _choices(self._chosen(action, base)):
            verdict = plain.answer(action, resource, {**base, **choice}).verdict
            if verdict is Verdict.ALLOWED:
                return False
            best = None if verdict is Verdict.DEPENDS else best
        return best

    def patterns(self, action: str) -> list[str]:
        """The resource patterns of the statements that allow the action, conditions aside."""
        found: dict[str, None] = {}
        for statement in self._sets[0].allowing(action):
            if not statement.resources:
                found["*"] = None
            for pattern in statement.resources:
                found[_VARIABLE.sub("*", pattern.text)] = None
        return list(found)

    def narrowing(self, action: str) -> list[str]:
        """Patterns that a name must fit to be spared: what the limits allow, what a deny leaves."""
        lowered = action.lower()
        found: dict[str, None] = {}
        for limit in self._sets[1:]:
            for statement in limit.allowing(lowered):
                found.update(dict.fromkeys(one.text for one in statement.resources))
        for statement in _denies(self._documents):
            found.update(dict.fromkeys(one.text for one in statement.not_resources))
        return [text for text in found if text != "*" and "${" not in text][:MAX_NARROWING]

    def values(self, action: str, key: str) -> list[str]:
        """The values that statements about the action name for a condition key (lower case)."""
        return [
            pattern.text
            for statement in _about(self._documents, action)
            for condition in statement.conditions
            if condition.key.lower() == key
            for pattern in condition.values
        ]

    def _answer(self, action: str, resource: str, context: Context) -> Answer:
        self._work += self._weight
        if self._work > MAX_WORK:
            raise RecordError("there are too many statements and choices to decide this record")
        worst = self._sets[0].answer(action, resource, context)
        for limit in self._sets[1:]:
            if worst.verdict is Verdict.DENIED:
                return worst
            answer = limit.answer(action, resource, context)
            if _RANK[answer.verdict] < _RANK[worst.verdict]:
                worst = answer
        return worst

    def _chosen(self, action: str, known: Context, free: Prefixes = ()) -> dict[str, list[str]]:
        """Keys that the caller chooses and the policies ask for, with the values they name."""
        lowered = action.lower()
        if lowered not in self._keys:
            self._keys[lowered] = self._named(lowered)
        return {
            key: values
            for key, values in self._keys[lowered].items()
            if key not in known and (is_chosen(key) or key.startswith((*free, *self.free)))
        }

    def _named(self, action: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for statement in _about(self._documents, action):
            for condition in statement.conditions:
                examples = _examples(condition, self.known)
                found.setdefault(condition.key.lower(), []).extend(examples)
        return found


_ALLOW_ALL = Statement("Allow", (Pattern("*", "*"),), (), (Pattern("*", "*"),))


def _denies(documents: list[PolicyDocument]) -> Iterator[Statement]:
    for document in documents:
        yield from (one for one in document.statements if one.effect == "Deny")


def _about(documents: list[PolicyDocument], action: str) -> Iterator[Statement]:
    """The statements that speak of the action, whatever they say."""
    for document in documents:
        for statement in document.statements:
            if not statement.conditions:
                continue
            alone = PolicySet([PolicyDocument((replace(statement, effect="Allow"),))])
            if alone.allowing(action):
                yield statement


def is_chosen(key: str) -> bool:
    """Whether the caller chooses the value of a condition key (lower case)."""
    return any(
        key.startswith(form[:-1]) if form.endswith("*") else key == form
        for form in catalogue().chosen
    )


def _examples(condition: Condition, known: Context) -> list[str]:
    found = []
    for pattern in condition.values:
        text = _fill(pattern.text, known)
        example = text if text in ("*", "?") else common_text([text])
        found.append(example if example else "x")
    return found


def _choices(keys: dict[str, list[str]]) -> Iterator[dict[str, tuple[str, ...]]]:
    """Every way to choose: no value at all, a value that nobody named, each that was named."""
    options: list[list[tuple[str, tuple[str, ...]]]] = []
    for key, values in keys.items():
        named = [(value,) for value in dict.fromkeys(values)]
        options.append([(key, value) for value in [(), (OTHER,), *named]])
    for pairs in itertools.islice(itertools.product(*options), MAX_CHOICES):
        yield dict(pairs)


# --- policy variables -------------------------------------------------------------------------


def _filled(document: PolicyDocument, known: Context) -> PolicyDocument:
    """The document with the variables of its resources filled in as far as they are known."""
    if not any("${" in p.text for s in document.statements for p in s.resources + s.not_resources):
        return document
    return PolicyDocument(
        tuple(
            replace(
                statement,
                resources=_fill_all(statement.resources, known),
                not_resources=_fill_all(statement.not_resources, known),
            )
            for statement in document.statements
        ),
        document.location,
        document.name,
    )


def _fill_all(patterns: tuple[Pattern, ...], known: Context) -> tuple[Pattern, ...]:
    return tuple(
        Pattern(text, text) if (text := _fill(pattern.text, known)) != pattern.text else pattern
        for pattern in patterns
    )


def _fill(text: str, known: Context) -> str:
    if "${" not in text:
        return text
    lowered = {key.lower(): values for key, values in known.items()}

    def value(name: str, whole: str) -> str:
        key, _, default = name.partition(",")
        values = lowered.get(key.strip().lower())
        if values is None:
            return whole
        return values[0] if values else default.strip().strip("'") or _NOTHING

    return _VARIABLE.sub(lambda match: value(match.group(1), match.group(0)), text)


# --- what is known of a principal's requests --------------------------------------------------


def known_of(account: Account, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Context:
    """The context of every request that the principal makes itself, with its own credentials.

    Not known: the second factor, addresses and networks, the user id, and tags unless given.
    Source: IAM User Guide, "AWS global condition context keys".
    """
    arn, moment = account.principal.arn, now()
    context: dict[str, tuple[str, ...]] = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (account.id,),
        "aws:principaltype": ("User" if account.is_user else "AssumedRole",),
        "aws:username": (account.principal.name,) if account.is_user else (),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
        "aws:principalservicename": (),
        "aws:calledvia": (),
        "aws:calledviafirst": (),
        "aws:calledvialast": (),
        "aws:sourcearn": (),
        "aws:sourceaccount": (),
        "aws:resourceaccount": (account.id,),
        "aws:currenttime": (moment.isoformat(),),
        "aws:epochtime": (str(int(moment.timestamp())),),
    }
    context.update(_tag_context("aws:principaltag/", account.principal.tags, account))
    context.update({key.lower(): values for key, values in account.context.items()})
    return context


def _tag_context(
    prefix: str, tags: dict[str, str] | None, account: Account
) -> dict[str, tuple[str, ...]]:
    """The tags; when all are known, those that policies ask for in vain are missing."""
    if tags is None:
        return {}
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_asked(prefix, account), ())
    found.update({f"{prefix}{key}".lower(): (value,) for key, value in tags.items()})
    return found


def _asked(prefix: str, account: Account) -> Iterator[str]:
    policies = [policy.document for policy in account.principal.policies or ()]
    roles = [role.trust for role in account.lists.get("roles", ()) if role.trust]
    for document in [*policies, *roles]:
        for statement in document.statements:
            for condition in statement.conditions:
                if condition.key.lower().startswith(prefix):
                    yield condition.key.lower()
            for pattern in (*statement.resources, *statement.not_resources):
                for match in _VARIABLE.finditer(pattern.text):
                    name = match.group(1).partition(",")[0].strip().lower()
                    if name.startswith(prefix):
                        yield name


def access_of(account: Account, known: Context) -> PolicyAccess:
    """The access of the record's principal; its own tags are its choice if it may change them."""
    limits = [list(level) for level in account.scp]
    limits += [[document] for document in account.session]
    if account.principal.boundary is not None:
        limits.append([account.principal.boundary])
    documents = [policy.document for policy in account.principal.policies or ()]
    access = PolicyAccess(documents, limits, known)
    me = account.principal.arn
    tag = catalogue().tagging["user" if account.is_user else "role"]
    if access.may(tag, me).verdict is Verdict.ALLOWED:
        bare = {key: value for key, value in known.items() if not key.startswith(_MY_TAGS)}
        access = PolicyAccess(documents, limits, bare)
        access.free = (_MY_TAGS,)
    return access


def whole(documents: Iterable[PolicyDocument]) -> bool:
    """Whether the allow statements, denies aside, allow everything on everything, always."""
    allows = [
        PolicyDocument(tuple(one for one in document.statements if one.effect == "Allow"))
        for document in documents
    ]
    return PolicySet(allows).answer("*", "*").verdict is Verdict.ALLOWED
