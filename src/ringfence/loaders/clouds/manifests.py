"""Manifests that stand beside code: ``function.json`` of Azure, ``stack.yml`` of OpenFaaS,
``func.yaml`` of Knative, and package lists that name the Functions Framework of Google.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from ringfence import late
from ringfence.loaders.clouds.bindings import word_of
from ringfence.loaders.clouds.entries import Entry, method_of
from ringfence.loaders.clouds.names import parameter_names
from ringfence.loaders.clouds.python import CONTEXT, kind_by_use
from ringfence.loaders.construct import items_of
from ringfence.loaders.tree import Tree
from ringfence.model import syntax
from ringfence.model.location import Location
from ringfence.model.record import replace
from ringfence.model.value import Mapping, Value, string

#: Azure's types of binding, in lower case: the trigger's kind and the key that names what delivers.
#: https://learn.microsoft.com/azure/azure-functions/functions-triggers-bindings
BINDINGS = {
    "httptrigger": ("azure-http", "route"),
    "queuetrigger": ("azure-queue", "queueName"),
    "servicebustrigger": ("azure-servicebus", "queueName"),
    "blobtrigger": ("azure-blob", "path"),
    "eventhubtrigger": ("azure-eventhub", "eventHubName"),
    "eventgridtrigger": ("azure-eventgrid", "topic"),
    "cosmosdbtrigger": ("azure-cosmosdb", "containerName"),
    "timertrigger": ("azure-timer", "schedule"),
}
#: What a handler in JavaScript receives in the place of the trigger's object.
SCRIPT_EVENTS = {
    "azure-queue": "event.body.!json",
    "azure-servicebus": "event.body.!json",
    "azure-eventhub": "event.body.!json",
    "azure-blob": "event.content",
}
_AZURE = "function.json"
_OPENFAAS = ("stack.yml", "stack.yaml")
_KNATIVE = ("func.yaml", "func.yml")
_ZAPPA = "zappa_settings.json"
NAMES = frozenset((_AZURE, *_OPENFAAS, *_KNATIVE, _ZAPPA))
#: What names the packages of an application, for those that need no other manifest.
_PACKAGES = ("package.json", "requirements.txt", "pyproject.toml", "Pipfile")
_FRAMEWORK = late.pattern(r"functions[-_]framework")
#: The files in which the Functions Framework looks for functions.
_FRAMEWORK_FILES = ("main.py", "index.js", "function.js", "index.ts", "src/index.ts")
_SCRIPTS = (".ts", ".js", ".mjs", ".cjs")


def is_host(file: str) -> bool:
    """Whether a file marks the folder of an application of Azure Functions."""
    return posixpath.basename(file) == "host.json"


def entries_beside(tree: Tree, files: Iterable[str]) -> dict[str, list[Entry]]:
    """What the manifests among some files declare, by the file of the handler."""
    found: dict[str, list[Entry]] = {}
    known = list(files)
    reader = _Reader(tree)
    for file in known:
        name = posixpath.basename(file)
        if name not in NAMES and name not in _PACKAGES:
            continue
        folder = posixpath.dirname(file)
        if name in _PACKAGES:
            entries = list(_framework(reader, file, folder))
        else:
            document = tree.document(file)
            if not isinstance(document, Mapping):
                continue
            entries = list(_READERS[name](reader, document, folder))
        for entry in entries:
            listed = found.setdefault(entry.file, [])
            if all(entry.symbol != other.symbol for other in listed):
                listed.append(replace(entry, manifest=file))
    return found


class _Reader:
    """Files of the tree, and the functions in them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._read: dict[str, dict[str, syntax.FunctionLiteral]] = {}

    def first(self, paths: Iterable[str]) -> str:
        """The first of some paths that is a file inside the root; "" when none is."""
        for path in paths:
            inside = self.tree.inside("", path)
            if inside is not None and self.tree.is_file(inside):
                return inside
        return ""

    def module(self, file: str) -> syntax.Module:
        from ringfence.languages import language_of, parse_source

        return parse_source(file, self.tree.code(file), language_of(file))

    def functions(self, file: str) -> dict[str, syntax.FunctionLiteral]:
        """The functions of a file by the symbol that finds them; ``default`` is what a script
        exports as a whole."""
        if file not in self._read:
            self._read[file] = self._functions(file)
        return self._read[file]

    def _functions(self, file: str) -> dict[str, syntax.FunctionLiteral]:
        found: dict[str, syntax.FunctionLiteral] = {}
        values: dict[str, syntax.Expression] = {}
        for statement in self.module(file).body:
            if isinstance(statement, syntax.Define):
                values[statement.name] = statement.value
                if file.endswith(".py") and isinstance(statement.value, syntax.FunctionLiteral):
                    found[statement.name] = statement.value
            elif isinstance(statement, syntax.Assign):
                if isinstance(statement.target, syntax.Name):
                    values[statement.target.name] = statement.value
                _exports(statement.target, statement.value, values, found)
            elif isinstance(statement, syntax.Export) and statement.value is not None:
                _keep(found, statement.name, statement.value, values)
        return found


