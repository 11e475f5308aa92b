"""Exceptions whose texts the application's author wrote, which a caller may well read."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from ringfence.dataflow.guessable import slots_of
from ringfence.model import syntax

#: What a caught exception is marked with.
OWN_TEXT = "own text"
_WIDE = frozenset(("Exception", "BaseException"))


def says_own_text(module: syntax.Module, handler: syntax.Handler) -> bool:
    """Whether a clause names only exceptions that the same file raises, with fixed texts."""
    names = {kind.name if isinstance(kind, syntax.Name) else "" for kind in handler.types}
    return bool(names) and names <= _raised(module)


@functools.lru_cache(maxsize=32)
def _raised(module: syntax.Module) -> frozenset[str]:
    """The exceptions that a file raises, each time with a text as it stands."""
    fixed: dict[str, bool] = {}
    for raised in _raises(module.body):
        made = raised.value
        if isinstance(made, syntax.Call) and isinstance(made.function, syntax.Name):
            name = made.function.name
            texts = (isinstance(one.value, syntax.Constant) for one in made.arguments)
            fixed[name] = fixed.get(name, True) and all(texts)
    return frozenset(name for name, always in fixed.items() if always) - _WIDE


def _raises(body: list[syntax.Statement]) -> Iterator[syntax.Raise]:
    """Every raise of a file, those in functions and classes too."""
    waiting: list[object] = [body]
    while waiting:
        current = waiting.pop()
        if isinstance(current, syntax.Raise):
            yield current
        if isinstance(current, (list, tuple)):
            waiting += current
        elif isinstance(current, syntax.Node):
            waiting += [getattr(current, slot) for slot in slots_of(type(current))]
