"""Reading attributes, items and builtin names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import (
    answer_places,
    call_arguments,
    calls,
    cloud,
    cloud_calls,
    environment,
    event_reads,
    exposures,
    members,
    partly_known,
    special_methods,
    stores,
    subjects,
    texts,
    wrappers,
)
from ringfence.dataflow.objects import (
    INHERITED,
    OPTIONAL,
    ClassObject,
    Closure,
    CloudObject,
    Environment,
    External,
    JsonText,
    Method,
    ModuleObject,
    Record,
    Struct,
    deep_taint,
)
from ringfence.dataflow.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Mix,
    Value,
    join,
    join_taint,
    tainted,
)
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_PYTHON_LITERALS = {"True": True, "False": False, "None": None}
_SCRIPT_LITERALS = {"undefined": None, "NaN": 0, "Infinity": 10**9}


def builtin(machine: Machine, name: str) -> Value:
    """A name that the file does not define."""
    if machine.language == "python":
        if name == "__name__":
            return Value((machine.frame.module.file,))
        if name == "__file__":
            return Value((machine.frame.module.file,))
        if name in _PYTHON_LITERALS:
            return Value((_PYTHON_LITERALS[name],))
        return Value(objects=(External(name),))
    if name == "this":
        return machine.frame.this or UNKNOWN
    if name in _SCRIPT_LITERALS:
        return Value((_SCRIPT_LITERALS[name],))
    if name in ("module", "exports"):
        module = machine.frame.module
        if name == "exports":
            return module.exports.fields.get("exports", UNKNOWN)
        return Value(objects=(module.exports,))
    if name == "__dirname":
        return Value((machine.frame.module.file.rpartition("/")[0] or ".",))
    if name == "__filename":
        return Value((machine.frame.module.file,))
    if name == "globalThis":
        return Value(objects=(External("global"),))
    return Value(objects=(External(name),))


def attribute(machine: Machine, value: Value, name: str, node: syntax.Node) -> Value:
    """``value.name``."""
    result = NOTHING
    if name in _HOST_PARTS:
        value = host_of(value)
    for obj in value.objects:
        found: Value
        if isinstance(obj, Struct):
            found = field_of(machine, obj, name, node)
            if name not in obj.fields and obj.kind == "map" and machine.language == "python":
                whole = Value(objects=(obj,))  # as a data class of Powertools names it
                named = at_steps(machine, whole, wrappers.steps((), name), node)
                found = join(found, cloud_calls.unwrapped(named) if name in _IMAGES else named)
        elif isinstance(obj, ModuleObject):
            found = module_member(machine, obj, name)
        elif isinstance(obj, ClassObject):
            found = class_member(machine, obj, name)
        elif isinstance(obj, Closure):
            found = function_member(machine, obj, name)
        elif isinstance(obj, External):
            found = members.external_member(machine, obj, name, value, node)
        elif isinstance(obj, Environment):
            found = environment.variable(machine, name, node)
        elif isinstance(obj, CloudObject):
            found = cloud.attribute(machine, obj, name, node)
        elif isinstance(obj, JsonText):
            found = Value(objects=(Method(Value(objects=(obj,)), name),))
        else:
            found = UNKNOWN
        result = join(result, found)
    if any(isinstance(obj, External) and obj.path == "Exception()" for obj in value.objects):
        pass
    elif value.taint and name not in ("length", "size"):
        result = join(result, part_of(machine, value, name, node))
        if members.is_last_part(value, name):
            result = subjects.cleared_of(result, frozenset(("path-traversal",)))
    elif name == "value" and value.consts and machine.language == "python":
        result = join(result, Value(value.consts, (), (), value.open))  # a member of an enumeration
    elif value.consts or value.open or value.taint:
        result = join(result, UNKNOWN)
    return result if not result.is_nothing else UNKNOWN


#: Items of a table that a data class gives without the letters of their types.
_IMAGES = ("new_image", "old_image", "keys")
#: What a URL says of where it goes.
_HOST_PARTS = frozenset(("hostname", "host", "origin", "port", "protocol"))


def host_of(value: Value) -> Value:
    """A URL object without what stands only in its path, where its host is given before."""
    from ringfence.dataflow.sinks import OF_FIXED_HOST, grammar_loss

    made = [obj for obj in value.objects if isinstance(obj, External) and obj.path == "URL()"]
    if not made or len(made) != len(value.objects):
        return value
    taint = tuple(
        atom
        for atom in value.taint
        if any(grammar_loss("url", obj.arguments[0], atom) < OF_FIXED_HOST for obj in made)
    )
    return Value((), taint, value.objects, value.open)


def part_of(machine: Machine, value: Value, key: str, node: syntax.Node) -> Value:
    """The part of a tainted structure under a key; of a tainted text, something derived."""
    if key == "checksum" and any(
        isinstance(obj, External) and obj.path.startswith("mailparser.") for obj in value.objects
    ):
        return UNKNOWN  # the library's own hash of an attachment
    if any(atom.source.kind == "response" for atom in value.taint):
        exposures.remember(machine, value, key)
    if any(
        (isinstance(obj, CloudObject) and not obj.loaded)
        or (isinstance(obj, External) and not members.is_data(machine, obj))
        for obj in value.objects
    ):
        return tainted(texts.derived(value.taint))
    place = machine.location(node)
    if any(isinstance(const, Mix) for const in value.consts):
        return tainted(texts.derived(value.taint))
    if machine.language != "python" or isinstance(node, syntax.Attribute):
        part = tuple(wrappers.read(machine, atom, key, place) for atom in value.taint)
    else:
        part = tuple(atom.at(key, place) for atom in value.taint)
    event_reads.note(machine, part, node, place)
    return tainted(part)


def field_of(machine: Machine, obj: Struct, name: str | int, node: syntax.Node) -> Value:
    """A field, a member of the class, or what an unknown key may give."""
    if name in ("length", "size") and obj.kind in ("list", "set"):
        return UNKNOWN
    found = obj.fields.get(name)
    result = found if found is not None else NOTHING
    if found is None and ("factory", id(obj)) in machine.memo:
        made = made_by_default(machine, obj)
        obj.put(name, made, machine.branch)
        return made
    if found is None and obj.cls is not None and isinstance(name, str):
        member = obj.cls.find(name)
        if member is not None:
            result = bound_member(machine, obj, member[0], member[1], name, node)
        elif obj.kind == "instance" and (asked := asked_for(machine, obj, Value((name,)), node)):
            result = asked
        else:
            for base in obj.cls.external_bases():
                result = join(result, Value(objects=(External(f"{base.path}().{name}"),)))
    if not obj.rest.is_nothing:
        rest = exposures.a_field(obj.rest) if obj.kind == "map" else obj.rest
        if obj.mirrors and isinstance(name, str):
            rest = call_arguments.named(rest, name)
        result = join(result, rest)
    if obj.base is not None and found is None:
        key = Value((name,))
        result = join(result, index(machine, obj.base, key, node))
    return subjects.as_proved(machine, obj, name, result) if machine.proven else result


def made_by_default(machine: Machine, obj: Struct) -> Value:
    """What a map with a factory makes for a key that is not there."""
    _, factory = machine.memo["factory", id(obj)]
    kind = next((o.path for o in factory.objects if isinstance(o, External)), "")
    if kind in ("list", "dict", "set"):
        return Value(objects=(machine.struct("map" if kind == "dict" else kind),))
    return machine.call(factory, [], machine.current)


def asked_for(machine: Machine, obj: Struct, key: Value, node: syntax.Node) -> Value | None:
    """What an instance's own ``__getitem__``, ``__missing__`` or ``__getattr__`` gives; None where
    it has none."""
    names = ("__getitem__", "__missing__") if isinstance(node, syntax.Index) else ("__getattr__",)
    return special_methods.ask(machine, obj, names, [key], node)


def any_method(value: Value, key: Value = UNKNOWN) -> Value:
    """Every public method that a name not known may pick from an instance."""
    result = NOTHING
    for obj in value.objects:
        cls = obj.cls if isinstance(obj, Struct) else None
        for name, member in cls.members.items() if cls is not None else ():
            public = not name.startswith("__") and name != "constructor"
            if public and cls is not None and partly_known.may_name(key, name):
                result = join(result, bind(member, Value(objects=(obj,)), cls))
    return result


def bound_member(
    machine: Machine, obj: Struct, member: Value, cls: ClassObject, name: str, node: syntax.Node
) -> Value:
    this = Value(objects=(obj,))
    if name in cls.accessors:
        return calls.call_value(
            machine, bind(member, this, cls), call_arguments.Arguments([]), node
        )
    if "static " + name in cls.accessors:
        return member
    if "class " + name in cls.accessors:
        return bind(member, Value(objects=(obj.cls or cls,)), cls)
    return bind(member, this, cls)


def bind(member: Value, this: Value, cls: ClassObject) -> Value:
    objects = tuple(
        obj.bound(this, obj.home or cls)
        if isinstance(obj, Closure) and not obj.node.is_arrow
        else obj
        for obj in member.objects
    )
    return Value(member.consts, member.taint, objects, member.open)


def module_member(machine: Machine, module: ModuleObject, name: str) -> Value:
    if machine.language == "python":
        found = module.scope.variables.get(name)
        if found is not None:
            return found
        from ringfence.dataflow import imports

        inner = imports.submodule(machine, module, name)
        return inner if inner is not None else asked_of(machine, module, name)
    if name == "default":
        exported = module.exports.fields.get("exports", NOTHING)
        for obj in exported.objects:
            if isinstance(obj, Struct) and "default" in obj.fields:
                return obj.fields["default"]
        return exported if not exported.is_nothing else UNKNOWN
    exported = module.exports.fields.get("exports", NOTHING)
    return attribute_of_exports(machine, exported, name)


def asked_of(machine: Machine, module: ModuleObject, name: str) -> Value:
    """What a module's own ``__getattr__`` gives for a name (PEP 562)."""
    asked = module.scope.variables.get("__getattr__")
    if asked is None or name.startswith("__"):
        return UNKNOWN
    return machine.call(asked, [Value((name,))], machine.current)