def _exports(
    target: syntax.Expression,
    value: syntax.Expression,
    values: dict[str, syntax.Expression],
    found: dict[str, syntax.FunctionLiteral],
) -> None:
    if not isinstance(target, syntax.Attribute):
        return
    owner = target.value
    if target.name == "exports" and isinstance(owner, syntax.Name) and owner.name == "module":
        if isinstance(value, syntax.MapLiteral):
            for entry in value.entries:
                if isinstance(entry.key, syntax.Constant):
                    _keep(found, str(entry.key.value), entry.value, values)
        else:
            _keep(found, "default", value, values)
    elif getattr(owner, "name", "") == "exports":
        _keep(found, target.name, value, values)


def _keep(
    found: dict[str, syntax.FunctionLiteral],
    name: str,
    value: syntax.Expression,
    values: dict[str, syntax.Expression],
) -> None:
    if isinstance(value, syntax.Name):
        value = values.get(value.name, value)
    if isinstance(value, syntax.FunctionLiteral):
        found[name] = value


def _place(file: str, node: syntax.Node | None) -> Location:
    return Location(file, node.line, node.column) if node is not None else Location(file, 1)


# --- Azure Functions, the older programming models ---


def _azure(reader: _Reader, document: Mapping, folder: str) -> Iterator[Entry]:
    bindings = [one for one in items_of(document.get("bindings")) if isinstance(one, Mapping)]
    trigger = next((one for one in bindings if _type(one) in BINDINGS), None)
    if trigger is None:
        return
    file = _script_file(reader, document, folder)
    if not file:
        return
    kind, key = BINDINGS[_type(trigger)]
    detail = _text(trigger, key) or _text(trigger, "topicName") or _text(trigger, "collectionName")
    functions = reader.functions(file)
    symbol = _text(document, "entryPoint") or _usual_symbol(file, functions)
    title = posixpath.basename(folder) or symbol
    http = kind == "azure-http"
    route = detail or title
    node = functions.get(symbol)
    yield Entry(
        file,
        symbol,
        title,
        kind,
        _place(file, node),
        detail="" if http else detail,
        word="topic" if _text(trigger, "topicName") else "",
        level=(_text(trigger, "authLevel") or "function").lower() if http else "",
        method=method_of([string(one) or "" for one in items_of(trigger.get("methods"))])
        if http
        else "",
        path=f"/api/{route.lstrip('/')}" if http else "",
        parameters=_azure_parameters(file, kind, bindings, trigger, node),
    )


def _type(binding: Mapping) -> str:
    return _text(binding, "type").lower()


def _text(document: Mapping, key: str) -> str:
    found: Value | None = document.get(key)
    return (string(found) if found is not None else None) or ""


def _script_file(reader: _Reader, document: Mapping, folder: str) -> str:
    """The file that is named, its source in TypeScript, or the usual one in the folder."""
    named = _text(document, "scriptFile")
    paths = [posixpath.join(folder, name) for name in ("__init__.py", "index.ts", "index.js")]
    if named:
        path = posixpath.normpath(posixpath.join(folder, named))
        stem = posixpath.splitext(path)[0]
        source = re.sub(r"(?:^|(?<=/))(?:dist|build|out|lib)/", "", stem, count=1)
        paths = [path, f"{stem}.ts", f"{source}.ts", f"src/{source}.ts", *paths]
    return reader.first(path for path in paths if not path.startswith(".."))


