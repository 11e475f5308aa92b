"""Which permissions a call of a cloud API needs, on which resources.

The map from operations to actions is data: ``operations.pack``, generated from the provider's SDK
models by ``support/refresh_operations.py``, with reviewed exceptions in
``rules/permissions/operations/*.toml``. One service is unpacked when it is first asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ringfence.model.contract import Condition
from ringfence.model.facts import CallArgument
from ringfence.model.record import record
from ringfence.permissions import arn_forms, operation_rows
from ringfence.permissions.argument_values import Resolver
from ringfence.rules.pack import Pack

__all__ = ["Requirement", "Resolver", "implied_by_key", "requirements_of"]

_DATA = Path(__file__).parent.parent / "rules" / "permissions" / "operations.pack"


@record(frozen=True)
class Requirement:
    """One action that a call needs.

    ``resources`` are ARN patterns with ``${Partition}``, ``${Region}`` and ``${Account}`` for the
    caller to fill, and ``*`` in each part that is not known; ``("*",)`` only for actions that no
    resource limits. ``unknown`` names the arguments that made such a ``*``. ``reason`` is the
    operation, or what it does besides. ``optional`` is True for what only changes an outcome.
    """

    action: str
    resources: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    reason: str = ""
    optional: bool = False


def requirements_of(
    service: str,
    operation: str,
    arguments: Mapping[str, CallArgument],
    resolve: Resolver,
    complete: bool = True,
) -> tuple[Requirement, ...] | None:
    """What a call needs; () for calls that need no permission, None for unknown operations.

    ``service`` and ``operation`` are named as in the provider's SDK model (``s3``, ``GetObject``),
    arguments as in :class:`ringfence.model.facts.CloudCall`. ``complete`` is False where more
    arguments may be given than are known.
    """
    rows = _pack().group(service).get("operations", {}).get(operation)
    if rows is None:
        return None
    found: list[Requirement] = []
    for row in rows:
        if operation_rows.applies(row, arguments, resolve):
            found += _requirements(row, operation, arguments, resolve, complete)
    return tuple(_merged(found))


def implied_by_key(service: str, operation: str) -> tuple[str, ...]:
    """The actions on a customer's key that the call needs when the touched resource has one.

    Keys that the provider manages need nothing. Sources are with the data.
    """
    return tuple(_pack().group(service).get("key", {}).get(operation, ()))


def services() -> list[str]:
    """The names of all services in the map, as the SDK spells them."""
    return [name for name in _pack().names() if not name.startswith("_")]


def operations_of(service: str) -> list[str]:
    """All operations of a service that the map knows."""
    return sorted(_pack().group(service).get("operations", {}))


def unmapped_of(service: str) -> list[str]:
    """Operations of a service for which no action is known."""
    return sorted(_pack().group(service).get("unmapped", ()))


def rows_of(service: str, operation: str) -> list[dict[str, Any]]:
    """The rows behind an operation, for documentation and comparison."""
    rows: list[dict[str, Any]] = _pack().group(service).get("operations", {}).get(operation, [])
    return rows


def about() -> dict[str, str]:
    """Source, versions, licence and date of the data."""
    return _pack().about


def _requirements(
    row: dict[str, Any],
    operation: str,
    arguments: Mapping[str, CallArgument],
    resolve: Resolver,
    complete: bool,
) -> Iterator[Requirement]:
    action, reason = row["action"], row.get("reason", operation)
    passed = tuple(
        Condition("StringEquals", "iam:PassedToService", (name,)) for name in row.get("passed", ())
    )
    optional = row.get("optional", False)
    forms = row.get("on", ())
    if not forms:
        yield Requirement(action, ("*",), (), passed, reason, optional)
        return
    given = [form for form in forms if arn_forms.is_given(form, arguments)] or forms[:1]
    filled = [each for form in given for each in arn_forms.fill(form, arguments, resolve, complete)]
    own = [each for each in filled if not each.foreign] or filled
    for each in own:
        conditions = passed + each.conditions
        yield Requirement(action, (each.arn,), each.unknown, conditions, reason, optional)


def _merged(found: Iterable[Requirement]) -> Iterator[Requirement]:
    """One requirement for each action, reason, set of conditions and of what is unknown."""
    groups: dict[tuple[object, ...], list[Requirement]] = {}
    for each in found:
        key = (each.action, each.conditions, each.reason, each.optional, each.unknown)
        groups.setdefault(key, []).append(each)
    for same in groups.values():
        first = same[0]
        yield Requirement(
            first.action,
            tuple(dict.fromkeys(arn for each in same for arn in each.resources)),
            first.unknown,
            first.conditions,
            first.reason,
            first.optional,
        )


@functools.cache
def _pack() -> Pack:
    return Pack(_DATA)