def attribute_of_exports(machine: Machine, exported: Value, name: str) -> Value:
    result = NOTHING
    for obj in exported.objects:
        if isinstance(obj, Struct):
            found = obj.fields.get(name)
            if found is None and obj.base is not None:  # ``export * from`` a library
                found = attribute(machine, obj.base, name, machine.current)
            result = join(result, found if found is not None else obj.rest)
        elif isinstance(obj, ClassObject):
            result = join(result, class_member(machine, obj, name))
        elif isinstance(obj, External):
            result = join(result, Value(objects=(External(f"{obj.path}.{name}"),)))
    return result if not result.is_nothing else UNKNOWN


def prototype_of(machine: Machine, closure: Closure) -> ClassObject:
    """What instances of a constructor function share; also holds what is set on the function."""
    key = ("prototype", id(closure.node), id(closure.scope))
    cls = machine.memo.get(key)
    if cls is None:
        node = closure.node
        literal = syntax.ClassLiteral(
            node.line, node.column, node.end_line, node.end_column, node.name, [], []
        )
        cls = machine.memo[key] = ClassObject(literal, closure.scope, closure.module)
    assert isinstance(cls, ClassObject)
    return cls


def function_member(machine: Machine, closure: Closure, name: str) -> Value:
    """``Constructor.prototype``, and what was set on a function."""
    if name == "prototype":
        return Value(objects=(prototype_of(machine, closure),))
    cls = machine.memo.get(("prototype", id(closure.node), id(closure.scope)))
    found = cls.members.get(name) if isinstance(cls, ClassObject) else None
    return found if found is not None else UNKNOWN


