"""Changes of collections → pieces of text to put in place of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringfence.edits import emit
from ringfence.edits.block_text import block_splices
from ringfence.edits.changes import Changes
from ringfence.edits.lines import Splice, indent_at, starts_line
from ringfence.edits.nodes import SEQUENCE, Node
from ringfence.edits.style import Style

__all__ = ["Changes", "Splice", "spliced", "splices_of"]


def splices_of(
    text: str, root: Node, changes: Mapping[int, Changes], style: Style
) -> Iterator[Splice]:
    """The pieces of all changes; those inside of what is replaced or removed are left out."""
    for own in changes.values():
        if _is_gone(own.node, changes):
            continue
        depth = _depth(own.node)
        if own.is_emptied and own.node.is_block:
            yield from _emptied(text, own, style, depth)
        elif own.node.is_block:
            yield from block_splices(text, own, style, depth)
        else:
            yield from _flow_splices(text, own, style, depth)


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with its pieces exchanged. Of pieces at one place the deeper ones come first.

    Raises:
        ValueError: two of them overlap.
    """
    ordered = sorted(
        splices, key=lambda piece: (piece.start, piece.end > piece.start, -piece.depth)
    )
    parts: list[str] = []
    position = 0
    for piece in ordered:
        if piece.start < position:
            raise ValueError("overlapping changes")
        parts += text[position : piece.start], piece.text
        position = piece.end
    return "".join((*parts, text[position:]))


def _is_gone(node: Node, changes: Mapping[int, Changes]) -> bool:
    """Whether a change further up replaces or removes the node."""
    while node.parent is not None:
        own = changes.get(id(node.parent))
        if own is not None:
            children = [value for _, value in own.elements]
            number = next(i for i, child in enumerate(children) if child is node)
            if number in own.removed or number in own.replaced:
                return True
        node = node.parent
    return False


def _depth(node: Node) -> int:
    depth = 0
    while node.parent is not None:
        node, depth = node.parent, depth + 1
    return depth


def _emptied(text: str, own: Changes, style: Style, depth: int) -> Iterator[Splice]:
    """A block collection that loses everything becomes ``{}`` or ``[]`` at its key."""
    parent = own.node.parent
    mark = emit.flow(own.empty, style)
    if parent is None or not parent.is_block or parent.kind == SEQUENCE:
        yield Splice(own.node.begin, own.node.end, mark, depth)
        return
    index = next(i for i, (_, value) in enumerate(parent.entries) if value is own.node)
    yield from block_splices(text, Changes(parent, {index: own.empty}), style, depth - 1)


def _flow_splices(text: str, own: Changes, style: Style, depth: int) -> Iterator[Splice]:
    elements = [(key or value, value) for key, value in own.elements]
    kept = [number for number in range(len(elements)) if number not in own.removed]
    if not kept:
        new = [(item.key, item.value) for item in own.added]
        inside = _inside(text, own.node, new, style)
        yield Splice(own.node.begin + 1, own.node.end - 1, inside, depth)
        return
    for number, (key, value) in enumerate(elements):
        if number in own.replaced:
            shown = _value(text, key.start, own.replaced[number], style)
            gap = " " if text[value.start - 1 : value.start] == ":" and value.is_null else ""
            yield Splice(value.start, value.end, gap + shown, depth)
        if number in own.removed:
            yield _removal(elements, number, kept[0], depth)
    for item in own.added:
        yield _insertion(text, elements, item.after, kept[0], _pair(text, item, own, style), depth)


def _removal(elements: list[tuple[Node, Node]], number: int, first: int, depth: int) -> Splice:
    """Takes an element away together with one comma."""
    if number < first:
        return Splice(elements[number][0].start, elements[number + 1][0].start, "", depth)
    return Splice(elements[number - 1][1].end, elements[number][1].end, "", depth)


def _insertion(
    text: str,
    elements: list[tuple[Node, Node]],
    after: int,
    first: int,
    new: tuple[str, str],
    depth: int,
) -> Splice:
    shown, comma = new
    if after < first:
        return Splice(elements[first][0].start, elements[first][0].start, shown + comma, depth)
    end = elements[after][1].end
    return Splice(end, end, comma + shown, depth)


def _pair(text: str, item: Any, own: Changes, style: Style) -> tuple[str, str]:
    """A new element, and what separates it from others: like the elements that are there."""
    key, value = own.elements[max(item.after, 0)]
    place = (key or value).start
    shown = _value(text, place, item.value, style)
    if own.node.kind != SEQUENCE:
        shown = f"{emit.scalar(item.key, style, True)}{style.colon}{shown}"
    if starts_line(text, place):
        return shown, f",{style.newline}{indent_at(text, place)}"
    return shown, style.comma if "\n" not in style.comma else ", "


def _value(text: str, place: int, value: Any, style: Style) -> str:
    if style.is_json and starts_line(text, place):
        return emit.lines_of(value, indent_at(text, place), style)
    return emit.flow(value, style, True)


def _inside(text: str, node: Node, new: list[tuple[str, Any]], style: Style) -> str:
    """The text between the brackets of a collection that holds only new elements."""
    if not new:
        return ""
    data: Any = [value for _, value in new] if node.kind == SEQUENCE else dict(new)
    if style.is_json and "\n" in text:
        return emit.lines_of(data, indent_at(text, node.start), style)[1:-1]
    inside = emit.flow(data, style, True)[1:-1]
    spaced = text[node.begin + 1 : node.begin + 2] == " " and text[node.end - 2] == " "
    return f" {inside} " if spaced else inside
