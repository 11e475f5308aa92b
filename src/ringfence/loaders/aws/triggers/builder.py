"""Collecting triggers: who sends is worked out only when every feed is known."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.senders import Senders
from ringfence.model.application import Authentication, Function, Resource, Sender, Trigger
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.model.value import EMPTY, Mapping

AnySender = Sender | Callable[[], Sender]


@record()
class Pending:
    """A trigger whose sender may still be a question."""

    kind: str
    function: Function
    name: str
    sender: AnySender
    authentication: Authentication | None
    location: Location
    source: str
    method: str
    path: str
    protocol: str
    properties: Mapping
    answers: bool = True
    fed: bool = True


class Triggers:
    """What the modules of this folder write into."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.senders = Senders(graph)
        self.pending: list[Pending] = []
        self._seen: set[tuple[str, str, str, str]] = set()
        self._by_function: dict[str, list[Pending]] = {}

    def add(
        self,
        kind: str,
        function: Function,
        name: str,
        sender: AnySender,
        location: Location,
        *,
        authentication: Authentication | None = None,
        source: Resource | None = None,
        method: str = "",
        path: str = "",
        protocol: str = "aws",
        properties: Mapping = EMPTY,
        answers: bool = True,
        fed: bool = True,
    ) -> None:
        """Add one; without an authentication it follows from who may send."""
        identifier = source.id if source is not None else ""
        key = (function.id, kind, name, identifier)
        if key in self._seen:
            return
        self._seen.add(key)
        added = Pending(
            kind,
            function,
            name,
            sender,
            authentication,
            location,
            identifier,
            method,
            path,
            protocol,
            properties,
            answers,
            fed,
        )
        self.pending.append(added)
        self._by_function.setdefault(function.id, []).append(added)

    def of(self, function: Function) -> list[Pending]:
        """What reaches a function, as far as it is known by now."""
        return self._by_function.get(function.id, [])

    def of_resource(self, resource: Resource) -> Callable[[], Sender]:
        return lambda: self.senders.of(resource.id)

    def of_id(self, identifier: str) -> Callable[[], Sender]:
        return lambda: self.senders.of(identifier)

    def of_function(self, function: Function) -> Callable[[], Sender]:
        """Whoever may cause this function's own events: the widest of its triggers."""
        return _OfFunction(self, function)

    def finish(self) -> None:
        """Answer every sender and put the triggers into the application."""
        triggers = self.graph.application.triggers
        for item in self.pending:
            sender = item.sender() if callable(item.sender) else item.sender
            authentication = item.authentication or implied(sender)
            identifier = f"{item.function.id}!{item.kind}:{item.name}"
            number = 2
            while identifier in triggers:
                identifier = f"{item.function.id}!{item.kind}:{item.name}#{number}"
                number += 1
            triggers[identifier] = Trigger(
                identifier,
                item.kind,
                item.function.id,
                item.name,
                sender,
                authentication,
                item.location,
                item.source,
                item.method,
                item.path,
                item.protocol,
                item.properties,
                item.answers,
                item.fed,
            )


class _OfFunction:
    """The widest sender of a function's triggers, safe against functions that feed themselves."""

    def __init__(self, triggers: Triggers, function: Function) -> None:
        self.triggers = triggers
        self.function = function
        self.asking = False

    def __call__(self) -> Sender:
        narrow = Sender(
            Exposure.PRINCIPAL,
            f"function {self.function.logical_id}",
            f"{self.function.logical_id} sends it",
            self.function.location,
        )
        if self.asking:
            return narrow
        self.asking = True
        try:
            found = [narrow]
            for item in self.triggers.of(self.function):
                found.append(item.sender() if callable(item.sender) else item.sender)
            return max(found, key=lambda sender: sender.exposure)
        finally:
            self.asking = False


def implied(sender: Sender) -> Authentication:
    """What an entry point that is no HTTP endpoint demands, from who may cause it."""
    if sender.exposure is Exposure.ANYONE:
        return Authentication("none", "", sender.proof)
    if sender.exposure is Exposure.NONE:
        return Authentication("provider", "", sender.proof)
    if sender.exposure is Exposure.UNKNOWN:
        return Authentication("unknown", "", sender.proof)
    return Authentication("iam", "", sender.proof)
