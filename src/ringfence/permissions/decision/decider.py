"""The decision: every policy that bears on a request, in the order of the reference.

Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny
access", "Policy evaluation for requests within a single account", "Cross-account policy evaluation
logic", "Permissions boundaries for IAM entities", "AWS JSON policy elements: NotPrincipal"; AWS
Organizations User Guide, "Service control policies" and "Resource control policies".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ringfence.errors import UsageError
from ringfence.model.policy import PolicyDocument
from ringfence.model.record import record
from ringfence.permissions.decision.principals import AS_ACCOUNT, AS_ROLE, DIRECTLY
from ringfence.permissions.decision.reading import plain_statements
from ringfence.permissions.decision.request import Request
from ringfence.permissions.decision.statements import CompiledStatement, Layer, StatementName
from ringfence.permissions.decision.validate import validate
from ringfence.permissions.evaluate import Verdict

Policy = Mapping[str, Any] | PolicyDocument
Levels = Sequence[Sequence[Policy]]

EXPLICIT, IMPLICIT = "explicit", "implicit"


@record(frozen=True)
class Decision:
    """``kind`` says whether a statement decided it. One that *depends* is explicit when a deny may
    apply, else implicit. ``statements``: the deny; or one allow of each kind of policy that had to
    allow; or those on which it depends. ``unknown``: what is not known and would decide it.
    ``lacks``: the kinds of policies that do not allow what is denied implicitly."""

    verdict: Verdict
    kind: str
    statements: tuple[StatementName, ...] = ()
    unknown: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


class CompiledPolicy:
    """A policy made ready once, for any number of deciders."""

    __slots__ = ("statements",)

    def __init__(self, policy: Policy, name: str) -> None:
        self.statements = [CompiledStatement(item, name) for item in plain_statements(policy)]


#: Whether something is allowed, by which statements, on what it hangs, and who does not allow it.
Outcome = tuple[
    bool | None,
    tuple[CompiledStatement, ...],
    tuple[CompiledStatement | str, ...],
    tuple[str, ...],
]
_GRANTED: Outcome = (True, (), (), ())


class Decider:
    """All policies that bear on a principal and a resource, made ready for many requests.

    Policies are JSON objects, documents of the model, or :class:`CompiledPolicy`. ``boundary`` and
    ``resource`` are one policy or None; ``session`` and ``identity`` any number, of which one has
    to allow; of ``scps`` and ``rcps`` one of every level. An empty ``session``, ``scps`` or
    ``rcps`` limits nothing, an empty level allows nothing.

    What nothing tells is taken so: a resource whose ARN names no account, and for which neither
    ``aws:ResourceAccount`` nor the request tells one, is of the principal's account.

    Raises:
        UsageError: a JSON policy is malformed.
    """

    __slots__ = ("_boundary", "_identity", "_rcps", "_resource", "_scps", "_session")

    def __init__(
        self,
        identity: Iterable[Policy | CompiledPolicy] = (),
        boundary: Policy | CompiledPolicy | None = None,
        session: Iterable[Policy | CompiledPolicy] = (),
        scps: Iterable[Iterable[Policy | CompiledPolicy]] = (),
        resource: Policy | CompiledPolicy | None = None,
        rcps: Iterable[Iterable[Policy | CompiledPolicy]] = (),
    ) -> None:
        self._identity = _layer("identity", identity, "identity")
        self._boundary = None if boundary is None else _layer("boundary", boundary, "boundary")
        held = list(session)
        self._session = _layer("session", held, "session") if held else None
        self._resource = (
            None if resource is None else _layer("resource_policy", resource, "resource")
        )
        self._scps = [_layer(f"scp[{n}]", level, "scp") for n, level in enumerate(scps)]
        self._rcps = [_layer(f"rcp[{n}]", level, "rcp") for n, level in enumerate(rcps)]

    def decide(self, request: Request) -> Decision:
        """The decision on one request."""
        doubts: list[CompiledStatement | str] = []
        for layer in self._binding(request):
            for statement, does in layer.chosen(request.action)[0]:
                applies = self._denies(layer, statement, does, request)
                if applies:
                    return Decision(Verdict.DENIED, EXPLICIT, (statement.name,))
                if applies is None:
                    doubts.append(statement)
        answer, statements, hangs, lacks = self._allowed(request)
        if answer is False:
            return Decision(Verdict.DENIED, IMPLICIT, lacks=lacks)
        if answer and not doubts:
            names = tuple(statement.name for statement in statements)
            return Decision(Verdict.ALLOWED, EXPLICIT if names else IMPLICIT, names)
        kind = EXPLICIT if doubts else IMPLICIT
        return _depends(kind, (*doubts, *hangs), request)

    def _binding(self, request: Request) -> Iterator[Layer]:
        """The layers that bind the caller."""
        caller = request.caller
        if self._resource is not None:
            yield self._resource
        if not caller.service_linked:
            yield from self._rcps
        if not caller.has_account:
            return
        if caller.kind != "root":
            yield self._identity
            if self._boundary is not None:
                yield self._boundary
            if self._session is not None:
                yield self._session
        if not caller.service_linked:
            yield from self._scps

    def _denies(
        self, layer: Layer, statement: CompiledStatement, does: bool | None, request: Request
    ) -> bool | None:
        applies = statement.applies(request, does)
        if applies is False or layer is not self._resource:
            return applies
        bound = self._boundary is not None and request.caller.kind in ("user", "role", "session")
        if bound and statement.has_exceptions:
            return applies  # whoever has a boundary is never excepted
        sure, most = statement.closeness(request)
        if sure:
            return applies
        return None if most else False

    # --- what allows it ------------------------------------------------------------------------

    def _allowed(self, request: Request) -> Outcome:
        caller = request.caller
        outcome = self._granted(request)
        if caller.service_linked or outcome[0] is False:
            return outcome
        levels = [*self._rcps, *self._scps] if caller.has_account else self._rcps
        for level in levels:
            outcome = _both(outcome, _allows(level, request))
        return outcome

    def _granted(self, request: Request) -> Outcome:
        """By the resource's and the principal's policies. What is not known of the request may
        change how they join: then it must come out alike in every way."""
        grants = self._grants(request)
        if not request.caller.has_account:
            return grants[AS_ACCOUNT]
        person = self._person(request)
        ways = [
            self._joined(request, grants, person, foreign, needs)
            for foreign in _foreign(request)
            for needs in _needs_resource(request)
        ]
        first = ways[0]
        if all(way[0] is first[0] for way in ways):
            return first
        name = "action" if request.action is None else "resource"
        name = request.name_of("aws:resourceaccount") if request.account is None else name
        return (None, (), (name, *first[2]), ())

    def _joined(
        self,
        request: Request,
        grants: list[Outcome],
        person: tuple[Outcome, Outcome],
        foreign: bool,
        needs: bool,
    ) -> Outcome:
        """``person``: what the identity's own policies allow, and what limits it."""
        identity, limits = person
        if needs and request.caller.kind == "root" and _assumes_role(request.action):
            return (False, (), (), ("root user, which cannot assume roles",))
        if foreign:
            return _both(grants[AS_ACCOUNT], _both(identity, limits))
        own = _both(grants[AS_ACCOUNT], identity) if needs else identity
        return _either(grants[DIRECTLY], _both(_either(grants[AS_ROLE], own), limits))

    def _person(self, request: Request) -> tuple[Outcome, Outcome]:
        if request.caller.kind == "root":
            return _GRANTED, _GRANTED
        limits = _GRANTED
        for layer in (self._boundary, self._session):
            if layer is not None:
                limits = _both(limits, _allows(layer, request))
        return _allows(self._identity, request), limits

    def _grants(self, request: Request) -> list[Outcome]:
        """What the resource's policy grants, by how closely it names the caller at least."""
        nothing: Outcome = (False, (), (), ("resource_policy",))
        found = [nothing] * (DIRECTLY + 1)
        if self._resource is None:
            return found
        for statement, does in self._resource.chosen(request.action)[1]:
            applies = statement.applies(request, does)
            if applies is False:
                continue
            sure, most = statement.closeness(request)
            for level in range(AS_ACCOUNT, most + 1):
                known = applies and level <= sure
                one: Outcome = (
                    (True, (statement,), (), ()) if known else (None, (), (statement,), ())
                )
                found[level] = _either(found[level], one)
        return found


