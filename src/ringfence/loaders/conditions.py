"""Conditions of a template in three states: true, false, and None for "not known".

What a parameter's default decides
    The default of a parameter describes the normal deployment, so it decides a condition: a
    ``HasDomain`` that is false because ``Domain`` defaults to ``''`` is false. Where the template
    itself lists other values (``AllowedValues``) under which the condition comes out otherwise, the
    author expects both deployments, and the condition is not known: ``Stage`` with ``dev`` and
    ``prod`` leaves ``IsProd`` open, and both branches are looked at. A value given by the caller
    (``--param``, or by the parent of a nested stack) always decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from ringfence.loaders.intrinsics_values import literal_text, scalar_text
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Value,
)

if TYPE_CHECKING:
    from ringfence.loaders.intrinsics import Resolver

MAXIMUM_TRIALS = 64
MAXIMUM_CHAIN = 40

_FUNCTIONS = {
    "Fn::Equals": "equals", "Fn::And": "and", "Fn::Or": "or", "Fn::Not": "not",
    "Condition": "condition",
}  # fmt: skip
_TAGS = {"Equals": "equals", "And": "and", "Or": "or", "Not": "not", "Condition": "condition"}

Assumptions = frozenset[tuple[str, bool]]


class Conditions:
    """Evaluates the conditions of one template, each once per set of assumptions.

    ``assumed`` holds the conditions whose outcome is settled while one branch of a choice is
    resolved.
    """

    def __init__(self, resolver: Resolver, definitions: dict[str, Value]) -> None:
        self.resolver = resolver
        self.definitions = definitions
        self.assumed: dict[str, bool] = {}
        self.decided: dict[Assumptions, dict[str, bool | None]] = {}
        self.open: set[str] = set()

    def holds(self, name: str) -> bool | None:
        """Whether the condition is true; None when that is not known."""
        if name in self.assumed:
            return self.assumed[name]
        memo = self.decided.setdefault(frozenset(self.assumed.items()), {})
        if name not in memo:
            memo[name] = self.decide(name)
        return memo[name]

    def decide(self, name: str) -> bool | None:
        """The outcome for every combination of allowed values, when they agree."""
        definition = self.definitions.get(name)
        if definition is None or self.resolver.trial:
            return self.named(name, {})
        names = sorted(set(self.parameters_in(definition, {name})))
        allowed = {
            parameter: values
            for parameter in names
            if len(values := self.resolver.parameters.alternatives(parameter)) > 1
        }
        outcomes = set()
        for combination in islice(product(*allowed.values()), MAXIMUM_TRIALS + 1):
            self.resolver.trial = dict(zip(allowed, combination, strict=True))
            try:
                outcomes.add(self.named(name, {}))
            finally:
                self.resolver.trial = {}
            if len(outcomes) > 1:
                return None
        return outcomes.pop()

    def parameters_in(self, value: Value, seen: set[str]) -> Iterator[str]:
        """Names of everything that a definition refers to, through other conditions too."""
        stack = [value]
        while stack:
            node = stack.pop()
            self.resolver.budget.node()
            if isinstance(node, Sequence):
                stack.extend(node.items)
            elif isinstance(node, Mapping):
                stack.extend(node.entries.values())
            if isinstance(node, Scalar) and isinstance(node.value, str):
                if node.value in self.definitions and node.value not in seen:
                    seen.add(node.value)
                    stack.append(self.definitions[node.value])
                elif node.tag == "Sub" or "${" in node.value:
                    yield from self.resolver.names_in_text(node.value)
                else:
                    yield node.value

    def named(self, name: str, memo: dict[str, bool | None]) -> bool | None:
        """One evaluation; ``memo`` holds what this evaluation has settled."""
        if name in self.assumed:
            return self.assumed[name]
        if name in memo:
            return memo[name]
        definition = self.definitions.get(name)
        if definition is None or name in self.open or len(self.open) > MAXIMUM_CHAIN:
            return None  # not defined, or defined by itself
        self.open.add(name)
        try:
            memo[name] = self.evaluate(definition, memo)
        finally:
            self.open.discard(name)
        return memo[name]

    def evaluate(self, value: Value, memo: dict[str, bool | None]) -> bool | None:
        """The outcome of a condition's definition."""
        self.resolver.budget.node()
        function, argument = _function_of(value)
        if function == "condition":
            return self.named(literal_text(argument) or "", memo)
        operands = argument.items if isinstance(argument, Sequence) else [argument]
        if function == "equals":
            return self.equals(*operands) if len(operands) == 2 else None
        if function == "":
            return _truth(self.resolver.resolve(value))
        outcomes = [self.evaluate(operand, memo) for operand in operands]
        if function == "not":
            return None if len(outcomes) != 1 or outcomes[0] is None else not outcomes[0]
        decisive = function == "or"
        if decisive in outcomes:
            return decisive
        return None if None in outcomes else not decisive

    def equals(self, left: Value, right: Value) -> bool | None:
        return same(self.resolver.resolve(left), self.resolver.resolve(right))


def same(left: Value | None, right: Value | None) -> bool | None:
    """Whether two resolved values are equal; None when that is not known."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Choice):
            outcomes = {same(one.then, other), same(one.otherwise, other)}
            return outcomes.pop() if len(outcomes) == 1 else None
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return scalar_text(left.value) == scalar_text(right.value)
    if isinstance(left, Reference) and isinstance(right, Reference):
        equal = left.resource == right.resource and left.attribute == right.attribute
        return True if equal else None
    if isinstance(left, Sequence) and isinstance(right, Sequence):
        if len(left) != len(right):
            return False
        outcomes = {same(*pair) for pair in zip(left, right, strict=True)}
        if False in outcomes:
            return False
        return None if None in outcomes else True
    return None


def _function_of(value: Value) -> tuple[str, Value]:
    """The condition function that a definition calls ("" for none) and its argument."""
    if isinstance(value, (Scalar, Sequence, Mapping)) and value.tag:
        return _TAGS.get(value.tag, ""), value
    if isinstance(value, Mapping) and len(value.entries) == 1:
        ((key, argument),) = value.entries.items()
        return _FUNCTIONS.get(key, ""), argument
    return "", value


def _truth(value: Value | None) -> bool | None:
    text = literal_text(value)
    return {"true": True, "false": False}.get(text.lower()) if text is not None else None
