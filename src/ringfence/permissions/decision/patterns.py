"""Patterns of policies made ready: wildcards, segments of ARNs, policy variables.

Sources: IAM User Guide, "IAM JSON policy elements: Resource" (a ``*`` that ends a segment of an ARN
may go beyond the colon, one within a segment may not) and "IAM policy elements: Variables and
tags" (``${key}``, ``${key, 'default'}``, ``${*}``, ``${?}``, ``${$}``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from ringfence import late
from ringfence.model.record import record

#: Key in lower case → its values; None when they are not known; a missing key is not in it.
Keys = Mapping[str, tuple[str, ...] | None]
Predicate = Callable[[str], bool]

#: Any text, one character, and the same without a colon.
STAR, ONE, SEGMENT_STAR, SEGMENT_ONE = 0, 1, 2, 3

_VARIABLE = late.pattern(r"\$\{([^}]*)\}")
_WILDCARD = late.pattern(r"([*?])")
_KEPT_TEMPLATES = 256


@record(frozen=True)
class Variable:
    """A policy variable: its key in lower case, and the default where one is written."""

    key: str
    default: str | None


Token = str | int | Variable


def tokenise(text: str, *, variables: bool, wildcards: bool = True) -> list[Token]:
    """The pieces of a pattern; texts that follow each other are one piece."""
    tokens: list[Token] = []
    for place, piece in enumerate(_VARIABLE.split(text) if variables else [text]):
        if place % 2:
            _append(tokens, piece if piece in ("*", "?", "$") else _variable(piece))
        elif not wildcards:
            _append(tokens, piece)
        else:
            for part in _WILDCARD.split(piece):
                _append(tokens, _WILDCARDS.get(part, part))
    return tokens


_WILDCARDS: dict[str, int] = {"*": STAR, "?": ONE}


def _append(tokens: list[Token], token: Token) -> None:
    if token == "":
        return
    if isinstance(token, str) and tokens and isinstance(tokens[-1], str):
        tokens[-1] += token
    elif token != STAR or not tokens or tokens[-1] != STAR:
        tokens.append(token)


def _variable(inner: str) -> Variable:
    key, comma, default = inner.partition(",")
    default = default.strip()
    if len(default) >= 2 and default[0] == default[-1] == "'":
        default = default[1:-1]
    return Variable(key.strip().lower(), default if comma else None)


def within_segments(tokens: list[Token]) -> list[Token]:
    """The pieces of an ARN pattern: wildcards of the first five segments stay within theirs.

    Variables count in the resource part only: before the fifth colon they are plain text.
    """
    found: list[Token] = []
    colons = 0
    for place, token in enumerate(tokens):
        if isinstance(token, str):
            colons += token.count(":")
        found.append(token if colons >= 5 else _confined(tokens, place))
    return found


def _confined(tokens: list[Token], place: int) -> Token:
    token = tokens[place]
    if token == ONE:
        return SEGMENT_ONE
    return SEGMENT_STAR if token == STAR and not _ends_segment(tokens, place) else token


def _ends_segment(tokens: list[Token], place: int) -> bool:
    following = tokens[place + 1] if place + 1 < len(tokens) else ":"
    return isinstance(following, str) and following.startswith(":")


def compile_tokens(tokens: list[Token]) -> Predicate:
    """Whether a text is one of those that the pieces mean. There must be no variables left."""
    if tokens == [STAR]:
        return _anything
    if all(isinstance(token, str) for token in tokens):
        return "".join(map(str, tokens)).__eq__
    if len(tokens) == 2 and isinstance(tokens[0], str) and tokens[1] == STAR:
        beginning = tokens[0]
        return lambda text: text.startswith(beginning)
    if SEGMENT_STAR in tokens:
        return lambda text: _walk(tokens, text)
    matching = re.compile(_expression(tokens), re.DOTALL).match
    return lambda text: matching(text) is not None


def _anything(_: str) -> bool:
    return True


def _expression(tokens: list[Token]) -> str:
    """A regular expression without backtracking between stars: the first place is good enough."""
    chunks = [""]
    for token in tokens:
        if token == STAR:
            chunks.append("")
        else:
            chunks[-1] += _piece(token)
    first, *rest = chunks
    if not rest:
        return first + r"\Z"
    middle = "".join(f"(?>.*?{chunk})" for chunk in rest[:-1] if chunk)
    return f"{first}{middle}.*{rest[-1]}\\Z"


def _piece(token: Token) -> str:
    if isinstance(token, str):
        return re.escape(token)
    return "." if token == ONE else "[^:]"


def _walk(tokens: list[Token], text: str) -> bool:
    """The same for every kind of piece, in time proportional to the product of the lengths."""
    reached = {0}
    for token in tokens:
        if isinstance(token, str):
            reached = {at + len(token) for at in reached if text.startswith(token, at)}
        elif token == STAR:
            reached = set(range(min(reached), len(text) + 1))
        elif token == SEGMENT_STAR:
            reached = _to_colons(reached, text)
        else:
            reached = {
                at + 1 for at in reached if at < len(text) and (token == ONE or text[at] != ":")
            }
        if not reached:
            return False
    return len(text) in reached


def _to_colons(reached: set[int], text: str) -> set[int]:
    found: set[int] = set()
    for start in reached:
        at = start
        while at not in found:
            found.add(at)
            if at == len(text) or text[at] == ":":
                break
            at += 1
    return found


class Template:
    """A pattern with variables: it becomes a predicate when the request's keys are known."""

    __slots__ = ("_compile", "_kept", "_names", "_tokens", "keys")

    def __init__(self, tokens: list[Token], compile_: Callable[[list[Token]], Predicate]) -> None:
        self._tokens = tokens
        self._compile = compile_
        self._names = [token for token in tokens if isinstance(token, Variable)]
        self._kept: dict[tuple[str, ...], Predicate] = {}
        self.keys = tuple(name.key for name in self._names)

    def predicate(self, keys: Keys) -> Predicate | bool | None:
        """What it means in a request: a predicate, False (a key is missing, so nothing matches),
        or None (a key is not known)."""
        values: list[str] = []
        unknown = False
        for name in self._names:
            found = keys.get(name.key, ())
            if found is None:
                unknown = True
            elif len(found) == 1:
                values.append(found[0])
            elif name.default is not None and not found:
                values.append(name.default)
            else:
                return False
        return None if unknown else self._filled(tuple(values))

    def _filled(self, values: tuple[str, ...]) -> Predicate:
        kept = self._kept.get(values)
        if kept is None:
            left = iter(values)
            tokens: list[Token] = []
            for token in self._tokens:
                _append(tokens, next(left) if isinstance(token, Variable) else token)
            if len(self._kept) >= _KEPT_TEMPLATES:
                self._kept.clear()
            kept = self._kept[values] = self._compile(tokens)
        return kept


