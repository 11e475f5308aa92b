"""Input and output bindings of Azure Functions: what parameters hand over besides the event."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.dataflow import trees
from ringfence.loaders.clouds.names import Names, keywords
from ringfence.model import syntax

#: Types of bindings to stores, in lower case: the word of their objects, and the setting that names
#: the container, database container or table.
#: https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings
STORES = {
    "blob": ("Blob", ("path",)),
    "cosmosdb": (
        "Cosmos", ("containerName", "collectionName", "container_name", "collection_name"),
    ),
    "table": ("Table", ("tableName", "table_name")),
}  # fmt: skip
#: Decorators of the Python model 2, without ``_input`` or ``_output``.
_DECORATORS = {
    "blob": "blob", "cosmos_db": "cosmosdb", "cosmos_db_v3": "cosmosdb", "table": "table",
}  # fmt: skip


def word_of(kind: str, output: bool, settings: dict[str, str]) -> str:
    """The word of a parameter: ``azure.BlobInput#receipts/{id}.json``; "" for other bindings."""
    name, keys = STORES.get(kind, ("", ()))
    held = next((settings[key] for key in keys if settings.get(key)), "")
    return f"azure.{name}{'Output' if output else 'Input'}#{held}" if held else ""


def words_of(function: syntax.FunctionLiteral, names: Names) -> dict[str, str]:
    """The words of a function's parameters, by their names, as its decorators say."""
    return dict(_words(function, names))


def _words(function: syntax.FunctionLiteral, names: Names) -> Iterator[tuple[str, str]]:
    for decorator in function.decorators:
        if not isinstance(decorator, syntax.Call):
            continue
        method = trees.dotted(decorator.function).rpartition(".")[2]
        settings = {key: names.text(value) for key, value in keywords(decorator).items()}
        known, _, direction = method.rpartition("_")
        if method.startswith("generic_") and method.endswith("_binding"):
            kind, direction = settings.get("type", "").lower(), method.split("_")[1]
        elif method.endswith("_v3"):
            known, _, direction = method.removesuffix("_v3").rpartition("_")
            kind = _DECORATORS.get(known, "")
        else:
            kind = _DECORATORS.get(known, "")
        word = word_of(kind, direction == "output", settings)
        if word and direction in ("input", "output"):
            yield settings.get("arg_name", ""), word
