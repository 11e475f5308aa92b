"""How a person writes their documents: indentation, line ends, quotes, tags. Found, not imposed."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from ringfence.edits.nodes import MAPPING, SCALAR, SEQUENCE, Node, Tree
from ringfence.model.record import record


@record(frozen=True)
class Style:
    """The habits of one text. ``step`` is what one level is indented by; ``item_step`` how many
    columns the dashes of a list stand right of its key; ``newline`` ends lines; ``quote`` goes
    around text that needs quotes; ``short_tags`` tells ``!GetAtt`` from ``Fn::GetAtt``; ``colon``
    and ``comma`` separate in flow style; ``is_json`` keeps to JSON."""

    step: str = "  "
    item_step: int = 2
    newline: str = "\n"
    quote: str = '"'
    short_tags: bool = True
    colon: str = ": "
    comma: str = ", "
    is_json: bool = False


def style_of(text: str, tree: Tree, is_json: bool) -> Style:
    """The habits that show in a text; usual ones where it shows none."""
    newline = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    nodes = list(tree.root.walk())
    if is_json:
        colon, comma = _separators(text, nodes)
        return Style(_json_step(text), 0, newline, '"', False, colon, comma, True)
    steps, item_steps = _steps(text, nodes)
    return Style(
        " " * _most_usual(steps, 2),
        _most_usual(item_steps, 2),
        newline,
        _quote(nodes),
        _short_tags(nodes),
    )


def column_of(text: str, offset: int) -> int:
    """How many characters stand before it in its line."""
    return offset - (text.rfind("\n", 0, offset) + 1)


def _most_usual(found: Counter[int], default: int) -> int:
    return found.most_common(1)[0][0] if found else default


def _steps(text: str, nodes: list[Node]) -> tuple[Counter[int], Counter[int]]:
    """How far block mappings, and block lists, stand right of the mapping that holds them."""
    steps: Counter[int] = Counter()
    item_steps: Counter[int] = Counter()
    for node in nodes:
        for key, value in node.entries if node.is_block else ():
            if value.is_block:
                step = column_of(text, value.begin) - column_of(text, key.start)
                if value.kind == SEQUENCE and step >= 0:
                    item_steps[step] += 1
                elif value.kind == MAPPING and step > 0:
                    steps[step] += 1
    return steps, item_steps


def _quote(nodes: list[Node]) -> str:
    found = Counter(
        node.style for node in nodes if node.kind == SCALAR and node.style in ("'", '"')
    )
    return found.most_common(1)[0][0] if found else '"'


def _short_tags(nodes: list[Node]) -> bool:
    short = sum(1 for node in nodes if node.tag and not node.tag.startswith("!"))
    long = sum(
        1
        for node in nodes
        if len(node.entries) == 1 and node.entries[0][0].value.startswith(("Fn::", "Ref"))
    )
    return short >= long


def _json_step(text: str) -> str:
    match = re.search(r"\{[ \t]*\r?\n([ \t]+)", text)
    return match.group(1) if match else "  "


def _separators(text: str, nodes: list[Node]) -> tuple[str, str]:
    """What stands after keys, and between the elements of lists in one line."""
    colons: Counter[str] = Counter()
    commas: Counter[str] = Counter()
    for node in nodes:
        for key, value in node.entries:
            colons[text[key.end : value.start]] += 1
        elements = [(item, item) for item in node.items] or node.entries
        for (_, before), (after, _) in pairwise(elements):
            between = text[before.end : after.start]
            if "\n" not in between:
                commas[between] += 1
    colon = next((found for found, _ in colons.most_common(1) if "\n" not in found), ": ")
    return colon, commas.most_common(1)[0][0] if commas else ", "
