"""The application as something to draw: who sends, what is entered, what runs, what it opens.

Strings, numbers and places only. Graphs of independent applications join by concatenation: ids
hold the template, and a node that several of them name (the internet, "every bucket in the
account") has one id everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.model.location import Location
from ringfence.model.record import record

#: Kinds of nodes that are no resource of a template; the others are ``RESOURCE_KINDS``.
SENDER, ENTRY, FUNCTION, ROLE = "sender", "entry", "function", "role"
#: What policies name and no template declares: everything of a kind, or one thing by its name.
WILDCARD, ELSEWHERE = "wildcard", "elsewhere"

#: Kinds of edges: a sender causes an entry's event, the event starts a function, a function's
#: output becomes an entry's event, a function acts as a role, a role allows something.
SENDS, STARTS, PASSES, ACTS_AS, ALLOWS = "sends", "starts", "passes", "acts-as", "allows"


@record(frozen=True)
class Node:
    """One thing. ``id`` is ``<kind of thing>:<id in the application>``.

    ``label`` is its short name, ``detail`` a few words more (how an entry authenticates, that a
    role is generated). ``template`` is the path of the template that declares it, or "".
    ``exposure`` is an :class:`~ringfence.model.severity.Exposure` as a number, of senders and
    entries. ``data_class`` is that of the data in it, ``guessed`` when only its name tells.
    """

    id: str
    kind: str
    label: str
    detail: str = ""
    template: str = ""
    location: Location | None = None
    exposure: int = 0
    data_class: str = ""
    guessed: bool = False


@record(frozen=True)
class Edge:
    """``source`` and ``target`` are ids of nodes. ``label`` says more in a few words: the verbs
    that a role allows, what carries a function's output."""

    source: str
    target: str
    kind: str
    label: str = ""
    location: Location | None = None


@record(frozen=True)
class Graph:
    """Nodes and edges, sorted by id; empty when no report asked for it."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


def joined(graphs: Iterable[Graph]) -> Graph:
    """Several graphs as one, each node and edge once."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], Edge] = {}
    for graph in graphs:
        for node in graph.nodes:
            nodes.setdefault(node.id, node)
        for edge in graph.edges:
            edges.setdefault((edge.source, edge.target), edge)
    return Graph(tuple(nodes[key] for key in sorted(nodes)),
                 tuple(edges[key] for key in sorted(edges)))  # fmt: skip
