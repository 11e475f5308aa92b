"""One statement made ready, and layers of statements found by action."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.record import record
from ringfence.permissions.decision.conditions import compile_condition
from ringfence.permissions.decision.patterns import Texts, any_of, resource_texts, tokenise
from ringfence.permissions.decision.principals import DIRECTLY, NOT_NAMED, Named
from ringfence.permissions.decision.reading import PlainStatement
from ringfence.permissions.decision.request import Request

_KEPT_ACTIONS = 8192
_NO_KEYS: dict[str, tuple[str, ...] | None] = {}


@record(frozen=True)
class StatementName:
    """Which statement: its policy, as ``identity[0]``, its number from 0, its ``Sid``."""

    policy: str
    sid: str
    index: int
    effect: str


class CompiledStatement:
    """Answers whether it applies to a request: True, False, or None (not known)."""

    __slots__ = (
        "_actions", "_certain", "_conditions", "_loose_actions", "_loose_resources", "_named",
        "_not_action", "_not_principal", "_not_resource", "_resources", "name",
    )  # fmt: skip

    def __init__(self, plain: PlainStatement, policy: str) -> None:
        self.name = StatementName(policy, plain.sid, plain.index, plain.effect)
        self._certain = plain.certain
        self._not_action = plain.not_action
        self._actions = _actions(plain.actions)
        self._loose_actions = _actions(plain.loose_actions)
        self._not_resource = plain.not_resource
        self._resources = self._loose_resources = None
        if plain.resources is not None:
            self._resources = resource_texts(plain.resources, variables=plain.variables)
            if plain.loose_resources:
                self._loose_resources = resource_texts(plain.loose_resources, variables=False)
        self._not_principal = plain.not_principal
        self._named = None if plain.principals is None else Named(plain.principals)
        self._conditions = tuple(
            compile_condition(operator, key, values, variables=plain.variables, known=known)
            for operator, key, values, known in plain.conditions
        )

    def does(self, action: str | None) -> bool | None:
        """Whether it speaks of an action in lower case."""
        if action is None:
            found = True if self._actions.always else None
        else:
            found = self._actions.match(action, _NO_KEYS)
            if not found and self._loose_actions.match(action, _NO_KEYS):
                found = None
        return found if not self._not_action or found is None else not found

    def applies(self, request: Request, does: bool | None) -> bool | None:
        """Whether it applies, its principal aside; ``does`` is what it answers of the action."""
        on = self._on(request)
        if on is False:
            return False
        answer = does and on and self._certain
        keys = request.keys
        for condition in self._conditions:
            met = condition.check(keys)
            if met is False:
                return False
            if met is None:
                answer = None
        return True if answer else None

    def _on(self, request: Request) -> bool | None:
        texts = self._resources
        if texts is None:
            return True
        resource = request.resource
        if resource is None:
            found = True if texts.always else None
        else:
            found = texts.match(resource, request.keys)
            loose = self._loose_resources
            if loose is not None and found is False and loose.match(resource, request.keys):
                found = None
        return found if not self._not_resource or found is None else not found

    def closeness(self, request: Request) -> tuple[int, int]:
        """How closely it names the caller, surely and at most; one that names none is for all."""
        if self._named is None:
            return DIRECTLY, DIRECTLY
        if not self._not_principal:
            return self._named.closeness(request.caller, request.role_arn)
        excepted = self._named.excepts(request.caller, request.role_arn)
        if excepted is None:
            return NOT_NAMED, DIRECTLY
        return (NOT_NAMED, NOT_NAMED) if excepted else (DIRECTLY, DIRECTLY)

    @property
    def has_exceptions(self) -> bool:
        """Whether it has a ``NotPrincipal``."""
        return self._not_principal and self._named is not None

    def unknowns(self, request: Request) -> Iterable[str]:
        """What would have to be known for it to be decided."""
        if not self._certain:
            yield "whether the template holds this statement"
        if self.does(request.action) is None:
            yield "action" if request.action is None else "a part of the policy's actions"
        if self._resources is not None and self._on(request) is None:
            yield from self._unknown_resources(request)
        sure, most = self.closeness(request)
        if sure < most:
            yield "principal"
        for condition in self._conditions:
            if condition.check(request.keys) is None:
                found = [key for key in condition.keys if request.keys.get(key, ()) is None]
                yield from map(request.name_of, found)
                if not found:
                    yield "a part of the policy's conditions"

    def _unknown_resources(self, request: Request) -> Iterable[str]:
        if request.resource is None:
            yield "resource"
            return
        assert self._resources is not None
        keys = [key for key in self._resources.variables() if request.keys.get(key, ()) is None]
        yield from map(request.name_of, keys)
        if not keys:
            yield "a part of the policy's resources"


def _actions(patterns: Iterable[str]) -> Texts:
    found = [tokenise(text.lower(), variables=False) for text in patterns]
    return Texts(any_of(found), ())


#: A statement, and whether it speaks of the action: True, or None when that is not known.
Chosen = tuple[CompiledStatement, bool | None]


class Layer:
    """The statements of all policies of one kind, found by action and remembered."""

    __slots__ = ("_allows", "_denies", "_kept", "name")

    def __init__(self, name: str, statements: Iterable[CompiledStatement]) -> None:
        self.name = name
        found = list(statements)
        self._denies = [item for item in found if item.name.effect == "Deny"]
        self._allows = [item for item in found if item.name.effect == "Allow"]
        self._kept: dict[str | None, tuple[list[Chosen], list[Chosen]]] = {}

    def chosen(self, action: str | None) -> tuple[list[Chosen], list[Chosen]]:
        """The denies and the allows that speak of an action in lower case."""
        kept = self._kept.get(action)
        if kept is None:
            if len(self._kept) >= _KEPT_ACTIONS:
                self._kept.clear()
            kept = self._kept[action] = (
                _choose(self._denies, action),
                _choose(self._allows, action),
            )
        return kept


def _choose(statements: list[CompiledStatement], action: str | None) -> list[Chosen]:
    answers = ((item, item.does(action)) for item in statements)
    return [(item, does) for item, does in answers if does is not False]
