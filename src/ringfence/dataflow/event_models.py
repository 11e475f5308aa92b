"""What declared shapes say of the paths of an event that is checked with them.

A :class:`Shape` comes from a model's annotations (pydantic), from a validator's chain of calls
(zod, joi, yup) or from a JSON Schema. It says of each field its type, choices, pattern, bounds and
whether it must be there; where the data is a part of the event, these become tests of its paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import event_reads, event_subjects
from ringfence.dataflow.objects import ClassObject, External, Regex, Struct
from ringfence.dataflow.scopes import Frame
from ringfence.dataflow.values import Mix, Value
from ringfence.model import syntax
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.event_reads import EventPlace
    from ringfence.dataflow.machine import Machine

MAX_DEPTH = 6
MAX_FIELDS = 100
MAX_LINKS = 16
_MODEL_BASES = frozenset(("BaseModel", "BaseSettings", "RootModel", "SQLModel"))
_ENUM_BASES = frozenset(("Enum", "IntEnum", "StrEnum"))
_NAMES = {
    "str": "string", "StrictStr": "string", "bytes": "string", "SecretStr": "string",
    "EmailStr": "string", "HttpUrl": "string", "AnyUrl": "string", "AnyHttpUrl": "string",
    "UUID": "string", "UUID1": "string", "UUID3": "string", "UUID4": "string", "UUID5": "string",
    "date": "string", "datetime": "string", "time": "string", "constr": "string",
    "IPvAnyAddress": "string", "IPv4Address": "string", "AwareDatetime": "string",
    "NaiveDatetime": "string",
    "int": "number", "float": "number", "Decimal": "number", "StrictInt": "number",
    "StrictFloat": "number", "conint": "number", "confloat": "number", "condecimal": "number",
    "PositiveInt": "number", "NonNegativeInt": "number", "PositiveFloat": "number",
    "NonNegativeFloat": "number", "NegativeInt": "number",
    "bool": "boolean", "StrictBool": "boolean",
    "dict": "map", "Dict": "map", "Mapping": "map",
    "list": "list", "List": "list", "Sequence": "list", "Set": "list", "set": "list",
    "Tuple": "list", "tuple": "list", "FrozenSet": "list", "Iterable": "list", "conlist": "list",
}  # fmt: skip
_BOUNDS = {"PositiveInt": ">0", "PositiveFloat": ">0", "NonNegativeInt": "0",
           "NonNegativeFloat": "0"}  # fmt: skip
_JSON_TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean",
               "array": "list", "object": "map"}  # fmt: skip
#: Arguments of ``Field`` and its like.
_LIMITS = {"ge": ("minimum", ""), "gt": ("minimum", ">"), "le": ("maximum", ""),
           "lt": ("maximum", "<"), "min_length": ("minimum", ""), "max_length": ("maximum", ""),
           "min_items": ("minimum", ""), "max_items": ("maximum", ""),
           "pattern": ("pattern", ""), "regex": ("pattern", "")}  # fmt: skip
_JSON_LIMITS = {"minimum": ("minimum", ""), "exclusiveMinimum": ("minimum", ">"),
                "maximum": ("maximum", ""), "exclusiveMaximum": ("maximum", "<"),
                "minLength": ("minimum", ""), "maxLength": ("maximum", ""),
                "minItems": ("minimum", ""), "maxItems": ("maximum", ""),
                "pattern": ("pattern", "")}  # fmt: skip
#: Methods of a chain that name a type.
_CHAIN_TYPES = {
    "string": "string", "email": "string", "uuid": "string", "url": "string", "guid": "string",
    "cuid": "string", "ulid": "string", "datetime": "string", "isoDate": "string", "hex": "string",
    "number": "number", "int": "number", "integer": "number", "bigint": "number",
    "boolean": "boolean", "bool": "boolean", "array": "list", "object": "map",
    "strictObject": "map", "looseObject": "map", "record": "map", "alphanum": "string",
}  # fmt: skip
_CHAIN_BOUNDS = {
    "min": ("minimum", ""), "gte": ("minimum", ""), "minimum": ("minimum", ""),
    "gt": ("minimum", ">"), "greater": ("minimum", ">"), "moreThan": ("minimum", ">"),
    "max": ("maximum", ""), "lte": ("maximum", ""), "maximum": ("maximum", ""),
    "lt": ("maximum", "<"), "less": ("maximum", "<"), "lessThan": ("maximum", "<"),
}  # fmt: skip
_OPTIONAL = frozenset(("optional", "nullish", "default", "notRequired", "catch", "prefault"))


class Shape:
    """What is declared of one value. ``facts`` are tests by kind; ``required`` that it must be
    there; ``place`` the line that declares it, None where only the check's is known."""

    __slots__ = ("facts", "fields", "item", "place", "required")

    def __init__(self, kind: str = "") -> None:
        self.facts: dict[str, tuple[str, ...]] = {"type": (kind,)} if kind else {}
        self.fields: dict[str, Shape] = {}
        self.item: Shape | None = None
        self.place: Location | None = None
        self.required = False

    def add(self, kind: str, value: object, sign: str = "") -> None:
        """A fact whose value is a scalar; nothing for anything else."""
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            self.facts[kind] = (f"{sign}{value}",)


