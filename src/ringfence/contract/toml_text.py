"""Values and keys as TOML, for text that strangers chose (TOML 1.0.0).

Every text becomes a basic string on one line. Whatever does not print (controls, line ends,
invisible and bidirectional marks) is spelt out, so that a line of the file shows what it holds.
"""

from __future__ import annotations

from ringfence import late

#: A key that needs no quotes.
_BARE = late.pattern(r"[A-Za-z0-9_-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
#: TOML holds Unicode scalar values only; a lone surrogate becomes the replacement character.
_REPLACEMENT = "\ufffd"


def string(text: str) -> str:
    """A basic string, quotes included."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(map(_letter, text))}"'


def key(text: str) -> str:
    """One part of a key, in quotes where it needs them."""
    return text if _BARE.fullmatch(text) else string(text)


def strings(values: tuple[str, ...] | list[str]) -> str:
    """An array of texts on one line."""
    return f"[{', '.join(map(string, values))}]"


def inline(pairs: list[tuple[str, str]]) -> str:
    """An inline table of keys that need no quotes and values that are TOML already."""
    return f"{{{', '.join([f'{name} = {value}' for name, value in pairs])}}}"


def _letter(letter: str) -> str:
    short = _SHORT.get(letter)
    if short:
        return short
    if letter == " " or letter.isprintable():
        return letter
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF:
        return _REPLACEMENT
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
