"""Triggers: which event reaches which function, and who may cause it.

Each module reads the resources of one family and adds what it finds to :class:`Triggers`: a trigger
where a function is at the end, a *feed* where something else is (a topic that delivers to a
queue), so that the queue's function learns who really sends.
"""

from __future__ import annotations

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.triggers import (
    balancers,
    destinations,
    direct,
    edge,
    events,
    graphql,
    http_api,
    invoke,
    mappings,
    messaging,
    rest,
    storage,
    users,
    workflow,
)
from ringfence.loaders.aws.triggers.builder import Triggers

MODULES = (
    rest,
    http_api,
    balancers,
    edge,
    graphql,
    storage,
    messaging,
    mappings,
    events,
    workflow,
    users,
    direct,
    destinations,
)


def add_triggers(graph: Graph) -> None:
    """Fill ``graph.application.triggers``; every function has at least one afterwards."""
    triggers = Triggers(graph)
    for module in MODULES:
        module.collect(triggers)
    invoke.collect(triggers)
    invoke.add_missing(triggers)
    triggers.finish()
