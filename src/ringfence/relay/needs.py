"""What operations need, from the room of permissions, as the recorder asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ringfence.logs.observing import Place, Requirement
from ringfence.model.facts import CallArgument


def requirements(
    service: str,
    operation: str,
    arguments: Mapping[str, CallArgument],
    place: Place,
    complete: bool,
) -> Sequence[Requirement] | None:
    """The actions of an operation with their resources; None when nothing is known of it."""
    return None
