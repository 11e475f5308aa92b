"""Functions and classes where they are defined, decorators included."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    call_arguments,
    callbacks,
    calls,
    nest,
)
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    External,
    Struct,
)
from ringfence.dataflow.scopes import Scope
from ringfence.dataflow.values import Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def bind(value: Value, this: Value) -> Value:
    objects = tuple(
        obj.bound(this, obj.home) if isinstance(obj, Closure) else obj for obj in value.objects
    )
    return Value(value.consts, value.taint, objects, value.open)


def function(machine: Machine, node: syntax.FunctionLiteral) -> Value:
    frame = machine.frame
    this = frame.this if node.is_arrow else None
    closure = Closure(node, frame.scope, frame.module, this, frame.home if this else None)
    value = Value(objects=(closure,))
    for decorator in reversed(node.decorators):
        value = decorate(machine, decorator, value)
    return value


def decorate(machine: Machine, decorator: syntax.Expression, value: Value) -> Value:
    """A decorator of the application wraps; a library's leaves the function as it is."""
    applied = machine.evaluate(decorator)
    own = tuple(obj for obj in applied.objects if isinstance(obj, (Closure, ClassObject)))
    if own:
        result = calls.call_value(
            machine, Value(objects=own), call_arguments.Arguments([value]), decorator
        )
        callables = tuple(
            obj
            for obj in result.objects
            if isinstance(obj, Closure) or (isinstance(obj, Struct) and obj.cls is not None)
        )
        return Value(objects=callables) if callables else value
    for obj in applied.objects:
        if isinstance(obj, External):
            machine.later(partial(callbacks.run_decorator, machine, obj, value, decorator))
            if obj.path in ("functools.singledispatch", "functools.singledispatchmethod"):
                made = [o for o in value.objects if isinstance(o, Closure)]
                machine.memo.update((("generic", id(o.node)), True) for o in made)
    register(machine, decorator, value)
    return value


def register(machine: Machine, decorator: syntax.Expression, value: Value) -> None:
    """``@generic.register``: the function is another one that a call of the generic may run."""
    name = registered_with(decorator)
    holder = machine.frame.scope.holder(name) if name else None
    if holder is not None and is_generic(machine, holder.variables[name]):
        holder.variables[name] = join(holder.variables[name], value)


def register_method(
    machine: Machine, cls: ClassObject, decorator: syntax.Expression, value: Value
) -> None:
    """The same of a generic method in its class."""
    name = registered_with(decorator)
    if is_generic(machine, cls.members.get(name, Value())):
        cls.members[name] = join(cls.members[name], value)


def registered_with(decorator: syntax.Expression) -> str:
    """The name of the generic function in ``@generic.register`` or ``@generic.register(int)``."""
    if isinstance(decorator, syntax.Call):
        decorator = decorator.function
    if not isinstance(decorator, syntax.Attribute) or decorator.name != "register":
        return ""
    name = getattr(decorator.value, "name", "")
    return name if isinstance(name, str) else ""


def is_generic(machine: Machine, value: Value) -> bool:
    """Whether ``functools.singledispatch`` made a function."""
    return any(
        isinstance(obj, Closure) and ("generic", id(obj.node)) in machine.memo
        for obj in value.objects
    )


def class_literal(machine: Machine, node: syntax.ClassLiteral) -> Value:
    frame = machine.frame
    scope = Scope(frame.scope)
    cls = ClassObject(node, frame.scope, frame.module)
    cls.bases = [machine.evaluate(base) for base in node.bases]
    value = Value(objects=(cls,))
    outer, frame.scope = frame.scope, scope
    try:
        for statement in node.body:
            define_member(machine, cls, statement)
            if machine.language == "python":
                scope.variables.update(cls.members)
    finally:
        frame.scope = outer
    for member in cls.members.values():
        for obj in member.objects:
            if isinstance(obj, Closure):
                obj.scope = outer
                obj.home = cls
    if machine.language == "python":
        announce(machine, cls)
        for decorator in reversed(node.decorators):
            decorate(machine, decorator, value)
        return value
    decorate_members(machine, cls)
    if node.decorators:
        nest.run_controller(machine, cls, [machine.evaluate(one) for one in node.decorators])
    return value


def decorate_members(machine: Machine, cls: ClassObject) -> None:
    """Decorators of the application over methods: ``(target, key, descriptor)`` as TypeScript has
    had them, or ``(method, context)`` as JavaScript is to have them."""
    for statement in cls.node.body:
        name = getattr(statement, "name", "")
        for decorator in reversed(getattr(getattr(statement, "value", None), "decorators", [])):
            applied = machine.evaluate(decorator)
            for obj in applied.objects:
                if not isinstance(obj, Closure):
                    continue
                member = cls.members.get(name, Value())
                described = machine.struct("map")
                described.fields["value"] = member
                described.fields["name"] = Value((name,))
                given = [Value(objects=(cls,)), Value((name,)), Value(objects=(described,))]
                if len(obj.node.parameters) < len(given):
                    given = [member, Value(objects=(described,))]
                made = machine.call(Value(objects=(obj,)), given, decorator)
                if any(isinstance(one, Closure) for one in made.objects):
                    cls.members[name] = made
                elif described.fields["value"] is not member:
                    cls.members[name] = described.fields["value"]


def announce(machine: Machine, cls: ClassObject) -> None:
    """``__init_subclass__`` of a base, which often keeps a register of its heirs."""
    for base in cls.bases:
        for obj in base.objects:
            key = ("heirs", id(obj))
            machine.memo[key] = (*machine.memo.get(key, ()), Value(objects=(cls,)))
            hook = obj.find("__init_subclass__") if isinstance(obj, ClassObject) else None
            if hook is not None:
                options = {
                    one.name: machine.evaluate(one.value) for one in cls.node.options if one.name
                }
                bound = bind(hook[0], Value(objects=(cls,)))
                given = call_arguments.Arguments([], options)
                calls.call_value(machine, bound, given, cls.node)


def define_member(machine: Machine, cls: ClassObject, statement: syntax.Statement) -> None:
    if isinstance(statement, syntax.Define):
        value = machine.evaluate(statement.value)
        if statement.accessor == "set":
            cls.members["set " + statement.name] = value
            return
        cls.members[statement.name] = value
        decorators = getattr(statement.value, "decorators", [])
        words = {d.name for d in decorators if isinstance(d, (syntax.Name, syntax.Attribute))}
        if statement.accessor == "get" or words & {"property", "cached_property"}:
            cls.accessors.add(statement.name)
        for decorator in decorators:
            register_method(machine, cls, decorator, value)
        if statement.static or "staticmethod" in words:
            cls.accessors.add("static " + statement.name)
        elif "classmethod" in words:
            cls.accessors.add("class " + statement.name)
    elif isinstance(statement, syntax.Assign) and isinstance(statement.target, syntax.Name):
        if isinstance(statement.value, syntax.Opaque) and statement.value.kind == "declared":
            return
        if machine.language == "python":
            cls.members[statement.target.name] = machine.evaluate(statement.value)
        else:
            frame = machine.frame
            this, frame.this = frame.this, Value(objects=(cls,))
            cls.members[statement.target.name] = machine.evaluate(statement.value)
            frame.this = this


def bind_arrow(value: Value, instance: Struct) -> Value:
    """An arrow function kept in a class field sees the instance as ``this``."""
    this = Value(objects=(instance,))
    objects = tuple(
        obj.bound(this, obj.home) if isinstance(obj, Closure) else obj for obj in value.objects
    )
    return Value(value.consts, value.taint, objects, value.open)
