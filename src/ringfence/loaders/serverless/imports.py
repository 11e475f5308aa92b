"""Finding the file that an import of a service script names; packages are never looked into."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ringfence.loaders.serverless.script import Load
from ringfence.model.syntax import Module

if TYPE_CHECKING:
    from ringfence.loaders.tree import Tree

_ENDINGS = ("", ".ts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.js")


def module_loader(tree: Tree, service: str) -> Load:
    """Reads modules of the scanned tree: relative ones, and ``@folder/…`` or ``src/…`` as the
    path aliases of the framework's TypeScript template give them."""
    root = posixpath.dirname(service)
    read: dict[str, Module | None] = {}

    def load(name: str, importer: str) -> Module | None:
        for base in _bases(name, posixpath.dirname(importer), root):
            for ending in _ENDINGS:
                path = tree.inside("", base + ending)
                if path is None or not tree.is_file(path):
                    continue
                if path not in read:
                    read[path] = parse(tree, path)
                return read[path]
        return None

    return load


def _bases(name: str, folder: str, root: str) -> list[str]:
    if name.startswith("."):
        return [posixpath.normpath(posixpath.join(folder, name))]
    if name.startswith("@"):
        inner = name.removeprefix("@").removeprefix("/")
        return [posixpath.join(root, "src", inner), posixpath.join(root, inner)]
    return [posixpath.join(root, name)] if name.startswith("src/") else []


def parse(tree: Tree, path: str) -> Module | None:
    """A file as a module; None when it is in no language that is read."""
    from ringfence.languages import language_of, parse_source

    language = language_of(path)
    if not language:
        return None
    return parse_source(path, tree.code(path), language)
