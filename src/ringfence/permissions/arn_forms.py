"""ARN forms with places for arguments, and filling them.

A form is an ARN such as ``arn:${Partition}:dynamodb:${Region}:${Account}:table/{TableName:table}``.
``${…}`` stays for the caller to fill. A place in braces is
``{FIRST|SECOND:reading=default!}``: the first of these arguments that is given, read in that way
(:mod:`ringfence.permissions.argument_readings`), else the default, else ``*``. ``!`` marks an
argument that the operation requires, so that where it is missing it was given but not seen.
``<>`` stands for the ``{}`` of a map's keys.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping

from ringfence.model.contract import Condition
from ringfence.model.facts import CallArgument
from ringfence.model.record import record, replace
from ringfence.permissions.argument_readings import read
from ringfence.permissions.argument_values import ANYTHING, Resolver, Value
from ringfence.permissions.globs import matches

#: Above this many ARNs from one form the places are filled with what all texts share: nothing.
MAX_ARNS = 64
_PLACE = re.compile(r"(?<!\$)\{([^{}]+)\}")


@record(frozen=True)
class Place:
    """A place of a form. ``default`` is None where there is none."""

    arguments: tuple[str, ...]
    reading: str
    default: str | None
    required: bool


@record(frozen=True)
class Filled:
    """One ARN pattern, the arguments that are unknown in it, and what it is limited by.

    ``done`` is True once an argument was an ARN of the whole form; ``foreign`` where an argument
    names a resource of another kind.
    """

    arn: str
    unknown: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    done: bool = False
    foreign: bool = False


@functools.lru_cache(maxsize=4096)
def parse(form: str) -> tuple[str | Place, ...]:
    """The fixed texts and places of a form, in turn."""
    pieces = _PLACE.split(form)
    return tuple(_place(piece) if index % 2 else piece for index, piece in enumerate(pieces))


def _place(text: str) -> Place:
    required = text.endswith("!")
    text, has_default, default = text.removesuffix("!").partition("=")
    text, _, reading = text.partition(":")
    arguments = tuple(text.replace("<>", "{}").split("|"))
    return Place(arguments, reading or "plain", default if has_default else None, required)


def arguments_of(form: str) -> tuple[str, ...]:
    """The names of all arguments in a form."""
    return tuple(name for part in parse(form) if isinstance(part, Place) for name in part.arguments)


def is_given(form: str, arguments: Mapping[str, CallArgument]) -> bool:
    """Whether every place has an argument, a default, or one that is required."""
    return all(
        part.required or part.default is not None or _given(part, arguments) is not None
        for part in parse(form)
        if isinstance(part, Place)
    )


def _given(place: Place, arguments: Mapping[str, CallArgument]) -> str | None:
    return next((name for name in place.arguments if name in arguments), None)


def fill(
    form: str, arguments: Mapping[str, CallArgument], resolve: Resolver, complete: bool
) -> list[Filled]:
    """Every ARN that the form can mean."""
    done = [Filled("")]
    for part in parse(form):
        if isinstance(part, str):
            done = [each if each.done else _join(each, part) for each in done]
            continue
        values = list(_values(part, form, arguments, resolve, complete))
        if len(values) * len(done) > MAX_ARNS:
            values = [(part.arguments[0], ANYTHING)]
        done = [_with(each, name, value, form) for each in done for name, value in values]
    return list(dict.fromkeys(done))


def _join(filled: Filled, fixed: str) -> Filled:
    """Objects of an access point lie below ``/object``."""
    between = ""
    if fixed.startswith("/") and re.fullmatch(r"arn:[^/]*:accesspoint/[^/]+", filled.arn):
        between = "/object"
    return replace(filled, arn=filled.arn + between + fixed)


def _with(filled: Filled, name: str, value: Value, form: str) -> Filled:
    if filled.done:
        return filled
    unknown = (*filled.unknown, name) if value.unknown and name else filled.unknown
    return Filled(
        value.text if value.whole else filled.arn + value.text,
        tuple(dict.fromkeys(unknown)),
        filled.conditions + value.conditions,
        value.whole and matches(_glob(form), value.text),
        filled.foreign or value.foreign,
    )


@functools.lru_cache(maxsize=4096)
def _glob(form: str) -> str:
    """The form with a wildcard in every place, and for partition, region and account."""
    return re.sub(r"\*+", "*", re.sub(r"\$?\{[^{}]*\}", "*", form))


def _values(
    place: Place,
    form: str,
    arguments: Mapping[str, CallArgument],
    resolve: Resolver,
    complete: bool,
) -> Iterator[tuple[str, Value]]:
    name = _given(place, arguments)
    if name is None:
        yield _missing(place, arguments, complete)
        return
    for text in texts_of(arguments[name]):
        yield name, read(text, place.reading, form, resolve)


def _missing(
    place: Place, arguments: Mapping[str, CallArgument], complete: bool
) -> tuple[str, Value]:
    name = place.arguments[0]
    hidden = not complete or any(is_hidden(each, arguments) for each in place.arguments)
    if place.default is not None and not hidden:
        return name, Value(place.default, unknown=place.default == "*")
    return name, ANYTHING


def is_hidden(name: str, arguments: Mapping[str, CallArgument]) -> bool:
    """Whether a structure around the argument was given of which the inside is not known."""
    pieces = re.split(r"(\[\]|\{\}|\.)", name)
    for end in range(1, len(pieces)):
        around = "".join(pieces[:end]).rstrip(".")
        found = arguments.get(around)
        if found is not None and not any(each.startswith(around) and each != around
                                         for each in arguments):  # fmt: skip
            return True
    return False


def texts_of(argument: CallArgument) -> tuple[str, ...]:
    """The possible texts of an argument; ``*`` where nothing is known."""
    known = tuple(text for text in argument.patterns or argument.texts if text)
    return known or ("*",)
