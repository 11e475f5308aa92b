"""A layered layout: columns from left to right, few crossings, lines as level as they can be.

After Sugiyama, Tagawa, Toda (1981): each thing has its column; a line over several columns gets a
bend in each of those between; the order within a column follows the mean position of neighbours;
places follow the neighbours' too, as an isotonic regression that keeps things apart. Bends of one
source in one column are one, so that lines to many targets run together. Deterministic.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ringfence.model.record import field, record

SWEEPS = 12
SWAPPED = 3_000  # items up to which neighbours in a column are also tried the other way round
PLACE_SWEEPS = 7
BEND_HEIGHT = 6.0


@record()
class Item:
    """Something in a column: a thing, or a bend of lines (then ``bend`` is True).

    ``order`` counts from 0 in the column; ``y`` is its upper edge.
    """

    column: int
    height: float
    bend: bool = False
    order: int = 0
    y: float = 0.0
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


@record()
class Layout:
    """Items by index: the things as given, then the bends. ``bends`` has those of each line."""

    items: list[Item]
    bends: dict[tuple[int, int], list[int]]
    columns: list[list[int]]


def arrange(
    columns: Sequence[int], height: float, lines: Iterable[tuple[int, int]], gap: float
) -> Layout:
    """Lay out things, each in its column and ``height`` high, that ``lines`` join by index.

    Lines to the left or within a column take no part: they are drawn behind.
    """
    items = [Item(column, height) for column in columns]
    bends: dict[tuple[int, int], list[int]] = {}
    shared: dict[tuple[int, int], int] = {}
    joined: set[tuple[int, int]] = set()
    for source, target in lines:
        chain = [source, *_bends(source, target, items, shared), target]
        bends[source, target] = chain[1:-1]
        if items[source].column < items[target].column:
            joined.update(pairwise(chain))
    for one, other in sorted(joined):
        items[one].after.append(other)
        items[other].before.append(one)
    layout = Layout(items, bends, _columns(items))
    _order(layout)
    place(items, layout.columns, gap)
    return layout


def _bends(
    source: int, target: int, items: list[Item], shared: dict[tuple[int, int], int]
) -> list[int]:
    found = []
    for column in range(items[source].column + 1, items[target].column):
        key = (source, column)
        if key not in shared:
            shared[key] = len(items)
            items.append(Item(column, BEND_HEIGHT, bend=True))
        found.append(shared[key])
    return found


def _columns(items: list[Item]) -> list[list[int]]:
    """The columns, each in the order in which a walk from the left meets its items."""
    last = max((item.column for item in items), default=-1)
    columns: list[list[int]] = [[] for _ in range(last + 1)]
    seen: set[int] = set()
    starts = sorted(range(len(items)), key=lambda index: (items[index].column, index))
    for start in starts:
        queue = [start]
        while queue:
            index = queue.pop()
            if index in seen:
                continue
            seen.add(index)
            columns[items[index].column].append(index)
            queue += reversed(items[index].after)
    return columns


# --- order ------------------------------------------------------------------------------------


def _order(layout: Layout) -> None:
    """Order each column by the mean position of its neighbours, left and right in turn."""
    columns, items = layout.columns, layout.items
    _number(columns, items)
    best, fewest = [list(column) for column in columns], crossings(columns, items)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        forwards = sweep % 2 == 0
        for column in columns if forwards else columns[::-1]:
            wanted = {index: _mean(items, index, forwards) for index in column}
            column.sort(key=lambda index: (wanted[index], items[index].order))
            _number([column], items)
        if len(items) <= SWAPPED:
            _swap(columns, items)
        now = crossings(columns, items)
        if now < fewest:
            best, fewest = [list(column) for column in columns], now
    layout.columns = best
    _number(best, items)


def _swap(columns: list[list[int]], items: list[Item]) -> None:
    """Exchange neighbours in a column wherever fewer lines cross then."""
    for column in columns:
        for at in range(len(column) - 1):
            one, other = items[column[at]], items[column[at + 1]]
            kept = _between(one, other, items)
            if kept and _between(other, one, items) < kept:
                column[at], column[at + 1] = column[at + 1], column[at]
                one.order, other.order = other.order, one.order


def _between(upper: Item, lower: Item, items: list[Item]) -> int:
    """How many lines of two items of a column cross when one is above the other."""
    count = 0
    for above, below in ((upper.before, lower.before), (upper.after, lower.after)):
        ends = sorted(items[other].order for other in below)
        count += sum(bisect_left(ends, items[other].order) for other in above)
    return count


def _mean(items: list[Item], index: int, forwards: bool) -> float:
    item = items[index]
    near = item.before if forwards else item.after
    if not near:
        return float(item.order)
    return sum(items[other].order for other in near) / len(near)


def _number(columns: list[list[int]], items: list[Item]) -> None:
    for column in columns:
        for order, index in enumerate(column):
            items[index].order = order


def crossings(columns: list[list[int]], items: list[Item]) -> int:
    """How many pairs of lines between neighbouring columns cross."""
    count = 0
    for column in columns:
        ends = [items[other].order for index in column for other in sorted(
            items[index].after, key=lambda other: items[other].order
        )]  # fmt: skip
        seen: list[int] = []
        for end in ends:
            count += len(seen) - bisect_left(seen, end + 1)
            insort(seen, end)
    return count


# --- places -----------------------------------------------------------------------------------


def place(items: list[Item], columns: list[list[int]], gap: float) -> None:
    """Set ``y`` so that lines are level where they can be; the topmost item is at 0."""
    for column in columns:
        below = 0.0
        for index in column:
            items[index].y = below
            below += items[index].height + gap
    for sweep in range(PLACE_SWEEPS):
        forwards = sweep % 2 == 0
        for column in columns if forwards else columns[::-1]:
            wanted = [_level(items, index, forwards) for index in column]
            heights = [items[index].height for index in column]
            for index, y in zip(column, apart(wanted, heights, gap), strict=True):
                items[index].y = y
    top = min((item.y for item in items), default=0.0)
    for item in items:
        item.y = round(item.y - top, 1)


def _level(items: list[Item], index: int, forwards: bool) -> float:
    """The upper edge at which an item is level with its neighbours on one side."""
    item = items[index]
    near = item.before if forwards else item.after
    if not near:
        return item.y
    middle = sum(items[other].y + items[other].height / 2 for other in near) / len(near)
    return middle - item.height / 2


def apart(wanted: Sequence[float], heights: Sequence[float], gap: float) -> list[float]:
    """The places nearest to those wanted (least squares) at which nothing overlaps."""
    shift, shifts = 0.0, []
    for height in heights:
        shifts.append(shift)
        shift += height + gap
    pools: list[tuple[float, int]] = []  # sum and count of what moves together
    for want, offset in zip(wanted, shifts, strict=True):
        total, count = want - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            above = pools.pop()
            total, count = total + above[0], count + above[1]
        pools.append((total, count))
    places = [total / count for total, count in pools for _ in range(count)]
    return [base + offset for base, offset in zip(places, shifts, strict=True)]


def depths(
    functions: Sequence[int], outside: set[int], channels: Iterable[tuple[int, int]], most: int
) -> dict[int, int]:
    """How many channels lie before each function, counted from those that outsiders reach.

    ``channels`` are pairs of writer and reader. Functions that no such way leads to count from
    the first of their circle. At most ``most``.
    """
    readers: dict[int, list[int]] = defaultdict(list)
    fed: set[int] = set()
    for writer, reader in channels:
        readers[writer].append(reader)
        fed.add(reader)
    found = {key: 0 for key in functions if key in outside or key not in fed}
    _spread(list(found), readers, found, most)
    for key in functions:
        if key not in found:
            found[key] = 0
            _spread([key], readers, found, most)
    return found


def _spread(
    queue: list[int], readers: dict[int, list[int]], found: dict[int, int], most: int
) -> None:
    for key in queue:
        for reader in sorted(readers[key]):
            if reader not in found:
                found[reader] = min(most, found[key] + 1)
                queue.append(reader)
