"""Reading template values: both branches of a choice, lists of one, patterns of text."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model.location import Location
from ringfence.model.value import (
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
    string,
)

#: How many combinations of branches are told apart.
MAXIMUM_VARIANTS = 16
_PSEUDO = ("Region", "AccountId", "Partition", "URLSuffix", "StackName", "StackId")


def alternatives(value: Value | None) -> Iterator[Value]:
    """The value itself, or every branch of a choice that has a value."""
    if isinstance(value, Choice):
        for branch in value.branches():
            yield from alternatives(branch)
    elif value is not None:
        yield value


def every(value: Value | None, path: str = "") -> Iterator[Value]:
    """Every possible value at a dotted path, looking into all branches on the way."""
    keys = path.split(".") if path else []
    for number, key in enumerate(keys):
        if isinstance(value, Choice):
            rest = ".".join(keys[number:])
            for branch in alternatives(value):
                yield from every(branch, rest)
            return
        value = value.entries.get(key) if isinstance(value, Mapping) else None
        if value is None:
            return
    yield from alternatives(value)


def first(value: Value | None, path: str = "") -> Value | None:
    """The first possible value at a dotted path, or None."""
    for number, key in enumerate(keys := path.split(".") if path else []):
        if isinstance(value, Choice):
            return next(every(value, ".".join(keys[number:])), None)
        value = value.entries.get(key) if isinstance(value, Mapping) else None
    return next(alternatives(value), None) if isinstance(value, Choice) else value


def items(value: Value | None, path: str = "") -> Iterator[Value]:
    """The members of a list in all branches; a value that is no list counts as its only member."""
    for found in every(value, path):
        if isinstance(found, Sequence):
            for item in found.items:
                yield from alternatives(item)
        else:
            yield found


def objects(value: Value | None, path: str = "") -> Iterator[Mapping]:
    """Those members of :func:`items` that are objects."""
    return (item for item in items(value, path) if isinstance(item, Mapping))


def fields(value: Value | None, path: str = "") -> Iterator[tuple[str, Value, Location]]:
    """Key, each possible value, and the key's place, of the objects at a path."""
    for found in every(value, path):
        if isinstance(found, Mapping):
            for key, entry in found.entries.items():
                for branch in alternatives(entry):
                    yield key, branch, found.key_location(key)


def text_of(value: Value | None, path: str = "") -> str:
    """The known string at a path (first branch); "" when there is none."""
    found = first(value, path)
    if isinstance(found, Scalar) and isinstance(found.value, (int, float)):
        return str(found.value)
    return string(found) or ""


def truth(value: Value | None, path: str = "") -> bool:
    """Whether some branch at the path is true, also when written as a string."""
    return any(
        isinstance(found, Scalar) and str(found.value).lower() == "true"
        for found in every(value, path)
    )


def surely(value: Value | None, path: str = "") -> bool:
    """Whether the value at the path is true in every branch on the way."""
    if isinstance(value, Choice):
        return surely(value.then, path) and surely(value.otherwise, path)
    if not path:
        return isinstance(value, Scalar) and str(value.value).lower() == "true"
    key, _, rest = path.partition(".")
    return isinstance(value, Mapping) and surely(value.entries.get(key), rest)


def texts(value: Value | None, path: str = "") -> set[str]:
    """The known strings at a path in all branches."""
    return {text for found in every(value, path) if (text := text_of(found))}


def variants(mapping: Mapping, *keys: str) -> list[tuple[Mapping, str]]:
    """The object for each combination of branches of these entries, with the conditions' names.

    A branch that leaves the entry out (``AWS::NoValue``) gives an object without it.
    """
    found: list[tuple[Mapping, str]] = [(mapping, "")]
    for key in keys:
        grown: list[tuple[Mapping, str]] = []
        for candidate, condition in found:
            value = candidate.entries.get(key)
            if not isinstance(value, Choice) or len(found) > MAXIMUM_VARIANTS:
                grown.append((candidate, condition))
                continue
            for branch in _branches(value):
                entries = {name: item for name, item in candidate.entries.items() if name != key}
                if branch is not None:
                    entries[key] = branch
                made = Mapping(entries, mapping.location, mapping.origins, mapping.keys)
                grown.append((made, condition or value.condition))
        found = grown
    return found


def _branches(value: Value | None) -> Iterator[Value | None]:
    """All branches at any depth, those without a value too."""
    if isinstance(value, Choice):
        yield from _branches(value.then)
        yield from _branches(value.otherwise)
    else:
        yield value


def place(mapping: Mapping, *keys: str) -> Location:
    """Where the first of these keys stands in an object, else the object itself."""
    for key in keys:
        if key in mapping:
            return mapping.key_location(key)
    return mapping.location


def rendered(value: Value | None) -> str:
    """The text of a value with pseudo parameters as ``<Region>`` (no colons inside), other
    references as ``${Name.Attribute}``, unknown parts as ``${?}``; "" for objects and lists."""
    if isinstance(value, Scalar):
        text = "" if value.value is None else str(value.value)
        return _pseudo_written_out(text) if "${AWS::" in text else text
    if isinstance(value, Reference):
        return f"<{value.resource[5:]}>" if value.is_pseudo else str(value)
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else rendered(part) for part in value.parts)
    return "${?}" if isinstance(value, Unknown) else ""


def _pseudo_written_out(text: str) -> str:
    """Pseudo parameters that nothing substituted (an exported API definition has them)."""
    for name in _PSEUDO:
        text = text.replace(f"${{AWS::{name}}}", f"<{name}>")
    return text


def references(value: Value | None) -> Iterator[Reference]:
    """The references to resources inside a reference or text (not pseudo parameters)."""
    if isinstance(value, Reference):
        if not value.is_pseudo:
            yield value
    elif isinstance(value, Text):
        for part in value.parts:
            if isinstance(part, Reference) and not part.is_pseudo:
                yield part


def has_references(value: Value | None) -> bool:
    return any(True for _ in references(value))


def walk(value: Value | None, path: str) -> Iterator[tuple[Value, Mapping]]:
    """Every value at a dotted path, through lists and branches at each step, with the object that
    holds it."""
    key, _, rest = path.partition(".")
    for holder in objects(value):
        held = holder.entries.get(key)
        if held is None:
            continue
        if rest:
            yield from walk(held, rest)
        else:
            for item in items(held):
                yield item, holder
