"""Input and output bindings of Azure Functions: what parameters hand over besides the event."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence import late
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
#: Decorators of the Python model 2: what stands before ``_input`` or ``_output``.
_DECORATORS = {"blob": "blob", "cosmos_db": "cosmosdb", "table": "table"}
_DECORATOR = late.pattern(r"^(\w+?)_(input|output)(_binding|_v3)?$")


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
        method = _DECORATOR.match(trees.dotted(decorator.function).rpartition(".")[2])
        if method is None:
            continue
        settings = {key: names.text(value) for key, value in keywords(decorator).items()}
        generic = method.group(1) == "generic"
        kind = settings.get("type", "").lower() if generic else _DECORATORS.get(method.group(1), "")
        word = word_of(kind, method.group(2) == "output", settings)
        if word:
            yield settings.get("arg_name", ""), word
