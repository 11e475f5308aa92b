"""What a declared shape lets through: a number, a choice and a UUID are safe, a free text is not.

A :class:`Schema` comes from a model's annotations (:mod:`.models`), from a validator's chain of
calls (:mod:`.validators`) or from a JSON Schema. Data that passed it is rebuilt by :func:`passed`;
where the program goes on with the data itself, :func:`prove` notes what holds for its paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, expressions, patterns
from ringfence.dataflow.objects import ClassObject, Number, Regex, Struct, deep_taint
from ringfence.dataflow.scopes import Proven
from ringfence.dataflow.structures import NOT_A_STRUCTURE
from ringfence.dataflow.values import OF_NUMBERS, UNKNOWN, Taint, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

MAX_DEPTH = 6
MAX_FIELDS = 100
ALL = frozenset("*")


class Schema:
    """``kind`` is safe (nothing of the sender's text is left), number (the same, of any size that
    the sender likes), text, map, list or any.

    ``rules`` are those that a text of this shape cannot serve; ``cls`` the class of a map's
    instances; ``closed`` tells that a map has no other fields, ``open`` that they are handed on.
    ``names`` are the names that fields have in the data, where they are others.
    """

    __slots__ = ("closed", "cls", "fields", "item", "kind", "names", "open", "rules")

    def __init__(
        self,
        kind: str,
        rules: frozenset[str] = frozenset(),
        fields: dict[str, Schema] | None = None,
        item: Schema | None = None,
        cls: ClassObject | None = None,
        closed: bool = False,
    ) -> None:
        self.closed = closed
        self.open = False
        self.names: dict[str, str] = {}
        self.kind = kind
        self.rules = rules
        self.fields = fields or {}
        self.item = item
        self.cls = cls


def opened(schema: Schema) -> Schema:
    """The same map, with all other fields handed on as they came."""
    made = Schema(schema.kind, schema.rules, schema.fields, schema.item, schema.cls, schema.closed)
    made.open = True
    return made


_CHOSEN = frozenset(("*", OF_NUMBERS))
SAFE = Schema("safe")
NUMBER = Schema("number")
TEXT = Schema("text")
ANY = Schema("any")


def text_like(pattern: tuple[str, str] | None, whole: bool = False) -> Schema:
    """A text that must match a pattern."""
    if pattern is None:
        return TEXT
    alphabet = patterns.alphabet_of(pattern[0], pattern[1], whole)
    return text_over(alphabet)


def text_over(alphabet: frozenset[str] | None) -> Schema:
    rules = patterns.rules_cleared(alphabet) if alphabet is not None else frozenset[str]()
    return SAFE if "*" in rules else Schema("text", rules)


def either(options: list[Schema]) -> Schema:
    """What is sure whichever of these it is."""
    kinds = {option.kind for option in options}
    if not kinds:
        return ANY
    if kinds <= {"safe", "number"}:
        return NUMBER if "number" in kinds else SAFE
    if kinds <= {"safe", "number", "text"}:
        texts = [option.rules for option in options if option.kind == "text"]
        return Schema("text", frozenset.intersection(*texts))
    others = [option for option in options if option.kind not in ("safe", "number")]
    return others[0] if len(others) == 1 else ANY


# --- data that passed ---


def passed(
    machine: Machine, schema: Schema, value: Value, node: syntax.Node, depth: int = MAX_DEPTH
) -> Value:
    """What a validator hands back for this value."""
    if schema.kind == "safe":
        if value.definite or not value.taint:
            return value if value.definite else UNKNOWN
        # one of some values: nothing of the sender's own text, and yet the sender's choice
        chosen = tuple(atom.changed(cleared=_CHOSEN) for atom in value.taint)
        return Value((), chosen, (), True)
    if schema.kind == "number":
        taint = deep_taint(value)
        return value if value.definite or not taint else Value((), (), (Number(taint),), True)
    if schema.kind == "any" or depth == 0:
        return value
    if schema.kind == "text":
        cleared = schema.rules | {NOT_A_STRUCTURE}
        taint = tuple(atom.changed(cleared=cleared) for atom in value.taint)
        objects = tuple(obj for obj in value.objects if not isinstance(obj, Struct))
        return Value(value.consts, taint, objects, value.open)
    if schema.kind == "list":
        element = expressions.element_of(machine, value, node, False)
        return machine.sequence_of(passed(machine, schema.item or ANY, element, node, depth - 1))
    struct = machine.struct("instance" if schema.cls is not None else "map", schema.cls)
    for name, field in list(schema.fields.items())[:MAX_FIELDS]:
        inner = access.item(machine, value, schema.names.get(name, name), node)
        struct.fields[name] = passed(machine, field, inner, node, depth - 1)
    if schema.open and value.taint:
        struct.base = Value((), value.taint, (), True)
    return Value(objects=(struct,))


def prove(machine: Machine, schema: Schema, value: Value) -> None:
    """The data itself was checked and is used on: note what holds for its parts."""
    added: Proven = {}
    for atom in value.taint:
        if not atom.derived:
            note(schema, atom, atom.path, added, MAX_DEPTH)
    if added:
        proven = dict(machine.proven)
        for key, rules in added.items():
            proven[key] = proven.get(key, frozenset()) | rules
        machine.proven = proven


def note(schema: Schema, atom: Taint, path: tuple[str, ...], added: Proven, depth: int) -> None:
    key = (id(atom.source), path)
    if schema.kind == "safe":
        added[key] = ALL | {OF_NUMBERS}
    elif schema.kind == "number":
        added[key] = ALL
    elif schema.kind == "text":
        added[key] = schema.rules | {NOT_A_STRUCTURE}
    elif schema.kind == "list" and schema.item is not None and depth:
        note(schema.item, atom, (*path, "[]"), added, depth - 1)
    elif schema.kind == "map" and depth:
        if schema.closed:
            added[key] = closed_rules(schema)
        for name, field in list(schema.fields.items())[:MAX_FIELDS]:
            note(field, atom, (*path, name), added, depth - 1)


def closed_rules(schema: Schema) -> frozenset[str]:
    """What a map without other fields cannot serve: nobody adds a field, nor an operator where
    every field is a text or a number."""
    plain = all(field.kind in ("safe", "number", "text") for field in schema.fields.values())
    return frozenset(("mass-assignment", "nosql-injection") if plain else ("mass-assignment",))


# --- JSON Schema ---

_SAFE_TYPES = frozenset(("integer", "number", "boolean", "null"))


def of_json_schema(value: Value, depth: int = MAX_DEPTH) -> Schema:
    """The schema that a known map describes (json-schema.org, any draft)."""
    known = [obj for obj in value.objects if isinstance(obj, Struct)]
    if len(known) != 1 or depth == 0:
        return ANY
    fields = known[0].fields
    if "enum" in fields or "const" in fields:
        return SAFE
    kinds = words(fields.get("type"))
    if kinds and kinds <= _SAFE_TYPES:
        bounded = {"maximum", "exclusiveMaximum"} & set(fields)
        return NUMBER if kinds & {"integer", "number"} and not bounded else SAFE
    if "string" in kinds and kinds <= _SAFE_TYPES | {"string"}:
        pattern = fields.get("pattern")
        text = pattern.only_text() if pattern is not None else None
        return text_like((text, "")) if text is not None else TEXT
    inner = list(fields["items"].objects) if "items" in fields else []
    if "array" in kinds or inner:
        return Schema("list", item=of_json_schema(fields["items"], depth - 1) if inner else ANY)
    properties: dict[str, Schema] = {}
    for obj in fields["properties"].objects if "properties" in fields else ():
        if isinstance(obj, Struct):
            for key, field in obj.fields.items():
                properties[str(key)] = of_json_schema(field, depth - 1)
    others = fields.get("additionalProperties", UNKNOWN).consts
    closed = others == (False,) and "patternProperties" not in fields
    return Schema("map", fields=properties, closed=closed) if properties else ANY


def words(value: Value | None) -> set[str]:
    """A text, or the texts of a list."""
    if value is None:
        return set()
    found = set(value.texts())
    for obj in value.objects:
        if isinstance(obj, Struct):
            found.update(obj.items().texts())
    return found


def regex_in(value: Value) -> tuple[str, str] | None:
    """A regular expression given as a literal or as a text."""
    for obj in value.objects:
        if isinstance(obj, Regex):
            return obj.pattern, obj.flags
    text = value.only_text()
    return (text, "") if text is not None else None
