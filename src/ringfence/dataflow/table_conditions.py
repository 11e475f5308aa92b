"""The conditions of tables, tried on a call's arguments."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ringfence.dataflow import backtracking, selection
from ringfence.dataflow.objects import ClassObject, Closure, External, Number, Struct, deep_taint
from ringfence.dataflow.texts import pattern_of
from ringfence.dataflow.values import Mix, Value
from ringfence.rules.entries import Condition, Selector

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments


def conditions_hold(
    conditions: tuple[Condition, ...],
    arguments: Arguments,
    receiver: Value | None = None,
    language: str = "",
) -> bool:
    return all(holds(condition, arguments, receiver, language) for condition in conditions)


def holds(
    condition: Condition, arguments: Arguments, receiver: Value | None = None, language: str = ""
) -> bool:
    value = selection.selected(condition.argument, receiver, arguments)
    if value is not None and condition.field:
        value = selection.at(value, condition.field)
    test, operand = condition.test, condition.operand
    if value is not None and test in ("equals", "not_equals", "one_of"):
        value = with_names(value)
    if test == "absent":
        return (value is None) is bool(operand)
    if value is None:
        return test == "not_equals"
    if test == "equals":
        return any(same_const(const, operand) for const in value.consts)
    if test == "not_equals":
        sure = bool(value.consts) and not value.open and not value.taint
        return not (sure and all(same_const(const, operand) for const in value.consts))
    if test == "one_of":
        return any(const in operand for const in value.consts if isinstance(const, (str, int)))
    if test == "matches":
        pattern = compiled(str(operand))
        return any(
            pattern.search(const.text("\0") if isinstance(const, Mix) else const) is not None
            for const in value.consts
            if isinstance(const, (str, Mix))
        )
    if test == "contains":
        wanted = operand if isinstance(operand, tuple) else (operand,)
        return any(
            any(same_const(const, one) for const in item.consts for one in wanted)
            for obj in value.objects
            if isinstance(obj, Struct)
            for item in obj.fields.values()
        )
    if test == "backtracks":
        pattern_text = pattern_of(value)
        whole = operand == "whole"
        return pattern_text is not None and backtracking.is_exponential(
            pattern_text[0], language, whole
        )
    if test == "below":
        return any(type(const) in (int, float) and const < operand for const in value.consts)
    if test == "named":
        return is_named(value, str(operand), condition.argument, arguments)
    return has_type(value, str(operand))


def is_named(value: Value, pattern: str, selector: Selector, arguments: Arguments) -> bool:
    """Whether a field of the event, or a name in the argument's expression, fits a pattern."""
    from ringfence.dataflow.guessable import names_in

    words = [step for atom in deep_taint(value) for step in atom.path]
    for place in selector:
        if isinstance(place, int) and 0 <= place < len(arguments.nodes):
            words += names_in(arguments.nodes[place])
    return any(compiled(pattern).search(word) is not None for word in words)


def with_names(value: Value) -> Value:
    """A library's object counts as its name: ``yaml.Loader``; a class as the library's class that
    it is made of."""
    names = tuple(obj.path for obj in value.objects if isinstance(obj, External))
    for obj in value.objects:
        if isinstance(obj, ClassObject):
            names += tuple(base.path for base in obj.external_bases())
    if not names:
        return value
    return Value(value.consts + names, value.taint, value.objects, value.open)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def same_const(const: object, operand: object) -> bool:
    return type(const) is type(operand) and const == operand


def has_type(value: Value, kind: str) -> bool:
    if kind == "text":
        return any(isinstance(const, (str, Mix)) for const in value.consts)
    if kind == "untrusted":
        return bool(deep_taint(value))
    if kind == "number":
        return any(isinstance(obj, Number) for obj in value.objects)
    if kind == "function":
        return any(isinstance(obj, Closure) for obj in value.objects)
    if kind == "list":
        return any(selection.is_list(obj) for obj in value.objects)
    parsed = any(atom.path[-1:] == ("!json",) and not atom.derived for atom in value.taint)
    return parsed or any(isinstance(obj, Struct) and obj.kind == "map" for obj in value.objects)