def class_member(machine: Machine, cls: ClassObject, name: str) -> Value:
    found = cls.find(name)
    if found is None and name == "prototype":
        return Value(objects=(cls,))
    if found is None and name in ("__name__", "name") and cls.node.name:
        return Value((cls.node.name,))
    if found is None:
        for base in cls.external_bases():
            path = f"{base.path}.{name}"
            return Value(objects=(External(machine.catalogue.type_reads.get(path, path)),))
        return UNKNOWN
    member, home = found
    if "class " + name in home.accessors or (
        machine.language != "python" and "static " + name in home.accessors
    ):
        return bind(member, Value(objects=(cls,)), home)
    return member


def keys_of(key: Value) -> list[str | int]:
    """The known keys that a value may be."""
    found: list[str | int] = []
    for const in key.consts:
        if isinstance(const, float) and const.is_integer():
            found.append(int(const))
        elif isinstance(const, (str, int)) and not isinstance(const, bool):
            found.append(const)
    return found


def index(machine: Machine, value: Value, key: Value, node: syntax.Node) -> Value:
    """``value[key]``."""
    known = keys_of(key)
    result = NOTHING
    if known and not key.open and not key.taint:
        for one in known:
            result = join(result, item(machine, value, one, node))
        return result
    if machine.language != "python" and any(atom.derived for atom in key.taint):
        result = Value(objects=(INHERITED,))  # first, where no number of others crowds it out
    for obj in value.objects:
        if isinstance(obj, Struct):
            asked = asked_for(machine, obj, key, node) if obj.kind == "instance" else None
            if asked is not None:
                result = join(result, asked)
            if ("factory", id(obj)) in machine.memo and obj.rest.is_nothing:
                obj.rest = made_by_default(machine, obj)
            found = partly_known.held_under(obj, key)
            result = join(result, exposures.a_field(found) if obj.kind == "map" else found)
            if obj.base is not None:
                result = join(result, index(machine, obj.base, key, node))
            if obj.cls is not None and machine.language != "python":
                result = join(result, any_method(Value(objects=(obj,)), key))
        elif isinstance(obj, External):
            result = join(
                result,
                stores.filled(
                    machine, members.from_external(machine, members.element_of(obj), value)
                ),
            )
        elif isinstance(obj, ModuleObject):
            result = join(result, partly_known.any_function(obj))
        elif isinstance(obj, CloudObject):  # a method that is not known
            result = join(result, Value(objects=(Method(Value(objects=(obj,)), "*"),)))
        elif isinstance(obj, (Environment, ClassObject)):
            result = join(result, UNKNOWN)
    if value.taint:
        result = join(result, part_of(machine, value, "[]", node))
    if value.consts or value.open:
        result = join(result, UNKNOWN)
    return result if not result.is_nothing else UNKNOWN


