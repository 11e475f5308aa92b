"""Containers that make the parts of an application: tsyringe, typedi, InversifyJS, awilix.

A part is asked for by its class or by a name; what stands for a name was registered before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import call_arguments, instances, nest
from ringfence.dataflow.objects import ClassObject, Closure, External, Obj, Struct
from ringfence.dataflow.values import UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_AWILIX = "awilix.createContainer()"
_RESOLVE = frozenset(
    ("tsyringe.container.resolve", "typedi.Container.get", "inversify.Container().get",
     f"{_AWILIX}.resolve", "inversify.Container().resolve")
)  # fmt: skip
_REGISTER = frozenset(
    ("tsyringe.container.register", "tsyringe.container.registerSingleton",
     "tsyringe.container.registerInstance", "typedi.Container.set", f"{_AWILIX}.register")
)  # fmt: skip
_BIND = "inversify.Container().bind()."
_BOUND = ("to", "toConstantValue", "toDynamicValue")
#: Keys of the maps by which tsyringe and typedi are told what stands for a token.
_PROVIDERS = ("useClass", "useValue", "useFactory", "value", "type", "factory")


def called(
    machine: Machine, path: str, made: External | None, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """What a container gives; None for calls of anything else."""
    if path in _RESOLVE:
        asked = arguments.get(0) or UNKNOWN
        return resolved(machine, asked, node)
    if path in _REGISTER:
        return registered(machine, path, made, arguments)
    if path.startswith(_BIND) and path.removeprefix(_BIND) in _BOUND and made is not None:
        for token in tokens(made.arguments[0] if made.arguments else UNKNOWN):
            machine.memo["provider", token] = arguments.get(0) or UNKNOWN
    return None


def tokens(value: Value) -> list[object]:
    """What a part is asked for by: a text, a class, a symbol."""
    found: list[object] = list(value.texts())
    for obj in value.objects:
        if isinstance(obj, ClassObject):
            found.append(id(obj.node))
        elif isinstance(obj, External) and obj.arguments:
            found += obj.arguments[0].texts()
    return found


def registered(machine: Machine, path: str, made: External | None, arguments: Arguments) -> Value:
    first, second = arguments.get(0) or UNKNOWN, arguments.get(1)
    if path.startswith(_AWILIX) and second is None:
        for obj in first.objects:
            if isinstance(obj, Struct):
                for name, value in obj.fields.items():
                    machine.memo["provider", str(name)] = value
    else:
        provider = second or first
        for obj in provider.objects:
            if isinstance(obj, Struct):
                told = [obj.fields[key] for key in _PROVIDERS if key in obj.fields]
                provider = told[0] if told else provider
        for token in tokens(first):
            machine.memo["provider", token] = provider
    return Value(objects=(made,)) if made is not None else UNKNOWN


def resolved(machine: Machine, asked: Value, node: syntax.Node) -> Value:
    """The part that a token stands for; a class stands for itself."""
    result: Value | None = None
    for token in tokens(asked):
        key = ("part", token)
        if key not in machine.memo:
            machine.memo[key] = UNKNOWN  # while it is made, where two ask for each other
            provider = machine.memo.get(("provider", token), asked)
            machine.memo[key] = made_by(machine, provider, node)
        part = machine.memo[key]
        result = part if result is None else join(result, part)
    return UNKNOWN if result is None else result


def made_by(machine: Machine, provider: Value, node: syntax.Node) -> Value:
    for chained in provider.objects:
        obj: Obj = chained
        while isinstance(obj, External) and obj.before is not None:
            obj = obj.before  # asClass(Service).singleton()
        if isinstance(obj, ClassObject):
            return nest.injected(machine, obj, 0)
        if isinstance(obj, External) and obj.path.startswith("awilix.as") and obj.arguments:
            given = obj.arguments[0]
            if obj.path == "awilix.asValue()":
                return given
            return made_of(machine, given, node)
    if any(isinstance(obj, Closure) for obj in provider.objects):
        return machine.call(provider, [], node)
    return provider


def made_of(machine: Machine, maker: Value, node: syntax.Node) -> Value:
    """A class or function of awilix's, which takes all parts in one map, or each by its name."""
    result: Value | None = None
    for obj in maker.objects:
        closure = obj
        if isinstance(obj, ClassObject):
            found = obj.find("constructor")
            closure = next(iter(found[0].objects), obj) if found is not None else obj
        names = (
            [getattr(one.target, "name", "") for one in closure.node.parameters]
            if isinstance(closure, Closure)
            else []
        )
        by_name = names and all(("provider", name) in machine.memo for name in names)
        given = (
            [resolved(machine, Value((name,)), node) for name in names]
            if by_name
            else [cradle(machine, node)]
        )
        if isinstance(obj, ClassObject):
            part = instances.construct(machine, obj, call_arguments.Arguments(given), node)
        else:
            part = machine.call(Value(objects=(obj,)), given, node)
        result = part if result is None else join(result, part)
    return UNKNOWN if result is None else result


def cradle(machine: Machine, node: syntax.Node) -> Value:
    """All parts under their names."""
    struct = machine.struct("map")
    for key in list(machine.memo):
        if isinstance(key, tuple) and key[0] == "provider" and isinstance(key[1], str):
            struct.fields[key[1]] = resolved(machine, Value((key[1],)), node)
    return Value(objects=(struct,))
