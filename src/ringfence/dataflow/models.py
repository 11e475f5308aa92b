"""Classes whose annotations are checked: pydantic, FastAPI parameters, models of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import access, members, requests, schemas, trees
from ringfence.dataflow.objects import ClassObject, Closure, External, JsonText, Struct, deep_taint
from ringfence.dataflow.schemas import ANY, NUMBER, SAFE, TEXT, Schema
from ringfence.dataflow.scopes import Frame
from ringfence.dataflow.texts import derived
from ringfence.dataflow.values import UNKNOWN, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_MODEL_BASES = frozenset(("BaseModel", "BaseSettings", "RootModel", "SQLModel"))
_ENUM_BASES = frozenset(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"))
_FROM_TEXT = frozenset(("model_validate_json", "parse_raw"))
_FROM_DATA = frozenset(("model_validate", "parse_obj", "model_construct"))
_NUMBER_NAMES = frozenset(
    ("int", "float", "Decimal", "StrictInt", "StrictFloat", "PositiveInt", "NonNegativeInt",
     "PositiveFloat", "NonNegativeFloat", "conint", "confloat", "condecimal")
)  # fmt: skip
_SAFE_NAMES = frozenset(
    ("bool", "complex", "UUID", "UUID1", "UUID3", "UUID4", "UUID5",
     "date", "datetime", "time", "timedelta", "StrictBool",
     "NegativeInt", "condate", "IPvAnyAddress", "IPv4Address", "IPv6Address", "AwareDatetime",
     "NaiveDatetime", "PastDate", "FutureDate", "ObjectId", "PydanticObjectId", "Literal")
)  # fmt: skip
_TEXT_NAMES = frozenset(
    ("str", "StrictStr", "bytes", "SecretStr", "EmailStr", "NameEmail", "HttpUrl", "AnyUrl",
     "AnyHttpUrl", "FilePath", "Path", "constr")
)  # fmt: skip
_LISTS = frozenset(
    (
        "List",
        "list",
        "Sequence",
        "Set",
        "set",
        "FrozenSet",
        "frozenset",
        "Iterable",
        "Tuple",
        "tuple",
    )
)
_PATTERNS = ("pattern", "regex")
#: Where an envelope of Powertools takes the model's data from.
_ENVELOPES = {
    "EventBridgeEnvelope": ("detail",),
    "SqsEnvelope": ("Records", "[]", "body", "!json"),
    "SnsEnvelope": ("Records", "[]", "Sns", "Message", "!json"),
    "SnsSqsEnvelope": ("Records", "[]", "body", "!json", "Message", "!json"),
    "KinesisDataStreamEnvelope": ("Records", "[]", "kinesis", "data", "!json"),
    "ApiGatewayEnvelope": ("body", "!json"),
    "ApiGatewayV2Envelope": ("body", "!json"),
    "LambdaFunctionUrlEnvelope": ("body", "!json"),
    "VpcLatticeEnvelope": ("body", "!json"),
}
_VIEWS = ("flask.views.MethodView", "flask.views.View")
_VIEW_METHODS = ("get", "post", "put", "patch", "delete", "dispatch_request")
_CONVERTERS = late.pattern(r"<(int|float|uuid):(\w+)>")


def is_model(cls: ClassObject) -> bool:
    """Whether instances are only made of data that fits the annotations."""
    return any(base.path.rpartition(".")[2] in _MODEL_BASES for base in cls.external_bases())


def of_class(machine: Machine, cls: ClassObject, depth: int = schemas.MAX_DEPTH) -> Schema:
    """The schema of a model's annotations, its bases' included."""
    if any(base.path.rpartition(".")[2] in _ENUM_BASES for base in cls.external_bases()):
        return SAFE
    if not is_model(cls) or depth == 0:
        return ANY
    key = ("schema", id(cls))
    known = machine.memo.get(key)
    if isinstance(known, Schema):
        return known
    schema = machine.memo[key] = Schema("map", cls=cls)
    for base in cls.bases:
        for obj in base.objects:
            if isinstance(obj, ClassObject):
                inherited = of_class(machine, obj, depth - 1)
                schema.fields.update(inherited.fields)
                schema.names.update(inherited.names)
    machine.frames.append(Frame(cls.scope, cls.module, None, None, None))
    try:
        for statement in cls.node.body:
            if (
                isinstance(statement, syntax.Assign)
                and isinstance(statement.target, syntax.Name)
                and statement.annotation is not None
            ):
                field = of_annotation(machine, statement.annotation, depth - 1)
                schema.fields[statement.target.name] = narrowed(field, statement.value)
                alias = alias_of(statement.value)
                if alias:
                    schema.names[statement.target.name] = alias
    finally:
        machine.frames.pop()
    schema.open = any(keeps_more(statement) for statement in cls.node.body)
    return schema


def alias_of(value: syntax.Expression) -> str:
    """The name in the data that ``Field(alias="…")`` gives a field; "" where it has its own."""
    for argument in value.arguments if isinstance(value, syntax.Call) else ():
        named = argument.name in ("alias", "validation_alias")
        if named and isinstance(argument.value, syntax.Constant):
            return str(argument.value.value)
    return ""


def keeps_more(statement: syntax.Statement) -> bool:
    """``model_config = ConfigDict(extra="allow")``, ``class Config: extra = "allow"``."""
    return any(
        isinstance(node, (syntax.Argument, syntax.Assign, syntax.Entry))
        and isinstance(node.value, syntax.Constant)
        and node.value.value == "allow"
        and "extra"
        in (
            getattr(node, "name", ""),
            getattr(getattr(node, "target", None), "name", ""),
            getattr(getattr(node, "key", None), "value", ""),
        )
        for node in trees.nodes(statement, into_functions=False)
    )


def narrowed(schema: Schema, value: syntax.Expression) -> Schema:
    """``name: str = Field(pattern="…")``, ``count: int = Field(le=10)``."""
    if schema.kind == "number" and isinstance(value, syntax.Call):
        return SAFE if any(one.name in ("le", "lt") for one in value.arguments) else schema
    if schema.kind == "text" and isinstance(value, syntax.Call):
        pattern = pattern_of(value)
        if pattern is not None:
            return schemas.text_like((pattern, ""))
    return schema


def pattern_of(call: syntax.Call) -> str | None:
    for argument in call.arguments:
        if argument.name in _PATTERNS and isinstance(argument.value, syntax.Constant):
            found = argument.value.value
            return found if isinstance(found, str) else None
    return None


def of_annotation(machine: Machine, node: syntax.Expression, depth: int) -> Schema:
    """The schema of a type expression."""
    if depth <= 0:
        return ANY
    if isinstance(node, syntax.Constant):
        return SAFE if node.value is None else named(machine, node)
    if isinstance(node, (syntax.Name, syntax.Attribute)):
        return named(machine, node)
    if isinstance(node, syntax.Binary) and node.operator == "|":
        sides = (node.left, node.right)
        return schemas.either([of_annotation(machine, side, depth - 1) for side in sides])
    if isinstance(node, syntax.Call):
        schema = of_annotation(machine, node.function, depth - 1)
        return narrowed(schema, node)
    if isinstance(node, syntax.Index):
        return generic(machine, node, depth)
    return ANY


def named(machine: Machine, node: syntax.Expression) -> Schema:
    name = str(getattr(node, "name", getattr(node, "value", "")))
    if isinstance(node, syntax.Constant) or name not in _SAFE_NAMES | _NUMBER_NAMES | _TEXT_NAMES:
        variable = (
            machine.lookup(name) if isinstance(node, (syntax.Name, syntax.Constant)) else None
        )
        if variable is None and isinstance(node, syntax.Attribute):
            variable = machine.evaluate(node)
        for obj in variable.objects if variable is not None else ():
            if isinstance(obj, ClassObject):
                return of_class(machine, obj)
    if name in _NUMBER_NAMES:
        return NUMBER
    if name in _SAFE_NAMES:
        return SAFE
    return TEXT if name in _TEXT_NAMES else ANY


def generic(machine: Machine, node: syntax.Index, depth: int) -> Schema:
    """``Optional[X]``, ``List[X]``, ``Literal[…]``, ``Annotated[X, …]``."""
    name = getattr(node.value, "name", "")
    key = node.key
    inner = [one for one in key.items if one is not None] if isinstance(
        key, syntax.ListLiteral
    ) else [key]  # fmt: skip
    if name == "Literal":
        return SAFE
    if name == "Annotated" and inner:
        schema = of_annotation(machine, inner[0], depth - 1)
        for extra in inner[1:]:
            schema = narrowed(schema, extra)
        return schema
    if name in ("Optional", "Union"):
        return schemas.either([of_annotation(machine, one, depth - 1) for one in inner])
    if name in _LISTS and inner:
        return Schema("list", item=of_annotation(machine, inner[0], depth - 1))
    return ANY


# --- models as values ---


def class_method(
    machine: Machine, cls: ClassObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """``Model.model_validate_json(text)`` and its like; None for anything else."""
    if name == "__subclasses__":
        return machine.list_of(*machine.memo.get(("heirs", id(cls)), ()))
    if name == "as_view" and any(base.path in _VIEWS for base in cls.external_bases()):
        run_view(machine, cls, node)
        return UNKNOWN
    if name not in _FROM_TEXT and name not in _FROM_DATA:
        return None
    if cls.find(name) is not None or not is_model(cls):
        return None
    from ringfence.dataflow import encodings

    value = arguments.get(0) or UNKNOWN
    if name in _FROM_TEXT:
        value = encodings.load_json(machine, arguments, node)
    return validated(machine, cls, value, node)


def run_view(machine: Machine, cls: ClassObject, node: syntax.Node) -> None:
    """Flask's views that are classes: a method for each HTTP method, with the route's parts."""
    instance = Value(objects=(machine.struct("instance", cls),))
    for name in _VIEW_METHODS:
        found = cls.find(name)
        for obj in found[0].objects if found is not None else ():
            if isinstance(obj, Closure):
                machine.page_nodes.add(id(obj.node))
                part = members.table_source(machine, "web.PathParameter", "", node)
                values = [part] * max(len(obj.node.parameters) - 1, 0)
                machine.call(access.bind(Value(objects=(obj,)), instance, cls), values, node)


def validated(machine: Machine, cls: ClassObject, value: Value, node: syntax.Node) -> Value:
    """An instance made of data, after the model's own validators."""
    from ringfence.dataflow import event_models

    event_models.checked(machine, event_models.of_class(machine, cls), value, node)
    result = schemas.passed(machine, of_class(machine, cls), value, node)
    for obj in result.objects:
        if isinstance(obj, Struct):
            run_validators(machine, cls, obj, node)
    return result


