"""Conditions of rules: CEL expressions with three safe shorthands, compiled once.

CEL's ``has(a.b.c)`` fails where ``a.b`` is missing, which for templates is the normal case. So the
text is expanded before it is compiled; what remains is plain CEL:

- ``has(a.b.c)``        every step exists;
- ``get(a.b.c, x)``     the value, else the literal ``x``;
- ``enabled(a.b.c)``    exists and is true, or the text "true";
- ``disabled(a.b.c)``   exists and is false, or the text "false".

An expression that fails (a missing key, a comparison of text with a number) is not true.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ringfence import late
from ringfence.errors import RuleError

_PATH = r"([A-Za-z_]\w*(?:\.\w+)*)"
_SAFE = late.pattern(rf"\b(has|enabled|disabled)\(\s*{_PATH}\s*\)")
_GET = late.pattern(rf"\bget\(\s*{_PATH}\s*,\s*((?:'[^']*'|\"[^\"]*\"|[^()'\"])*?)\s*\)")
_STRING = late.pattern(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_NUMBER = late.pattern(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_WORD = late.pattern(r"[A-Za-z_]\w*")
_LOOP = late.pattern(r"\b(?:all|exists|exists_one|map|filter)\b")
_BRACKET = late.pattern(
    r"""'[^']*'|"[^"]*"|(?P<loop>\b(?:all|exists|exists_one|map|filter)\s*\()|[()]"""
)
#: What a rule of a scanned tree could use to make its brackets look balanced.
_TRICKS = ("\\", "'''", '"""', "//")

#: A condition runs inside an extension, where nothing can interrupt it: its cost must be bounded
#: by its shape. Two loops inside each other are quadratic in a view, which is still bearable.
MAX_CHARACTERS = 4_000
MAX_LOOPS = 4
MAX_LOOPS_INSIDE_EACH_OTHER = 2


@lru_cache(maxsize=1)
def cel() -> ModuleType:
    """The CEL extension module.

    The package's ``__init__`` imports its command line and with it prompt_toolkit (190 ms); the
    extension alone loads in under 20 ms and needs nothing of the rest. Where the layout differs
    from what is expected, the package is imported as a whole.
    """
    from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
    from importlib.util import find_spec, module_from_spec, spec_from_file_location

    package = find_spec("cel")
    for folder in (package and package.submodule_search_locations) or ():
        for suffix in EXTENSION_SUFFIXES:
            file = Path(folder) / f"cel{suffix}"
            if not file.is_file():
                continue
            loader = ExtensionFileLoader("cel.cel", str(file))
            spec = spec_from_file_location("cel.cel", file, loader=loader)
            if spec is not None:
                module = module_from_spec(spec)
                loader.exec_module(module)
                return module
    import importlib

    return importlib.import_module("cel")


def _steps(path: str) -> str:
    names = path.split(".")
    whole = [".".join(names[: count + 1]) for count in range(1, len(names))]
    return " && ".join(f"has({step})" for step in whole) or "true"


def _expand_safe(match: re.Match[str]) -> str:
    word, path = match.group(1), match.group(2)
    if word == "has":
        return f"({_steps(path)})"
    truth = "true" if word == "enabled" else "false"
    return f"({_steps(path)} && ({path} == {truth} || {path} == '{truth}'))"


def _expand_get(match: re.Match[str]) -> str:
    return f"({_steps(match.group(1))} ? {match.group(1)} : {match.group(2)})"


def expand(source: str) -> str:
    """The plain CEL text of a condition."""
    return _GET.sub(_expand_get, _SAFE.sub(_expand_safe, source))


_UNDEFINED = late.pattern(r"Undefined variable or function: '([^']{1,80})'")


class Condition:
    """A compiled condition. ``literals`` are the texts and numbers that it compares with, and
    ``words`` all names in it, so that unknown values it never looks at cost nothing. ``missing`` is
    a name that it uses and that its subject does not have, once that has shown."""

    __slots__ = ("literals", "missing", "program", "source", "words")

    def __init__(self, source: str, program: Any) -> None:
        self.source = source
        self.program = program
        self.literals: tuple[str | int | float, ...] = _literals(source)
        self.words = frozenset(_WORD.findall(source))
        self.missing = ""

    def holds(self, context: Any) -> bool:
        """Whether the condition is true in a context made by :func:`context_of`."""
        try:
            return self.program.execute(context) is True
        except Exception as problem:  # any failure of an expression means "not true"
            found = _UNDEFINED.match(str(problem))
            if found is not None and f"{found.group(1)}(" not in self.source:
                self.missing = found.group(1)
            return False


def _literals(source: str) -> tuple[str | int | float, ...]:
    found: dict[str | int | float, None] = {}
    for match in _STRING.finditer(source):
        found[match.group(1) or match.group(2) or ""] = None
    for text in _NUMBER.findall(_STRING.sub(" ", source)):
        found[float(text) if "." in text else int(text)] = None
    return tuple(found)


def compile_condition(source: str, where: str) -> Condition:
    """Compile a condition.

    Raises:
        RuleError: the expression is malformed; ``where`` names the rule's file.
    """
    refuse_costly(source, where)
    try:
        return Condition(source, cel().compile(expand(source)))
    except ValueError as problem:
        first = str(problem).splitlines()[0][:200]
        raise RuleError(f"the condition cannot be compiled: {first}", where) from problem


def refuse_costly(source: str, where: str) -> None:
    """Refuse a condition whose evaluation could take for ever.

    Raises:
        RuleError: it is too long, or has too many loops (``all``, ``exists``, ``map``, ``filter``).
    """
    loops = len(_LOOP.findall(source))
    if len(source) > MAX_CHARACTERS:
        raise RuleError(f"the condition is longer than {MAX_CHARACTERS} characters", where)
    if loops > MAX_LOOPS:
        raise RuleError(f"the condition has more than {MAX_LOOPS} loops", where, "split the rule")
    if loops <= MAX_LOOPS_INSIDE_EACH_OTHER:
        return
    if any(trick in source for trick in _TRICKS):
        cure = "write it without escapes and comments"
        raise RuleError("a condition with several loops must be plain", where, cure)
    inside: list[bool] = []
    for match in _BRACKET.finditer(source):
        if match.group().endswith("("):
            inside.append(match.group("loop") is not None)
        elif match.group() == ")" and inside:
            inside.pop()
        if sum(inside) > MAX_LOOPS_INSIDE_EACH_OTHER:
            raise RuleError("the condition has loops inside loops", where, "use two at most")


def context_of(view: dict[str, Any]) -> Any:
    """A view as an evaluation context. It is converted once; each evaluation then costs a few
    microseconds instead of a conversion of the whole view."""
    return cel().Context(view)
