"""Assignment to names, attributes, items and destructuring patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import (
    access,
    answer_places,
    cross_origin,
    exposures,
    expressions,
    members,
    special_methods,
    trees,
    verdicts,
)
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    CloudObject,
    Environment,
    External,
    ModuleObject,
    Number,
    Obj,
    Struct,
    deep_taint,
)
from ringfence.dataflow.texts import AS_SENT
from ringfence.dataflow.values import NONE, NOTHING, UNKNOWN, Taint, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine


def assign(machine: Machine, target: syntax.Expression, value: Value, declares: str = "") -> None:
    """Bind whatever ``target`` is to ``value``."""
    if isinstance(target, syntax.Name):
        machine.frame.scope.outer_names.pop("?" + target.name, None)
        machine.assign(target.name, value, declares)
    elif isinstance(target, syntax.Attribute):
        assign_key(machine, machine.evaluate(target.value), Value((target.name,)), value, target)
    elif isinstance(target, syntax.Index):
        container = machine.evaluate(target.value)
        if isinstance(target.key, syntax.Slice):
            assign_key(machine, container, UNKNOWN, value, target)
        else:
            key = machine.evaluate(target.key)
            assign_key(machine, container, key, value, target)
            special_methods.ask_all(machine, container, "__setitem__", [key, value], target)
    elif isinstance(target, syntax.ListLiteral):
        assign_list(machine, target, value, declares)
    elif isinstance(target, syntax.MapLiteral):
        assign_map(machine, target, value, declares)
    elif isinstance(target, syntax.Default):
        bare = Value(
            tuple(const for const in value.consts if const is not None),
            value.taint,
            value.objects,
            value.open,
        )
        if bare.open or bare.is_nothing or bare is not value:
            bare = join(bare, machine.evaluate(target.value))
        assign(machine, target.target, bare, declares)
    elif isinstance(target, syntax.Spread):
        assign(machine, target.value, value, declares)


def assign_list(machine: Machine, target: syntax.ListLiteral, value: Value, declares: str) -> None:
    known = access.known_items(value)
    for place, item in enumerate(target.items):
        if item is None:
            continue
        if isinstance(item, syntax.Spread):
            element = expressions.element_of(machine, value, item, False)
            assign(machine, item.value, machine.sequence_of(element), declares)
        elif known is not None:
            found = known[place] if place < len(known) else NONE
            assign(machine, item, found, declares)
        else:
            assign(machine, item, access.item(machine, value, place, item), declares)


def assign_map(machine: Machine, target: syntax.MapLiteral, value: Value, declares: str) -> None:
    for entry in target.entries:
        if entry.key is None:
            struct = machine.struct("map")
            access.spread_into(machine, struct, value)
            keys = (one.key for one in target.entries if isinstance(one.key, syntax.Constant))
            struct.rest = exposures.without(struct.rest, {str(key.value) for key in keys})
            assign(machine, entry.value, Value(objects=(struct,)), declares)
            continue
        key = machine.evaluate(entry.key)
        assign(machine, entry.value, access.index(machine, value, key, entry), declares)


def assign_key(
    machine: Machine, container: Value, key: Value, value: Value, node: syntax.Expression
) -> None:
    """``container[key] = value``."""
    from ringfence.dataflow import chosen_names, sinks

    known = access.keys_of(key)
    single = known[0] if len(known) == 1 and not key.open and not key.taint else None
    for obj in container.objects:
        if isinstance(obj, Struct):
            if single is not None:
                set_by_accessor(machine, obj, single, value, node)
                machine.put(obj, single, value)
                answer_places.assigned(machine, obj, single, node)
            else:
                obj.names = join(obj.names, key)
                machine.put(obj, None, value)
                for one in known:
                    machine.put(obj, one, join(value, obj.fields.get(one, NOTHING)))
            note_module_state(machine, obj, value, node, single is not None)
        elif isinstance(obj, ModuleObject) and isinstance(single, str):
            assign_module_member(machine, obj, single, value)
        elif isinstance(obj, ClassObject) and isinstance(single, str):
            set_member(machine, obj, single, value)
        elif isinstance(obj, Closure) and isinstance(single, str) and machine.language != "python":
            set_function_member(machine, obj, single, value)
        elif isinstance(obj, Environment):
            machine.heap_writes += 1
            if isinstance(single, str):
                owner = "os.environ" if machine.language == "python" else "process.env"
                sinks.attribute_set(machine, External(owner), single, value, node)
        elif isinstance(obj, External) and isinstance(single, str):
            sinks.attribute_set(machine, obj, single, value, node)
            cross_origin.set_header(machine, single, value, node)
            if machine.in_handler and obj.path in ("global", "globalThis"):
                note_shared_state(machine, single, value)
            members.keep(machine, obj.path, single, value)
        elif isinstance(obj, CloudObject) and single == "_credentials":
            obj.own = False
    chosen_names.assigned(machine, container, key, value, node)


def set_by_accessor(
    machine: Machine, obj: Struct, key: object, value: Value, node: syntax.Expression
) -> None:
    """``set name(value)`` of a class."""
    found = obj.cls.find(f"set {key}") if obj.cls is not None else None
    if found is not None:
        machine.call(access.bind(found[0], Value(objects=(obj,)), found[1]), [value], node)


def set_member(machine: Machine, cls: ClassObject, name: str, value: Value) -> None:
    """``Class.name = value``, ``Class.prototype.name = value``."""
    old = cls.members.get(name)
    machine.heap_writes += 1
    cls.members[name] = value if old is None else join(old, value)


def set_function_member(machine: Machine, closure: Closure, name: str, value: Value) -> None:
    """``Constructor.prototype = {…}``, ``Constructor.create = …``."""
    cls = access.prototype_of(machine, closure)
    if name != "prototype":
        set_member(machine, cls, name, value)
        return
    for obj in value.objects:
        if isinstance(obj, Struct):
            if obj.cls is not None:
                cls.bases.append(Value(objects=(obj.cls,)))
            for key, inner in obj.fields.items():
                set_member(machine, cls, str(key), inner)


def assign_module_member(machine: Machine, module: ModuleObject, name: str, value: Value) -> None:
    module.scope.variables[name] = join(module.scope.variables.get(name, NOTHING), value)


_CALLER = late.pattern(r"(?i)user|tenant|account|customer|session|token|auth|claims|identity|email")


def names_caller(name: str) -> bool:
    """Whether a variable tells by its name that it holds who calls."""
    return _CALLER.search(name) is not None


def is_renewed(machine: Machine, name: str) -> bool:
    """Whether the running statement gives a variable a new value in every invocation, before
    anything reads what the one before left there. Who the caller is does not belong there even so:
    what still runs after the answer would act for the next one."""
    closure = machine.frame.closure
    if closure is None or id(closure.node) not in machine.handler_nodes or names_caller(name):
        return False
    body = closure.node.body
    place = next((n for n, one in enumerate(body) if one is machine.current), None)
    if place is None:
        return False
    earlier = [*body[:place], getattr(body[place], "value", None)]
    return not any(
        isinstance(node, syntax.Name) and node.name == name for node in trees.nodes(earlier)
    )


def note_shared_state(machine: Machine, name: str, value: Value, fixed: bool = True) -> None:
    """A handler writes event data, or what it looked up for the caller, to a variable that
    outlives the invocation. ``fixed`` tells that the place in it is the same for every caller."""
    from ringfence.dataflow import cloud_calls

    found = deep_taint(value)
    taint = [atom for atom in found if atom.source.kind == "event"]
    if taint:
        shared_state(machine, name, taint)
    if not fixed:
        return
    if any(atom.source.kind == "claims" and not atom.derived for atom in found):
        kept_for_next(machine, name, "the claims of one caller")
        return
    for part in exposures.inside(value):
        numbers = [atom for obj in part.objects if isinstance(obj, Number) for atom in obj.taint]
        for atom in (*part.taint, *numbers):
            if cloud_calls.OF_CALLER in atom.marks:
                words = f"what {atom.source.label} gave for one caller"
                kept_for_next(machine, name, words)
                return
        for obj in part.objects:
            if isinstance(obj, External) and exposures.is_asked(obj):
                words = f"what {obj.path} gave for one caller"
                kept_for_next(machine, name, words)
                return


def shared_state(machine: Machine, name: str, taint: list[Taint]) -> None:
    """The finding stands where the handler's frame is now."""
    for atom in taint:
        whole = not atom.derived or AS_SENT in atom.marks
        if not whole and not names_caller(name):
            continue  # an answer or a number that was made with it, not what the caller sent
        if verdicts.judge(machine, atom) is not None or is_caller_at_times(machine, atom):
            kept_for_next(machine, name, atom.display)
            return


