"""Policy documents, in every shape that templates hold, into one normal form.

Source: the IAM policy grammar (IAM User Guide, "Grammar of the IAM JSON policy language"):
single values stand for lists of one, a single statement for a list of one, and a document may be
a JSON string. What is undecided stays: both branches of a choice become statements that are not
``certain``, unknown parts become ``*`` in ``Pattern.glob`` and are counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from ringfence.model.location import Location
from ringfence.model.policy import Condition, Pattern, PolicyDocument, Principal, Statement
from ringfence.model.value import (
    NOWHERE,
    Choice,
    Mapping,
    Reference,
    Scalar,
    Sequence,
    Text,
    Unknown,
    Value,
)

#: A policy document as a string is at most 20 KiB in AWS; a generous multiple of it.
MAX_JSON_CHARACTERS = 200_000
MAX_STATEMENTS = 500
#: Resources of one statement; a policy of AWS's greatest length has room for some 250.
MAX_RESOURCES = 400
#: Actions, resources and condition values of one document; the longest of AWS's own has 4,587.
MAX_PATTERNS = 6_000
_MARK = "\ue000"

Undecided = tuple[Value, bool]


def parse_policy(value: Value | None, name: str = "", origin: str = "") -> PolicyDocument:
    """The policy document that ``value`` holds; an empty one for None.

    Accepts a document, a list of statements, one statement, an object with ``PolicyDocument``,
    or a JSON string (also one put together from references). Never raises: what cannot be read
    is counted in ``unknowns``. It is read when its statements or ``unknowns`` are first asked.
    """
    if value is None:
        return PolicyDocument(name=name)
    return _Unread(lambda: value, value.location, name, origin)


def parse_json_policy(
    document: object, location: Location = NOWHERE, name: str = "", origin: str = ""
) -> PolicyDocument:
    """The same for plain JSON-like data, all of it at one ``location``."""
    return _Unread(lambda: _from_json(document, location, ()), location, name, origin)


class _Unread(PolicyDocument):
    """A document of which nothing was asked so far. Every function has a role and few are asked
    what their roles allow, so that most documents of an application are never read."""

    __slots__ = ("_origin", "_value")

    def __init__(
        self, value: Callable[[], Value], location: Location, name: str, origin: str
    ) -> None:
        self._value = value
        self._origin = origin
        object.__setattr__(self, "location", location)
        object.__setattr__(self, "name", name)

    def __getattr__(self, name: str) -> Any:
        if name not in ("statements", "unknowns"):
            raise AttributeError(name)
        reader = _Reader(self._origin)
        for branch, certain in _branches(self._value()):
            reader.document(branch, certain)
        object.__setattr__(self, "statements", tuple(reader.statements))
        object.__setattr__(self, "unknowns", reader.unknowns)
        return getattr(self, name)


class _Reader:
    """Collects statements and counts what it could not read."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.statements: list[Statement] = []
        self.unknowns = 0
        self._patterns_left = MAX_PATTERNS

    def document(self, value: Value, certain: bool) -> None:
        if isinstance(value, (Scalar, Text)):
            value = _parse_json(value)
        if isinstance(value, Mapping):
            held = _entry(value, "Statement")
            if held is None:
                held = value.get("PolicyDocument")
                if held is None:
                    self.statement(value, certain)
                    return
                for branch, sure in _branches(held):
                    self.document(branch, certain and sure)
                return
            value = held
        for item, sure in _flatten(value):
            self.statement(item, certain and sure)

    def statement(self, value: Value, certain: bool) -> None:
        if len(self.statements) >= MAX_STATEMENTS:
            self.unknowns += 1
            return
        if isinstance(value, (Scalar, Text)):
            value = _parse_json(value)
        if not isinstance(value, Mapping) or _entry(value, "Effect") is None:
            self.unknowns += 1
            return
        self._certain = certain
        effect = self._effect(value)
        actions, not_actions = self._pair(value, "Action")
        resources, not_resources = self._pair(value, "Resource")
        if len(resources) > MAX_RESOURCES:
            self.unknowns += len(resources) - MAX_RESOURCES
            resources = resources[:MAX_RESOURCES]
        principals = self._principals(_entry(value, "Principal"))
        not_principals = self._principals(_entry(value, "NotPrincipal"))
        conditions = self._conditions(_entry(value, "Condition"))
        sid = _entry(value, "Sid")
        self.statements.append(
            Statement(
                effect,
                actions,
                not_actions,
                resources,
                not_resources,
                principals,
                not_principals,
                conditions,
                str(sid.value) if isinstance(sid, Scalar) else "",
                value.location,
                self.origin,
                self._certain,
            )
        )

    def _effect(self, value: Mapping) -> str:
        words = []
        for branch, certain in _branches(_entry(value, "Effect")):
            self._certain &= certain
            word = branch.value if isinstance(branch, Scalar) else None
            words.append(word.capitalize() if isinstance(word, str) else "")
        if "Allow" in words or "Deny" in words:
            return "Allow" if "Allow" in words else "Deny"
        self.unknowns += 1
        self._certain = False
        return "Allow"

    def _pair(self, value: Mapping, key: str) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
        return self._patterns(_entry(value, key)), self._patterns(_entry(value, "Not" + key))

    def _patterns(self, value: Value | None) -> tuple[Pattern, ...]:
        if value is None:
            return ()
        if isinstance(value, Scalar):
            return (self._pattern(value),)
        found = []
        for item, certain in _flatten(value):
            self._certain &= certain
            if self._patterns_left <= 0:
                self.unknowns += 1
                break
            found.append(self._pattern(item))
        return tuple(found)

    def _pattern(self, value: Value) -> Pattern:
        self._patterns_left -= 1
        pattern = pattern_of(value)
        if not pattern.known:
            self.unknowns += 1
        return pattern

    def _principals(self, value: Value | None) -> tuple[Principal, ...]:
        found: list[Principal] = []
        for item, certain in _flatten(value):
            self._certain &= certain
            if isinstance(item, Mapping):
                for kind, values in item.entries.items():
                    for pattern in self._patterns(values):
                        found.append(_principal(kind, pattern))
            else:
                found.append(_principal("AWS", self._pattern(item)))
        return tuple(found)

    def _conditions(self, value: Value | None) -> tuple[Condition, ...]:
        found: list[Condition] = []
        for block, certain in _flatten(value):
            self._certain &= certain
            if not isinstance(block, Mapping):
                found.append(self._unknown_condition("", block))
                continue
            for operator, keys in block.entries.items():
                found.extend(self._operator(operator, keys))
        return tuple(found)

    def _operator(self, operator: str, value: Value) -> Iterator[Condition]:
        for keys, certain in _flatten(value):
            self._certain &= certain
            if not isinstance(keys, Mapping):
                yield self._unknown_condition(operator, keys)
                continue
            for key, values in keys.entries.items():
                yield Condition(operator, key, self._patterns(values))

    def _unknown_condition(self, operator: str, value: Value) -> Condition:
        return Condition(operator, "", (self._pattern(value),))


