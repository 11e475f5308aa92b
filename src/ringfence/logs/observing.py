"""A call of a cloud operation as the IAM actions and resources that it used.

What an operation needs is the knowledge of :mod:`ringfence.permissions`, which is no business of
this room: it comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from ringfence.model.event import Observation
from ringfence.model.facts import CallArgument
from ringfence.model.record import record
from ringfence.rules.protocols import service

#: A path's argument holds at most so many different texts, a text so many characters.
MAX_TEXTS = 1_000
MAX_TEXT = 2_048
MAX_PATHS = 3_000
MAX_DEPTH = 8
#: Items of a list that are looked at one by one; those of a longer one together.
MAX_ITEMS = 100


class Requirement(Protocol):
    """An action that an operation needs, and the patterns of ARNs that it needs it on.
    ``optional`` ones only change how a missing thing is reported."""

    @property
    def action(self) -> str: ...
    @property
    def resources(self) -> Sequence[str]: ...
    @property
    def optional(self) -> bool: ...


@record(frozen=True)
class Place:
    """Where a call was made: partition, region and account of ARNs."""

    region: str = "*"
    account: str = "*"
    partition: str = "aws"


class Requirements(Protocol):
    """What an operation with these arguments needs; None when nothing is known of it."""

    def __call__(
        self,
        service: str,
        operation: str,
        arguments: Mapping[str, CallArgument],
        place: Place,
        complete: bool,
    ) -> Sequence[Requirement] | None: ...


@record(frozen=True)
class Used:
    """An action that was used on a resource, and the requirement that says so (None when the
    action is only guessed from the operation's name)."""

    action: str
    resource: str
    requirement: Any = None


def used_by(
    requirements: Requirements,
    service_name: str,
    operation: str,
    parameters: Mapping[str, Any],
    place: Place,
    complete: bool = True,
) -> tuple[Used, ...]:
    """The actions that a call used, each with one resource.

    An operation of which nothing is known is taken for an action of its own name; one that takes
    no credentials uses none.
    """
    model = service(service_name)
    if model is not None and operation in model.unsigned:
        return ()
    used: dict[tuple[str, str], Used] = {}
    for part in _one_by_one(parameters, 0):
        found = requirements(service_name, operation, arguments_of(part), place, complete)
        if found is None:
            prefix = model.signing if model is not None else service_name
            return (Used(f"{prefix}:{operation}", "*"),)
        for item in found:
            for resource in () if item.optional else item.resources or ("*",):
                used.setdefault((item.action, resource), Used(item.action, resource, item))
    return tuple(used.values())


def _one_by_one(parameters: Mapping[str, Any], depth: int) -> list[Mapping[str, Any]]:
    """The parameters with one item at a time of their first list of structures.

    What belongs together in one item (an object's key and its version) then stays together.
    """
    for key, value in parameters.items():
        if isinstance(value, list) and 1 < len(value) <= MAX_ITEMS:
            if all(isinstance(item, Mapping) for item in value):
                return [{**parameters, key: [item]} for item in value]
        elif isinstance(value, Mapping) and depth == 0:
            inner = _one_by_one(value, 1)
            if len(inner) > 1:
                return [{**parameters, key: part} for part in inner]
    return [parameters]


def observation(used: Used, time: str, function: str, decision: str, origin: str) -> Observation:
    """The observation of a used action."""
    return Observation(time, function, "action", used.action, used.resource, decision, origin)


def arguments_of(parameters: Mapping[str, Any]) -> dict[str, CallArgument]:
    """Parameters under paths as facts name them: ``TransactItems[].Put.TableName`` for what stands
    inside structures, ``RequestItems{}`` for the keys of a map.

    Data does not tell a map from a structure, so every object is both.
    """
    texts: dict[str, dict[str, None]] = {}
    for path, text in _texts(parameters, "", 0):
        known = texts.get(path)
        if known is None and len(texts) < MAX_PATHS:
            known = texts[path] = {}
        if known is not None and len(known) < MAX_TEXTS:
            known[text] = None
    return {path: _argument(tuple(found)) for path, found in texts.items()}


def _argument(texts: tuple[str, ...]) -> CallArgument:
    return CallArgument(texts=texts, patterns=texts)


def _texts(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if path:
                yield f"{path}{{}}", str(key)[:MAX_TEXT]
            yield from _texts(item, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, f"{path}[]", depth + 1)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif isinstance(value, (str, int, float)):
        yield path, str(value)[:MAX_TEXT]
