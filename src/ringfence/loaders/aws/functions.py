"""Functions: what they run, where their code lies, and with what they are set up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringfence.loaders.aws.function_code import CodeSearch
from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.kinds import language_of_handler, language_of_runtime
from ringfence.loaders.aws.values import alternatives, fields, first, items, place, text_of
from ringfence.loaders.code import TYPESCRIPT, CodeFinder
from ringfence.model.application import Function
from ringfence.model.location import Origin
from ringfence.model.value import Mapping, Unknown, integer

FUNCTION_TYPE = "AWS::Lambda::Function"


def add_functions(graph: Graph, finder: CodeFinder) -> None:
    """Make a :class:`Function` of every function resource of the graph."""
    resources = graph.of(FUNCTION_TYPE)
    images = Counter(resource.template for resource in resources if _is_image(resource.properties))
    for resource in resources:
        search = CodeSearch(graph, finder, resource, images[resource.template] == 1)
        graph.application.functions[resource.id] = _function(search)


def _function(search: CodeSearch) -> Function:
    resource, properties = search.resource, search.resource.properties
    search.environment = {key: item for key, item, _ in fields(properties, "Environment.Variables")}
    search.package = "image" if _is_image(properties) else "zip"
    search.runtime = _known(search, "Runtime")
    search.handler = _known(search, "Handler")
    search.language = language_of_runtime(search.runtime) or language_of_handler(search.handler)
    code = search.find()
    if code is not None and code.inline is None and code.file.endswith(TYPESCRIPT):
        search.language = "typescript"
    if code is None and search.problem:
        at = place(properties, "Code", "Handler")
        what = f"code of {resource.logical_id}"
        search.graph.skip(what, search.problem, at, _cure(search.problem))
    return Function(
        id=resource.id,
        logical_id=resource.logical_id,
        name=resource.name,
        resource=resource,
        runtime=search.runtime,
        language=search.language,
        handler=search.handler,
        code=code,
        code_problem="" if code is not None else search.problem,
        role=None,
        environment=search.environment,
        memory_mib=_number(properties, "MemorySize"),
        timeout_s=_number(properties, "Timeout"),
        concurrency=_number(properties, "ReservedConcurrentExecutions"),
        location=resource.location,
        ephemeral_mib=_number(properties, "EphemeralStorage.Size"),
        package=search.package,
        layers=tuple(items(properties, "Layers")),
        in_vpc=_in_vpc(properties),
        origins=tuple(_origins(properties)),
    )


def _known(search: CodeSearch, key: str) -> str:
    """A property's text; what is set but not known is counted."""
    properties = search.resource.properties
    found = text_of(properties, key)
    value = first(properties, key)
    if not found and value is not None:
        reason = value.reason if isinstance(value, Unknown) else "its parts are not known"
        search.graph.unknown(f"{key} of {search.resource.logical_id}", reason, value.location)
        search.problem = f"the {key.lower()} is not known: {reason}"
    return found


def _is_image(properties: Mapping) -> bool:
    packed = text_of(properties, "PackageType").lower()
    return packed == "image" or first(properties, "Code.ImageUri") is not None


def _cure(problem: str) -> str:
    if "does not exist" in problem:
        return "scan the folder that holds the code too"
    return "scan the sources it is made from" if "archive" in problem or "S3" in problem else ""


def _number(properties: Mapping, path: str) -> int | None:
    return integer(first(properties, path))


def _in_vpc(properties: Mapping) -> bool:
    return any(True for _ in items(properties, "VpcConfig.SubnetIds"))


def _origins(properties: Mapping) -> Iterator[Origin]:
    """The Globals that made some property of this function, each once."""
    seen: set[Origin] = set()
    for entry in properties.entries.values():
        for value in alternatives(entry):
            for origin in value.origins:
                if origin.role == "globals" and origin not in seen:
                    seen.add(origin)
                    yield origin
