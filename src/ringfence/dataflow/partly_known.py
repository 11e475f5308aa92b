"""Keys of which a part is known: what a map or an instance may give for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow.objects import ClassObject, Closure, ModuleObject, Struct
from ringfence.dataflow.values import UNKNOWN, Mix, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine


def may_name(key: Value, name: object) -> bool:
    """Whether a key that is not wholly known may be this name: of ``"on_" + kind``, the beginning
    is known."""
    if not isinstance(name, str) or key.open or not key.consts:
        return True
    for const in key.consts:
        if not isinstance(const, Mix):
            if const == name:
                return True
            continue
        first, last = const.parts[0], const.parts[-1]
        begins = not isinstance(first, str) or name.startswith(first)
        if begins and (not isinstance(last, str) or name.endswith(last)):
            return True
    return False


def held_under(obj: Struct, key: Value) -> Value:
    """What stands in a map under any key that a value may be."""
    result = obj.rest
    for name, value in obj.fields.items():
        if may_name(key, name):
            result = join(result, value)
    return result


def any_function(module: ModuleObject) -> Value:
    """Every function of a file that a name not known may pick from it."""
    result = UNKNOWN
    for member in module.scope.variables.values():
        functions = tuple(obj for obj in member.objects if isinstance(obj, Closure))
        result = join(result, Value(objects=functions))
    return result


def module_names(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``globals()``: the functions and classes of the file by their names."""
    scope = machine.frame.module.scope
    kept = {
        name: value
        for name, value in scope.variables.items()
        if any(isinstance(obj, (Closure, ClassObject)) for obj in value.objects)
    }
    return machine.map_of(kept)
