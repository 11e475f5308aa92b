"""Python data → YAML or JSON text in a person's own style.

Data is ``dict``, ``list``, ``str``, numbers, ``bool``, ``None``, :class:`Tagged`,
:class:`Intrinsic`, and nodes of a document, which are written by what they mean.
"""

from __future__ import annotations

import json
from typing import Any

from ringfence import late
from ringfence.edits.style import Style
from ringfence.model.record import record

#: Text that every YAML reader takes for text without quotes.
_PLAIN = late.pattern(r"[A-Za-z_/][A-Za-z0-9_./:*@+=-]*\Z")
_WORDS = frozenset(
    ("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf")
)
_ESCAPED = late.pattern("[\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff\ud800-\udfff]")


@record(frozen=True)
class Tagged:
    """A value with a local tag: ``Tagged("Sub", "x")`` is ``!Sub x``."""

    tag: str
    value: Any


@record(frozen=True)
class Intrinsic:
    """An intrinsic function of CloudFormation, before it is known whether the file writes
    ``!GetAtt a.b`` or ``Fn::GetAtt: [a, b]``. ``argument`` is as in the long form."""

    name: str
    argument: Any


def lowered(value: Any, style: Style) -> Any:
    """The data with intrinsic functions in the form that the file uses."""
    if isinstance(value, Intrinsic):
        argument = lowered(value.argument, style)
        if not style.short_tags:
            name = value.name if value.name in ("Ref", "Condition") else f"Fn::{value.name}"
            return {name: argument}
        if value.name == "GetAtt":
            argument = ".".join(argument)
        return Tagged(value.name, argument)
    if isinstance(value, dict):
        return {key: lowered(item, style) for key, item in value.items()}
    if isinstance(value, list):
        return [lowered(item, style) for item in value]
    return value


def is_inline(value: Any) -> bool:
    """Whether a value goes onto the line of its key: all but filled lists and objects."""
    return isinstance(value, Tagged) or not isinstance(value, (dict, list)) or not value


def is_plain(text: str, in_flow: bool = False) -> bool:
    """Whether text needs no quotes."""
    if not _PLAIN.match(text) or text.lower() in _WORDS or text.endswith(":"):
        return False
    return not (in_flow and ":" in text)


def block(value: dict[str, Any] | list[Any], indent: str, style: Style) -> list[str]:
    """The lines of a filled list or object in YAML's block style, each with its indentation."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            lines.extend(entry(key, item, indent, style))
        return lines
    for item in value:
        lines.extend(listed(item, indent, style))
    return lines


def entry(key: str, value: Any, indent: str, style: Style) -> list[str]:
    """The lines of one entry of an object."""
    head = f"{indent}{scalar(key, style)}:"
    if is_inline(value) or (key.startswith("Fn::") and _is_short(value)):
        return [f"{head} {flow(value, style)}"]
    deeper = indent + (" " * style.item_step if isinstance(value, list) else style.step)
    return [head, *block(value, deeper, style)]


def _is_short(value: Any) -> bool:
    """Whether the arguments of a function fit into one line."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def listed(value: Any, indent: str, style: Style) -> list[str]:
    """The lines of one item of a list, with its dash."""
    if is_inline(value):
        return [f"{indent}- {flow(value, style)}"]
    lines = block(value, indent + "  ", style)
    return [f"{indent}- {lines[0][len(indent) + 2 :]}", *lines[1:]]


def flow(value: Any, style: Style, nested: bool = False) -> str:
    """A value in one line."""
    if isinstance(value, Tagged):
        return f"!{value.tag} {flow(value.value, style, nested)}"
    if isinstance(value, dict):
        pairs = (
            f"{scalar(key, style, True)}{style.colon}{flow(item, style, True)}"
            for key, item in value.items()
        )
        return "{" + style.comma.join(pairs) + "}"
    if isinstance(value, list):
        return "[" + style.comma.join(flow(item, style, True) for item in value) + "]"
    return scalar(value, style, nested)


def lines_of(value: Any, indent: str, style: Style) -> str:
    """A value in flow style over several lines, as JSON files are written; ``indent`` is that of
    the line it begins in."""
    if is_inline(value):
        return flow(value, style)
    deeper = indent + style.step
    if isinstance(value, dict):
        parts = [
            f"{deeper}{scalar(key, style)}{style.colon}{lines_of(item, deeper, style)}"
            for key, item in value.items()
        ]
        marks = "{}"
    else:
        parts = [f"{deeper}{lines_of(item, deeper, style)}" for item in value]
        marks = "[]"
    inside = f",{style.newline}".join(parts)
    return f"{marks[0]}{style.newline}{inside}{style.newline}{indent}{marks[1]}"


def scalar(value: Any, style: Style, in_flow: bool = False) -> str:
    """A scalar, in quotes where it needs them."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    text = str(value)
    if not style.is_json:
        if is_plain(text, in_flow):
            return text
        if style.quote == "'" and text.isprintable():
            return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    shown: str = _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
    return shown
