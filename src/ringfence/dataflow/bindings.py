"""Input and output bindings of Azure Functions as objects of a library, by whose names the stores
of other functions are found (:mod:`.stores`).

``azure.BlobInput``, ``azure.CosmosInput`` and ``azure.TableInput`` are what lay in a store when the
function began, ``azure.BlobOutput`` and so on what is written when it ends. The one argument of
each is the name that its setting gives, ``$NAME`` for a variable of the environment (``%NAME%``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import call_arguments, encodings, selection, stores
from ringfence.dataflow.objects import External, JsonText, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.model import syntax

#: Bindings of Node.js, programming model 4: the object and the settings that name the store.
#: https://learn.microsoft.com/azure/azure-functions/functions-reference-node
_SETTINGS = {
    "storageBlob": ("Blob", ("path",)),
    "cosmosDB": ("Cosmos", ("containerName", "collectionName")),
    "table": ("Table", ("tableName",)),
}
_TABLE, _BLOB = "azure.TableInput", "azure.BlobInput"


def parameter(machine: Machine, word: str) -> Value:
    """What a handler receives for a binding, by its word: ``azure.BlobInput#receipts/{id}``."""
    path, _, name = word.partition("#")
    value = stores.filled(machine, _bound(path, name))
    if path == _TABLE and machine.language == "python":  # the rows arrive as JSON text
        value = Value(objects=(JsonText(value),), open=True)
    return value


def _bound(path: str, name: str) -> Value:
    first, slash, rest = name.partition("/")
    if first[:1] == first[-1:] == "%":
        first = f"${first[1:-1]}"
    return Value(objects=(External(path, (Value((f"{first}{slash}{rest}",)),)),))


def declared(direction: str, kind: str) -> Callable[[Machine, Arguments, syntax.Node], Value]:
    """``input.storageBlob({path})`` and the like, of the library for Node.js."""
    name, keys = _SETTINGS[kind]

    def call(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
        for key in keys:
            held = selection.at(arguments.get(0) or UNKNOWN, key, guess=False)
            text = held.only_text() if held is not None else None
            if text:
                return _bound(f"azure.{name}{direction}", text)
        return UNKNOWN

    return call


def extra_input(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``context.extraInputs.get(binding)``: JSON text of a blob is parsed before."""
    value = stores.filled(machine, arguments.get(0) or UNKNOWN)
    if any(isinstance(obj, External) and obj.path == _BLOB for obj in value.objects):
        value = join(value, encodings.load_json(machine, call_arguments.Arguments([value]), node))
    return value


def extra_output(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    """``context.extraOutputs.set(binding, value)``."""
    put(machine, arguments.get(0) or UNKNOWN, arguments.get(1) or UNKNOWN, node)
    return UNKNOWN


def put(machine: Machine, bindings: Value, value: Value, node: syntax.Node) -> None:
    """Write a value through output bindings."""
    for obj in bindings.objects:
        if isinstance(obj, External) and obj.path.startswith("azure.") and "Output" in obj.path:
            stores.written(machine, f"{obj.path}.set", obj, call_arguments.Arguments([value]), node)


def registered(machine: Machine, name: str, settings: Value) -> None:
    """Keep the output of a registered function, ``return: output.cosmosDB({…})``."""
    for obj in settings.objects:
        if isinstance(obj, Struct) and "return" in obj.fields:
            machine.memo["returned", name] = obj.fields["return"]


def returned(machine: Machine, name: str, result: Value, node: syntax.Node) -> None:
    """Write what a registered function gives back through its output."""
    put(machine, machine.memo.get(("returned", name), NOTHING), result, node)
