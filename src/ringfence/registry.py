"""Finds the modules of a room and third-party entry points, without importing them.

A room's additions are modules that expose one conventional object. ``modules_of`` lists their
names, ``load`` imports one, ``entry_points_of`` gives what other packages announce under
``ringfence.<room>``.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@lru_cache(maxsize=32)
def modules_of(package: str) -> tuple[str, ...]:
    """The names of the public modules of a package, sorted; the modules are not imported."""
    room = importlib.import_module(package)
    found = (info.name for info in pkgutil.iter_modules(room.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def load(package: str, name: str) -> ModuleType:
    """Import one module of a room.

    Raises:
        KeyError: the room has no such module (nothing outside the room is ever imported).
    """
    if name not in modules_of(package):
        raise KeyError(name)
    return importlib.import_module(f"{package}.{name}")


def entry_points_of(room: str) -> dict[str, EntryPoint]:
    """Third-party additions to a room by name; the caller loads the one it needs.

    ``importlib.metadata`` takes about 20 ms, so this is asked only for names that the room itself
    does not have.
    """
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=f"ringfence.{room}")}