def checked(machine: Machine, shape: Shape, value: Value, node: syntax.Node) -> None:
    """Data is checked with a shape: what it says holds for its paths of the event."""
    if machine.unreached:
        return
    for atom in value.taint:
        path = event_reads.path_of(atom)
        if path is not None:
            _note(machine, shape, path, machine.location(node), MAX_DEPTH)


def spread(machine: Machine, shape: Shape, others: Value, node: syntax.Node) -> None:
    """The same for ``Model(**data)``, of which only the values of ``data`` are known."""
    for atom in others.taint:
        path = event_reads.path_of(atom)
        if path and path[-1] == "[]" and not machine.unreached:
            _note(machine, shape, path[:-1], machine.location(node), MAX_DEPTH)


def _note(machine: Machine, shape: Shape, path: EventPlace, place: Location, depth: int) -> None:
    at = shape.place or place
    for kind, values in shape.facts.items():
        event_reads.test(machine, path, kind, values, at)
    if shape.required:
        event_reads.test(machine, path, "required", (), at)
    if depth and shape.item is not None:
        _note(machine, shape.item, (*path, "[]"), place, depth - 1)
    for name, field in list(shape.fields.items())[:MAX_FIELDS] if depth else ():
        _note(machine, field, (*path, name), place, depth - 1)


# --- classes ---


def of_class(machine: Machine, cls: ClassObject, depth: int = MAX_DEPTH) -> Shape:
    """The shape of a model's annotations, its bases' included; of an enumeration, its members."""
    bases = {base.path.rpartition(".")[2] for base in cls.external_bases()}
    if bases & _ENUM_BASES:
        return _enumeration(machine, cls)
    if not bases & _MODEL_BASES or depth == 0:
        return Shape()
    key = ("event shape", id(cls))
    known = machine.memo.get(key)
    if isinstance(known, Shape):
        return known
    shape = machine.memo[key] = Shape("map")
    for base in cls.bases:
        for obj in base.objects:
            if isinstance(obj, ClassObject):
                shape.fields.update(of_class(machine, obj, depth - 1).fields)
    machine.frames.append(Frame(cls.scope, cls.module, None, None, None))
    try:
        for statement in cls.node.body:
            if (
                isinstance(statement, syntax.Assign)
                and isinstance(statement.target, syntax.Name)
                and statement.annotation is not None
            ):
                name, field = _field(machine, statement, statement.target.name, depth)
                shape.fields[name] = field
    finally:
        machine.frames.pop()
    return shape


def _field(machine: Machine, node: syntax.Assign, name: str, depth: int) -> tuple[str, Shape]:
    """A field with the name that it has in the data."""
    from ringfence.dataflow import models

    assert node.annotation is not None
    field = _copy(of_annotation(machine, node.annotation, depth - 1))
    field.place = machine.location(node)
    value = node.value
    field.required = isinstance(value, syntax.Opaque)
    if isinstance(value, syntax.Call):
        _limited(field, value)
        given = [one for one in value.arguments if one.name is None]
        first = given[0].value if given else None
        default = any(one.name in ("default", "default_factory") for one in value.arguments)
        field.required = not default and (first is None or _is_ellipsis(first))
        name = models.alias_of(value) or name
    elif _is_ellipsis(value):
        field.required = True
    return name, field


def _is_ellipsis(node: syntax.Expression) -> bool:
    """``...``, which the tree shows as it shows ``None``, one letter shorter."""
    is_none = isinstance(node, syntax.Constant) and node.value is None
    return is_none and node.end_column - node.column == len("...")


def _copy(shape: Shape) -> Shape:
    made = Shape()
    made.facts, made.fields, made.item = dict(shape.facts), shape.fields, shape.item
    return made


def _limited(shape: Shape, call: syntax.Call) -> None:
    """``Field(ge=1, max_length=20, pattern="…")``, ``StringConstraints(…)``, ``constr(…)``."""
    for argument in call.arguments:
        limit = _LIMITS.get(argument.name or "")
        value = argument.value
        if isinstance(value, syntax.Unary) and value.operator == "-" and isinstance(
            value.operand, syntax.Constant
        ):  # fmt: skip
            number = value.operand.value
            if limit is not None and isinstance(number, (int, float)):
                shape.add(limit[0], -number, limit[1])
        elif limit is not None and isinstance(value, syntax.Constant):
            shape.add(limit[0], value.value, limit[1])


