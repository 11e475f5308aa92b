"""Condition blocks, evaluated in three values: true, false, or not known (None).

Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Conditions with
multiple context keys or values". What people get wrong: a key that is missing from the request
makes positive operators false and negated ones true; several values of a negated operator are
joined by NOR; ``ForAllValues`` is true on a missing key and ``ForAnyValue`` false.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping

from ringfence import late
from ringfence.model.policy import Condition, Pattern
from ringfence.permissions.comparisons import (
    address,
    moment,
    network,
    number,
    split_operator,
    truth,
)
from ringfence.permissions.globs import matches

#: What is known of a request: key (any case) → its values; () means that the request lacks the key.
#: Keys that are not in the mapping are not known.
Context = Mapping[str, tuple[str, ...]]

_VARIABLE = late.pattern(r"\$\{([^}]*)\}")


def holds(conditions: Iterable[Condition], context: Context | None = None) -> bool | None:
    """Whether all conditions hold: False if any is false, else None if any is not known."""
    known = {key.lower(): values for key, values in (context or {}).items()}
    answer: bool | None = True
    for condition in conditions:
        one = _holds(condition, known)
        if one is False:
            return False
        answer = answer if one else None
    return answer


def _holds(condition: Condition, context: Context) -> bool | None:
    qualifier, name, if_exists = split_operator(condition.operator)
    values = context.get(condition.key.lower())
    if values is None or not condition.key:
        return None
    if name == "null":
        return _any(
            _equal_word(value, "true" if not values else "false")
            for value in _texts(condition, context)
        )
    negated, compare = _operator(name)
    if compare is None:
        return None
    if not values:
        if if_exists or qualifier == "forallvalues":
            return True
        return False if qualifier == "foranyvalue" else negated
    if qualifier and values == ("",):  # for these an empty text is no value
        return qualifier == "forallvalues"
    wanted = list(_wanted(name, condition, context))
    answers = [_one(compare, negated, value, wanted) for value in values]
    if qualifier == "forallvalues":
        return _all(answers)
    if qualifier == "foranyvalue" or len(answers) == 1:
        return _any(answers)
    return _all(answers) if negated else _any(answers)


Compare = Callable[[str, str], bool | None]


def _one(compare: Compare, negated: bool, value: str, wanted: list[str | None]) -> bool | None:
    found = _any(None if text is None else compare(value, text) for text in wanted)
    if found is None:
        return None
    return found != negated


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


# --- operators --------------------------------------------------------------------------------


def _operator(name: str) -> tuple[bool, Compare | None]:
    """(negated, comparison) of an operator in lower case; no comparison when it is not known."""
    if name in _PLAIN:
        return False, _PLAIN[name]
    positive = name.replace("not", "", 1)
    if "not" in name and positive in _PLAIN:
        return True, _PLAIN[positive]
    return False, None


def _equal(value: str, text: str) -> bool:
    return value == text.translate(_UNSHIELD)


def _equal_word(value: str | None, text: str) -> bool | None:
    return None if value is None else value.lower() == text.lower()


def _like(value: str, text: str) -> bool:
    return matches(text, value.translate(_SHIELD))


def _arn(value: str, text: str) -> bool:
    """Six parts, each compared on its own; wildcards in both ArnEquals and ArnLike."""
    values, texts = value.split(":", 5), text.split(":", 5)
    if len(values) != 6 or len(texts) != 6:
        return False
    return all(
        matches(part, value.translate(_SHIELD)) for value, part in zip(values, texts, strict=True)
    )


def _number(value: str, text: str, compare: Callable[[float, float], bool]) -> bool:
    left, right = number(value), number(text)
    return False if left is None or right is None else compare(left, right)


def _date(value: str, text: str, compare: Callable[[float, float], bool]) -> bool:
    left, right = moment(value), moment(text)
    return False if left is None or right is None else compare(left, right)


def _address(value: str, text: str) -> bool:
    found, wanted = address(value), network(text)
    if found is None or wanted is None:
        return False
    return found[0] == wanted[0] and found[1] & wanted[2] == wanted[1]


def _bool(value: str, text: str) -> bool:
    found = truth(value)
    return found is not None and found is truth(text)


_PLAIN: dict[str, Compare] = {
    "stringequals": _equal,
    "stringequalsignorecase": lambda value, text: _equal(value.lower(), text.lower()),
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _bool,
    "binaryequals": _equal,
    "ipaddress": _address,
    "numericequals": lambda value, text: _number(value, text, operator.eq),
    "numericlessthan": lambda value, text: _number(value, text, operator.lt),
    "numericlessthanequals": lambda value, text: _number(value, text, operator.le),
    "numericgreaterthan": lambda value, text: _number(value, text, operator.gt),
    "numericgreaterthanequals": lambda value, text: _number(value, text, operator.ge),
    "dateequals": lambda value, text: _date(value, text, operator.eq),
    "datelessthan": lambda value, text: _date(value, text, operator.lt),
    "datelessthanequals": lambda value, text: _date(value, text, operator.le),
    "dategreaterthan": lambda value, text: _date(value, text, operator.gt),
    "dategreaterthanequals": lambda value, text: _date(value, text, operator.ge),
}

# --- policy variables -------------------------------------------------------------------------

#: ``${*}``, ``${?}`` and ``${$}`` mean the character itself; these stand for it while matching.
_SHIELDED = {"*": "\ue010", "?": "\ue011", "$": "$"}
_SHIELD = str.maketrans({"*": "\ue010", "?": "\ue011"})
_UNSHIELD = str.maketrans({"\ue010": "*", "\ue011": "?"})


def _wanted(name: str, condition: Condition, context: Context) -> Iterable[str | None]:
    """Variables count in text and ARN operators only."""
    if "string" in name or "arn" in name:
        return _texts(condition, context)
    return (
        pattern.text if pattern.known and pattern.parts is None else None
        for pattern in condition.values
    )


def _texts(condition: Condition, context: Context) -> Iterable[str | None]:
    return (fill_variables(pattern, context) for pattern in condition.values)


def fill_variables(pattern: Pattern, context: Context) -> str | None:
    """The pattern's text with policy variables filled in; None when that is not known.

    Characters that a variable brings, and ``${*}``, are shielded from being read as wildcards. A
    variable that the request lacks matches nothing, so the text becomes one that nothing equals.
    """
    if not pattern.known or pattern.parts is not None:
        return None
    text = pattern.text
    if "${" not in text:
        return text
    unknown = missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal unknown, missing
        inner = match.group(1)
        if inner in _SHIELDED:
            return _SHIELDED[inner]
        key, _, default = inner.partition(",")
        values = context.get(key.strip().lower())
        if values is None:
            unknown = True
        elif len(values) == 1:
            return values[0].translate(_SHIELD)
        elif default and not values:
            return default.strip().strip("'").translate(_SHIELD)
        else:
            missing = True
        return ""

    filled = _VARIABLE.sub(fill, text)
    if unknown:
        return None
    return "\ue012" if missing else filled
