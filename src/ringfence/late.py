"""Regular expressions that are compiled when they are first asked.

A scan loads some hundred of them and asks a few, and compiling all would take it longer than what
it asks them for.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class _Late:
    """A pattern to be: its methods are the compiled one's as soon as one of them is asked."""

    __slots__ = ("_flags", "_text", *_METHODS)

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Like :func:`re.compile` for a module's constant. A malformed text is refused when the
    pattern is first asked: each needs a test that asks it."""
    return cast("re.Pattern[str]", _Late(text, flags))
