"""``serverless.ts``, ``serverless.js`` and the programs that variables name: the exported object,
where it is written out as data.

Nothing is run. Names are followed to their ``const`` in the same file or, through ``load``, to an
exported object of another file; other calls become Unknown, so that the rest still counts.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from ringfence.model import syntax
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Sequence, Unknown, Value, literal

MAXIMUM_DEPTH = 80
MAXIMUM_NODES = 100_000
MAXIMUM_FILES = 200

#: Gives the module that an import in a file names, or None.
Load = Callable[[str, str], syntax.Module | None]


def exported_object(module: syntax.Module, load: Load) -> Mapping | None:
    """The object that the module exports, as a document; None when it is not written out."""
    reader = _Reader(module, load, {"nodes": 0, "files": 0}, posixpath.dirname(module.file))
    value = reader.export("default")
    return value if isinstance(value, Mapping) else None


def exported_values(module: syntax.Module, load: Load) -> Mapping:
    """The exports of a module that a variable reads, as far as they are written out. A function
    stands for what it returns, when that is all it does."""
    reader = _Reader(module, load, {"nodes": 0, "files": 0}, posixpath.dirname(module.file))
    found = reader.export("default")
    entries = dict(found.entries) if isinstance(found, Mapping) else {}
    for name in reader.exported_names():
        value = reader.export(name) if name not in entries else None
        if value is not None:
            entries[name] = value
    return Mapping(entries, Location(module.file, 1))


class _Reader:
    """Reads one module; ``counts`` are shared with the readers of the modules it imports."""

    def __init__(
        self, module: syntax.Module, load: Load, counts: dict[str, int], folder: str
    ) -> None:
        self.file = module.file
        self.module = module
        self.load = load
        self.counts = counts
        self.folder = folder
        self.names: dict[str, syntax.Expression] = {}
        self.imports: dict[str, syntax.Import] = {}
        self._open: set[str] = set()
        self._depth = 0
        for statement in module.body:
            if isinstance(statement, syntax.Assign) and isinstance(statement.target, syntax.Name):
                self.names[statement.target.name] = statement.value
            elif isinstance(statement, syntax.Import):
                self.imports[statement.name] = statement

    def export(self, name: str) -> Value | None:
        """The value of an export; ``module.exports`` counts as the default one."""
        found: syntax.Expression | None = None
        for statement in self.module.body:
            if isinstance(statement, syntax.Export):
                if statement.name == name and statement.module:
                    return self._imported(statement.module, statement.symbol, statement)
                if statement.name == name:
                    found = statement.value
            elif isinstance(statement, syntax.Assign) and _exported(statement.target) == name:
                found = statement.value
        return self.value(found) if found is not None else None

    def exported_names(self) -> list[str]:
        """The names that the module exports, the default one left out."""
        names = [item.name for item in self.module.body if isinstance(item, syntax.Export)]
        names += [_exported(s.target) for s in self.module.body if isinstance(s, syntax.Assign)]
        return [name for name in names if name not in ("", "default")]

    def place(self, node: syntax.Node) -> Location:
        return Location(self.file, node.line, node.column, node.end_line, node.end_column)

    def value(self, node: syntax.Expression) -> Value:
        place = self.place(node)
        self.counts["nodes"] += 1
        if self._depth > MAXIMUM_DEPTH or self.counts["nodes"] > MAXIMUM_NODES:
            return Unknown("the object is too large", place)
        self._depth += 1
        try:
            return self._value(node, place)
        finally:
            self._depth -= 1

    def _value(self, node: syntax.Expression, place: Location) -> Value:
        if isinstance(node, syntax.Constant):
            constant = node.value
            return Scalar(None if isinstance(constant, bytes) else constant, place)
        if isinstance(node, syntax.Name):
            return self._named(node.name, place, node)
        if isinstance(node, syntax.MapLiteral):
            return self._object(node, place)
        if isinstance(node, syntax.ListLiteral):
            return self._list(node, place)
        if isinstance(node, syntax.Template):
            return _text([self.value(part) for part in node.parts], place)
        if isinstance(node, syntax.Binary) and node.operator == "+":
            return _text([self.value(node.left), self.value(node.right)], place)
        if isinstance(node, syntax.Attribute):
            return self._member(node, place)
        if isinstance(node, syntax.Unary) and node.operator == "-":
            number = literal(self.value(node.operand))
            if isinstance(number, (int, float)):
                return Scalar(-number, place)
        if isinstance(node, syntax.FunctionLiteral) and len(node.body) == 1:
            (only,) = node.body
            if isinstance(only, syntax.Return) and only.value is not None:
                return self.value(only.value)
        if isinstance(node, syntax.Call) and _names_own_folder(node):
            own = posixpath.relpath(posixpath.dirname(self.file) or ".", self.folder or ".")
            return Scalar(own, place)
        return Unknown("a program computes it", place)

    def _member(self, node: syntax.Attribute, place: Location) -> Value:
        owner = self.value(node.value)
        found = owner.get(node.name) if isinstance(owner, Mapping) else None
        return found if found is not None else Unknown("a program computes it", place)

    def _object(self, node: syntax.MapLiteral, place: Location) -> Mapping:
        entries: dict[str, Value] = {}
        keys: dict[str, Location] = {}
        for entry in node.entries:
            if entry.key is None:
                spread = self.value(entry.value)
                if isinstance(spread, Mapping):
                    entries.update(spread.entries)
                    keys.update(spread.keys)
                continue
            key = literal(self.value(entry.key))
            if key is not None:
                entries[str(key)] = self.value(entry.value)
                keys[str(key)] = self.place(entry.key)
        return Mapping(entries, place, (), keys)

    def _list(self, node: syntax.ListLiteral, place: Location) -> Sequence:
        items: list[Value] = []
        for item in node.items:
            if isinstance(item, syntax.Spread):
                spread = self.value(item.value)
                items.extend(spread.items if isinstance(spread, Sequence) else [spread])
            elif item is not None:
                items.append(self.value(item))
        return Sequence(items, place)

    def _named(self, name: str, place: Location, node: syntax.Node) -> Value:
        if name in self._open or (name not in self.names and name not in self.imports):
            return (
                Scalar(None, place)
                if name == "undefined"
                else Unknown(f"{name} is computed", place)
            )
        if name not in self.names:
            imported = self.imports[name]
            return self._imported(imported.module, imported.symbol, node)
        self._open.add(name)
        try:
            return self.value(self.names[name])
        finally:
            self._open.discard(name)

    def _imported(self, module: str, symbol: str | None, node: syntax.Node) -> Value:
        """The export of another module; a namespace becomes an object of all exports."""
        place = self.place(node)
        self.counts["files"] += 1
        found = self.load(module, self.file) if self.counts["files"] <= MAXIMUM_FILES else None
        if found is None:
            return Unknown(f"it comes from {module}", place)
        reader = _Reader(found, self.load, self.counts, self.folder)
        if symbol not in (None, "*"):
            value = reader.export(symbol or "")
            return value if value is not None else Unknown(f"it comes from {module}", place)
        names = [statement.name for statement in found.body if isinstance(statement, syntax.Export)]
        entries = {name: value for name in names if (value := reader.export(name)) is not None}
        return Mapping(entries, place)


def _names_own_folder(call: syntax.Call) -> bool:
    """``handlerPath(__dirname)``: the helper of the framework's own TypeScript template, which
    gives the folder of the file relative to the service."""
    if len(call.arguments) != 1:
        return False
    argument = call.arguments[0].value
    return isinstance(argument, syntax.Name) and argument.name == "__dirname"


def _exported(target: syntax.Expression) -> str:
    """The export that an assignment makes: ``default`` for ``module.exports``, a name for
    ``exports.name`` and ``module.exports.name``; "" for every other target."""
    if not isinstance(target, syntax.Attribute):
        return ""
    owner = target.value
    if isinstance(owner, syntax.Name):
        if owner.name == "module" and target.name == "exports":
            return "default"
        return target.name if owner.name == "exports" else ""
    return target.name if _exported(owner) == "default" else ""


def _text(parts: list[Value], place: Location) -> Value:
    """The text of a template string, when every part of it is known."""
    texts = [literal(part) for part in parts]
    if any(text is None for text in texts):
        return Unknown("a text with a computed part", place)
    return Scalar("".join(str(text) for text in texts), place)
