"""Finding and running the files that code imports; everything else is a library's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringfence.dataflow import cloud, trees
from ringfence.dataflow.objects import External, ModuleObject, Struct
from ringfence.dataflow.scopes import Frame, Scope
from ringfence.dataflow.state import MAX_FILES, MAX_NODES_OF_IMPORT, BudgetExceeded
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax
from ringfence.model.facts import Use
from ringfence.model.location import Location

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_SCRIPT_SUFFIXES = ("", ".js", ".ts", ".mjs", ".cjs", ".tsx", ".jsx", ".json")
_INDEX = ("/index.js", "/index.ts", "/index.mjs", "/index.cjs", "/index.tsx")
#: Packages that the interpreter itself knows.
_CLOUD_LIBRARIES = frozenset({"boto3", "botocore", "aioboto3", "urllib3", "s3transfer"})
_PYTHON_LAYER_FOLDERS = ("python", "python/lib/python3.9/site-packages", "")
_SCRIPT_LAYER_FOLDERS = ("nodejs/node_modules", "node_modules", "nodejs", "")


def normal(path: str) -> str | None:
    """A POSIX path without ``.`` and ``..``; None when it leaves the scanned root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def join_path(*parts: str) -> str | None:
    return normal("/".join(part for part in parts if part and part != "."))


def roots(machine: Machine, folders: tuple[str, ...]) -> list[str]:
    """Where absolute imports are looked up: the code folder, then each layer."""
    code = machine.function.code
    if code is None:
        return []
    found = [code.root]
    for layer in code.layers:
        found += [f"{layer}/{folder}".rstrip("/") for folder in folders]
    return found


# --- running files ---


def load(machine: Machine, file: str) -> ModuleObject | None:
    """Run a file once; None when there is no such file."""
    if file in machine.modules:
        return machine.modules[file]
    if len(machine.modules) > MAX_FILES:
        return None
    module = machine.read_module(file)
    if module is None:
        machine.modules[file] = None
        return None
    return execute(machine, file, module)


def execute(machine: Machine, file: str, module: syntax.Module) -> ModuleObject:
    """Run a file's top level, within a budget of its own unless it is the handler's file."""
    scope = Scope(None, is_module=True)
    inline = machine.function.code is not None and machine.function.code.inline is not None
    loaded = ModuleObject(module.file if inline else file, module, scope)
    machine.modules[file] = loaded
    machine.collected.files[file] = None
    loaded.exports = machine.struct("map")
    loaded.exports.fields["exports"] = Value(objects=(machine.struct("map"),))
    this = loaded.exports.fields["exports"]
    machine.frames.append(Frame(scope, loaded, None, this, None))
    proven, machine.proven = machine.proven, {}
    handler, machine.in_handler = machine.in_handler, False
    branch, machine.branch = machine.branch, machine.branch
    depth = len(machine.frames)
    budget = machine.budget
    deferred, machine.deferred = machine.deferred, []
    if depth > 1:
        machine.budget = min(budget, machine.nodes + MAX_NODES_OF_IMPORT)
    try:
        machine.run(module.body)
        while machine.deferred:
            machine.deferred.pop(0)()
    except BudgetExceeded:
        if machine.nodes > budget or depth <= 1:
            raise
        del machine.frames[depth:]
        machine.branch = branch
    finally:
        machine.budget, machine.deferred = budget, deferred
        machine.frames.pop()
        machine.proven = proven
        machine.in_handler = handler
    loaded.done = True
    return loaded


# --- import and export statements ---


def run_import(machine: Machine, node: syntax.Import) -> None:
    if machine.language == "python":
        value = import_python(machine, node)
        if node.symbol == "*":
            return
    else:
        value = import_script(machine, node)
    if node.name:
        machine.frame.scope.variables[node.name] = value
        machine.frame.scope.constants.add(node.name)


def note_import(machine: Machine, name: str, node: syntax.Node) -> None:
    place = machine.location(node)
    machine.collected.uses.setdefault(
        ("import", name, place), Use("import", machine.function.id, name, place)
    )


