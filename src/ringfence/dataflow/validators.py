"""Validators built by calls: zod, joi, yup; JSON Schema by ajv, jsonschema, Powertools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import schemas
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.schemas import ANY, NUMBER, SAFE, TEXT, Schema
from ringfence.dataflow.values import EITHER, UNKNOWN, Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax

BUILDERS = ("zod", "joi", "@hapi/joi", "yup")
#: Methods that check data, so that a look at the name tells whether the rest is worth a look.
CHECKS = frozenset(
    ("parse", "parseAsync", "safeParse", "safeParseAsync", "validate", "validateAsync",
     "validateSync", "cast", "attempt", "assert", "compile()", "isValid", "isValidSync", "is_valid",
     "iter_errors")
)  # fmt: skip
_NUMBERS = frozenset(
    ("number", "int", "int32", "uint32", "float32", "float64", "bigint", "integer")
)
_MAXIMA = frozenset(("max", "lte", "lt", "maximum", "less", "lessThan"))
_SAFE = frozenset(
    ("boolean", "bool", "date",
     "enum", "nativeEnum", "literal", "uuid", "uuidv4", "guid", "cuid", "cuid2", "ulid", "nanoid",
     "null", "undefined", "nan", "valid", "oneOf", "equal", "only", "alphanum", "hex", "isoDate",
     "token", "ip", "ipv4", "ipv6", "cidrv4", "datetime", "isoTimestamp", "stringbool")
)  # fmt: skip
_TEXTS = frozenset(("string", "email", "url", "httpUrl", "base64", "jwt", "emoji", "hostname"))
_MAPS = frozenset(
    ("object", "strictObject", "looseObject", "shape", "keys", "extend", "safeExtend")
)
_LISTS = frozenset(("array", "items", "of", "set"))
MAX_LINKS = 12


def root_of(path: str) -> str:
    """The package of a call's name, scopes included."""
    if path.startswith("@"):
        head, _, rest = path.partition("/")
        return f"{head}/{rest.partition('.')[0].partition('(')[0]}"
    return path.partition(".")[0].partition("(")[0]


