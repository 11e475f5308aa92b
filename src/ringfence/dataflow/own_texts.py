"""Exceptions whose texts the application's author wrote, which a caller may well read."""

from __future__ import annotations

from ringfence.dataflow import trees
from ringfence.model import syntax

#: What a caught exception is marked with.
OWN_TEXT = "own text"
_WIDE = frozenset(("Exception", "BaseException"))
#: Exceptions whose texts tell the caller of nothing but the request: the field that is missing, the
#: value that is no number, where the JSON breaks off; and what an assertion's author wrote.
_ABOUT_THE_REQUEST = frozenset(
    ("KeyError", "ValueError", "UnicodeDecodeError", "JSONDecodeError", "ValidationError",
     "AssertionError", "DoesNotExist", "BadRequestError", "NotFoundError")
)  # fmt: skip


def says_own_text(module: syntax.Module, handler: syntax.Handler) -> bool:
    """Whether a clause names only exceptions that speak of the request, or that the same file
    raises, with fixed texts."""
    names = {trees.dotted(kind) for kind in handler.types}
    known = trees.ask(module, _raised)
    return bool(names) and all(
        name in known or name.rpartition(".")[2] in _ABOUT_THE_REQUEST for name in names
    )


def _raised(module: syntax.Module) -> frozenset[str]:
    """The exceptions that a file raises, each time with a text as it stands."""
    fixed: dict[str, bool] = {}
    for raised in trees.nodes(module.body):
        made = raised.value if isinstance(raised, syntax.Raise) else None
        if isinstance(made, syntax.Call) and isinstance(made.function, syntax.Name):
            name = made.function.name
            texts = (isinstance(one.value, syntax.Constant) for one in made.arguments)
            fixed[name] = fixed.get(name, True) and all(texts)
    return frozenset(name for name, always in fixed.items() if always) - _WIDE