def construct(
    machine: Machine, cls: ClassObject, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """``Model(**data)``; None for a class that checks nothing."""
    if not is_model(cls):
        return None
    given = machine.struct("map")
    given.fields.update(arguments.keywords)
    from ringfence.dataflow import event_models

    if arguments.others is not None:
        given.rest, given.mirrors = arguments.others, True
        event_models.spread(machine, event_models.of_class(machine, cls), arguments.others, node)
    return validated(machine, cls, Value(objects=(given,)), node)


def run_validators(machine: Machine, cls: ClassObject, instance: Struct, node: syntax.Node) -> None:
    """``@field_validator("name")``: what it returns is the field."""
    for _name, member in cls.members.items():
        for obj in member.objects:
            if not isinstance(obj, Closure):
                continue
            for field in validated_fields(obj.node.decorators):
                old = instance.fields.get(field)
                if old is not None and old.taint:
                    method = access.bind(member, Value(objects=(cls,)), cls)
                    instance.fields[field] = machine.call(method, [old], node)
    if "__post_init__" in cls.members:
        machine.call(access.field_of(machine, instance, "__post_init__", node), [], node)


def validated_fields(decorators: list[syntax.Expression]) -> list[str]:
    found: list[str] = []
    for decorator in decorators:
        if (
            isinstance(decorator, syntax.Call)
            and getattr(decorator.function, "name", "") in ("validator", "field_validator")
        ):  # fmt: skip
            found += [
                argument.value.value
                for argument in decorator.arguments
                if argument.name is None
                and isinstance(argument.value, syntax.Constant)
                and isinstance(argument.value.value, str)
            ]
    return found


def instance_method(obj: Struct, name: str) -> Value | None:
    """``model.model_dump()`` and ``model.json()``."""
    if obj.cls is None or not is_model(obj.cls) or obj.cls.find(name) is not None:
        return None
    if name in ("model_dump", "dict", "copy", "model_copy"):
        copy = Struct("map" if name in ("model_dump", "dict") else "instance", obj.born, obj.cls)
        copy.cls = None if copy.kind == "map" else obj.cls
        copy.fields.update(obj.fields)
        copy.rest, copy.base = obj.rest, obj.base
        return Value(objects=(copy,))
    if name in ("model_dump_json", "json"):
        inner = Value(objects=(obj,))
        return Value((), derived(deep_taint(inner)), (JsonText(inner),))
    return None


# --- parameters that a library fills ---


def parameter(
    machine: Machine, decorator: External, closure: Closure, place: int, value: Value
) -> Value:
    """What a framework gives for one parameter of a route's function."""
    target = closure.node.parameters[place].target
    name = target.name if isinstance(target, syntax.Name) else ""
    route = decorator.arguments[0].only_text() if decorator.arguments else None
    if route and any(found.group(2) == name for found in _CONVERTERS.finditer(route)):
        return UNKNOWN
    annotation = closure.node.parameters[place].annotation
    if decorator.path.endswith((".exception_handler()", ".middleware()", ".on_event()")):
        return value
    if decorator.path.startswith("fastapi."):
        value = requests.part(machine, closure, place, route or "", value)
    elif name and any(atom.source.label == _ARGUMENTS for atom in value.taint):
        value = access.part_of(machine, value, name, closure.node)
    if annotation is None or not value.taint or not checks_annotations(decorator):
        return value
    machine.frames.append(Frame(closure.scope, closure.module, None, None, None))
    from ringfence.dataflow import event_models

    try:
        schema = of_annotation(machine, annotation, schemas.MAX_DEPTH)
        shape = event_models.of_annotation(machine, annotation, event_models.MAX_DEPTH)
        event_models.checked(machine, shape, value, closure.node)
    finally:
        machine.frames.pop()
    return schemas.passed(machine, schema, value, closure.node)


#: What a resolver's parameters are parts of, by their names.
_ARGUMENTS = "arguments"


def checks_annotations(decorator: External) -> bool:
    """FastAPI always does; Powertools where it is asked to."""
    if decorator.path.startswith("fastapi."):
        return True
    app = decorator.before
    asked = app.keywords.get("enable_validation") if app is not None else None
    return asked is not None and asked.truth() is True


def parsed_event(
    machine: Machine,
    value: Value,
    model: Value,
    annotation: syntax.Expression | None,
    envelope: Value | None,
    node: syntax.Node,
) -> Value:
    """The part of an event that an envelope names, as a model or annotation shows it."""
    from ringfence.dataflow import event_models

    schema, shape = ANY, event_models.Shape()
    for obj in model.objects:
        if isinstance(obj, ClassObject):
            schema = of_class(machine, obj)
            shape = event_models.of_class(machine, obj)
    if schema is ANY and annotation is not None:
        schema = of_annotation(machine, annotation, schemas.MAX_DEPTH)
        shape = event_models.of_annotation(machine, annotation, schemas.MAX_DEPTH)
    for obj in envelope.objects if envelope is not None else ():
        if isinstance(obj, External):
            path = _ENVELOPES.get(obj.path.removesuffix("()").rpartition(".")[2], ())
            value = access.at_steps(machine, value, path, node)
            event_models.checked(machine, shape, value, node)
            if "[]" in path:
                return machine.sequence_of(schemas.passed(machine, schema, value, node))
    if envelope is None or not envelope.objects:
        event_models.checked(machine, shape, value, node)
    return schemas.passed(machine, schema, value, node)
