"""Messages of rules: templates with ``{placeholders}`` filled from a view."""

from __future__ import annotations

from typing import Any

from ringfence import late

_PLACEHOLDER = late.pattern(r"\{([A-Za-z_][\w.\-]*)\}")
#: Values that begin with one of these are phrases, not names.
_ARTICLES = frozenset({"the", "a", "an", "every", "any", "all"})
MAX_LENGTH = 160
MAX_ITEMS = 4


def render(template: str, view: dict[str, Any]) -> str:
    """The message; a placeholder that the view does not have becomes "?"."""
    text = _PLACEHOLDER.sub(lambda match: _text(find(view, match.group(1))), template)
    return sentence(text, template)


def sentence(text: str, template: str = "") -> str:
    """With a capital letter, unless it begins with a name of the application."""
    first, _, rest = text.partition(" ")
    if not rest or not first.isalpha() or not first.islower():
        return text
    placeholder = _PLACEHOLDER.match(template)
    if placeholder is not None and first not in _ARTICLES:
        return text
    return text[0].upper() + text[1:]


def find(view: Any, path: str) -> Any:
    """The value at a dotted path of a view; the first item stands for a list."""
    for step in path.split("."):
        if isinstance(view, list) and view:
            view = view[0]
        view = view.get(step) if isinstance(view, dict) else None
    return view


def _text(value: Any) -> str:
    if isinstance(value, list):
        return listed([_text(item) for item in value])
    if isinstance(value, dict):
        return listed([str(key) for key in value])
    if value is None:
        return "?"
    text = "true" if value is True else "false" if value is False else str(value)
    text = " ".join(text.split())
    return shortened(text)


def shortened(text: str, limit: int = MAX_LENGTH) -> str:
    """A text cut between words, or between the parts of a long name."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    end = max(cut.rfind(mark) for mark in " ,;/")
    return (cut[:end] if end > limit // 2 else cut).rstrip(" ,;/") + " …"


def listed(items: list[str], limit: int = MAX_ITEMS) -> str:
    """``a, b and c``; the rest is counted."""
    if len(items) > limit:
        return f"{', '.join(items[: limit - 1])} and {len(items) - limit + 1} more"
    if len(items) > 1:
        return f"{', '.join(items[:-1])} and {items[-1]}"
    return "".join(items)
