"""HTML that is safe by construction: every text and attribute is escaped unless it is markup.

Only :func:`tag` and :func:`joined` make :class:`Markup` of parts; nothing else in this room writes
an angle bracket. Names of tags and attributes are our own words, never those of a scanned tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape as html_escape

from ringfence import late
from ringfence.report.text import clip, escape

MAX_TEXT = 2_000  # characters of a name, message or line
_VOID = frozenset({"meta", "input", "br", "hr"})
_NOT_IN_ID = late.pattern(r"[^A-Za-z0-9_-]+")


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


EMPTY = Markup("")
Child = str | None
Attribute = str | int | bool | None


def text(value: str) -> Markup:
    """The text for a page: controls and invisible characters spelt out, the rest escaped."""
    return (
        value if isinstance(value, Markup) else Markup(html_escape(escape(clip(value, MAX_TEXT))))
    )


def prose(value: str) -> Markup:
    """A sentence; its line breaks are ours to set."""
    return text(" ".join(value.split()))


def joined(parts: Iterable[Child], between: str = "") -> Markup:
    """Parts one behind the other."""
    return Markup(text(between).join(text(part) for part in parts if part))


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """An element. ``class_`` stands for ``class``, other underscores for hyphens.

    Attributes that are None or False are left out, True ones have no value.
    """
    said = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{said}>")
    return Markup(f"<{name}{said}>{joined(children)}</{name}>")


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


def link(address: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """A link inside the page or to an https address; anything else stays text."""
    if address.startswith("#"):
        return tag("a", *children, href=address, **attributes)
    if address.startswith("https://"):
        return tag("a", *children, href=address, rel="noreferrer noopener", **attributes)
    return tag("span", *children, **attributes)


def anchor(kind: str, name: str) -> str:
    """An id for an element: ``finding-2b89…``; characters that links would have to spell go."""
    return f"{kind}-{_NOT_IN_ID.sub('-', name)[:80]}"
