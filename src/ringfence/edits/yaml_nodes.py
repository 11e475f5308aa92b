"""YAML text → :class:`~ringfence.edits.nodes.Tree`, from the events of PyYAML's parser."""

from __future__ import annotations

from typing import Any

from ringfence import late
from ringfence.edits.nodes import ALIAS, MAPPING, SCALAR, SEQUENCE, EditError, Node, Tree

_STANDARD = "tag:yaml.org,2002:"
_PROPERTY = late.pattern(r"[!&][^\s,\[\]{}]*|!<[^>]*>")
_BLANK = late.pattern(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\n]*)*")


def parse_yaml(text: str, file: str) -> Tree:
    """All documents of a YAML text. The caller has read it under limits before.

    Raises:
        EditError: it is malformed.
    """
    import yaml

    try:
        return Tree(_documents(text, _events(text)))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(problem, "problem", None) or "malformed"
        raise EditError(f"not valid YAML: {reason}", f"{file}:{line}", "mend the file") from None


def _events(text: str) -> Any:
    import yaml

    try:
        from yaml import cyaml
    except ImportError:
        return yaml.SafeLoader(text)
    return cyaml.CParser(text)  # type: ignore[attr-defined]  # its stub leaves the name out


def _documents(text: str, parser: Any) -> list[Node]:
    from yaml import events as kinds

    documents: list[Node] = []
    stack: list[Node] = []
    keys: list[Node | None] = []
    while (event := parser.get_event()) is not None:
        kind = event.__class__
        if kind in (kinds.MappingStartEvent, kinds.SequenceStartEvent):
            stack.append(_opened(event, kind is kinds.MappingStartEvent, text))
            keys.append(None)
            continue
        if kind in (kinds.MappingEndEvent, kinds.SequenceEndEvent):
            node = stack.pop()
            keys.pop()
            _close(node, event.end_mark.index)
        elif kind is kinds.ScalarEvent:
            node = _scalar(event, text)
        elif kind is kinds.AliasEvent:
            node = Node(ALIAS, event.start_mark.index, event.end_mark.index, "", event.anchor)
        else:
            continue
        if not stack:
            documents.append(node)
        elif stack[-1].kind == SEQUENCE:
            _adopt(stack[-1], node)
            stack[-1].items.append(node)
        elif keys[-1] is None:
            keys[-1] = node
        else:
            _adopt(stack[-1], node)
            stack[-1].entries.append((keys[-1], node))
            keys[-1] = None
    return documents


def _adopt(parent: Node, node: Node) -> None:
    node.parent = parent


def _opened(event: Any, is_mapping: bool, text: str) -> Node:
    style = "flow" if event.flow_style else "block"
    start = event.start_mark.index
    node = Node(MAPPING if is_mapping else SEQUENCE, start, start, style)
    _name(node, event, text)
    return node


def _close(node: Node, end: int) -> None:
    """A block collection's end event stands at the next token; its last child ends it sooner."""
    if not node.is_block:
        node.end = end
        return
    last = node.items[-1] if node.items else node.entries[-1][1] if node.entries else None
    node.end = max(node.begin + 1 if node.items else node.begin, last.end if last else 0)


def _scalar(event: Any, text: str) -> Node:
    node = Node(SCALAR, event.start_mark.index, event.end_mark.index, event.style or "")
    node.value = event.value
    _name(node, event, text)
    if node.style in ("|", ">"):
        node.end = _end_of_block(node, text)
    return node


def _end_of_block(node: Node, text: str) -> int:
    """Where a block scalar's last line ends; the parser's mark stands at the line after it. Blank
    lines that ``+`` keeps are part of it."""
    header = text[node.begin : text.find("\n", node.begin)].partition("#")[0]
    raw = text[node.begin : node.end]
    if "+" in header and raw.endswith("\n"):
        return node.end - (2 if raw.endswith("\r\n") else 1)
    return node.begin + len(raw.rstrip())


def _name(node: Node, event: Any, text: str) -> None:
    node.anchor = event.anchor or ""
    tag = event.tag or ""
    if tag.startswith(_STANDARD):
        node.tag = "!" + tag.removeprefix(_STANDARD)
    else:
        node.tag = tag[1:] if tag.startswith("!") else tag
    node.begin = _after_properties(text, node.start) if tag or node.anchor else node.start
    if node.kind == SCALAR:
        node.begin = min(node.begin, max(node.end, node.start))


def _after_properties(text: str, offset: int) -> int:
    """The first character of a value after its tag and anchor, and comments after these."""
    while (match := _PROPERTY.match(text, offset)) is not None:
        blank = _BLANK.match(text, match.end())
        assert blank is not None  # it matches the empty text
        offset = blank.end()
    return offset