def is_caller_at_times(machine: Machine, atom: Taint) -> bool:
    """Whether this is who calls, and the running statement runs in some invocations only: in the
    others, what the one before left there is taken for the caller."""
    closure = machine.frame.closure
    told = {"authorizer", "claims", "identity"}.intersection(atom.path)
    if not told or closure is None or machine.current in closure.node.body:
        return False
    calls = (node for node in trees.nodes(closure.node.body) if isinstance(node, syntax.Call))
    return all(getattr(call.function, "name", "") != "clear" for call in calls)


def kept_for_next(machine: Machine, name: str, what: str) -> None:
    from ringfence.dataflow import sinks

    text = f"the variable {name} keeps {what}, which the next invocation sees"
    sinks.issue(machine, "shared-state-leak", machine.current, text, "medium")


def note_method(
    machine: Machine, obj: Struct, value: Value, node: syntax.Node, fixed: bool = False
) -> None:
    """A method such as ``append`` puts a value into a list or map. Who reads a list reads all of
    it."""
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
        fixed = fixed or node.function.name in _ADDS
        note_module_state(machine, obj, value, node.function.value, fixed)


_ADDS = frozenset(("append", "push", "unshift", "extend", "update"))


def note_module_state(
    machine: Machine, obj: Struct, value: Value, node: syntax.Expression, fixed: bool = False
) -> None:
    if not machine.in_handler:
        return
    base = node
    while isinstance(base, (syntax.Attribute, syntax.Index)):
        base = base.value
    if not isinstance(base, syntax.Name) or base.name in ("exports", "module"):
        return
    if base.name in ("this", "self"):
        name = first_part(node)
        stays = (
            is_cached(machine, name) if obj.kind == "instance" else not is_emptied(machine, name)
        )
        if id(obj) in machine.lasting and stays:
            note_shared_state(machine, name, value, fixed)
        return
    holder = machine.frame.scope.holder(base.name)
    kept = holder.variables[base.name].objects if holder is not None and holder.is_module else ()
    if obj.kind == "instance" and is_renewed(machine, base.name):
        return
    if any(obj is one for one in kept) or (
        obj.kind != "instance" and any(obj is one for owner in kept for one in parts_of(owner))
    ):
        note_shared_state(machine, base.name, value, fixed)


