"""Instances of the application's classes: constructors, and fields that are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, call_arguments, calls, definitions, models, sinks
from ringfence.dataflow.objects import ClassObject, Closure, External, Struct
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def construct(
    machine: Machine, cls: ClassObject, arguments: call_arguments.Arguments, node: syntax.Node
) -> Value:
    """An instance of a class of the application."""
    if machine.language == "python" and cls.find("__init__") is None:
        from ringfence.dataflow import settings

        if cls.bases and settings.is_settings(cls):
            return settings.construct(machine, cls, arguments, node)
        model = models.construct(machine, cls, arguments, node)
        if model is not None:
            return model
    instance = machine.struct("instance", cls)
    this = Value(objects=(instance,))
    if any(base.path in _ENUMS for base in cls.external_bases()):
        return this  # one of its members, or an error
    if machine.language == "python":
        own = cls.find("__new__")
        if own is not None:
            this = made_by_new(machine, own, cls, this, arguments, node)
        found = cls.find("__init__")
        if found is None:
            annotate_fields(machine, cls, instance, arguments)
            after_fields(machine, cls, instance, node)
    else:
        found = cls.find("constructor")
        copy_fields(cls, instance)
    if found is not None:
        calls.call_value(machine, access.bind(found[0], this, found[1]), arguments, node)
    elif cls.external_bases():
        check_inherited(machine, cls, this, arguments, node)
        return Value((), derive(*arguments.everything()).taint, (instance,))
    return this


def made_by_new(
    machine: Machine,
    found: tuple[Value, ClassObject],
    cls: ClassObject,
    this: Value,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
) -> Value:
    """What ``__new__`` gives, such as the one instance that there is to be; ``super().__new__``
    inside it gives the instance that is made now."""
    machine.memo["new", id(cls)] = this
    given = call_arguments.Arguments(
        [Value(objects=(cls,)), *arguments.positional], arguments.keywords, arguments.rest,
        arguments.others,
    )  # fmt: skip
    made = calls.call_value(machine, found[0], given, node)
    held = tuple(obj for obj in made.objects if isinstance(obj, Struct) and obj.cls is cls)
    return Value(objects=held) if held else this


_ENUMS = frozenset(
    ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag", "aenum.Enum")
)


def check_inherited(
    machine: Machine,
    cls: ClassObject,
    this: Value,
    arguments: call_arguments.Arguments,
    node: syntax.Node,
) -> None:
    """Tables name the constructor that a class has from a library's class ``Base.__init__``."""
    for base in cls.external_bases():
        path = f"{machine.catalogue.types.get(base.path, base.path)}.__init__"
        tables = machine.catalogue.tables(path)
        if tables is not None:
            sinks.check(machine, path, tables, this, arguments, node)


def annotate_fields(
    machine: Machine, cls: ClassObject, instance: Struct, arguments: call_arguments.Arguments
) -> None:
    """A dataclass or model without its own constructor takes its fields by keyword or order."""
    names = fields_of(cls)
    others = arguments.others
    for place, name in enumerate(names):
        if name not in arguments.keywords and place >= len(arguments.positional):
            found = cls.find(name)
            default = NOTHING if found is None else default_of(machine, found[0])
            given = call_arguments.named(others, name) if others is not None else NOTHING
            if arguments.rest is not None:
                given = join(given, arguments.rest)
            unset = found is None and others is None and arguments.rest is None
            instance.fields[name] = UNKNOWN if unset else join(given, default)
    for name, value in zip(names, arguments.positional, strict=False):
        instance.fields[name] = value
    instance.fields.update(arguments.keywords)
    if others is not None and not names:
        instance.rest = join(instance.rest, others)


def fields_of(cls: ClassObject, depth: int = 0) -> list[str]:
    """The names of a class's fields in their order, those of its bases first."""
    names: dict[str, None] = {}
    for base in cls.bases if depth < 8 else ():
        for obj in base.objects:
            if isinstance(obj, ClassObject):
                names.update(dict.fromkeys(fields_of(obj, depth + 1)))
    for statement in cls.node.body:
        if isinstance(statement, syntax.Assign) and isinstance(statement.target, syntax.Name):
            names[statement.target.name] = None
    return list(names)


def after_fields(machine: Machine, cls: ClassObject, instance: Struct, node: syntax.Node) -> None:
    """``__post_init__``, which gets the fields that are only for it by their names."""
    found = cls.find("__post_init__")
    for obj in found[0].objects if found is not None else ():
        if isinstance(obj, Closure) and found is not None:
            asked = [getattr(one.target, "name", "") for one in obj.node.parameters[1:]]
            given = [instance.fields.get(name, UNKNOWN) for name in asked]
            bound = access.bind(Value(objects=(obj,)), Value(objects=(instance,)), found[1])
            calls.call_value(machine, bound, call_arguments.Arguments(given), node)


def default_of(machine: Machine, value: Value) -> Value:
    """What a field holds that nobody gives: ``field(default_factory=dict)`` makes a new one."""
    for obj in value.objects:
        if isinstance(obj, External) and obj.path in _FIELDS:
            factory = obj.keywords.get("default_factory", obj.keywords.get("factory"))
            if factory is None:
                return obj.keywords.get("default", UNKNOWN)
            kind = next((o.path for o in factory.objects if isinstance(o, External)), "")
            if kind in _KINDS:
                return Value(objects=(machine.struct(_KINDS[kind]),))
            return machine.call(factory, [], machine.current)
    return value


_FIELDS = ("dataclasses.field()", "attr.ib()", "attrs.field()", "attr.field()")
_KINDS = {"dict": "map", "list": "list", "set": "set"}


def copy_fields(cls: ClassObject, instance: Struct, depth: int = 0) -> None:
    for base in cls.bases:
        for obj in base.objects:
            if isinstance(obj, ClassObject) and depth < 8:
                copy_fields(obj, instance, depth + 1)
    for name, value in cls.members.items():
        is_method = any(isinstance(o, Closure) and not o.node.is_arrow for o in value.objects)
        if not is_method and not {name, "static " + name} & cls.accessors:
            instance.fields[name] = definitions.bind_arrow(value, instance)