def _enumeration(machine: Machine, cls: ClassObject) -> Shape:
    shape = Shape()
    values = [
        statement.value.value
        for statement in cls.node.body
        if isinstance(statement, syntax.Assign) and isinstance(statement.value, syntax.Constant)
    ]
    words = [event_subjects.word(v) for v in values if isinstance(v, (str, int, float))]
    if words:
        shape.facts["allowed"] = tuple(words)
        if all(isinstance(value, str) for value in values):
            shape.facts["type"] = ("string",)
    return shape


def of_annotation(machine: Machine, node: syntax.Expression, depth: int) -> Shape:
    """The shape of a type expression; an empty one where nothing is sure."""
    if depth <= 0:
        return Shape()
    if isinstance(node, syntax.Constant) and node.value is None:
        return Shape()
    if isinstance(node, (syntax.Name, syntax.Attribute, syntax.Constant)):
        return _named(machine, node, depth)
    if isinstance(node, syntax.Binary) and node.operator == "|":
        return _either(machine, [node.left, node.right], depth)
    if isinstance(node, syntax.Call):
        shape = _copy(of_annotation(machine, node.function, depth - 1))
        _limited(shape, node)
        if shape.facts.get("type") == ("list",) and node.arguments:
            shape.item = of_annotation(machine, node.arguments[0].value, depth - 1)
        return shape
    return _generic(machine, node, depth) if isinstance(node, syntax.Index) else Shape()


def _named(machine: Machine, node: syntax.Expression, depth: int) -> Shape:
    name = str(getattr(node, "name", getattr(node, "value", "")))
    if name in _NAMES:
        shape = Shape(_NAMES[name])
        if name in _BOUNDS:
            shape.facts["minimum"] = (_BOUNDS[name],)
        return shape
    found = machine.evaluate(node) if isinstance(node, syntax.Attribute) else machine.lookup(name)
    for obj in found.objects if found is not None else ():
        if isinstance(obj, ClassObject):
            return of_class(machine, obj, depth - 1)
    behind = machine.frame.module.scope.conditions.get(name)
    return (
        of_annotation(machine, behind, depth - 1) if isinstance(behind, syntax.Index) else Shape()
    )


def _either(machine: Machine, nodes: list[syntax.Expression], depth: int) -> Shape:
    """One of several types; ``None`` among them says nothing."""
    shapes = [
        of_annotation(machine, node, depth - 1)
        for node in nodes
        if not (isinstance(node, syntax.Constant) and node.value is None)
    ]
    if len(shapes) == 1:
        return shapes[0]
    same = {shape.facts.get("type") for shape in shapes}
    kind = same.pop() if len(same) == 1 else None
    return Shape(kind[0]) if kind else Shape()


def _generic(machine: Machine, node: syntax.Index, depth: int) -> Shape:
    """``Optional[X]``, ``list[X]``, ``Literal["a", "b"]``, ``Annotated[X, Field(…)]``."""
    name = getattr(node.value, "name", "")
    key = node.key
    inner = [one for one in key.items if one is not None] if isinstance(
        key, syntax.ListLiteral
    ) else [key]  # fmt: skip
    if name == "Literal":
        values = [one.value for one in inner if isinstance(one, syntax.Constant)]
        shape = Shape("string" if values and all(isinstance(v, str) for v in values) else "")
        if values and len(values) == len(inner):
            words = [event_subjects.word(v) for v in values if not isinstance(v, bytes)]
            shape.facts["allowed"] = tuple(words)
        return shape
    if name == "Annotated" and inner:
        shape = _copy(of_annotation(machine, inner[0], depth - 1))
        for extra in inner[1:]:
            if isinstance(extra, syntax.Call):
                _limited(shape, extra)
        return shape
    if name in ("Optional", "Union"):
        return _either(machine, inner, depth)
    shape = Shape(_NAMES.get(name, ""))
    if shape.facts.get("type") == ("list",) and inner:
        shape.item = of_annotation(machine, inner[0], depth - 1)
    return shape


# --- chains of calls ---


def of_value(value: Value, depth: int = MAX_DEPTH) -> Shape:
    """The shape that a validator's object, or a plain map of them, declares."""
    for obj in value.objects:
        if isinstance(obj, External) and depth:
            return of_chain(obj, depth - 1)
        if isinstance(obj, Struct) and obj.kind == "map" and depth:
            shape = Shape("map")
            for key, field in obj.fields.items():
                shape.fields[str(key)] = of_value(field, depth - 1)
            return shape
    return Shape()


