"""``Fn::ForEach`` (transform ``AWS::LanguageExtensions``): one fragment, many entries.

A loop stands as a key ``Fn::ForEach::<name>`` with ``[identifier, collection, fragment]``; inside
the fragment ``${identifier}`` and ``&{identifier}`` (without characters that a logical id cannot
have) are replaced, in keys and in values. Source: the language reference of CloudFormation,
"Fn::ForEach".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.loaders.intrinsics_values import literal_text
from ringfence.model.location import Location
from ringfence.model.value import Choice, Mapping, Scalar, Sequence, Value

if TYPE_CHECKING:
    from ringfence.loaders.intrinsics import Resolver

LOOP = "Fn::ForEach::"
_NOT_ALPHANUMERIC = late.pattern(r"[^0-9A-Za-z]")


def replaced(text: str, loop: dict[str, Value]) -> str:
    """``text`` with the identifiers of the loops around it put in."""
    for name, value in loop.items():
        known = literal_text(value)
        if known is not None and name in text:
            text = text.replace("${" + name + "}", known)
            text = text.replace("&{" + name + "}", _NOT_ALPHANUMERIC.sub("", known))
    return text


def entries(resolver: Resolver, mapping: Mapping) -> Iterator[tuple[str, Location, Value]]:
    """The raw entries of an object with its loops unrolled.

    While an entry of a loop is out, ``resolver.loop`` holds its identifiers; use it before
    asking for the next.
    """
    for key, value in mapping.entries.items():
        place = mapping.key_location(key)
        if key.startswith(LOOP):
            yield from _unrolled(resolver, key, value, place)
        elif resolver.loop:
            name = replaced(key, resolver.loop)
            resolver.budget.characters(len(name))
            yield name, place, value
        else:
            yield key, place, value


def _unrolled(
    resolver: Resolver, key: str, value: Value, place: Location
) -> Iterator[tuple[str, Location, Value]]:
    pieces = value.items if isinstance(value, Sequence) else []
    if len(pieces) != 3 or not isinstance(pieces[2], Mapping):
        reason = "a loop needs an identifier, a collection and a fragment"
        resolver.skip(key, reason, place, "write [identifier, collection, fragment]")
        return
    identifiers = _names(pieces[0])
    outer = resolver.loop
    for item in _collection(resolver, key, pieces[1]):
        resolver.loop_items += 1
        if resolver.loop_items > resolver.limits.loop_items:
            reason = f"loops make more than {resolver.limits.loop_items} entries"
            resolver.skip(key, reason, place, "use fewer items")
            return
        resolver.budget.characters(100 + len(literal_text(item) or ""))
        resolver.loop = {**outer, **dict.fromkeys(identifiers, item)}
        try:
            yield from entries(resolver, pieces[2])
        finally:
            resolver.loop = outer


def _names(identifier: Value) -> list[str]:
    items = identifier.items if isinstance(identifier, Sequence) else [identifier]
    return [name for item in items if (name := literal_text(item))]


def _collection(resolver: Resolver, key: str, raw: Value) -> list[Value]:
    """The known items of a loop's collection; items of both branches of a choice."""
    items: list[Value] = []
    stack: list[Value | None] = [resolver.resolve(raw)]
    while stack:
        value = stack.pop()
        if isinstance(value, Sequence):
            stack.extend(reversed(value.items))
        elif isinstance(value, Choice):
            stack.extend((value.otherwise, value.then))
        elif isinstance(value, Scalar):
            items.append(value)
        elif value is not None:
            reason = "an item of the loop is not known, so its entries are not seen"
            resolver.skip(key, reason, raw.location, "give the parameter with --param")
    unique = {literal_text(item): item for item in items}
    return list(unique.values())
