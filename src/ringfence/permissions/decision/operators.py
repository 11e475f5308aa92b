"""The comparisons of condition operators, made ready from the policy's values.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators". A value that is not of the
operator's type equals nothing, so positive operators are false for it and negated ones true.
"""

from __future__ import annotations

import base64
import binascii
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ringfence.permissions.comparisons import address, moment, network, number, truth
from ringfence.permissions.decision.patterns import (
    Predicate,
    Template,
    Texts,
    Token,
    Variable,
    any_of,
    compile_tokens,
    tokenise,
)

Maker = Callable[[Sequence[str], bool], Texts]


def make(name: str, values: Sequence[str], *, variables: bool) -> tuple[Texts, bool] | None:
    """The comparison of an operator in lower case, and whether it is negated; None when there
    is no such operator. ``Null`` is none of these."""
    if name in _MAKERS:
        return _MAKERS[name](values, variables), False
    positive = _NEGATED.get(name)
    return None if positive is None else (_MAKERS[positive](values, variables), True)


# --- texts and ARNs ----------------------------------------------------------------------------


def _strings(wildcards: bool, fold: bool = False) -> Maker:
    def made(values: Sequence[str], variables: bool) -> Texts:
        found = [tokenise(text, variables=variables, wildcards=wildcards) for text in values]
        if fold:
            found = [[_lowered(token) for token in tokens] for tokens in found]
        return _texts(found, _folding if fold else compile_tokens, fold)

    return made


def _texts(
    patterns: list[list[Token]], build: Callable[[list[Token]], Predicate], fold: bool = False
) -> Texts:
    constant = [tokens for tokens in patterns if not _has_variable(tokens)]
    templates = [Template(tokens, build) for tokens in patterns if _has_variable(tokens)]
    predicate = any_of(constant)
    return Texts(_of_lowered(predicate) if fold and predicate else predicate, templates)


def _has_variable(tokens: list[Token]) -> bool:
    return any(isinstance(token, Variable) for token in tokens)


def _lowered(token: Token) -> Token:
    return token.lower() if isinstance(token, str) else token


def _folding(tokens: list[Token]) -> Predicate:
    return _of_lowered(compile_tokens([_lowered(token) for token in tokens]))


def _of_lowered(predicate: Predicate) -> Predicate:
    return lambda text: predicate(text.lower())


def _arns(values: Sequence[str], variables: bool) -> Texts:
    patterns = [tokenise(text, variables=variables) for text in values]
    constant = [_arn(tokens) for tokens in patterns if not _has_variable(tokens)]
    templates = [Template(tokens, _arn) for tokens in patterns if _has_variable(tokens)]
    return Texts(_either(constant), templates)


def _either(found: list[Predicate]) -> Predicate | None:
    if len(found) < 2:
        return found[0] if found else None
    return lambda text: any(predicate(text) for predicate in found)


def _arn(tokens: list[Token]) -> Predicate:
    """Six parts between colons, each compared on its own."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        pieces = token.split(":", 6 - len(parts)) if isinstance(token, str) else [token]
        for place, piece in enumerate(pieces):
            if place:
                parts.append([])
            if piece != "":
                parts[-1].append(piece)
    if len(parts) != 6:
        return _nothing
    predicates = [compile_tokens(part) for part in parts]

    def matches(text: str) -> bool:
        found = text.split(":", 5)
        return len(found) == 6 and all(
            predicate(part) for predicate, part in zip(predicates, found, strict=True)
        )

    return matches


def _nothing(_: str) -> bool:
    return False


# --- other types -------------------------------------------------------------------------------


def _typed(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Maker:
    """A comparison of values that are read first; variables are plain text here."""

    def made(values: Sequence[str], _: bool) -> Texts:
        wanted = [item for item in map(read, values) if item is not None]

        def matches(text: str) -> bool:
            found = read(text)
            return found is not None and any(compare(found, item) for item in wanted)

        return Texts(matches if wanted else None, ())

    return made


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _addresses(values: Sequence[str], _: bool) -> Texts:
    wanted = [item for item in map(network, values) if item is not None]

    def matches(text: str) -> bool:
        found = address(text)
        return found is not None and any(
            found[0] == version and found[1] & mask == start for version, start, mask in wanted
        )

    return Texts(matches if wanted else None, ())


def _ordered(prefix: str, read: Callable[[str], Any]) -> Iterable[tuple[str, Maker]]:
    yield prefix + "equals", _typed(read, operator.eq)
    yield prefix + "lessthan", _typed(read, operator.lt)
    yield prefix + "lessthanequals", _typed(read, operator.le)
    yield prefix + "greaterthan", _typed(read, operator.gt)
    yield prefix + "greaterthanequals", _typed(read, operator.ge)


_MAKERS: dict[str, Maker] = {
    "stringequals": _strings(wildcards=False),
    "stringequalsignorecase": _strings(wildcards=False, fold=True),
    "stringlike": _strings(wildcards=True),
    "arnequals": _arns,
    "arnlike": _arns,
    "bool": _typed(truth, operator.is_),
    "binaryequals": _typed(_bytes, operator.eq),
    "ipaddress": _addresses,
    **dict(_ordered("numeric", number)),
    **dict(_ordered("date", moment)),
}

_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}

#: As the reference spells them.
NAMES = (
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
    "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan",
    "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals",
    "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
    "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals",
    "ArnLike", "ArnNotEquals", "ArnNotLike", "Null",
)  # fmt: skip
