"""Patterns of Python's ``match``: what a case compares with, and what it binds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.languages.lowering import Span
from ringfence.languages.python_expressions import PythonExpressions
from ringfence.model import syntax
from ringfence.model.syntax import Expression, Statement

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "none"}
)


def comparable_values(lowering: PythonExpressions, patterns: list[Node]) -> list[Expression]:
    """The constants and dotted names that the case compares with.

    Empty for a case that takes everything; a pattern of structure gives one Opaque.
    """
    if len(patterns) > 1:
        return [syntax.Opaque(*lowering.span(patterns[0]), "pattern", [])]
    return _values(lowering, patterns[0]) if patterns else []


def _values(lowering: PythonExpressions, node: Node) -> list[Expression]:
    kind = node.type
    parts = lowering.parts(node)
    if kind == "case_pattern":
        if len(parts) == 1 and node.children[0].type == "-":
            return [syntax.Unary(*lowering.span(node), "-", lowering.expression(parts[0]))]
        return _values(lowering, parts[0]) if parts else []
    if kind in _LITERALS:
        return [lowering.expression(node)]
    if kind == "dotted_name":
        return [lowering.expression(node)] if len(parts) > 1 else []
    if kind == "as_pattern":
        return _values(lowering, parts[0]) if parts else []
    if kind == "union_pattern":
        values: list[Expression] = []
        for part in parts:
            found = _values(lowering, part)
            if not found:
                return []
            values += found
        return [] if any(child.type == "_" for child in node.children) else values
    return [syntax.Opaque(*lowering.span(node), "pattern", [])]


def captures_of(
    lowering: PythonExpressions, patterns: list[Node], subject: Expression
) -> list[Statement]:
    """The names that the case binds, as assignments from parts of the subject."""
    out: list[Statement] = []
    if len(patterns) == 1:
        _captures(lowering, patterns[0], subject, out)
    else:
        _captures_of_items(lowering, patterns, subject, out)
    return out


def _captures(
    lowering: PythonExpressions, node: Node, source: Expression, out: list[Statement]
) -> None:
    if lowering.depth > 100:
        return
    lowering.depth += 1
    kind = node.type
    parts = lowering.parts(node)
    span = lowering.span(node)
    if kind in ("case_pattern", "union_pattern"):
        for part in parts:
            _captures(lowering, part, source, out)
    elif kind == "dotted_name" and len(parts) == 1:
        out.append(syntax.Assign(*span, lowering.expression(node), source))
    elif kind == "as_pattern" and len(parts) == 2:
        _captures(lowering, parts[0], source, out)
        out.append(syntax.Assign(*span, lowering.expression(parts[1]), source))
    elif kind in ("list_pattern", "tuple_pattern"):
        _captures_of_items(lowering, parts, source, out)
    elif kind == "dict_pattern":
        _captures_of_map(lowering, node, source, out)
    elif kind == "class_pattern":
        for part in parts[1:]:
            _captures_of_class(lowering, part, source, out)
    lowering.depth -= 1


def _captures_of_items(
    lowering: PythonExpressions, nodes: list[Node], source: Expression, out: list[Statement]
) -> None:
    for number, node in enumerate(nodes):
        span = lowering.span(node)
        inner = lowering.parts(node)
        if inner and inner[0].type == "splat_pattern":
            names = lowering.parts(inner[0])
            lower = syntax.Constant(*span, number)
            rest = syntax.Index(*span, source, syntax.Slice(*span, lower, None, None))
            if names:
                out.append(syntax.Assign(*span, lowering.expression(names[0]), rest))
            continue
        item = syntax.Index(*span, source, syntax.Constant(*span, number))
        _captures(lowering, node, item, out)


def _captures_of_map(
    lowering: PythonExpressions, node: Node, source: Expression, out: list[Statement]
) -> None:
    keys = node.children_by_field_name("key")
    values = node.children_by_field_name("value")
    for key, value in zip(keys, values, strict=False):
        span: Span = lowering.span(value)
        item = syntax.Index(*span, source, lowering.expression(key))
        _captures(lowering, value, item, out)
    for child in lowering.parts(node):
        names = lowering.parts(child) if child.type == "splat_pattern" else []
        if names:
            out.append(syntax.Assign(*lowering.span(child), lowering.expression(names[0]), source))


def _captures_of_class(
    lowering: PythonExpressions, node: Node, source: Expression, out: list[Statement]
) -> None:
    inner = lowering.parts(node)
    if inner and inner[0].type == "keyword_pattern":
        name, *pattern = lowering.parts(inner[0])
        span = lowering.span(inner[0])
        attribute = syntax.Attribute(*span, source, lowering.text_of(name))
        for part in pattern:
            _captures(lowering, part, attribute, out)
    else:
        _captures(lowering, node, source, out)