def import_python(machine: Machine, node: syntax.Import) -> Value:
    module = node.module
    if module.startswith("."):
        return import_relative(machine, node)
    base = find_python(machine, module) if not is_known_library(machine, module) else None
    if node.symbol is None:
        if base is None:
            note_import(machine, module, node)
            name = module.partition(".")[0] if node.binds_root else module
            return library(machine, name)
        if node.binds_root and "." in module:
            root = find_python(machine, module.partition(".")[0])
            if root is None:
                return folders_of(machine, base, module)
            return package_value(machine, root, module.partition(".")[0])
        return package_value(machine, base, module)
    if base is None and node.symbol != "*" and not is_known_library(machine, module):
        inner = find_python(machine, f"{module}.{node.symbol}")  # a folder without __init__.py
        if inner is not None:
            return package_value(machine, inner, module)
    if base is None:
        note_import(machine, module, node)
        if node.symbol == "*":
            star_library(machine, module)
            return UNKNOWN
        return library(machine, f"{module}.{node.symbol}")
    return from_package(machine, base, node)


def import_relative(machine: Machine, node: syntax.Import) -> Value:
    dots = len(node.module) - len(node.module.lstrip("."))
    folder = machine.frame.module.file.rpartition("/")[0]
    for _ in range(dots - 1):
        folder = folder.rpartition("/")[0]
    rest = node.module[dots:].replace(".", "/")
    base = join_path(folder, rest)
    if base is None:
        return UNKNOWN
    if node.symbol is None:
        return package_value(machine, base, node.module)
    return from_package(machine, base, node)


def is_known_library(machine: Machine, module: str) -> bool:
    """Whether tables or the interpreter know the package, so that a copy of it in the code folder
    need not be read. A module of the application itself with such a name is read all the same."""
    top = module.partition(".")[0]
    if top not in _CLOUD_LIBRARIES and top not in machine.catalogue.packages():
        return False
    code = machine.function.code
    if code is None:
        return True
    names = dict.fromkeys((top, module.replace(".", "/")))  # a folder may have no __init__.py
    own = [join_path(code.root, name) for name in names]
    return not any(base is not None and exists_python(machine, base) for base in own)


def find_python(machine: Machine, module: str) -> str | None:
    """The path of a package or module without suffix, where the application has one."""
    path = module.replace(".", "/")
    own = machine.frame.module.file.rpartition("/")[0]
    for root in (*roots(machine, _PYTHON_LAYER_FOLDERS), own, *added_paths(machine, own)):
        base = join_path(root, path)
        if base is not None and exists_python(machine, base):
            return base
    return None


def added_paths(machine: Machine, own: str) -> list[str]:
    """Folders that the running file puts on ``sys.path``, as far as their names stand there."""
    return [
        folder
        for name in trees.ask(machine.frame.module.module, names_on_path)
        for root in (own, *roots(machine, ())[:1])
        if (folder := join_path(root, name)) is not None
    ]


def names_on_path(module: syntax.Module) -> list[str]:
    """The texts in calls of ``sys.path.insert`` and ``sys.path.append``."""
    return [
        part.value.strip("/")
        for node in trees.nodes(module.body, into_functions=False)
        if isinstance(node, syntax.Call)
        and trees.dotted(node.function) in ("sys.path.insert", "sys.path.append")
        for part in trees.nodes(node.arguments)
        if isinstance(part, syntax.Constant)
        and isinstance(part.value, str)
        and not part.value.startswith("/")
    ]


def exists_python(machine: Machine, base: str) -> bool:
    key = ("exists", base)
    known = machine.memo.get(key)
    if known is None:
        known = (
            machine.read_module(base + ".py") is not None
            or machine.read_module(base + "/__init__.py") is not None
        )
        machine.memo[key] = known
    return bool(known)


def package_value(machine: Machine, base: str | None, name: str) -> Value:
    if base is None:
        return library(machine, name)
    loaded = load(machine, base + ".py") or load(machine, base + "/__init__.py")
    if loaded is None:
        return UNKNOWN
    return Value(objects=(loaded,))


def folders_of(machine: Machine, base: str, module: str) -> Value:
    """``import lib.store`` where ``lib`` is a folder without ``__init__.py``: maps of names, beside
    what earlier imports from it have bound."""
    top, *names = module.split(".")
    known = machine.frame.scope.variables.get(top, NOTHING)
    held = [obj for obj in known.objects if isinstance(obj, Struct)]
    whole = inner = held[0] if held else machine.struct("map")
    for name in names[:-1]:
        found = [o for o in inner.fields.get(name, NOTHING).objects if isinstance(o, Struct)]
        following = found[0] if found else machine.struct("map")
        inner.fields[name] = Value(objects=(following,))
        inner = following
    inner.fields[names[-1]] = package_value(machine, base, module)
    return Value(objects=(whole,))