def keep(machine: Machine, registered: Value) -> None:
    """An instance whose methods a library may call lasts as long as the file's variables."""
    if not machine.in_handler:
        kept = machine.memo.get(("registered",), ())
        machine.memo["registered",] = (*kept, *registered.objects)


def lasting(machine: Machine) -> frozenset[int]:
    """The instances that variables of files hold, or that libraries were given, and the lists and
    maps in their fields."""
    found: set[int] = set()
    owners = list(machine.memo.get(("registered",), ()))
    for module in machine.modules.values():
        for value in module.scope.variables.values() if module is not None else ():
            owners += value.objects
    for owner in owners:
        if isinstance(owner, Struct) and owner.kind == "instance":
            found.add(id(owner))
            found.update(
                id(part)
                for part in parts_of(owner)
                if isinstance(part, Struct) and part.kind != "instance"
            )
        elif isinstance(owner, ClassObject) and machine.language == "python":
            found.update(id(part) for part in of_all_instances(owner))
    return frozenset(found)


def of_all_instances(cls: ClassObject) -> list[Struct]:
    """The lists and maps in the body of a class, which its instances share. A library's base may
    give each instance its copy, as pydantic's does."""
    if cls.external_bases():
        return []
    parts = (obj for value in cls.members.values() for obj in value.objects)
    return [obj for obj in parts if isinstance(obj, Struct) and obj.kind in ("list", "map", "set")]


def is_cached(machine: Machine, name: str) -> bool:
    """Whether the running method looks whether this field is set already, as ``if self.item is
    None:`` does: what is set for one caller then serves the next."""
    closure = machine.frame.closure
    for node in trees.nodes(closure.node.body) if closure is not None else ():
        if isinstance(node, (syntax.If, syntax.Conditional)):
            for part in trees.nodes(node.test):
                owner = getattr(part, "value", None)
                if getattr(part, "name", "") == name and getattr(owner, "name", "") in _SELF:
                    return True
        elif (
            isinstance(node, (syntax.Augment, syntax.Assign))
            and is_kept_value(node)
            and getattr(node.target, "name", "") == name
        ):
            return True
    return False


def is_kept_value(node: syntax.Augment | syntax.Assign) -> bool:
    """``this.item ??= load()``, ``this.item = this.item || load()``."""
    if isinstance(node, syntax.Augment):
        return node.operator in ("or", "??")
    first = node.value.operands[0] if isinstance(node.value, syntax.Logical) else None
    return first is not None and trees.dotted(first) == trees.dotted(node.target) != ""


_SELF = ("self", "this")


def first_part(node: syntax.Expression) -> str:
    """``values`` of ``self.values[key]``."""
    name = ""
    while isinstance(node, (syntax.Attribute, syntax.Index)):
        name = node.name if isinstance(node, syntax.Attribute) else name
        node = node.value
    return name


def is_emptied(machine: Machine, name: str) -> bool:
    """Whether the running method's class gives this field a new value, or empties it, anywhere but
    where it is constructed."""
    home = machine.frame.home
    for statement in home.node.body if home is not None else ():
        value = getattr(statement, "value", None)
        if getattr(value, "name", "") in ("__init__", "constructor"):
            continue
        for node in trees.nodes(statement):
            target = getattr(node, "target", None)
            if isinstance(target, syntax.Attribute) and target.name in (name, "length"):
                return True
            function = node.function if isinstance(node, syntax.Call) else None
            if getattr(function, "name", "") in ("clear", "splice", "pop", "delete", "popitem"):
                return True
    return home is None


def parts_of(owner: Obj) -> list[Obj]:
    """The lists and maps that a class or an instance holds."""
    if isinstance(owner, ClassObject):
        return [one for value in owner.members.values() for one in value.objects]
    if isinstance(owner, Struct) and owner.kind == "instance":
        return [one for value in owner.fields.values() for one in value.objects]
    return []


def label(target: syntax.Expression, value: Value) -> None:
    """An anonymous function goes by the name that it is first assigned to."""
    name = getattr(target, "name", "")
    for obj in value.objects:
        if isinstance(obj, Closure) and not obj.label and isinstance(name, str):
            obj.label = name
