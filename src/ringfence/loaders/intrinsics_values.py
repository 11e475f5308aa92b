"""What intrinsic functions do to resolved values; knows nothing of templates.

Everything here takes and gives :class:`~ringfence.model.value.Value`. ``None`` stands for
``AWS::NoValue``. A function of an undecided value is worked out for every branch
(:func:`spread`), so that a text with a choice inside becomes a choice of texts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from copy import copy

from ringfence.model.location import Location, Origin
from ringfence.model.value import (
    NO_ORIGINS,
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
    is_known,
    plain,
)

MAXIMUM_ORIGINS = 8
MAXIMUM_CHOICES = 4
MAXIMUM_TEXT = 1_000_000

Part = str | Reference | Unknown


def scalar_text(value: str | int | float | bool | None) -> str:
    """A scalar as CloudFormation writes it into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def literal_text(value: Value | None) -> str | None:
    """The text of a scalar; None for everything that is not wholly known."""
    if isinstance(value, Scalar) and value.value is not None:
        return scalar_text(value.value)
    return None


def size_of(value: Value | None) -> int:
    """The number of characters in a value that a function made; a list item counts as 100 more."""
    if isinstance(value, Scalar):
        return len(value.value) if isinstance(value.value, str) else 8
    if isinstance(value, Text):
        return sum(len(part) if isinstance(part, str) else 100 for part in value.parts)
    if isinstance(value, Sequence):
        return sum(100 + size_of(item) for item in value.items)
    if isinstance(value, Choice):
        return size_of(value.then) + size_of(value.otherwise)
    return 0


def joined_origins(groups: Iterable[tuple[Origin, ...]]) -> tuple[Origin, ...]:
    """All origins once each, in order, at most :data:`MAXIMUM_ORIGINS`."""
    found = [group for group in groups if group]
    if len(found) < 2:
        return found[0] if found else NO_ORIGINS
    seen = dict.fromkeys(origin for group in found for origin in group)
    return tuple(seen)[:MAXIMUM_ORIGINS]


def derived(value: Value, location: Location, *origins: Origin) -> Value:
    """The same value used at another place; ``origins`` come before those it has."""
    other = copy(value)
    other.location = location
    other.origins = joined_origins((origins, value.origins))
    return other


def with_origin(value: Value, origin: Origin) -> Value:
    """The same value at its place with one more origin."""
    return derived(value, value.location, origin)


def choose(value: Value | None, condition: str, side: bool) -> Value | None:
    """``value`` where the condition is known: one branch of a choice over it."""
    while isinstance(value, Choice) and value.condition == condition:
        value = value.then if side else value.otherwise
    return value


def spread(
    values: list[Value | None],
    build: Callable[[list[Value | None]], Value | None],
    location: Location,
    depth: int = 0,
) -> Value | None:
    """``build`` of the values; with choices among them, a choice of what it gives for each."""
    found = next((value for value in values if isinstance(value, Choice)), None)
    if found is None:
        return build(values)
    if depth >= MAXIMUM_CHOICES:
        reason = "it depends on too many undecided conditions"
        return build([Unknown(reason, location) if isinstance(v, Choice) else v for v in values])
    name = found.condition
    then, otherwise = (
        spread([choose(value, name, side) for value in values], build, location, depth + 1)
        for side in (True, False)
    )
    return choice(name, then, otherwise, location, found.origins)


def choice(
    condition: str,
    then: Value | None,
    otherwise: Value | None,
    location: Location,
    origins: tuple[Origin, ...] = NO_ORIGINS,
) -> Value | None:
    """A choice, or the one value when both branches are the same literal."""
    if then is None and otherwise is None:
        return None
    if isinstance(then, Scalar) and isinstance(otherwise, Scalar):
        same = then.value == otherwise.value and type(then.value) is type(otherwise.value)
        if same:
            return then
    return Choice(condition, then, otherwise, location, origins)