def from_package(machine: Machine, base: str, node: syntax.Import) -> Value:
    """``from base import symbol``: a name of the module, or a submodule of the package."""
    from ringfence.dataflow import access

    loaded = load(machine, base + ".py") or load(machine, base + "/__init__.py")
    if node.symbol == "*":
        if loaded is not None:
            for name, value in loaded.scope.variables.items():
                if not name.startswith("_"):
                    machine.frame.scope.variables[name] = value
        return UNKNOWN
    symbol = node.symbol or ""
    if loaded is not None and symbol in loaded.scope.variables:
        return loaded.scope.variables[symbol]
    inner = load(machine, f"{base}/{symbol}.py") or load(machine, f"{base}/{symbol}/__init__.py")
    if inner is not None:
        return Value(objects=(inner,))
    return access.asked_of(machine, loaded, symbol) if loaded is not None else UNKNOWN


def submodule(machine: Machine, module: ModuleObject, name: str) -> Value | None:
    """``package.name`` where the package's own code does not bind the name."""
    if not module.file.endswith("__init__.py"):
        return None
    folder = module.file.rpartition("/")[0]
    inner = load(machine, f"{folder}/{name}.py") or load(machine, f"{folder}/{name}/__init__.py")
    return Value(objects=(inner,)) if inner is not None else None


def star_library(machine: Machine, module: str) -> None:
    """``from os import *``: bind the names that tables know."""
    prefix = module + "."
    for name in machine.catalogue.calls:
        if name.startswith(prefix) and "." not in name[len(prefix) :]:
            machine.frame.scope.variables.setdefault(name[len(prefix) :], library(machine, name))


def library(machine: Machine, name: str) -> Value:
    """A library's module or symbol by the name that tables use."""
    special = cloud.library_member(machine, name)
    if special is not None:
        return special
    typed = machine.catalogue.type_reads.get(name)
    if typed is not None:
        return Value(objects=(External(typed),))
    if name in ("os.environ", "process.env"):
        from ringfence.dataflow.objects import Environment

        return Value(objects=(Environment(),))
    source = machine.catalogue.reads.get(name)
    if source is not None:
        from ringfence.dataflow import members

        place = syntax.Constant(1, 1, 1, 1, None)
        return members.from_source(machine, source, name, place)
    return Value(objects=(External(alias(machine, name)),))


def alias(machine: Machine, name: str) -> str:
    aliases = machine.catalogue.aliases
    if not aliases:
        return name
    if name in aliases:
        return aliases[name]
    head = name
    while "." in head:
        head = head.rpartition(".")[0]
        if head in aliases:
            return aliases[head] + name[len(head) :]
    return name


# --- JavaScript ---


def import_script(machine: Machine, node: syntax.Import) -> Value:
    loaded = require(machine, node.module, node)
    if node.symbol is None or not node.name:
        return loaded
    from ringfence.dataflow import access

    if node.symbol == "default":
        return default_of(machine, loaded)
    return access.attribute(machine, loaded, node.symbol, node)


def default_of(machine: Machine, loaded: Value) -> Value:
    from ringfence.dataflow import access

    result = NOTHING
    for obj in loaded.objects:
        if isinstance(obj, ModuleObject):
            result = join(result, access.module_member(machine, obj, "default"))
        else:
            result = join(result, Value(objects=(obj,)))
    return result if not result.is_nothing else loaded


def require(machine: Machine, name: str, node: syntax.Node) -> Value:
    """The value of ``require(name)`` or of a namespace import."""
    name = name.removeprefix("node:")
    file = find_script(machine, name)
    if file is not None:
        loaded = load(machine, file)
        if loaded is not None:
            return Value(objects=(loaded,))
        return UNKNOWN
    if name.startswith("."):
        return UNKNOWN
    note_import(machine, name, node)
    return library(machine, alias(machine, name))


def required(machine: Machine, name: str, node: syntax.Node) -> Value:
    """What ``require`` gives: a file's ``module.exports``, or a library."""
    loaded = require(machine, name, node)
    result = NOTHING
    for obj in loaded.objects:
        if isinstance(obj, ModuleObject):
            result = join(result, obj.exports.fields.get("exports", UNKNOWN))
        else:
            result = join(result, Value(objects=(obj,)))
    return result if not result.is_nothing else loaded


def find_script(machine: Machine, name: str) -> str | None:
    key = ("script", machine.frame.module.file.rpartition("/")[0], name)
    if key not in machine.memo:
        machine.memo[key] = search_script(machine, name)
    found = machine.memo[key]
    return found if isinstance(found, str) else None


