"""Resolved CloudFormation resources → functions, roles, triggers, resource policies.

Goes in: templates in normal form, whatever declared them. Comes out: one
:class:`~ringfence.model.application.Application`. ``graph`` finds what values name, ``functions``
and ``roles`` and ``policies`` read theirs, ``audience`` and ``senders`` say who may cause an event,
``triggers`` holds a module for each family of event sources.
"""

from __future__ import annotations

from pathlib import Path

from ringfence.loaders.template import Template
from ringfence.loaders.trace import Trace
from ringfence.model.application import Application


def build(templates: list[Template], root: Path, trace: Trace | None = None) -> Application:
    """The application that these templates declare; code paths resolve inside ``root``, and
    ``trace`` remembers where code was looked for."""
    from ringfence.loaders.aws.functions import add_functions
    from ringfence.loaders.aws.graph import Graph
    from ringfence.loaders.aws.policies import add_policies
    from ringfence.loaders.aws.roles import add_roles
    from ringfence.loaders.aws.triggers import add_triggers
    from ringfence.loaders.code import CodeFinder

    graph = Graph(templates, root)
    add_functions(graph, CodeFinder(root, trace))
    add_roles(graph)
    add_policies(graph)
    add_triggers(graph)
    return graph.application
