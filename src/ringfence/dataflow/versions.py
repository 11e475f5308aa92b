"""Which version of a library a program declares, as far as a sink depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import trees
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.machine import Machine

_NUMBERS = late.pattern(r"\d+(?:\.\d+)*")
_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


def is_older(machine: Machine, package: str, bound: str) -> bool:
    """Whether the nearest ``package.json`` asks for a version of the package below ``bound``.
    Without one, or without a number in it, nothing is known, and the answer is no."""
    declared = declared_version(machine, package)
    return declared is not None and declared < numbers_of(bound)


def declared_version(machine: Machine, package: str) -> tuple[int, ...] | None:
    """The lowest version that the nearest ``package.json`` with this package allows."""
    folder = machine.frame.module.file
    while folder:
        folder = folder.rpartition("/")[0]
        module = machine.read_module(f"{folder}/package.json" if folder else "package.json")
        text = trees.ask(module, declared_texts).get(package) if module is not None else None
        if text is not None:
            match = _NUMBERS.search(text)
            is_upper = text.lstrip().startswith("<")
            return numbers_of(match.group()) if match is not None and not is_upper else None
    return None


def declared_texts(module: syntax.Module) -> dict[str, str]:
    """The ranges of versions that a ``package.json`` declares, by package."""
    found: dict[str, str] = {}
    for node in trees.nodes(module.body):
        if not isinstance(node, syntax.Entry) or not isinstance(node.value, syntax.MapLiteral):
            continue
        if isinstance(node.key, syntax.Constant) and node.key.value in _SECTIONS:
            for entry in node.value.entries:
                if isinstance(entry.key, syntax.Constant) and isinstance(
                    entry.value, syntax.Constant
                ):
                    found[str(entry.key.value)] = str(entry.value.value)
    return found


def numbers_of(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