def search_script(machine: Machine, name: str) -> str | None:
    folder = machine.frame.module.file.rpartition("/")[0]
    if name.startswith("."):
        candidates = [join_path(folder, name)]
    elif name.startswith("/opt/"):
        candidates = [
            join_path(root, name.removeprefix("/opt/")) for root in roots(machine, ("",))[1:]
        ]
        candidates += [
            join_path(root, name.removeprefix("/opt/nodejs/"))
            for root in roots(machine, ("nodejs", ""))[1:]
        ]
    else:
        shelves = roots(machine, _SCRIPT_LAYER_FOLDERS)
        candidates = [join_path(root, name) for root in shelves[1:]]
        candidates += [join_path(folder, rest) for folder, rest in aliased(machine, name)]
    for base in candidates:
        if base is None:
            continue
        for suffix in (*_SCRIPT_SUFFIXES, *_INDEX):
            if machine.read_module(base + suffix) is not None:
                return base + suffix
        if base.endswith(".js") and machine.read_module(base[:-3] + ".ts") is not None:
            return base[:-3] + ".ts"
    return None


#: Scopes of packages that are no folders of an application.
_SCOPES = frozenset(
    ("@aws-sdk", "@aws-lambda-powertools", "@middy", "@azure", "@google-cloud", "@smithy", "@types",
     "@prisma", "@nestjs", "@fastify", "@hono", "@koa", "@opensearch-project", "@anthropic-ai")
)  # fmt: skip


def aliased(machine: Machine, name: str) -> Iterator[tuple[str, str]]:
    """Where a path such as ``@lib/store``, ``~/lib/store`` or ``src/lib/store`` may lie that a
    ``tsconfig.json`` or a bundler maps to a folder: below a folder around the file that imports,
    or its ``src``."""
    top, _, inner = name.partition("/")
    if not inner or top in _SCOPES or top in machine.catalogue.packages():
        return
    rest = inner if top in ("@", "~", "#", "src", "@src", "@app") else name.lstrip("@~#")
    folder = machine.frame.module.file.rpartition("/")[0]
    code = machine.function.code
    root = code.root if code is not None else folder
    for _ in range(MAX_FOLDERS_UP):
        yield folder, rest
        yield join_path(folder, "src") or "src", rest
        if not folder or folder == root:
            break
        folder = folder.rpartition("/")[0]


#: How far above a file the folder may lie that its imports are written from.
MAX_FOLDERS_UP = 6


def run_export(machine: Machine, node: syntax.Export) -> None:
    exports = exported_struct(machine)
    if exports is None:
        return
    if node.module:
        reexport(machine, node, exports)
        return
    if node.value is None:
        return
    value = node.value
    if isinstance(value, (syntax.FunctionLiteral, syntax.ClassLiteral)) and value.name:
        found = machine.frame.scope.variables.get(value.name)
        if found is None or isinstance(value, syntax.ClassLiteral):
            found = machine.evaluate(value)
            machine.frame.scope.variables[value.name] = found
        machine.frame.scope.constants.add(value.name)
    else:
        found = machine.evaluate(value)
        if isinstance(value, (syntax.FunctionLiteral, syntax.ClassLiteral)) or node.name == "":
            machine.frame.scope.variables.setdefault(node.name, found)
    exports.fields[node.name] = found


def exported_struct(machine: Machine) -> Struct | None:
    for obj in machine.frame.module.exports.fields["exports"].objects:
        if isinstance(obj, Struct):
            return obj
    return None


def reexport(machine: Machine, node: syntax.Export, exports: Struct) -> None:
    from ringfence.dataflow import access

    loaded = require(machine, node.module, node)
    if node.name == "*" and node.symbol is None:
        for obj in loaded.objects:
            if isinstance(obj, ModuleObject):
                for inner in obj.exports.fields["exports"].objects:
                    if isinstance(inner, Struct):
                        exports.fields.update(inner.fields)
            elif isinstance(obj, External):
                exports.base = join(exports.base or NOTHING, Value(objects=(obj,)))
    elif node.symbol in (None, "*"):
        exports.fields[node.name] = loaded
    elif node.symbol == "default":
        exports.fields[node.name] = default_of(machine, loaded)
    else:
        exports.fields[node.name] = access.attribute(machine, loaded, node.symbol, node)


def module_location(file: str) -> Location:
    return Location(file, 1)