def of_chain(made: External, depth: int = MAX_DEPTH) -> Shape:
    """The shape at the end of a chain of calls. In zod all fields are required that are not
    optional; in joi and yup those that say so."""
    chain: list[External] = []
    link: External | None = made
    while link is not None and len(chain) < MAX_LINKS:
        chain.append(link)
        link = link.before
    shape = Shape()
    shape.required = made.path.startswith("zod")
    for one in reversed(chain):
        if one.path.endswith("()"):
            shape = _linked(shape, one, depth)
    return shape


def _linked(shape: Shape, link: External, depth: int) -> Shape:
    name = link.path.removesuffix("()").rpartition(".")[2]
    argument = link.arguments[0] if link.arguments else Value()
    if name == "required":
        shape.required = True
    elif name in _OPTIONAL:
        shape.required = False
    elif name in _CHAIN_BOUNDS:
        kind, sign = _CHAIN_BOUNDS[name]
        shape.add(kind, _only(argument), sign)
    elif name in ("positive", "nonnegative"):
        shape.facts["minimum"] = (">0" if name == "positive" else "0",)
    elif name == "length":
        shape.add("minimum", _only(argument))
        shape.add("maximum", _only(argument))
    elif name in ("regex", "pattern", "matches"):
        _patterned(shape, argument)
    elif name in ("enum", "nativeEnum", "valid", "oneOf", "equal", "literal"):
        _chosen(shape, link)
    elif name in ("union", "or", "alternatives", "try", "transform", "any", "unknown", "custom",
                  "preprocess", "lazy", "discriminatedUnion"):  # fmt: skip
        other = Shape()
        other.required = shape.required
        return other
    else:
        _typed(shape, name, link, depth)
    return shape


def _typed(shape: Shape, name: str, link: External, depth: int) -> None:
    kind = _CHAIN_TYPES.get(name)
    argument = link.arguments[0] if link.arguments else Value()
    if name == "array" and shape.facts.get("type") and not link.arguments:  # z.string().array()
        inner = Shape()
        inner.facts, inner.fields, inner.item = shape.facts, shape.fields, shape.item
        shape.facts, shape.fields, shape.item = {"type": ("list",)}, {}, inner
        return
    if kind is not None:
        shape.facts["type"] = (kind,)
    if name in ("array", "items", "of") and link.arguments:
        shape.item = of_value(argument, depth)
        shape.item.required = False
    elif name in ("object", "strictObject", "looseObject", "shape", "keys", "extend", "append"):
        shape.fields = {**shape.fields, **of_value(argument, depth).fields}
    elif name == "partial":
        for field in shape.fields.values():
            field.required = False


def _only(value: Value) -> object:
    return value.consts[0] if len(value.consts) == 1 and value.definite else None


def _patterned(shape: Shape, argument: Value) -> None:
    for obj in argument.objects:
        if isinstance(obj, Regex):
            prefix = "(?i)" if "i" in obj.flags else ""
            shape.facts["pattern"] = (prefix + obj.pattern,)
    shape.add("pattern", argument.only_text())


def _chosen(shape: Shape, link: External) -> None:
    """``z.enum([…])``, ``z.nativeEnum(Kind)``, ``Joi.valid("a", "b")``, ``oneOf([…])``."""
    words: list[str] = []
    for value in link.arguments:
        held = [inner for obj in value.objects if isinstance(obj, Struct)
                for inner in obj.fields.values()]  # fmt: skip
        for one in held or [value]:
            if not one.definite:
                return
            words += [event_subjects.word(const) for const in one.consts
                      if not isinstance(const, Mix)]  # fmt: skip
    if words:
        shape.facts["allowed"] = tuple(dict.fromkeys(words))


# --- JSON Schema ---


def of_json_schema(value: Value, depth: int = MAX_DEPTH) -> Shape:
    """The shape that a known map describes (json-schema.org, any draft)."""
    known = [obj for obj in value.objects if isinstance(obj, Struct)]
    if len(known) != 1 or depth == 0:
        return Shape()
    fields = known[0].fields
    kind = fields["type"].only_text() if "type" in fields else None
    shape = Shape(_JSON_TYPES.get(kind or "", ""))
    for name, (fact, sign) in _JSON_LIMITS.items():
        if name in fields:
            shape.add(fact, _only(fields[name]), sign)
    if "const" in fields and fields["const"].definite:
        shape.facts["allowed"] = tuple(map(event_subjects.word, fields["const"].consts))
    if "enum" in fields:
        _chosen(shape, External("enum()", (fields["enum"],)))
    if "items" in fields:
        shape.item = of_json_schema(fields["items"], depth - 1)
    for obj in fields["properties"].objects if "properties" in fields else ():
        if isinstance(obj, Struct):
            for key, field in obj.fields.items():
                shape.fields[str(key)] = of_json_schema(field, depth - 1)
    for obj in fields["required"].objects if "required" in fields else ():
        for name in obj.items().texts() if isinstance(obj, Struct) else ():
            shape.fields.setdefault(name, Shape()).required = True
    return shape