def _layer(name: str, policies: Any, kind: str) -> Layer:
    several = isinstance(policies, Iterable) and not isinstance(policies, Mapping)
    statements: list[CompiledStatement] = []
    for place, policy in enumerate(policies if several else [policies]):
        label = f"{name}[{place}]" if several else name
        statements += _compiled(policy, label, kind).statements
    return Layer(name, statements)


def _compiled(policy: Any, name: str, kind: str) -> CompiledPolicy:
    if isinstance(policy, CompiledPolicy):
        return policy
    refuse_malformed(policy, name, kind)
    return CompiledPolicy(policy, name)


def refuse_malformed(policy: object, name: str, kind: str) -> None:
    """Raise the first error of a JSON policy.

    Raises:
        UsageError: it is malformed.
    """
    if isinstance(policy, PolicyDocument):
        return
    for problem in validate(policy, kind):
        if problem.is_error:
            place = f"{name}.{problem.place}" if problem.place else name
            raise UsageError(problem.what, where=place, cure=problem.cure)


def _allows(layer: Layer, request: Request) -> Outcome:
    doubts: list[CompiledStatement] = []
    for statement, does in layer.chosen(request.action)[1]:
        applies = statement.applies(request, does)
        if applies:
            return (True, (statement,), (), ())
        if applies is None:
            doubts.append(statement)
    if doubts:
        return (None, (), tuple(doubts), ())
    return (False, (), (), (layer.name,))