def check(
    machine: Machine, made: External, path: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """The result of a validator's call; None when it is none."""
    name = path.rpartition(".")[2]
    if name not in CHECKS:
        return None
    root = root_of(path)
    value = arguments.get(0) or UNKNOWN
    from ringfence.dataflow import event_models

    if root in BUILDERS:
        if name in ("attempt", "assert"):
            schema = of_value(arguments.get(1) or UNKNOWN)
            shape = event_models.of_value(arguments.get(1) or UNKNOWN)
        else:
            schema, shape = of_external(made), event_models.of_chain(made)
        event_models.checked(machine, shape, value, node)
        return answer(machine, root, name, schema, value, node)
    if root == "ajv":
        if name == "validate":
            declared, value = value, arguments.get(1) or UNKNOWN
        elif name == "compile()" and made.arguments:
            declared = made.arguments[0]
        else:
            return None
        schema = schemas.of_json_schema(declared)
        event_models.checked(machine, event_models.of_json_schema(declared), value, node)
        machine.checks[id(node)] = (schema, value)
        return EITHER
    if root == "jsonschema" and made.path.endswith("Validator()") and made.arguments:
        return by_class(machine, made, name, value, node)
    return None


def by_class(
    machine: Machine, made: External, name: str, value: Value, node: syntax.Node
) -> Value | None:
    """``Draft7Validator(schema).validate(instance)``, which raises, and ``is_valid``."""
    schema = schemas.of_json_schema(made.arguments[0])
    from ringfence.dataflow import event_models

    if name in ("validate", "is_valid"):
        shape = event_models.of_json_schema(made.arguments[0])
        event_models.checked(machine, shape, value, node)
    if name == "validate":
        schemas.prove(machine, schema, value)
        return value
    if name == "is_valid":
        machine.checks[id(node)] = (schema, value)
        return EITHER
    return None


def answer(
    machine: Machine, root: str, name: str, schema: Schema, value: Value, node: syntax.Node
) -> Value | None:
    """What each library hands back. The checked data itself counts as checked, too, where bad data
    raises an error, and elsewhere once the answer was looked at."""
    if schema.kind == "any":
        return None
    result = schemas.passed(machine, schema, value, node)
    told = name.startswith(("safeParse", "isValid")) or (
        root.endswith("joi") and name == "validate"
    )
    if told:
        machine.checks[id(node)] = (schema, value)
    elif root != "zod":
        schemas.prove(machine, schema, value)
    if name.startswith("isValid"):
        return EITHER
    if name.startswith("safeParse"):
        entries = {"success": EITHER, "data": result, "error": UNKNOWN}
        return machine.map_of(entries)
    if root in ("joi", "@hapi/joi") and name == "validate":
        return machine.map_of({"value": result, "error": UNKNOWN})
    return result


def of_value(value: Value) -> Schema:
    """The schema that a value holds: a validator's object or a plain map of them."""
    for obj in value.objects:
        if isinstance(obj, External):
            return of_external(obj)
        if isinstance(obj, Struct) and obj.kind == "map":
            return of_map(obj)
    return ANY


def of_map(struct: Struct) -> Schema:
    fields = {str(key): of_value(field) for key, field in struct.fields.items()}
    return Schema("map", fields=fields)


def of_external(made: External) -> Schema:
    """The schema at the end of a chain of calls, read from its beginning."""
    chain: list[External] = []
    link: External | None = made
    while link is not None and len(chain) < MAX_LINKS:
        chain.append(link)
        link = link.before
    if root_of(made.path) not in BUILDERS:
        return ANY
    schema = ANY
    for one in reversed(chain):
        schema = refined(schema, one)
    return schema


def refined(schema: Schema, link: External) -> Schema:
    """The schema after one more call of the chain."""
    name = link.path.removesuffix("()").rpartition(".")[2]
    argument = link.arguments[0] if link.arguments else UNKNOWN
    if not link.path.endswith("()"):
        return schema
    if name in ("regex", "pattern", "matches"):
        return schemas.text_like(schemas.regex_in(argument))
    if name in _NUMBERS:
        return SAFE if schema.kind == "safe" else NUMBER
    if name in _MAXIMA and schema.kind == "number":
        return SAFE
    if name in _SAFE:
        return SAFE
    if name in _MAPS:
        made = of_value(argument)
        fields = {**schema.fields, **made.fields} if schema.kind == "map" else made.fields
        shape = Schema("map", fields=fields) if fields or name == "object" else schema
        return schemas.opened(shape) if name == "looseObject" else shape
    if name in _LISTS:
        return Schema("list", item=of_value(argument) if link.arguments else schema)
    if name in ("union", "or", "alternatives", "try"):
        found = [of_value(field) for o in argument.objects if isinstance(o, Struct)
                 for field in o.fields.values()]  # fmt: skip
        return schemas.either(found or [schema, of_value(argument)])
    if name in _TEXTS and schema.kind in ("any", "text"):
        return schema if schema.kind == "text" and schema.rules else TEXT
    if name in ("passthrough", "loose", "unknown", "catchall") and schema.kind == "map":
        return schemas.opened(schema)
    if name in ("any", "unknown", "record", "mixed", "transform", "custom", "passthrough", "allow"):
        return ANY if name != "allow" else schema
    return schema


# --- Python's libraries of JSON Schema ---


def validate_json(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``jsonschema.validate(instance, schema)``; Powertools' ``validate(event, schema)``."""
    value = arguments.get(0, "instance") or arguments.get(0, "event") or UNKNOWN
    schema = arguments.get(1, "schema") or UNKNOWN
    schemas.prove(machine, schemas.of_json_schema(schema), value)
    from ringfence.dataflow import event_models

    event_models.checked(machine, event_models.of_json_schema(schema), value, node)
    return value


def validate_fast(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``fastjsonschema.validate(schema, data)``."""
    value = arguments.get(1, "data") or UNKNOWN
    schema = arguments.get(0) or UNKNOWN
    schemas.prove(machine, schemas.of_json_schema(schema), value)
    from ringfence.dataflow import event_models

    event_models.checked(machine, event_models.of_json_schema(schema), value, node)
    return value