class Texts:
    """Several patterns, any of which may match."""

    __slots__ = ("_constant", "always", "templates")

    def __init__(self, constant: Predicate | None, templates: Iterable[Template]) -> None:
        self._constant = constant
        self.always = constant is _anything
        self.templates = tuple(templates)

    def match(self, text: str, keys: Keys) -> bool | None:
        """Whether one matches; None when that hangs on a variable that is not known."""
        constant = self._constant
        if constant is not None and constant(text):
            return True
        answer: bool | None = False
        for template in self.templates:
            predicate = template.predicate(keys)
            if predicate is None:
                answer = None
            elif predicate is not False and predicate is not True and predicate(text):
                return True
        return answer

    def variables(self) -> Iterable[str]:
        """The keys on which it depends."""
        return (key for template in self.templates for key in template.keys)


def any_of(patterns: Iterable[list[Token]]) -> Predicate | None:
    """One predicate for many patterns: plain texts in a set, beginnings together."""
    plain: set[str] = set()
    beginnings: list[str] = []
    others: list[Predicate] = []
    for tokens in patterns:
        if tokens == [STAR]:
            return _anything
        if not tokens:
            plain.add("")
        elif len(tokens) == 1 and isinstance(tokens[0], str):
            plain.add(tokens[0])
        elif len(tokens) == 2 and isinstance(tokens[0], str) and tokens[1] == STAR:
            beginnings.append(tokens[0])
        else:
            others.append(compile_tokens(tokens))
    return _joined(plain, tuple(beginnings), others)


def _joined(
    plain: set[str], beginnings: tuple[str, ...], others: list[Predicate]
) -> Predicate | None:
    found: list[Predicate] = []
    if plain:
        found.append(frozenset(plain).__contains__)
    if beginnings:
        found.append(lambda text: text.startswith(beginnings))
    found += others
    if not found:
        return None
    if len(found) == 1:
        return found[0]
    return lambda text: any(predicate(text) for predicate in found)


def resource_texts(patterns: Iterable[str], *, variables: bool) -> Texts:
    """The patterns of a ``Resource`` or ``NotResource`` element."""
    constant: list[list[Token]] = []
    templates: list[Template] = []
    for text in patterns:
        tokens = within_segments(_resource_tokens(text, variables=variables))
        if any(isinstance(token, Variable) for token in tokens):
            templates.append(Template(tokens, compile_tokens))
        else:
            constant.append(tokens)
    return Texts(any_of(constant), templates)


def _resource_tokens(text: str, *, variables: bool) -> list[Token]:
    """Variables are read after the fifth colon of an ARN only."""
    if not variables or "${" not in text:
        return tokenise(text, variables=False)
    head, tail = _divided(text)
    tokens = tokenise(head, variables=False)
    for token in tokenise(tail, variables=True):
        _append(tokens, token)
    return tokens


def _divided(text: str) -> tuple[str, str]:
    """What stands before and after the fifth colon; a text with fewer is all tail."""
    parts = text.split(":", 5)
    if len(parts) < 6 or "${" not in "".join(parts[:5]):
        return "", text
    return ":".join(parts[:5]) + ":", parts[5]
