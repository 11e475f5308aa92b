"""Conditions of statements made ready: each answers true, false, or None (not known).

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple
context keys or values" and "Single-valued vs. multivalued context keys". A key that is missing
makes positive operators false, negated ones and ``…IfExists`` true, ``ForAllValues`` true and
``ForAnyValue`` false. Several values of a policy are joined by OR, of a negated operator by NOR.
For the set operators an empty text is no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ringfence.permissions.comparisons import split_operator
from ringfence.permissions.decision.operators import make
from ringfence.permissions.decision.patterns import Keys, Texts

Check = Callable[[Keys], bool | None]


class CompiledCondition:
    """One operator-key-values line. ``check`` decides it; ``keys`` are those it looks at."""

    __slots__ = ("check", "keys")

    def __init__(self, check: Check, keys: tuple[str, ...]) -> None:
        self.check = check
        self.keys = keys


def compile_condition(
    operator: str, key: str, values: Sequence[str], *, variables: bool, known: bool = True
) -> CompiledCondition:
    """The condition made ready. With ``known`` False, ``values`` are a part of what it names.

    An operator that does not exist, which :func:`validate` reports, is never known.
    """
    qualifier, name, if_exists = split_operator(operator)
    lowered = key.lower()
    if name == "null":
        return CompiledCondition(_null(lowered, values), (lowered,))
    made = make(name, values, variables=variables)
    if made is None or not known or qualifier not in ("", "forallvalues", "foranyvalue"):
        return CompiledCondition(lambda _: None, (lowered,))
    texts, negated = made
    keys = tuple(dict.fromkeys((lowered, *texts.variables())))
    if qualifier:
        check = _set_check(lowered, texts, negated, qualifier == "forallvalues", if_exists)
    else:
        check = _check(lowered, texts, negated, if_exists or negated)
    return CompiledCondition(check, keys)


def _null(key: str, values: Sequence[str]) -> Check:
    missing = any(value.lower() == "true" for value in values)
    present = any(value.lower() == "false" for value in values)

    def check(keys: Keys) -> bool | None:
        found = keys.get(key, ())
        if found is None:
            return True if missing and present else None
        return present if found else missing

    return check


def _check(key: str, texts: Texts, negated: bool, if_missing: bool) -> Check:
    match = texts.match

    def check(keys: Keys) -> bool | None:
        values = keys.get(key, ())
        if values is None:
            return None
        if not values:
            return if_missing
        found = (
            match(values[0], keys)
            if len(values) == 1
            else _any(match(value, keys) for value in values)
        )
        return None if found is None else found is not negated

    return check


def _set_check(key: str, texts: Texts, negated: bool, every: bool, if_exists: bool) -> Check:
    match = texts.match

    def check(keys: Keys) -> bool | None:
        values = keys.get(key, ())
        if values is None:
            return None
        if not values or values == ("",):
            return every or (if_exists and not values)
        answers = (_turned(match(value, keys), negated) for value in values)
        return _all(answers) if every else _any(answers)

    return check


def _turned(answer: bool | None, negated: bool) -> bool | None:
    return None if answer is None else answer is not negated


def _any(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = False
    for answer in answers:
        if answer:
            return True
        result = None if answer is None else result
    return result


def _all(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        result = None if answer is None else result
    return result
