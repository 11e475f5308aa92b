"""The map as SVG: places from :mod:`layout`, every text escaped, all looks in the style sheet.

Each group of a node says what the page's script needs to lay out another selection by the same
rules: its column and order, its template, the paths it lies on. What is not shown at first is
there with ``class="off"``.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from ringfence.model.graph import (
    ALLOWS,
    ELSEWHERE,
    ENTRY,
    FUNCTION,
    PASSES,
    ROLE,
    SENDER,
    WILDCARD,
    Edge,
    Node,
)
from ringfence.model.record import field, record
from ringfence.model.severity import Exposure
from ringfence.report.html.context import Context
from ringfence.report.html.drawing import Drawing
from ringfence.report.html.layout import Item, Layout, arrange, place
from ringfence.report.html.markup import Markup, anchor, joined, tag
from ringfence.report.summary import counts
from ringfence.report.text import clip

HEIGHT = 36.0
GAP = 8.0
MARGIN = 12.0
BETWEEN = 40.0  # from one column to the next
WIDTHS = {SENDER: 104.0, ENTRY: 164.0, FUNCTION: 148.0, ROLE: 92.0}
DATA_WIDTH = 156.0
CHARACTER = 6.7  # mean width of one at the size of a label
SMALL_CHARACTER = 5.6

SENDERS = {
    Exposure.ANYONE: ("Anyone", "on the internet"),
    Exposure.AUTHENTICATED: ("Any user", "signed in"),
    Exposure.UNKNOWN: ("Somebody", "not known who"),
    Exposure.ACCOUNT: ("This account", "anything in it"),
}


@record()
class Placed:
    """The map in numbers. ``left`` and ``wide`` are per column that is shown; ``edges`` are those
    of the drawing by number of their nodes; ``shown`` the numbers of the nodes shown at first."""

    keys: list[str]
    layout: Layout
    edges: list[tuple[int, int]]
    shown: set[int]
    left: dict[int, float] = field(default_factory=dict)
    wide: dict[int, float] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0


def placed(drawing: Drawing) -> Placed:
    """Order everything in the page, then place what is shown at first."""
    keys = sorted(drawing.nodes, key=lambda key: _seed(drawing, key))
    index = {key: number for number, key in enumerate(keys)}
    edges = [(index[edge.source], index[edge.target]) for edge in drawing.edges]
    layout = arrange([drawing.columns[key] for key in keys], HEIGHT, edges, GAP)
    at = Placed(keys, layout, edges, {index[key] for key in drawing.shown})
    lines = [pair for pair in edges if pair[0] in at.shown and pair[1] in at.shown]
    visible = at.shown | {bend for pair in lines for bend in layout.bends[pair]}
    if len(visible) < len(layout.items):
        _place_some(layout, visible, lines)
    x = MARGIN
    for column, members in enumerate(layout.columns):
        first = next((number for number in members if number in at.shown), None)
        if first is not None:
            at.left[column], at.wide[column] = x, width_of(drawing.nodes[keys[first]])
            x += at.wide[column] + BETWEEN
    at.width = max(x - BETWEEN, MARGIN) + MARGIN
    lowest = max((layout.items[n].y + layout.items[n].height for n in visible), default=0.0)
    at.height = lowest + 2 * MARGIN
    return at


def _seed(drawing: Drawing, key: str) -> tuple[object, ...]:
    """The order before the layout sets its own: the widest sender first, then by template."""
    node = drawing.nodes[key]
    on_path = min((n for n, route in drawing.routes.items() if key in route), default=10_000)
    return (drawing.columns[key], -node.exposure, on_path, node.template, node.label, key)


def _place_some(layout: Layout, visible: set[int], lines: list[tuple[int, int]]) -> None:
    """Place some of the items by the lines between them, in the order that all have."""
    numbers = sorted(visible)
    position = {number: at for at, number in enumerate(numbers)}
    some = [layout.items[n] for n in numbers]
    compact = [Item(item.column, item.height, item.bend, item.order) for item in some]
    joins: set[tuple[int, int]] = set()
    for pair in lines:
        chain = [position[n] for n in (pair[0], *layout.bends[pair], pair[1])]
        if layout.items[pair[0]].column < layout.items[pair[1]].column:
            joins.update(pairwise(chain))
    for one, other in sorted(joins):
        compact[one].after.append(other)
        compact[other].before.append(one)
    columns = [[position[n] for n in column if n in visible] for column in layout.columns]
    place(compact, columns, GAP)
    for item, new in zip(some, compact, strict=True):
        item.y = new.y


def width_of(node: Node) -> float:
    """The width of a node, the same for all of its column."""
    return DATA_WIDTH if node.id.startswith("data:") else WIDTHS.get(node.kind, DATA_WIDTH)


def svg(context: Context, drawing: Drawing) -> Markup:
    """The whole map."""
    at = placed(drawing)
    paths: dict[str, list[int]] = defaultdict(list)
    for number, route in drawing.routes.items():
        for key in route:
            paths[key].append(number)
    nodes = [drawing.nodes[key] for key in at.keys]
    lines = [_line(drawing, at, *both) for both in zip(drawing.edges, at.edges, strict=True)]
    groups = [
        _node(context, drawing, at, number, node, paths[node.id])
        for number, node in enumerate(nodes)
    ]
    return tag(
        "svg",
        tag("g", *lines, class_="edges"),
        tag("g", *groups, class_="nodes"),
        id="drawing",
        width=f"{at.width:.0f}",
        height=f"{at.height:.0f}",
        viewBox=f"0 0 {at.width:.0f} {at.height:.0f}",
        role="group",
        aria_labelledby="map-title",
        aria_describedby="map-note",
        data_margin=f"{MARGIN:.0f}",
        data_between=f"{BETWEEN:.0f}",
        data_gap=f"{GAP:.0f}",
    )


# --- edges ------------------------------------------------------------------------------------

Points = list[tuple[float, float]]


def _line(drawing: Drawing, at: Placed, edge: Edge, pair: tuple[int, int]) -> Markup:
    items = at.layout.items
    numbers = drawing.of_paths.get((edge.source, edge.target), [])
    points = _points(at, pair) if pair[0] in at.shown and pair[1] in at.shown else []
    bends = [items[bend] for bend in at.layout.bends[pair]]
    label = edge.label if edge.kind == ALLOWS and numbers else ""
    return tag(
        "g",
        tag("path", d=curve(points) if points else None),
        tag("text", label, **_before(points)) if label else None,
        tag("title", edge.label) if edge.label and edge.kind in (ALLOWS, PASSES) else None,
        class_=f"edge {edge.kind}{'' if points else ' off'}",
        data_s=pair[0],
        data_t=pair[1],
        data_v=" ".join(f"{bend.column}:{bend.order}" for bend in bends) or None,
        data_p=_numbers(numbers),
    )


def _points(at: Placed, pair: tuple[int, int]) -> Points:
    """The points of a line: its ends, and both sides of the columns that it passes."""
    items = at.layout.items
    source, target = items[pair[0]], items[pair[1]]
    found = [(at.left[source.column] + at.wide[source.column], _middle(source))]
    for bend in (items[number] for number in at.layout.bends[pair]):
        if bend.column in at.left:
            x = at.left[bend.column]
            found += [(x, _middle(bend)), (x + at.wide[bend.column], _middle(bend))]
    return [*found, (at.left[target.column], _middle(target))]


def _middle(item: Item) -> float:
    return item.y + item.height / 2 + MARGIN


def _before(points: Points) -> dict[str, str]:
    """The place of a label just before the end of a line."""
    if not points:
        return {}
    x, y = points[-1]
    return {"x": f"{x - 5:.0f}", "y": f"{y - 5:.1f}"}


def curve(points: Points) -> str:
    """A smooth line through points; level where two of them are."""
    said = [f"M{points[0][0]:.0f} {points[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if y == to_y and to_x > x:
            said.append(f"H{to_x:.0f}")
            continue
        bow = (to_x - x) / 2 if to_x > x else BETWEEN
        said.append(f"C{x + bow:.0f} {y:.1f} {to_x - bow:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}")
    return "".join(said)


def _numbers(numbers: list[int]) -> str | None:
    return " ".join(map(str, numbers)) or None


# --- nodes ------------------------------------------------------------------------------------


def _node(
    context: Context, drawing: Drawing, at: Placed, number: int, node: Node, paths: list[int]
) -> Markup:
    item = at.layout.items[number]
    shown = number in at.shown
    wide = width_of(node)
    label, small = _words(context, node)
    function = node.kind == FUNCTION and node.id.startswith("function:")
    key = node.id.removeprefix("function:")
    severity = _severity(context, key) if function else ""
    classes = ["node", _look(node), severity, "" if shown else "off"]
    if node.id in drawing.matters:
        classes.append("matters")
    ends = [n for n in paths if context.paths[n - 1].function == key] if function else []
    return tag(
        "a" if function else "g",
        tag("title", _told(node, small)),
        tag("rect", width=f"{wide:.0f}", height=f"{HEIGHT:.0f}", rx=_round(node)),
        tag("rect", class_="bar", width=4, height=f"{HEIGHT:.0f}", rx=2) if severity else None,
        tag("text", _cut(label, wide - 20 - 14 * len(ends[:3]), CHARACTER),
            x=11, y=16 if small else 22),
        tag("text", _cut(small, wide - 18, SMALL_CHARACTER), class_="small", x=11, y=29)
        if small else None,
        joined(_badge(context, n, wide - 12 - 15 * place) for place, n in enumerate(ends[:3])),
        id=f"n{number}",
        class_=" ".join(filter(None, classes)),
        href=f"#{anchor('function', key)}" if function else None,
        transform=f"translate({at.left[item.column]:.0f} {item.y + MARGIN:.1f})" if shown else None,
        data_c=item.column,
        data_o=item.order,
        data_t=_template(context, node),
        data_p=_numbers(paths),
    )  # fmt: skip


def _look(node: Node) -> str:
    """The class that a node is drawn by; senders and entries also by how wide they are."""
    if node.id.startswith("data:") or node.kind in (WILDCARD, ELSEWHERE):
        kind = node.kind if node.kind in (WILDCARD, ELSEWHERE) else "data"
        return f"{kind} sensitive" if node.data_class else kind
    if node.kind in (SENDER, ENTRY):
        return f"{node.kind} {Exposure(node.exposure)}"
    return node.kind


def _round(node: Node) -> int:
    return {SENDER: 18, ENTRY: 10}.get(node.kind, 3)


def _words(context: Context, node: Node) -> tuple[str, str]:
    """The label of a node and the small line under it."""
    if node.kind == SENDER:
        return SENDERS.get(Exposure(node.exposure), (node.label, ""))
    if node.kind == ENTRY:
        entry = context.entries.get(node.id.removeprefix("entry:"))
        asked = {"none": "open", "unknown": "authentication not known"}
        return node.label, " · ".join(
            filter(None, [entry.kind if entry else "", asked.get(node.detail, node.detail)])
        )
    if node.kind == ROLE:
        return ("own role", "") if "generated" in node.detail else (node.label, "role")
    if node.id.startswith("function:"):
        found = counts(context.of_function.get(node.id.removeprefix("function:"), ()))
        tally = ", ".join(f"{count} {word}" for word, count in found.items() if count)
        return node.label, tally or node.detail
    return _opened(node)


def _opened(node: Node) -> tuple[str, str]:
    """The words of what a role opens: its data first, as the end may have no room. Data that only a
    name tells of is likely there."""
    data = f"likely {node.data_class}" if node.guessed and node.data_class else node.data_class
    label, kind = node.label, node.kind.replace("-", " ")
    if node.kind == ELSEWHERE:
        kind = "named by a policy"
    elif node.kind == WILDCARD:
        label, _, kind = node.label.partition(" in the ")
        kind = kind and f"in the {kind}"
    return label, " · ".join(filter(None, [data, kind]))


def _told(node: Node, small: str) -> str:
    """The whole of it, for a pointer that rests on the node."""
    at = f" ({node.location.file}:{node.location.line})" if node.location else ""
    return f"{node.label}{f', {small}' if small else ''}{at}"


def _severity(context: Context, key: str) -> str:
    findings = context.of_function.get(key)
    return str(findings[0].severity) if findings else ""


def _badge(context: Context, number: int, x: float) -> Markup:
    """The number of an attack path, on the function that it takes."""
    severity = context.paths[number - 1].severity
    return tag(
        "g",
        tag("circle", cx=f"{x:.0f}", cy=0, r=8),
        tag("text", str(number), x=f"{x:.0f}", y=3),
        class_=f"badge {severity}",
    )


def _template(context: Context, node: Node) -> int | None:
    return context.templates.index(node.template) if node.template in context.templates else None


def _cut(label: str, width: float, character: float) -> str:
    """As much of a label as has room."""
    return clip(label, max(4, int(width / character)))
