"""Text from the scanned tree, made safe to show, and the glyphs of a terminal.

Names, paths and source lines belong to whoever wrote the tree. A control character in one could
move the cursor, recolour or retitle the terminal, a bidirectional control could show code in
another order than it runs (CVE-2021-42574). Every such character becomes a visible escape.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ringfence.model.record import record

TAB_WIDTH = 4

# Categories (Unicode Standard, table 4-4) that never reach a terminal as they are: controls,
# invisible format characters, lone surrogates, private use, unassigned, line and paragraph ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Our own words use these; the names of a tree with them are spelt alike.
_ASCII = {
    "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "→": "->",
    "×": "x", "·": "|", "•": "*", "≥": ">=", "≤": "<=", "\u00a0": " ",
}  # fmt: skip


@record(frozen=True)
class Glyphs:
    """The drawing characters of a report, each one cell wide (``ellipsis`` may be three)."""

    rule: str
    bar: str
    corner: str
    foot: str
    caret: str
    dot: str
    fix: str
    line: str
    middle: str
    arrow: str
    ellipsis: str
    block: str
    good: str
    bad: str


UNICODE = Glyphs("─", "│", "╭─", "╰─", "^", "●", "✔", "│", "·", "→", "…", "█", "✔", "✘")
ASCII = Glyphs("-", "|", "+-", "+-", "^", "*", "=", "|", "|", "->", "...", "#", "+", "x")


def escape(text: str, unicode: bool = True) -> str:
    """The text with every character that could act on a terminal spelt out (``\\x1b``).

    Line feeds and tabs are spelt out too: one name stays on one line. With ``unicode`` False the
    result is ASCII. The text may not be markup; nothing here is.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_spelt if unicode else _spelt_ascii, text))


def escape_line(line: str, unicode: bool = True) -> tuple[str, list[int]]:
    """A source line as :func:`escape` gives it, tabs widened to the next multiple of four.

    The list maps each index of the original line, and the one past its end, to an index of the
    result, so that a column of the file can be found in what is shown.
    """
    spelt = _spelt if unicode else _spelt_ascii
    shown: list[str] = []
    indexes: list[int] = []
    length = 0
    for character in line.rstrip("\r\n"):
        indexes.append(length)
        piece = " " * (TAB_WIDTH - length % TAB_WIDTH) if character == "\t" else spelt(character)
        shown.append(piece)
        length += len(piece)
    indexes.append(length)
    return "".join(shown), indexes


@lru_cache(maxsize=1024)
def _spelt(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    known = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if known:
        return known
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=1024)
def _spelt_ascii(character: str) -> str:
    spelt = _ASCII.get(character) or _spelt(character)
    return spelt.encode("ascii", "backslashreplace").decode("ascii")


def clip(text: str, length: int) -> str:
    """At most ``length`` characters, the last one an ellipsis where something was cut off."""
    return text if len(text) <= length else text[: length - 1] + "…"