def at_steps(machine: Machine, value: Value, path: tuple[str, ...], node: syntax.Node) -> Value:
    """What stands at a path of an event; ``[]`` is each item, ``!json`` what a text holds."""
    from ringfence.dataflow import encodings, expressions

    for step in path:
        if step == "[]":
            value = expressions.element_of(machine, value, node, False)
        elif step == "!json":
            value = encodings.parsed(machine, value, value.taint)
        else:
            value = item(machine, value, step, node)
    return value


def item(machine: Machine, value: Value, key: str | int, node: syntax.Node) -> Value:
    """``value[key]`` for one known key."""
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            found = key
            if isinstance(key, int) and key < 0:
                length = obj.known_length()
                found = key + length if length is not None else key
            inner = field_of(machine, obj, found, node)
            if isinstance(key, int) and key < 0 and found == key:
                inner = join(inner, obj.items())
            result = join(result, inner)
        elif isinstance(obj, External):
            if isinstance(key, str):
                result = join(result, members.external_member(machine, obj, key, Value(), node))
            else:
                result = join(
                    result,
                    stores.filled(
                        machine, members.from_external(machine, members.element_of(obj), value)
                    ),
                )
        else:
            single = Value(objects=(obj,))
            if isinstance(key, str):
                result = join(result, attribute(machine, single, key, node))
            else:
                result = join(result, UNKNOWN)
    if value.taint:
        part = "[]" if isinstance(key, int) else key
        result = join(result, part_of(machine, value, part, node))
    if value.consts or value.open:
        result = join(result, UNKNOWN)
    return result if not result.is_nothing else UNKNOWN


def known_items(value: Value) -> list[Value] | None:
    """The items in order, when the value is one list of known length."""
    if len(value.objects) != 1 or value.open or value.taint:
        return None
    obj = value.objects[0]
    if not isinstance(obj, Struct) or obj.kind not in ("list", "set"):
        return None
    length = obj.known_length()
    if length is None:
        return None
    return (
        [obj.fields[key] for key in range(length)]
        if all(key in obj.fields for key in range(length))
        else None
    )


def key_values(machine: Machine, obj: Struct) -> Value:
    """The keys of a map as values."""
    result = Value(tuple(list(obj.fields)[:20]))
    if not obj.rest.is_nothing:
        result = join(join(result, UNKNOWN), obj.names)
    if obj.base is not None:
        result = join(result, tainted(texts.derived(deep_taint(obj.base))))
    if len(obj.fields) > 20:
        result = join(result, UNKNOWN)
    return result


def spread_into(machine: Machine, struct: Struct, value: Value) -> None:
    """``{...value}``, ``Object.assign``, ``dict.update``."""
    machine.heap_writes += 1
    for obj in value.objects:
        if isinstance(obj, Struct):
            certain = len(value.objects) == 1 and not value.consts and not value.open
            for key, inner in obj.fields.items():
                absent = not certain and key in OPTIONAL and key not in struct.fields
                struct.put(key, join(inner, NONE) if absent else inner, machine.branch)
                answer_places.copied(machine, obj, struct, key)
            struct.rest = join(struct.rest, obj.rest)
            struct.names = join(struct.names, obj.names)
            if obj.base is not None:
                struct.base = obj.base if struct.base is None else join(struct.base, obj.base)
        elif isinstance(obj, Environment):
            whole = Value(objects=(obj,))
            struct.base = whole if struct.base is None else join(struct.base, whole)
        elif isinstance(obj, Record):
            struct.rest = join(struct.rest, Value(objects=(obj,)))
        elif isinstance(obj, External):
            struct.rest = join(struct.rest, exposures.row_of(obj))
            if exposures.is_stored(obj):  # its fields are still those of the store
                stored = Value(objects=(obj,))
                struct.base = stored if struct.base is None else join(struct.base, stored)
    if value.taint:
        base = Value((), join_taint((), value.taint), (), True)
        place = machine.location(machine.current)
        for key, held in list(struct.fields.items()):  # it replaces what stands there before
            over = tainted(atom.at(str(key), place) for atom in base.taint)
            struct.put(key, join(held, over), machine.branch)
        struct.base = base if struct.base is None else join(struct.base, base)
    elif value.open:
        struct.rest = join(struct.rest, UNKNOWN)
