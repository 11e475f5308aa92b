"""Services for other clouds than AWS: their functions and where their handlers are.

Events are read where they are plain (``outside_events``), permissions of these clouds are not, and
the report says so. How a handler is written is the convention of each provider's plugin for the
framework.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.loaders.construct import mapping_of
from ringfence.loaders.serverless.functions import environment_of
from ringfence.loaders.serverless.outside_events import events_of
from ringfence.loaders.serverless.service import FunctionEntry, Service
from ringfence.loaders.template import OutsideFunction, Template
from ringfence.model.location import Location, Skipped
from ringfence.model.value import Mapping, string

if TYPE_CHECKING:
    from ringfence.loaders.tree import Tree

#: How runtimes of all clouds begin (``nodejs18``, ``Node.js14.18``, ``python:3``) → language.
_LANGUAGES = (
    ("node", "javascript"), ("python", "python"), ("java", "java"), ("golang", "go"), ("go", "go"),
    ("ruby", "ruby"), ("php", "php"), ("swift", "swift"), ("dotnet", "dotnet"), ("rust", "rust"),
)  # fmt: skip
_WORD = late.pattern(r"[A-Za-z_][\w-]*$")


def service_outside(tree: Tree, service: Service, provider: str, folder: str) -> Template:
    """The template of a service that another provider deploys: no resources, only functions."""
    modules = main_modules(tree, folder) if provider == "google" else ()
    place = service.document.key_location("provider")
    functions = [_function(entry, service, provider, modules) for entry in service.functions]
    read, left = "the code of its functions is", "who may call them and what they may do"
    if functions and all(function.events for function in functions):
        read, left = "the code and the events of its functions are", "what they may do"
    reason = f"the provider {provider} is not AWS: {read} read, but not {left}"
    return Template(
        service.file,
        folder,
        "serverless",
        f"service {service.name}" if service.name else "",
        skipped=[Skipped(service.file, reason, place, "")],
        outside=functions,
    )


def main_modules(tree: Tree, folder: str) -> tuple[str, ...]:
    """The modules that a package may start with: what its manifest says, and usual names."""
    manifest = posixpath.join(folder, "package.json")
    document = tree.document(manifest) if tree.is_file(manifest) else None
    main = string(document.get("main")) if isinstance(document, Mapping) else None
    stem = posixpath.splitext(main.lstrip("./"))[0] if main else ""
    return (*([stem] if stem else []), "main", "index", "function")


def _function(
    entry: FunctionEntry, service: Service, provider: str, modules: tuple[str, ...]
) -> OutsideFunction:
    variables, _ = environment_of(entry, service)
    runtime = string(entry.get("runtime") or service.provider.get("runtime")) or ""
    handler = string(entry.get("handler")) or ""
    readings = _readings(provider, handler, modules)
    return OutsideFunction(
        entry.key,
        language_of(runtime),
        readings,
        dict(mapping_of(mapping_of(variables).get("Variables")).entries),
        entry.location if entry.location.line else Location(service.file, 1),
        provider,
        "" if readings else _problem(entry, handler),
        tuple(events_of(entry, provider)),
    )


def language_of(runtime: str) -> str:
    """The language of a runtime of any cloud; "" when it is not given, itself when not known."""
    word = runtime.lower()
    found = next((language for start, language in _LANGUAGES if word.startswith(start)), "")
    return found or word.partition(":")[0]


def _readings(provider: str, handler: str, modules: tuple[str, ...]) -> tuple[str, ...]:
    """What a handler may mean, as module and symbol; ``modules`` are those that may export it."""
    if handler.lower().endswith("dockerfile"):
        return ()
    if modules and _WORD.match(handler):
        return tuple(f"{module}.{handler}" for module in modules)
    if handler and "." not in handler.rpartition("/")[2]:  # a file with the provider's own symbol
        return (f"{handler}.{'main' if provider == 'openwhisk' else 'handler'}",)
    return (handler,) if handler else ()


def _problem(entry: FunctionEntry, handler: str) -> str:
    if handler:
        return f"the handler {handler} names no code that Ringfence reads"
    if entry.get("sequence") is not None:
        return "it is a sequence of other functions"
    if entry.get("script") is not None:
        return "it is a script that listens for events, without a handler"
    return "no handler is given"
