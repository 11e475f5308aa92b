"""Who decides the calls that the relay sees, by policies that may change between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from ringfence.model.record import record
from ringfence.permissions.decision import Decider, Request
from ringfence.relay.deciding import Context, decide_by

Document = dict[str, Any]


@record(frozen=True)
class Asked:
    """A request that was decided. ``simple`` is the answer of the relay's own deciding, which asks
    about patterns where the evaluator asks about requests."""

    function: str
    action: str
    resource: str
    context: dict[str, tuple[str, ...]]
    decision: str
    simple: str


class Judge:
    """Decides by the evaluator, and keeps what it was asked."""

    def __init__(self, account: str, stack: str) -> None:
        self._account = account
        self._stack = stack
        self._lock = threading.Lock()
        self._policies: Mapping[str, Document] = {}
        self.asked: list[Asked] = []

    def decide_by(self, policies: Mapping[str, Document]) -> None:
        """From now on these policies hold, by function; what was asked before is forgotten."""
        self._policies = policies
        self._deciders = {key: Decider(identity=[document]) for key, document in policies.items()}
        self._simple = decide_by(policies)
        self.asked = []

    def principal(self, function: str) -> str:
        """The session of the function's role."""
        return f"arn:aws:sts::{self._account}:assumed-role/{self._stack}-{function}/{function}"

    def request(self, asked: Asked) -> Request:
        context = {key: list(values) for key, values in asked.context.items()}
        principal = self.principal(asked.function)
        return Request(asked.action, asked.resource, principal, context, self._account)

    def __call__(self, function: str, action: str, resource: str, context: Context) -> str:
        simple = self._simple(function, action, resource, context)
        question = Asked(function, action, resource, dict(context), "", simple)
        decider = self._deciders.get(function)
        decision = decider.decide(self.request(question)).verdict.value if decider else "denied"
        with self._lock:
            self.asked.append(Asked(function, action, resource, dict(context), decision, simple))
        return decision


def pairs_of(document: Document) -> set[tuple[str, str]]:
    """The (action, resource) pairs that a document allows."""
    return {
        (action, resource)
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def actions_of(document: Document) -> list[str]:
    return sorted({action for action, _ in pairs_of(document)})


def without(document: Document, action: str) -> Document:
    """The document with one action less."""
    return document | {"Statement": list(_remaining(document, action))}


def _remaining(document: Document, action: str) -> Iterator[Document]:
    for statement in document["Statement"]:
        left = [one for one in statement["Action"] if one != action]
        if left:
            yield statement | {"Action": left}