def concatenate(pieces: list[Value | str | None], location: Location) -> Value:
    """One string of pieces without choices; known neighbours are merged."""
    parts: list[Part] = []
    known: list[str] = []
    length = 0
    for part in _flat(pieces, location):
        if isinstance(part, str):
            length += len(part)
            if length > MAXIMUM_TEXT:
                return Unknown(f"the text is longer than {MAXIMUM_TEXT} characters", location)
            known.append(part)
            continue
        if known:
            parts.append("".join(known))
            known = []
        parts.append(part)
    origins = joined_origins(piece.origins for piece in pieces if isinstance(piece, Value))
    if known:
        parts.append("".join(known))
    parts = [part for part in parts if part != ""]
    if not parts:
        return Scalar("", location, origins)
    first = parts[0]
    if len(parts) > 1:
        return Text(tuple(parts), location, origins)
    if isinstance(first, str):
        return Scalar(first, location, origins)
    return derived(first, location, *origins)


def _flat(pieces: Iterable[Value | str | None], location: Location) -> Iterable[Part]:
    for piece in pieces:
        if isinstance(piece, (str, Reference, Unknown)):
            yield piece
        elif isinstance(piece, Scalar):
            yield scalar_text(piece.value)
        elif isinstance(piece, Text):
            yield from piece.parts
        elif isinstance(piece, Sequence):
            for index, item in enumerate(piece.items):
                if index:
                    yield ","
                yield from _flat([item], location)
        elif piece is not None:
            yield Unknown("an object or a choice stands inside a text", location)


def text_of(pieces: list[Value | str | None], location: Location) -> Value:
    """One string of pieces; a choice of strings where a piece is undecided."""
    values = [Scalar(piece, location) if isinstance(piece, str) else piece for piece in pieces]
    built = spread(list(values), lambda chosen: concatenate(list(chosen), location), location)
    assert built is not None  # concatenate always gives a value
    return built


def join(delimiter: str, items: Value | None, location: Location) -> Value:
    """``Fn::Join`` of a list; items without a value are left out."""
    if isinstance(items, Choice):
        built = spread([items], lambda chosen: join(delimiter, chosen[0], location), location)
        assert built is not None
        return built
    if isinstance(items, Unknown):
        return derived(items, location)
    if not isinstance(items, Sequence):
        return text_of([items], location)

    def build(chosen: list[Value | None]) -> Value:
        pieces: list[Value | str | None] = []
        for item in chosen:
            if item is not None:
                pieces.extend((delimiter, item) if pieces else (item,))
        joined = concatenate(pieces, location)
        joined.origins = joined_origins((joined.origins, items.origins))
        return joined

    built = spread(list(items.items), build, location)
    assert built is not None
    return built


def to_json(value: Value | None, location: Location) -> Value:
    """``Fn::ToJsonString``: references stay parts of the text; an undecided or unknown value
    inside makes the text unknown."""
    if not is_known(value):
        return Unknown("the JSON text holds values that are not known", location)
    marks: list[Part] = []

    def marked(node: Value | None) -> Value | None:
        """The tree with a numbered mark (from the private use area) for each reference."""
        if isinstance(node, (Reference, Text)):
            parts: tuple[Part, ...] = (node,) if isinstance(node, Reference) else node.parts
            text = ""
            for part in parts:
                if isinstance(part, str):
                    text += part
                else:
                    text += f"\ue000{len(marks)}\ue001"
                    marks.append(part)
            return Scalar(text)
        if isinstance(node, Mapping):
            return Mapping({key: marked(item) or item for key, item in node.entries.items()})
        if isinstance(node, Sequence):
            return Sequence([marked(item) or item for item in node.items])
        return node

    text = json.dumps(plain(marked(value)), separators=(",", ":"), ensure_ascii=False)
    pieces: list[Value | str | None] = []
    for index, piece in enumerate(text.split("\ue000")):
        number, mark, rest = piece.partition("\ue001")
        if index and mark and number.isdecimal() and int(number) < len(marks):
            pieces.extend((marks[int(number)], rest))
        else:
            pieces.append(piece)
    return concatenate(pieces, location)