def _usual_symbol(file: str, functions: dict[str, syntax.FunctionLiteral]) -> str:
    """Python runs ``main``; Node.js the only export, or one that is called run or index."""
    if file.endswith(".py"):
        return "main"
    usual = [name for name in ("default", "run", "index") if name in functions]
    return usual[0] if usual else next(iter(functions), "default")


def _azure_parameters(
    file: str,
    kind: str,
    bindings: list[Mapping],
    trigger: Mapping,
    node: syntax.FunctionLiteral | None,
) -> tuple[str, ...]:
    """Python receives bindings by name; Node.js a context and then what comes in, in order."""
    known = {_text(one, "name"): _store_word(one) for one in bindings}
    if file.endswith(".py"):
        wanted = _text(trigger, "name")
        names = parameter_names(node) if node is not None else [wanted]
        words = ("event" if name == wanted else CONTEXT if name == "context" else
                 known.get(name, "") for name in names)  # fmt: skip
        return tuple(words) or ("event",)
    event = SCRIPT_EVENTS.get(kind, "event")
    incoming = [one for one in bindings if _text(one, "direction") in ("in", "")]
    return (CONTEXT, *(event if one is trigger else known[_text(one, "name")] for one in incoming))


def _store_word(binding: Mapping) -> str:
    settings = {key: _text(binding, key) for key in binding.entries}
    return word_of(_type(binding), _text(binding, "direction") == "out", settings)


# --- OpenFaaS ---


def _openfaas(reader: _Reader, document: Mapping, folder: str) -> Iterator[Entry]:
    provider = document.get("provider")
    if not isinstance(provider, Mapping) or _text(provider, "name") not in ("openfaas", "faas"):
        return
    functions = document.get("functions")
    for title, body in functions.entries.items() if isinstance(functions, Mapping) else ():
        if not isinstance(body, Mapping):
            continue
        below = posixpath.normpath(posixpath.join(folder, _text(body, "handler")))
        below = "" if below == "." else f"{below}/"
        if below.startswith(".."):
            continue
        names = ("handler.py", *(f"handler{suffix}" for suffix in _SCRIPTS))
        entry = openfaas_entry(reader, reader.first(below + name for name in names), title)
        if entry is not None:
            yield entry


def openfaas_entry(reader: _Reader, file: str, title: str) -> Entry | None:
    """The function that OpenFaaS calls in a file."""
    if not file:
        return None
    found = reader.functions(file)
    symbol = "handle" if file.endswith(".py") else "default" if "default" in found else "handler"
    node = found.get(symbol)
    names = parameter_names(node) if node is not None else []
    words: tuple[str, ...]
    if file.endswith(".py"):
        words = ("event.body",) if len(names) == 1 else ("event", "")
    elif names and names[0] in ("context", "content", "req", "body"):
        words = ("event.body", "lambda.callback")  # the classic template
    else:
        words = ("event", "openfaas.Context", "lambda.callback")
    return Entry(file, symbol, title, "openfaas", _place(file, node), path=f"/function/{title}",
                 method="ANY", parameters=words)  # fmt: skip


# --- Knative ---


def _knative(reader: _Reader, document: Mapping, folder: str) -> Iterator[Entry]:
    runtime = _text(document, "runtime")
    below = f"{folder}/" if folder else ""
    title = _text(document, "name") or posixpath.basename(folder) or "function"
    if runtime == "python":
        file = reader.first(below + name for name in ("func.py", "function/func.py"))
        symbols = ("main", "handle")
    elif runtime in ("node", "typescript"):
        file = reader.first(below + name for name in ("index.ts", "src/index.ts", "index.js"))
        symbols = ("handle", "default")
    else:
        return
    if not file:
        return
    found = reader.functions(file)
    symbol = next((one for one in symbols if one in found), "")
    node = found.get(symbol)
    if node is None:
        return
    words: tuple[str, ...] = ("event",)
    if runtime != "python":
        second = ([*parameter_names(node), "", ""])[1]
        events = _text(document, "invoke") in ("event", "cloudevent")
        events = events or "event" in second.lower()
        words = ("event", "event.cloudevent" if events else "event.body.!json")
    yield Entry(file, symbol, title, "cloudevents", _place(file, node), path="/", method="ANY",
                parameters=words)  # fmt: skip


