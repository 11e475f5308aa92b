"""What the map draws: the functions that matter first, each with its entries, role and data.

A map of everything stays readable for some forty functions. Of more, those with attack paths, with
findings from medium upwards, or that outsiders reach are shown at first; the others lie in the page
up to a limit and are shown when asked for.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from ringfence.model.finding import AttackPath
from ringfence.model.graph import (
    ELSEWHERE,
    ENTRY,
    FUNCTION,
    PASSES,
    ROLE,
    SENDER,
    SENDS,
    WILDCARD,
    Edge,
    Node,
)
from ringfence.model.record import field, record
from ringfence.model.severity import Exposure, Severity
from ringfence.report.html.context import Context
from ringfence.report.html.layout import depths

ALL_AT_ONCE = 40  # functions
SHOWN_AT_FIRST = 24
PATHS_AT_FIRST = 12  # these have a button above the map too
SHOWN_AT_LEAST = 12
IN_THE_PAGE = 400
NODES_IN_THE_PAGE = 3_000
MAX_DEPTH = 3  # channels that have columns of their own

OUTSIDE = (Exposure.ANYONE, Exposure.AUTHENTICATED, Exposure.UNKNOWN)


@record()
class Drawing:
    """Nodes and edges in the page. ``shown`` are the ids of the nodes shown at first, ``routes``
    the ids of nodes along each path, ``of_paths`` the numbers of the paths through each edge."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    matters: set[str] = field(default_factory=set)
    routes: dict[int, list[str]] = field(default_factory=dict)
    of_paths: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    functions: int = 0


def drawing_of(context: Context) -> Drawing:
    """Choose what is drawn and what is shown at first."""
    nodes = {node.id: node for node in reversed(context.result.graph.nodes)}
    edges = {(edge.source, edge.target): edge for edge in reversed(context.result.graph.edges)}
    web = _Web(nodes, edges)
    drawing = Drawing(functions=sum(key.startswith("function:") for key in nodes))
    for number, path in enumerate(context.paths, 1):
        route = web.route(path)
        drawing.routes[number] = list(dict.fromkeys(end for pair in route for end in pair))
        for pair in route:
            drawing.of_paths.setdefault(pair, []).append(number)
    ranked = sorted(
        (node for node in nodes.values() if node.kind == FUNCTION),
        key=lambda node: _rank(context, drawing, node),
    )
    told = {key for route in drawing.routes.values() for key in route}
    leading = {
        key for number in range(1, PATHS_AT_FIRST + 1) for key in drawing.routes.get(number, ())
    }
    in_page = _bounded(web, [node.id for node in ranked[:IN_THE_PAGE]]) | told
    drawing.nodes = {key: nodes[key] for key in sorted(in_page) if key in nodes}
    drawing.edges = [
        edges[pair]
        for pair in sorted(edges)
        if pair[0] in drawing.nodes and pair[1] in drawing.nodes
    ]
    matter = [node.id for node in ranked if _matters(context, told, node)]
    drawing.matters = set(matter)
    few = max(SHOWN_AT_LEAST, min(SHOWN_AT_FIRST, len(matter)))
    first = ranked if len(ranked) <= ALL_AT_ONCE else ranked[:few]
    drawing.shown = (web.around(node.id for node in first) | leading) & set(drawing.nodes)
    drawing.columns = _columns(drawing)
    return drawing


def _rank(context: Context, drawing: Drawing, node: Node) -> tuple[object, ...]:
    key = node.id.removeprefix("function:")
    worst = max((int(f.severity) for f in context.of_function.get(key, ())), default=-1)
    widest = max((int(e.sender.exposure) for e in context.entries_of.get(key, ())), default=-1)
    on_path = min((n for n, route in drawing.routes.items() if node.id in route), default=10_000)
    return (on_path, -worst, -widest, node.template, node.label)


def _matters(context: Context, told: set[str], node: Node) -> bool:
    findings = context.of_function.get(node.id.removeprefix("function:"), ())
    return node.id in told or any(one.severity >= Severity.MEDIUM for one in findings)


def _bounded(web: _Web, functions: list[str]) -> set[str]:
    """What lies around the functions, as far as the page has room."""
    found: set[str] = set()
    for function in functions:
        found |= web.around([function])
        if len(found) > NODES_IN_THE_PAGE:
            break
    return found


