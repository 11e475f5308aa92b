"""An application as it stands deployed: concrete names, ARNs and environments.

What only a deployment decides (the random end of a generated name) is the same number everywhere,
so that a name, and the pattern of it in a policy, agree.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringfence.loaders import LoadOptions, load_application
from ringfence.model.application import Function
from ringfence.model.value import Choice, Mapping, Reference, Scalar, Sequence, Text, Value
from ringfence.permissions.physical import PhysicalNames, Place

#: What a deployment would make up; digits, so that it is the same in lower case.
RANDOM_END = "1029384756"


class Stack:
    """``endpoint`` is the base of queue URLs; ``given`` are identifiers that the cloud made up, by
    the id of the resource."""

    def __init__(self, folder: Path, place: Place) -> None:
        self.folder = folder
        self.place = place
        self.application = load_application(folder, LoadOptions())
        self.names = PhysicalNames(self.application, place)
        self.functions = {one.logical_id: one for one in self.application.functions.values()}
        self.endpoint = ""
        self.given: dict[str, str] = {}

    def name(self, identifier: str) -> str:
        """The name of a resource; what the cloud made up where it did."""
        return self.given.get(identifier) or filled(self.names.name(identifier))

    def arn(self, identifier: str) -> str:
        return filled(self.names.arn(identifier))

    def queue_url(self, name: str) -> str:
        return f"{self.endpoint}/{self.place.account}/{name}"

    def named(self, logical_id: str) -> str:
        """The id of the resource that a template calls so."""
        return next(
            one.id for one in self.application.resources.values() if one.logical_id == logical_id
        )

    def environment(self, function: Function) -> dict[str, str]:
        """The variables that the function finds."""
        return {name: str(self.plain(value)) for name, value in function.environment.items()}

    def plain(self, value: Value | None) -> Any:
        """A template's value as data, references in it as the names they have."""
        if isinstance(value, Scalar):
            return value.value
        if isinstance(value, Text):
            parts = (part if isinstance(part, str) else self.plain(part) for part in value.parts)
            return "".join(map(str, parts))
        if isinstance(value, Reference):
            return self._referenced(value)
        if isinstance(value, Choice) and value.branches():
            return self.plain(value.branches()[0])
        if isinstance(value, Sequence):
            return [self.plain(item) for item in value]
        if isinstance(value, Mapping):
            return {name: self.plain(item) for name, item in value.entries.items()}
        return RANDOM_END

    def _referenced(self, reference: Reference) -> str:
        resource = self.application.resources.get(reference.resource)
        if reference.attribute in ("Ref", "QueueUrl") and resource and resource.kind == "queue":
            return self.queue_url(self.name(resource.id))
        if reference.attribute == "Ref" and reference.resource in self.given:
            return self.given[reference.resource]
        return filled(self.names.text(reference))


def filled(pattern: str) -> str:
    """A name that the pattern means."""
    return pattern.replace("*", RANDOM_END)