# --- the Functions Framework of Google, with functions that nothing registers ---

_REQUESTS = ("request", "req", "_request")
_EVENTS = late.pattern(r"_?(?:event|data|message|file|pubsub_?message|cloud_?event)", re.IGNORECASE)


def _framework(reader: _Reader, manifest: str, folder: str) -> Iterator[Entry]:
    if not _FRAMEWORK.search(reader.tree.code(manifest)):
        return
    python = not manifest.endswith(".json")
    for name in _FRAMEWORK_FILES:
        path = f"{folder}/{name}" if folder else name
        if name.endswith(".py") is not python or not reader.tree.is_file(path):
            continue
        text = reader.tree.code(path)
        if "functions_framework" in text or "@google-cloud/functions-framework" in text:
            continue  # it registers its functions
        for symbol, node in reader.functions(path).items():
            entry = _framework_entry(path, symbol, node)
            if entry is not None:
                yield entry


def _framework_entry(path: str, symbol: str, node: syntax.FunctionLiteral) -> Entry | None:
    """A function by its parameters: a request (and a response), or an event and its context."""
    names = parameter_names(node)
    place = _place(path, node)
    if node.decorators or not names or symbol.startswith("_"):
        return None
    python = path.endswith(".py")
    if names[0] in _REQUESTS and len(names) == (1 if python else 2):
        words = ("flask.request",) if python else ("express.Request", "express.Response")
        return Entry(path, symbol, symbol, "google-http", place, method="ANY", path=f"/{symbol}",
                     parameters=words)  # fmt: skip
    if len(names) in (2, 3) and _EVENTS.fullmatch(names[0]) and "context" in names[1].lower():
        kind = kind_by_use(node, "google-cloudevent")
        if kind == "google-cloudevent" and _reads_name(node):
            kind = "google-storage"
        return Entry(path, symbol, symbol, kind, place, parameters=("event", "", "lambda.callback"))
    return None


def _reads_name(node: syntax.FunctionLiteral) -> bool:
    from ringfence.dataflow import trees

    return any(
        isinstance(one, syntax.Index)
        and isinstance(one.key, syntax.Constant)
        and one.key.value == "name"
        for one in trees.nodes(node.body)
    )


# --- Zappa: a WSGI application behind API Gateway ---


def _zappa(reader: _Reader, document: Mapping, folder: str) -> Iterator[Entry]:
    """The application and the scheduled functions of the stages, each once."""
    told: set[str] = set()
    for stage in document.entries.values():
        if not isinstance(stage, Mapping):
            continue
        level = "anonymous"
        if "authorizer" in stage or _text(stage, "iam_authorization").lower() == "true":
            level = "authorizer"
        elif "api_key_required" in stage:
            level = "api-key"
        named = [(_text(stage, "app_function"), "apigateway-rest", "")]
        for event in items_of(stage.get("events")):
            if isinstance(event, Mapping) and "expression" in event:
                named.append((_text(event, "function"), "schedule", _text(event, "expression")))
        for name, kind, detail in named:
            module, _, symbol = name.rpartition(".")
            path = posixpath.join(folder, module.replace(".", "/"))
            file = reader.first((f"{path}.py", f"{path}/__init__.py")) if module else ""
            if file and name not in told:
                told.add(name)
                http = kind == "apigateway-rest"
                yield Entry(file, symbol, symbol, kind, Location(file, 1), detail=detail,
                            level=level if http else "", method="ANY" if http else "",
                            path="/{proxy+}" if http else "")  # fmt: skip


_READERS: dict[str, Callable[[_Reader, Mapping, str], Iterator[Entry]]] = {
    _AZURE: _azure,
    **dict.fromkeys(_OPENFAAS, _openfaas),
    **dict.fromkeys(_KNATIVE, _knative),
    _ZAPPA: _zappa,
}
