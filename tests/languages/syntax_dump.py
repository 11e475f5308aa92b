"""A compact, readable dump of a lowered tree, for tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from ringfence.languages import parse_source
from ringfence.model import syntax
from ringfence.model.syntax import Module, Node

_POSITION = {"line", "column", "end_line", "end_column"}


def dump(value: object) -> str:
    """``Kind(field=…)`` without positions and without fields at their empty value."""
    match value:
        case syntax.Name(name=name):
            return name
        case syntax.Constant(value=constant):
            return repr(constant)
        case syntax.Expr(value=inner):
            return dump(inner)
        case syntax.Attribute(value=inner, name=name, optional=optional):
            return f"{dump(inner)}{'?.' if optional else '.'}{name}"
        case syntax.Index(value=inner, key=key):
            return f"{dump(inner)}[{dump(key)}]"
        case syntax.Slice(lower=lower, upper=upper, step=step):
            return ":".join("" if bound is None else dump(bound) for bound in (lower, upper, step))
        case syntax.Argument(value=inner, name=name, spread=spread):
            return f"{name}={dump(inner)}" if name else spread + dump(inner)
        case syntax.Entry(key=None, value=inner):
            return f"**{dump(inner)}"
        case syntax.Entry(key=key, value=inner):
            return f"{dump(key)}: {dump(inner)}"
        case (
            syntax.Binary(operator=operator, left=left, right=right)
            | syntax.Compare(operator=operator, left=left, right=right)
        ):
            return f"({dump(left)} {operator} {dump(right)})"
        case syntax.Spread(value=inner):
            return f"*{dump(inner)}"
        case list() | tuple():
            return "[" + ", ".join(dump(item) for item in value) + "]"
        case Node():
            return f"{type(value).__name__}({', '.join(_fields(value))})"
        case _:
            return repr(value)


def _fields(node: Node) -> Iterator[str]:
    for field in dataclasses.fields(node):
        item = getattr(node, field.name)
        if field.name in _POSITION or item in ("", None, False) or item == []:
            continue
        yield (
            field.name
            if item is True
            else f"{field.name}={item if isinstance(item, str) else dump(item)}"
        )


def lower(text: str, language: str = "python") -> Module:
    return parse_source(
        {"python": "m.py", "javascript": "m.js"}.get(language, "m.ts"), text, language
    )


def lines(text: str, language: str = "python") -> list[str]:
    """The dump of every statement of a source that must hold no problem and nothing opaque."""
    module = lower(text, language)
    assert module.problems == []
    assert module.opaque_count == 0
    return [dump(statement) for statement in module.body]


def nodes(value: object) -> Iterator[Node]:
    """Every node under a value."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, tuple)):
            waiting.extend(item)
        elif isinstance(item, Node):
            yield item
            waiting.extend(getattr(item, field.name) for field in dataclasses.fields(item))
