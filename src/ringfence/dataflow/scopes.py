"""Variables, and the record of a running call."""

from __future__ import annotations

from ringfence.dataflow.objects import ClassObject, Closure, Decision, ModuleObject
from ringfence.dataflow.values import NOTHING, Taint, Value, join
from ringfence.model import syntax
from ringfence.model.location import Location

Variables = dict[str, Value]
#: What guards have proved: a taint's (source, path) → the rules it can no longer serve.
Proven = dict[tuple[int, tuple[str, ...]], frozenset[str]]


class Scope:
    """The variables of a function or module. ``constants`` are names never assigned again;
    ``proved`` those of an outer function of which a test here proved something: what holds of them
    here stands among the own variables, and the outer function knows nothing of it."""

    __slots__ = (
        "conditions", "constants", "is_module", "outer_names", "parent", "proved", "variables"
    )  # fmt: skip

    def __init__(self, parent: Scope | None, is_module: bool = False) -> None:
        self.parent = parent
        self.is_module = is_module
        self.variables: Variables = {}
        self.constants: set[str] = set()
        self.outer_names: dict[str, str] = {}
        self.proved: set[str] = set()
        self.conditions: dict[str, syntax.Expression] = {}

    def holder(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope
            scope = scope.parent
        return None

    def remembered(self, name: str) -> syntax.Expression | None:
        """The expression that a variable was set to, here or in an outer function or the module."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.conditions:
                return scope.conditions[name]
            if name in scope.variables and name not in scope.proved:
                return None
            scope = scope.parent
        return None

    def module_scope(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class Exit:
    """One way out of a call: the value, what was proved there, what parameters then were."""

    __slots__ = ("proven", "truth", "value", "variables")

    def __init__(
        self, value: Value, truth: bool | None, proven: Proven, variables: Variables
    ) -> None:
        self.value = value
        self.truth = truth
        self.proven = proven
        self.variables = variables


class Frame:
    """A running call or module. ``exits`` are its returns, ``broken`` the states of loop exits;
    ``call`` is the call that runs it, and ``called_at`` its place."""

    __slots__ = (
        "broken",
        "call",
        "called_at",
        "closure",
        "deciding",
        "exits",
        "home",
        "module",
        "parted",
        "raised",
        "scope",
        "this",
        "thrown",
        "yielded",
    )

    def __init__(
        self,
        scope: Scope,
        module: ModuleObject,
        closure: Closure | None,
        this: Value | None,
        home: ClassObject | None,
    ) -> None:
        self.scope = scope
        self.module = module
        self.closure = closure
        self.this = this
        self.home = home
        self.call: syntax.Node | None = None
        self.called_at: Location | None = None
        self.exits: list[Exit] = []
        self.broken: list[list[tuple[Variables, Proven]]] = []
        self.yielded: Value | None = None
        self.raised: Value = NOTHING
        self.thrown = False
        #: Whether a way out was passed by which some events are answered (1), or dealt with (2).
        self.parted = 0
        #: Decisions that led here, whether they claim authority here, and where they are told.
        self.deciding: list[tuple[Decision, bool, Location]] = []


def join_variables(first: Variables, second: Variables) -> Variables:
    """The variables after two branches; one that only one branch set may be either."""
    if first is second:
        return first
    result = dict(first)
    for name, value in second.items():
        old = result.get(name)
        if old is None:
            result[name] = value
        elif old is not value:
            result[name] = join(old, value)
    return result


def join_proven(first: Proven, second: Proven) -> Proven:
    """What both branches proved."""
    if first is second or not first or not second:
        return first if first is second else {}
    result: Proven = {}
    for key, rules in first.items():
        other = second.get(key)
        if other is None:
            continue
        if "*" in rules:
            common = other
        elif "*" in other:
            common = rules
        else:
            common = rules & other
        if common:
            result[key] = common
    return result


def proven_key(taint: Taint) -> tuple[int, tuple[str, ...]]:
    return (id(taint.source), taint.path)