def _both(one: Outcome, other: Outcome) -> Outcome:
    if one[0] is False or other[0] is False:
        return (False, (), (), one[3] + other[3])
    if one[0] is None or other[0] is None:
        return (None, (), one[2] + other[2], ())
    return (True, one[1] + other[1], (), ())


def _either(one: Outcome, other: Outcome) -> Outcome:
    """What lacks is told of the second: the way that people take."""
    if one[0]:
        return one
    if other[0]:
        return other
    if one[0] is None or other[0] is None:
        return (None, (), one[2] + other[2], ())
    return (False, (), (), other[3])


def _depends(kind: str, doubts: Iterable[CompiledStatement | str], request: Request) -> Decision:
    unknown: dict[str, None] = {}
    statements: dict[StatementName, None] = {}
    for doubt in doubts:
        if isinstance(doubt, str):
            unknown[doubt] = None
        else:
            unknown |= dict.fromkeys(doubt.unknowns(request))
            statements[doubt.name] = None
    return Decision(Verdict.DEPENDS, kind, tuple(statements), tuple(sorted(unknown)))


def _foreign(request: Request) -> tuple[bool, ...]:
    """Whether the resource is of another account; both when that is not known."""
    if request.account is None:
        return (False, True)
    own = request.caller.account
    return (bool(request.account and own and request.account != own),)


def _needs_resource(request: Request) -> tuple[bool, ...]:
    """Whether the resource's policy must allow even in one account: that of a role or a key."""
    action, resource = request.action, request.resource
    if action is not None and _assumes_role(action):
        return (True,)
    is_key = resource is None or (":kms:" in resource and ":key/" in resource)
    if action is not None and not action.startswith("kms:"):
        return (False,)
    is_role = action is None and resource is not None and ":role/" in resource
    if (resource is None or action is None) and (is_key or is_role):
        return (False, True)
    return (is_key,)


def _assumes_role(action: str | None) -> bool:
    return action is not None and action.startswith(
        ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext")
    )
