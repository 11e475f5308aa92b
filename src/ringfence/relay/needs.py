"""What operations need, from the room of permissions, with the place of the call filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringfence.logs.observing import Place, Requirement
from ringfence.model.facts import CallArgument
from ringfence.model.record import replace
from ringfence.permissions import operations


class _NoResources:
    """An observed argument is a text; it names no resource of an application by its id."""

    def arn(self, resource_id: str) -> str:
        return ""

    def name(self, resource_id: str) -> str:
        return ""

    def kind(self, resource_id: str) -> str:
        return ""


_RESOLVE = _NoResources()
#: What is observed is a text, not a pattern: its own stars and brackets stand for nothing unknown.
_LITERAL = str.maketrans({"*": "\ue02a", "⟦": "\ue0e6", "⟧": "\ue0e7"})
_BACK = {value: chr(key) for key, value in _LITERAL.items()}


def requirements(
    service: str,
    operation: str,
    arguments: Mapping[str, CallArgument],
    place: Place,
    complete: bool,
) -> Sequence[Requirement] | None:
    """The actions of an operation with their ARNs; None when nothing is known of it."""
    literal = {path: _literal(argument) for path, argument in arguments.items()}
    found = operations.requirements_of(service, operation, literal, _RESOLVE, complete)
    if found is None:
        return None
    return [
        replace(item, resources=tuple(_placed(arn, place) for arn in item.resources))
        for item in found
    ]


def _literal(argument: CallArgument) -> CallArgument:
    texts = tuple(text.translate(_LITERAL) for text in argument.texts)
    return CallArgument(texts=texts, patterns=texts)


def _placed(arn: str, place: Place) -> str:
    for mark, letter in _BACK.items():
        arn = arn.replace(mark, letter)
    return (
        arn.replace("${Partition}", place.partition)
        .replace("${Region}", place.region)
        .replace("${Account}", place.account)
    )
