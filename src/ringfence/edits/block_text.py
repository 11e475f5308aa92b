"""Changes of YAML collections in block style, as pieces of whole lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ringfence.edits import emit
from ringfence.edits.changes import Addition, Changes
from ringfence.edits.lines import Splice, line_end, line_start, next_line, starts_line
from ringfence.edits.nodes import SEQUENCE, Node
from ringfence.edits.style import Style, column_of

_TO_DASH = re.compile(r"(?:[ \t\r\n]|(?<![^\s])#[^\n]*)*-")


def block_splices(text: str, own: Changes, style: Style, depth: int) -> Iterator[Splice]:
    """The pieces that make the changes of one block mapping or sequence."""
    is_list = own.node.kind == SEQUENCE
    heads = list(_dashes(text, own.node)) if is_list else [key.start for key, _ in own.node.entries]
    for number, value in own.replaced.items():
        if is_list:
            yield from _replaced_item(text, own.node.items[number], heads[number], value, style)
        else:
            key, old = own.node.entries[number]
            yield from _replaced(text, key, old, value, style, depth)
    ends = [value.end for _, value in own.elements]
    exchanged = own.added and len(own.removed) == len(heads)
    if exchanged:
        lines = [line for item in own.added for line in _lines(text, heads[0], item, own, style)]
        shown = style.newline.join(lines).lstrip(" ")
        yield Splice(heads[0], line_end(text, max(ends[0], heads[0] + 1)), shown, depth)
    for number in own.removed:
        if number or not exchanged:
            yield _removed(text, heads, max(ends[number], heads[number] + 1), number, own, depth)
    for item in own.added if not exchanged else ():
        yield _added(text, heads, ends, item, own, style, depth)


def _dashes(text: str, node: Node) -> Iterator[int]:
    """Where the dash of each item stands."""
    position = node.begin
    for item in node.items:
        match = _TO_DASH.match(text, position)
        position = match.end() - 1 if match else item.start
        yield position
        position = max(item.end, position + 1)


def _replaced(
    text: str, key: Node, old: Node, value: Any, style: Style, depth: int
) -> Iterator[Splice]:
    """A new value; what else stands on the key's line, comments above all, stays there."""
    colon = text.index(":", key.end) + 1
    same_line = line_start(text, old.begin) == line_start(text, colon)
    if emit.is_inline(value) and same_line:
        gap = "" if old.start > colon else " "
        yield Splice(old.start, old.end, gap + emit.flow(value, style), depth)
        return
    if same_line:
        start = colon
        end = old.end
        if not text[end : line_end(text, end)].strip():
            end = line_end(text, end)
        yield Splice(start, end, "", depth)
        place = line_end(text, end)
    else:
        if old.start < line_end(text, colon):  # its anchor, or tag, on the key's line
            yield Splice(colon, line_end(text, colon), "", depth)
        place = line_end(text, colon)
    if emit.is_inline(value):
        yield Splice(colon, colon, f" {emit.flow(value, style)}", depth)
    new = "" if emit.is_inline(value) else style.newline + _below(text, key, value, style)
    end = place if same_line else line_end(text, old.end)
    yield Splice(place, end, new, depth)


def _below(text: str, key: Node, value: Any, style: Style) -> str:
    column = column_of(text, key.start)
    step = " " * style.item_step if isinstance(value, list) else style.step
    return style.newline.join(emit.block(value, " " * column + step, style))


def _replaced_item(text: str, old: Node, dash: int, value: Any, style: Style) -> Iterator[Splice]:
    lines = emit.listed(value, " " * column_of(text, dash), style)
    lines[0] = lines[0].strip(" ")
    yield Splice(dash, max(old.end, dash + 1), style.newline.join(lines))


def _removed(
    text: str, heads: list[int], end: int, number: int, own: Changes, depth: int
) -> Splice:
    head = heads[number]
    if not starts_line(text, head):
        following = [other for other in heads[number + 1 :] if other > head]
        return Splice(head, following[0] if following else end, "", depth)
    start, stop = line_start(text, head), next_line(text, end)
    rest = range(number, len(heads))
    if start and own.removed.issuperset(rest) and _ends_text(text, own.elements[-1][1].end):
        # The line break before goes instead of the one after, which the last line does not have.
        start = start - 2 if text[start - 2 : start] == "\r\n" else start - 1
        stop = line_end(text, end)
    return Splice(start, stop, "", depth)


def _ends_text(text: str, offset: int) -> bool:
    """Whether this is the last line and has no line break."""
    return next_line(text, offset) == len(text) and not text.endswith("\n")


def _added(
    text: str,
    heads: list[int],
    ends: list[int],
    item: Addition,
    own: Changes,
    style: Style,
    depth: int,
) -> Splice:
    indent = " " * column_of(text, heads[0])
    lines = _lines(text, heads[0], item, own, style)
    shown = style.newline.join(lines)
    if item.after < 0:
        return Splice(heads[0], heads[0], shown[len(indent) :] + style.newline + indent, depth)
    blank = style.newline if _is_spaced(text, heads, ends) and len(lines) > 1 else ""
    end = max(ends[item.after], heads[item.after] + 1)
    place = next_line(text, end)
    if place == len(text) and not text.endswith("\n"):
        return Splice(place, place, style.newline + blank + shown, depth)
    return Splice(place, place, blank + shown + style.newline, depth)


def _lines(text: str, head: int, item: Addition, own: Changes, style: Style) -> list[str]:
    indent = " " * column_of(text, head)
    if own.node.kind == SEQUENCE:
        return emit.listed(item.value, indent, style)
    return emit.entry(item.key, item.value, indent, style)


def _is_spaced(text: str, heads: list[int], ends: list[int]) -> bool:
    """Whether the elements that are there stand apart, with blank lines between them."""
    gaps = [
        bool(re.search(r"\n[ \t]*\r?\n", text[end:head]))
        for end, head in zip(ends, heads[1:], strict=False)
    ]
    return sum(gaps) * 2 > len(gaps)
