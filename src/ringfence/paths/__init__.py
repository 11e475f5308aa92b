"""Attack paths: who can cause what, what it becomes, and what the role then gives away.

In: the application, the facts of its code, the findings that survived suppression. Out: ranked
:class:`~ringfence.model.finding.AttackPath` stories of four or five lines, each with the one change
that breaks it. ``flows`` tells the paths that start with untrusted data reaching a dangerous use,
``exposed`` those that need no such flow (an open entry before sensitive data, a public resource),
``guests`` those through identity pools, ``reach`` what a role opens, ``words`` how it is said.
``graph`` is the application as reports draw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringfence.model.application import Application
from ringfence.model.facts import Facts
from ringfence.model.finding import AttackPath, Finding
from ringfence.model.graph import Graph
from ringfence.model.severity import Severity

#: A person reads a few stories, not a hundred; what is left out is still among the findings.
MAX_PATHS = 60


def find_paths(
    application: Application,
    facts: Facts,
    findings: Iterable[Finding],
    classes: Mapping[str, str] | None = None,
) -> list[AttackPath]:
    """The attack paths of an application, the worst first.

    ``classes`` gives the data class of resources by id where the user stated one.
    """
    from ringfence.paths.exposed import exposed_paths
    from ringfence.paths.flows import flow_paths
    from ringfence.paths.guests import guest_paths
    from ringfence.paths.reach import Reach

    kept = list(findings)
    reach = Reach(application, classes or {})
    found = flow_paths(application, facts, kept, reach)
    covered = {path.function for path in found if path.severity >= Severity.HIGH}
    found += exposed_paths(application, facts, kept, reach, covered)
    found += guest_paths(application, reach)
    found = [path for path in found if path.severity >= Severity.MEDIUM]
    return worst_first(found)[:MAX_PATHS]


def worst_first(paths: Iterable[AttackPath]) -> list[AttackPath]:
    """Paths in the order of reports."""
    return sorted(paths, key=lambda path: (-path.severity, -path.score, path.title, path.id))


def graph_of(
    application: Application, facts: Facts, classes: Mapping[str, str] | None = None
) -> Graph:
    """The application's graph, for reports that draw it; ``classes`` as for the paths."""
    from ringfence.paths import graph

    return graph.graph_of(application, facts, classes)
