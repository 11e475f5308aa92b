"""One change of one text: what rooms use that patch a single property.

Texts are YAML or JSON, told by their first character as the loaders do. Paths are keys and numbers
of items. Every function gives the whole new text, and raises
:class:`~ringfence.edits.nodes.EditError` where that cannot be had without touching anything else.
"""

from __future__ import annotations

from typing import Any

from ringfence.edits.document import Document, Path


def set_property(text: str, path: Path, value: Any, file: str = "the document") -> str:
    """Give the property at ``path`` a value; what is missing of the path is made."""
    document = Document(text, file)
    document.set(path, value)
    return document.text()


def remove_property(text: str, path: Path, file: str = "the document") -> str:
    """Take the property or item at ``path`` away; the same text where there is none."""
    document = Document(text, file)
    return document.text() if document.remove(path) else text


def insert_item(
    text: str, path: Path, value: Any, index: int | None = None, file: str = "the document"
) -> str:
    """Put ``value`` into the list at ``path``, before the item ``index``, else at its end."""
    document = Document(text, file)
    document.insert(path, value, index)
    return document.text()


def append_resource(
    text: str,
    logical_id: str,
    resource: dict[str, Any],
    after: str = "",
    section: Path = ("Resources",),
    file: str = "the document",
) -> str:
    """Add a resource behind the resource ``after``, else behind the last.

    Raises:
        EditError: also when the name is taken.
    """
    document = Document(text, file)
    if document.find((*section, logical_id)) is not None:
        raise document.refused((*section, logical_id), "exists already")
    document.set((*section, logical_id), resource, after)
    return document.text()
