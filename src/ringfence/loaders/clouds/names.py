"""Which library a name of a source file means, read from its imports without running it."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.model import syntax

#: Longer chains of attributes and calls name no library's part.
MAX_LINKS = 24
#: Conditions inside of conditions that functions are looked for in.
MAX_NESTED = 4


class Names:
    """The libraries and values that the top level of a file binds to names."""

    def __init__(self, module: syntax.Module) -> None:
        self.libraries: dict[str, str] = {}
        self.values: dict[str, syntax.Expression] = {}
        for statement in top_level(module.body):
            if isinstance(statement, syntax.Import):
                self._import(statement)
            elif isinstance(statement, syntax.Assign):
                self._assign(statement)
            elif isinstance(statement, syntax.Define):
                self.values[statement.name] = statement.value

    def _import(self, node: syntax.Import) -> None:
        if not node.name or node.module.startswith("."):
            return
        if node.symbol in (None, "default", "*"):
            self.libraries[node.name] = node.name if node.binds_root else node.module
        else:
            self.libraries[node.name] = f"{node.module}.{node.symbol}"

    def _assign(self, node: syntax.Assign) -> None:
        required = required_module(node.value)
        if isinstance(node.target, syntax.Name):
            if required:
                self.libraries[node.target.name] = required
            else:
                self.values[node.target.name] = node.value
        elif isinstance(node.target, syntax.MapLiteral):
            owner = required or self.path(node.value)
            for entry in node.target.entries if owner else ():
                if isinstance(entry.value, syntax.Name) and isinstance(entry.key, syntax.Constant):
                    self.libraries[entry.value.name] = f"{owner}.{entry.key.value!s}"

    def path(self, node: syntax.Node, depth: int = 0) -> str:
        """The dotted name of a library's part, calls named with ``()``; "" for everything else."""
        if depth > MAX_LINKS:  # also a name that is made of itself
            return ""
        if isinstance(node, syntax.Name):
            if node.name in self.libraries:
                return self.libraries[node.name]
            value = self.values.get(node.name)
            return self.path(value, depth + 1) if isinstance(value, syntax.Call) else ""
        if isinstance(node, syntax.Attribute):
            owner = required_module(node.value) or self.path(node.value, depth + 1)
            return f"{owner}.{node.name}" if owner else ""
        if isinstance(node, syntax.Call):
            owner = self.path(node.function, depth + 1)
            return f"{owner}()" if owner else ""
        return ""

    def text(self, node: syntax.Node | None) -> str:
        """A text that is written out, directly or in a constant of the file; else ""."""
        if isinstance(node, syntax.Name):
            node = self.values.get(node.name)
        if isinstance(node, syntax.Constant) and isinstance(node.value, str):
            return node.value
        return node.name if isinstance(node, syntax.Attribute) else ""

    def texts(self, node: syntax.Node | None) -> list[str]:
        """The texts of a list that is written out."""
        if isinstance(node, syntax.Name):
            node = self.values.get(node.name)
        items = node.items if isinstance(node, syntax.ListLiteral) else [node]
        return [text for text in map(self.text, items) if text]


def top_level(body: list[syntax.Statement], depth: int = 0) -> Iterator[syntax.Statement]:
    """The statements of a file, those of its conditions and ``try`` blocks included."""
    for statement in body:
        yield statement
        if depth < MAX_NESTED and isinstance(statement, syntax.If):
            yield from top_level([*statement.then, *statement.otherwise], depth + 1)
        elif depth < MAX_NESTED and isinstance(statement, syntax.Try):
            yield from top_level(statement.body, depth + 1)


def required_module(node: syntax.Node | None) -> str:
    """The module of ``require("module")``."""
    if (
        isinstance(node, syntax.Call)
        and isinstance(node.function, syntax.Name)
        and node.function.name == "require"
        and node.arguments
        and isinstance(node.arguments[0].value, syntax.Constant)
    ):
        return str(node.arguments[0].value.value)
    return ""


def keywords(call: syntax.Call) -> dict[str, syntax.Expression]:
    """The keyword arguments of a call."""
    return {one.name: one.value for one in call.arguments if one.name}


def positional(call: syntax.Call) -> list[syntax.Expression]:
    """The positional arguments of a call, as far as no list is spread into them."""
    found: list[syntax.Expression] = []
    for one in call.arguments:
        if one.spread:
            break
        if not one.name:
            found.append(one.value)
    return found


def fields(node: syntax.Node | None) -> dict[str, syntax.Expression]:
    """The entries of a map that is written out, by known key."""
    if not isinstance(node, syntax.MapLiteral):
        return {}
    return {
        str(entry.key.value): entry.value
        for entry in node.entries
        if isinstance(entry.key, syntax.Constant)
    }


def parameter_names(node: syntax.FunctionLiteral) -> list[str]:
    """The names of a function's parameters, "" for one that is taken apart."""
    return [
        parameter.target.name if isinstance(parameter.target, syntax.Name) else ""
        for parameter in node.parameters
    ]