def _columns(drawing: Drawing) -> dict[str, int]:
    """Senders, entries and functions (again for each channel passed), roles, data."""
    functions = [key for key, node in drawing.nodes.items() if node.kind == FUNCTION]
    numbers = {key: index for index, key in enumerate(functions)}
    started = {
        edge.source: edge.target for edge in drawing.edges if edge.source.startswith("entry:")
    }
    fed = {edge.target for edge in drawing.edges if edge.kind == PASSES}
    outside = {
        numbers[started[key]]
        for key, node in drawing.nodes.items()
        if key in started and key not in fed and node.exposure in OUTSIDE
    }
    channels = [
        (numbers[edge.source], numbers[started[edge.target]])
        for edge in drawing.edges
        if edge.kind == PASSES and edge.target in started and edge.source in numbers
    ]
    depth = depths(range(len(functions)), outside, channels, MAX_DEPTH)
    last = 2 * max(depth.values(), default=0) + 2
    found: dict[str, int] = {}
    for key, node in drawing.nodes.items():
        at = depth.get(numbers.get(started.get(key, key), -1), 0)
        found[key] = {
            SENDER: 0, ENTRY: 1 + 2 * at, FUNCTION: 2 + 2 * at, ROLE: last + 1
        }.get(node.kind, last + 2)  # fmt: skip
    # A function is a resource too where a role may call it; then it stands among the data.
    return {key: last + 2 if key.startswith("data:") else at for key, at in found.items()}


class _Web:
    """The graph by its ends. Adds nodes and edges of paths that no function takes part in."""

    def __init__(self, nodes: dict[str, Node], edges: dict[tuple[str, str], Edge]) -> None:
        self.nodes = nodes
        self.edges = edges
        self.after: dict[str, list[str]] = defaultdict(list)
        self.before: dict[str, list[str]] = defaultdict(list)
        for source, target in sorted(edges):
            self.after[source].append(target)
            self.before[target].append(source)

    def around(self, functions: Iterable[str]) -> set[str]:
        """The functions with their entries, those who send, their roles and what these open."""
        found: set[str] = set()
        for function in functions:
            found.add(function)
            for entry in self.before[function]:
                found.add(entry)
                found.update(key for key in self.before[entry] if key.startswith("sender:"))
            for role in self.after[function]:
                if role.startswith("role:"):
                    found.add(role)
                    found.update(self.after[role])
        return found

    def route(self, path: AttackPath) -> list[tuple[str, str]]:
        """The edges that a path goes along, in order."""
        function = f"function:{path.function}"
        targets = [self._target(path, index) for index in range(len(path.powers))]
        if not path.function:
            return [self._open(target) for target in dict.fromkeys(targets)]
        found: list[tuple[str, str]] = []
        entry = f"entry:{path.trigger}"
        if entry in self.nodes:
            found += [(key, entry) for key in self.before[entry] if key.startswith("sender:")]
            found += self._walk(entry, function)
        for role in self.after[function]:
            if role.startswith("role:"):
                taken = [(role, target) for target in dict.fromkeys(targets)]
                found += [(function, role), *(pair for pair in taken if pair in self.edges)]
        return found or ([(function, function)] if function in self.nodes else [])

    def _walk(self, start: str, end: str) -> list[tuple[str, str]]:
        """The shortest way from an entry to a function, through channels."""
        came: dict[str, str] = {start: ""}
        queue = deque([start])
        while queue and end not in came:
            key = queue.popleft()
            for other in self.after[key]:
                if other not in came and other.startswith(("entry:", "function:")):
                    came[other] = key
                    queue.append(other)
        way = []
        while came.get(end):
            way.append((came[end], end))
            end = came[end]
        return way[::-1]

    def _target(self, path: AttackPath, index: int) -> str:
        power = path.powers[index]
        if power.resource:
            key = f"data:{power.resource}"
            kind, _, label = power.target.rpartition(" ")
            data, guessed = power.data_class, power.guessed
            node = Node(key, kind or ELSEWHERE, label, data_class=data, guessed=guessed)
            self.nodes.setdefault(key, node)
            return key
        key = f"{ELSEWHERE}:{power.target}"
        return key if key in self.nodes else f"{WILDCARD}:{power.target}"

    def _open(self, target: str) -> tuple[str, str]:
        """An edge from the internet to what is open by itself."""
        sender = "sender:anyone"
        self.nodes.setdefault(sender, Node(sender, SENDER, "Anyone on the internet",
                                           exposure=int(Exposure.ANYONE)))  # fmt: skip
        self.nodes.setdefault(target, Node(target, ELSEWHERE, target.partition(":")[2]))
        pair = (sender, target)
        if pair not in self.edges:
            self.edges[pair] = Edge(sender, target, SENDS, "open by itself")
            self.after[sender].append(target)
            self.before[target].append(sender)
        return pair
