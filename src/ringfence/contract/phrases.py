"""Sentences in parts: our own words, and names that a stranger chose, kept apart to the end.

So each report can show names as its medium needs, and no name can pose as a part of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringfence.model.contract_change import Part

Parts = tuple[Part, ...]
#: Names in one sentence; the rest is counted.
MAX_NAMES = 6


def told(template: str, *inserts: str | Parts) -> Parts:
    """The template with each ``{}`` replaced: a text is a name, parts are taken as they are."""
    words = template.split("{}")
    parts: list[Part] = [(words[0], False)]
    for word, insert in zip(words[1:], inserts, strict=True):
        parts += [(insert, True)] if isinstance(insert, str) else insert
        parts.append((word, False))
    return _joined(parts)


def listed(names: Sequence[str], word: str = "and") -> Parts:
    """Names as a list in a sentence: a, b and c."""
    shown = [((name, True),) for name in names[:MAX_NAMES]]
    if len(names) > MAX_NAMES:
        shown[MAX_NAMES - 1 :] = [((f"{len(names) - MAX_NAMES + 1} more", False),)]
    return series(shown, word)


def series(items: Sequence[Parts], word: str = "and") -> Parts:
    """Parts as a list in a sentence."""
    parts: list[Part] = []
    for number, item in enumerate(items):
        if number:
            parts.append((f" {word} " if number == len(items) - 1 else ", ", False))
        parts += item
    return _joined(parts)


def plain(text: str) -> Parts:
    """Our own words."""
    return ((text, False),)


def plural(names: Sequence[object], one: str, several: str) -> str:
    """The word for one name or for several."""
    return one if len(names) == 1 else several


def _joined(parts: Iterable[Part]) -> Parts:
    """Without empty parts; neighbours of our own words are one part."""
    found: list[Part] = []
    for text, is_name in parts:
        if not text and not is_name:
            continue
        if found and not is_name and not found[-1][1]:
            found[-1] = (found[-1][0] + text, False)
        else:
            found.append((text, is_name))
    return tuple(found)
