"""Short ways to resolve a template that stands in a test."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

from ringfence.loaders.discovery import discover
from ringfence.loaders.documents import parse_document
from ringfence.loaders.intrinsics import resolve
from ringfence.loaders.limits import LIMITS, Limits
from ringfence.loaders.nested import Stacks
from ringfence.loaders.template import Template
from ringfence.loaders.tree import Tree
from ringfence.model.value import Choice, Mapping, Scalar, Sequence, Unknown, Value, plain


def template(text: str, limits: Limits = LIMITS, **parameters: str) -> Template:
    document = parse_document(dedent(text).encode(), "t.yaml", limits)
    assert isinstance(document, Mapping)
    given: dict[str, Value] = {name: Scalar(value) for name, value in parameters.items()}
    return resolve(document, "t.yaml", "", parameters=given, limits=limits)


def value_of(expression: str, sections: str = "", **parameters: str) -> Value | None:
    """The resolved value of one property."""
    indented = dedent(expression).strip().replace("\n", "\n        ")
    text = f"""\
Resources:
  R:
    Type: AWS::X::Y
    Properties:
      P:
        {indented}
"""
    found = template(text + dedent(sections), **parameters)
    return found.resources["t.yaml#R"].properties.get("P")


def shown(value: Value | None) -> Any:
    """A value as data: unknown values as ``?reason``, choices as ``{"condition?": [then, else]}``."""
    if isinstance(value, Unknown):
        return "?" + value.reason
    if isinstance(value, Choice):
        return {value.condition + "?": [shown(value.then), shown(value.otherwise)]}
    if isinstance(value, Mapping):
        return {key: shown(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [shown(item) for item in value.items]
    return plain(value)


def evaluated(expression: str, sections: str = "", **parameters: str) -> Any:
    return shown(value_of(expression, sections, **parameters))


def write(root: Path, **files: str) -> None:
    """Files from keyword arguments; ``__`` is a folder separator and ``_`` before the suffix a
    dot."""
    for key, text in files.items():
        name = ".".join(key.replace("__", "/").rsplit("_", 1))
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))


def load(root: Path, **parameters: str) -> dict[str, Template]:
    """All templates of a folder by path, with notes of the tree at the first."""
    tree = Tree(root)
    found = discover(tree)
    templates = Stacks(tree, parameters).load(found.templates)
    if templates:
        templates[0].skipped.extend([*found.skipped, *tree.skipped])
    return {template.path: template for template in templates}


def properties(found: Template, logical_id: str) -> Any:
    return shown(found.resources[f"{found.path}#{logical_id}"].properties)


def notes(found: Template) -> list[str]:
    return [f"{note.what}: {note.reason}" for note in found.skipped]
