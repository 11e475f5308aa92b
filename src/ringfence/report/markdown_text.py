"""Text from the scanned tree inside Markdown: it can neither format, link, mention nor run.

A review comment is shown by a hosting service that turns far more than CommonMark into something:
mentions, issue numbers, commit ids, addresses without a scheme, labels, commands, formulas. So
nothing is escaped one by one: only plain words stay text, and everything else goes into code
spans, in which all of them are silent.
"""

from __future__ import annotations

from ringfence import late
from ringfence.report.text import clip, escape

#: Words and numbers with the usual marks around them. Our own sentences use these dashes and marks.
_PLAIN = late.pattern(
    r"[(\"'“‘]?"
    r"(?:[A-Za-z]+(?:['’-][A-Za-z]+)*|\d{1,6}(?:[.,]\d{1,3})?|[–—…×])"
    r"[)\"'”’]?[.,;:!?…]?[)\"'”’]?"
)
#: Services link what may be the id of a commit.
_COMMIT = late.pattern(r"[0-9A-Fa-f]{6,}")
_TICKS = late.pattern(r"`+")
_TAIL = late.pattern(r"[.,;:!?]$")


def prose(text: str, length: int = 600) -> str:
    """A sentence as inline Markdown on one line: plain words as they are, the rest as code."""
    parts: list[str] = []
    held: list[str] = []
    words = clip(escape(" ".join(text.split())), length).split(" ")
    for number, word in enumerate(words):
        starts_list = not parts and not held and word[:1].isdigit() and not word[-1:].isdigit()
        if _is_plain(word) and not starts_list and not _goes_on(held, words[number:]):
            parts += [*_spans(held), word]
            held = []
        elif word:
            held.append(word)
    return " ".join([*parts, *_spans(held)])


def code(text: str, length: int = 300) -> str:
    """A code span on one line, whatever the text holds; "" for an empty text."""
    shown = clip(escape(" ".join(text.split())), length)
    if not shown:
        return ""
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _is_plain(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and _COMMIT.search(word) is None


def _goes_on(held: list[str], rest: list[str]) -> bool:
    """Whether the words held back are the beginning of a call that ends in the rest."""
    depth = sum(word.count("(") - word.count(")") for word in held)
    if depth < 1:
        return False
    for word in rest:
        depth += word.count("(") - word.count(")")
        if depth < 1:
            return True
    return False


def _spans(words: list[str]) -> list[str]:
    """The held words as one code span; the last one's full stop or comma stands behind it."""
    if not words:
        return []
    text = " ".join(words)
    tail = _TAIL.search(text)
    if tail is None or len(text) == 1:
        return [code(text, len(text))]
    return [code(text[:-1], len(text)) + tail[0]]
