"""The application's graph, for reports that draw it.

Nothing is decided here: senders and entries are those of the triggers, what a role opens is what
attack paths tell of it, and channels are those of the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringfence.model.application import Application, Function, Trigger
from ringfence.model.facts import Facts
from ringfence.model.finding import Power
from ringfence.model.graph import (
    ACTS_AS,
    ALLOWS,
    ELSEWHERE,
    ENTRY,
    FUNCTION,
    PASSES,
    ROLE,
    SENDER,
    SENDS,
    STARTS,
    WILDCARD,
    Edge,
    Graph,
    Node,
)
from ringfence.model.location import Location
from ringfence.model.severity import Exposure
from ringfence.paths.reach import Reach
from ringfence.permissions.powers import VERBS, WHOLE_ACCOUNT

#: Senders worth a node of their own; a narrower one is a named principal inside the application.
_OUTSIDE = {
    Exposure.ANYONE: "Anyone on the internet",
    Exposure.AUTHENTICATED: "Any signed-in user",
    Exposure.UNKNOWN: "Not known who",
    Exposure.ACCOUNT: "Anyone in this account",
}


def graph_of(
    application: Application, facts: Facts, classes: Mapping[str, str] | None = None
) -> Graph:
    """The graph of an application; ``classes`` are the data classes that the user stated."""
    drawing = _Drawing(application, Reach(application, classes or {}))
    for trigger in application.triggers.values():
        drawing.add_entry(trigger)
    for function in application.functions.values():
        drawing.add_function(function)
    for channel in facts.channels:
        if channel.trigger in application.triggers:
            drawing.add_edge(
                f"function:{channel.writer}", f"entry:{channel.trigger}", PASSES,
                channel.resource.rpartition("#")[2], channel.location,
            )  # fmt: skip
    return drawing.graph()


class _Drawing:
    """Collects nodes and edges, each once."""

    def __init__(self, application: Application, reach: Reach) -> None:
        self.application = application
        self.reach = reach
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}
        self._roles: set[str] = set()

    def graph(self) -> Graph:
        """What was collected; edges to functions that no template declares are left out."""
        nodes = tuple(self.nodes[key] for key in sorted(self.nodes))
        edges = (self.edges[key] for key in sorted(self.edges))
        kept = (edge for edge in edges if edge.source in self.nodes and edge.target in self.nodes)
        return Graph(nodes, tuple(kept))

    def add_edge(
        self, source: str, target: str, kind: str, label: str = "", at: Location | None = None
    ) -> None:
        self.edges.setdefault((source, target), Edge(source, target, kind, label, at))

    def add_entry(self, trigger: Trigger) -> None:
        identifier = f"entry:{trigger.id}"
        exposure = trigger.sender.exposure
        self.nodes[identifier] = Node(
            identifier, ENTRY, trigger.name, trigger.authentication.kind,
            _template(trigger.function), trigger.location, int(exposure),
        )  # fmt: skip
        self.add_edge(identifier, f"function:{trigger.function}", STARTS, trigger.kind)
        words = _OUTSIDE.get(exposure)
        if words is not None:
            sender = f"sender:{exposure}"
            self.nodes.setdefault(sender, Node(sender, SENDER, words, exposure=int(exposure)))
            self.add_edge(sender, identifier, SENDS, trigger.sender.who)

    def add_function(self, function: Function) -> None:
        identifier = f"function:{function.id}"
        self.nodes[identifier] = Node(
            identifier, FUNCTION, function.logical_id, function.runtime,
            _template(function.id), function.location,
        )  # fmt: skip
        role = self.application.role_of(function)
        if role is None:
            return
        target = f"role:{role.id}"
        self.add_edge(identifier, target, ACTS_AS)
        if role.id in self._roles:
            return
        self._roles.add(role.id)
        self.nodes[target] = Node(
            target, ROLE, function.logical_id if role.generated else role.logical_id,
            _role_detail(role.generated, role.complete), _template(role.id), role.location,
        )  # fmt: skip
        for node, verbs, at in self._opened(function):
            known = self.nodes.setdefault(node.id, node)
            self.add_edge(target, known.id, ALLOWS, ", ".join(verbs), at)

    def _opened(self, function: Function) -> Iterator[tuple[Node, list[str], Location | None]]:
        """What a function's role opens, one node for each target, with the verbs it has there."""
        grouped: dict[str, list[Power]] = {}
        for power in self.reach.powers(function):
            grouped.setdefault(power.resource or power.target, []).append(power)
        for powers in grouped.values():
            held = {power.verb: power.conditional for power in powers}
            verbs = [f"{verb} (conditional)" if held[verb] else verb for verb in VERBS
                     if verb in held]  # fmt: skip
            yield self._target(powers[0]), verbs, powers[0].location

    def _target(self, power: Power) -> Node:
        resource = self.application.resources.get(power.resource)
        if resource is not None:
            return Node(
                f"data:{resource.id}", resource.kind, resource.logical_id, "",
                resource.template, resource.location, 0, power.data_class, power.guessed,
            )  # fmt: skip
        wide = power.target == WHOLE_ACCOUNT or power.target.startswith(("every ", "mail in"))
        kind = WILDCARD if wide else ELSEWHERE
        return Node(f"{kind}:{power.target}", kind, power.target, data_class=power.data_class,
                    guessed=power.guessed)  # fmt: skip


def _role_detail(generated: bool, complete: bool) -> str:
    words = ["generated"] if generated else []
    return ", ".join(words if complete else [*words, "not wholly known"])


def _template(identifier: str) -> str:
    return identifier.rpartition("#")[0]