def pattern_of(value: Value) -> Pattern:
    """The pattern that a single value writes; objects and lists are unknown."""
    if isinstance(value, Scalar):
        text = _scalar_text(value)
        return Pattern(text, text, None, True, value.location)
    if isinstance(value, Text):
        glob = "".join(part if isinstance(part, str) else "*" for part in value.parts)
        known = not any(isinstance(part, Unknown) for part in value.parts)
        return Pattern(str(value), _collapse(glob), value, known, value.location)
    if isinstance(value, Reference):
        return Pattern(str(value), "*", Text((value,), value.location), True, value.location)
    unknown = value if isinstance(value, Unknown) else Unknown("not a text", value.location)
    return Pattern("${?}", "*", Text((unknown,), value.location), False, value.location)


def _principal(kind: str, pattern: Pattern) -> Principal:
    everyone = kind == "AWS" and pattern.parts is None and pattern.text == "*"
    return Principal("*" if everyone else kind, pattern)


def _scalar_text(value: Scalar) -> str:
    if isinstance(value.value, bool):
        return "true" if value.value else "false"
    if isinstance(value.value, int) and 10**9 <= value.value < 10**12:
        return str(value.value).zfill(12)  # an account id that was written as a number
    return "" if value.value is None else str(value.value)


def _collapse(glob: str) -> str:
    while "**" in glob:
        glob = glob.replace("**", "*")
    return glob


def _entry(value: Mapping, key: str) -> Value | None:
    found = value.entries.get(key)
    if found is not None:
        return found
    lowered = key.lower()
    for name, item in value.entries.items():
        if len(name) == len(key) and name.lower() == lowered:
            return item
    return None


def _branches(value: Value | None) -> Iterator[Undecided]:
    """The value, or every branch of a choice (then not certain)."""
    if isinstance(value, Choice):
        for branch in value.branches():
            for inner, _ in _branches(branch):
                yield inner, False
    elif value is not None:
        yield value, True


def _flatten(value: Value | None, certain: bool = True) -> list[Undecided]:
    """The items of a list at any depth of lists and choices; a single value is a list of one."""
    if isinstance(value, Choice):
        return [item for branch, _ in _branches(value) for item in _flatten(branch, False)]
    if not isinstance(value, Sequence):
        return [] if value is None else [(value, certain)]
    found: list[Undecided] = []
    for item in value.items:
        if isinstance(item, (Sequence, Choice)):
            found += _flatten(item, certain)
        else:
            found.append((item, certain))
    return found


# --- documents written as JSON text -----------------------------------------------------------


def _parse_json(value: Scalar | Text) -> Value:
    """A JSON text as a value tree at the text's place; references inside strings survive."""
    parts: tuple[str | Reference | Unknown, ...]
    parts = value.parts if isinstance(value, Text) else (str(value.value),)
    holes: list[Reference | Unknown] = []
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part.replace(_MARK, ""))
        else:
            pieces.append(f"{_MARK}{len(holes)}{_MARK}")
            holes.append(part)
    text = "".join(pieces)
    if len(text) > MAX_JSON_CHARACTERS:
        return Unknown("a policy document of more than 200,000 characters", value.location)
    try:
        return _from_json(json.loads(text), value.location, tuple(holes))
    except (ValueError, RecursionError):
        return Unknown("not a JSON policy document", value.location)


def _from_json(data: object, at: Location, holes: tuple[Reference | Unknown, ...]) -> Value:
    if isinstance(data, dict):
        return Mapping({str(key): _from_json(item, at, holes) for key, item in data.items()}, at)
    if isinstance(data, list):
        return Sequence([_from_json(item, at, holes) for item in data], at)
    if isinstance(data, str) and _MARK in data:
        return _refill(data, at, holes)
    if data is None or isinstance(data, (str, int, float, bool)):
        return Scalar(data, at)
    return Unknown("not JSON data", at)


def _refill(text: str, at: Location, holes: tuple[Reference | Unknown, ...]) -> Value:
    parts: list[str | Reference | Unknown] = []
    for index, piece in enumerate(text.split(_MARK)):
        if index % 2:
            parts.append(holes[int(piece)])
        elif piece:
            parts.append(piece)
    return Text(tuple(parts), at)
