"""Literals as their real values: escapes of Python and JavaScript strings, and numbers."""

from __future__ import annotations

import re
import unicodedata

from ringfence import late

_PYTHON_ESCAPE = late.pattern(
    r"\\(?:(\r\n|[\r\n])|([\\'\"abfnrtv])|([0-7]{1,3})|x([0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]{1,200})\})"
)
_SCRIPT_ESCAPE = late.pattern(
    r"\\(?:(\r\n|[\r\n\u2028\u2029])|([bfnrtv0](?![0-9])|[bfnrtv])|x([0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,8})\}|([0-7]{1,3})|(.))",
    re.DOTALL,
)
_SIMPLE = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "0": "\0",
}  # fmt: skip
_HIGHEST_CHARACTER = 0x10FFFF
_MOST_DIGITS = 1000


def _character(digits: str, base: int) -> str:
    code = int(digits, base)
    return chr(code) if code <= _HIGHEST_CHARACTER else "\ufffd"


def _python_escape(match: re.Match[str]) -> str:
    newline, simple, octal, byte, short, long, name = match.groups()
    if newline is not None:
        return ""
    if simple is not None:
        return _SIMPLE[simple]
    if octal is not None:
        return chr(int(octal, 8))
    if name is not None:
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return match.group()
    return _character(byte or short or long, 16)


def _python_byte_escape(match: re.Match[str]) -> str:
    if match.group(5) or match.group(6) or match.group(7):
        return match.group()  # \u, \U and \N mean nothing in bytes
    return _python_escape(match)


def python_text(raw: str, prefix: str) -> str:
    """The text of a string's content as written, under its lower-case prefix (``rb``, ``f``).

    For bytes the characters stand for the bytes of the same number.
    """
    if "\r" in raw:
        raw = raw.replace("\r\n", "\n").replace("\r", "\n")
    if "\\" not in raw or "r" in prefix:
        return raw
    return _PYTHON_ESCAPE.sub(_python_byte_escape if "b" in prefix else _python_escape, raw)


def _script_escape(match: re.Match[str]) -> str:
    newline, simple, byte, short, long, octal, other = match.groups()
    if newline is not None:
        return ""
    if simple is not None:
        return _SIMPLE[simple]
    if octal is not None:
        return chr(int(octal, 8))
    return other if other is not None else _character(byte or short or long, 16)


def script_text(raw: str) -> str:
    """The text of a JavaScript string's or template's content as written."""
    if "\\" not in raw:
        return raw
    text = _SCRIPT_ESCAPE.sub(_script_escape, raw)
    if any("\ud800" <= character <= "\udfff" for character in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def number(text: str) -> int | float | None:
    """The value of a number of either language; None when it is no number or far too long.

    Takes separators, bases, Python 2's ``0777`` and ``10L``, JavaScript's ``10n``; an imaginary
    number gives its imaginary part.
    """
    text = text.replace("_", "")
    if len(text) > _MOST_DIGITS:
        return None
    based = text[:2].lower() in ("0x", "0o", "0b")
    text = text.rstrip("lLn" if based else "lLnjJ")
    try:
        if based:
            return int(text, 0)
        if text.isdigit():
            octal = len(text) > 1 and text[0] == "0" and not set(text) & {"8", "9"}
            return int(text, 8 if octal else 10)
        return float(text)
    except ValueError:
        return None
