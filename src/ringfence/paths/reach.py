"""What a function's role opens, remembered per role, with the data classes that people stated."""

from __future__ import annotations

from collections.abc import Mapping

from ringfence.model.application import Application, Function, Resource
from ringfence.model.finding import Power
from ringfence.model.record import replace
from ringfence.permissions.data_classes import (
    NO_CLASS,
    DataClass,
    class_named,
    data_class_of,
    worst_class,
)
from ringfence.permissions.escalate import Escalation, escalations_of
from ringfence.permissions.powers import WHOLE_ACCOUNT, powers_of

#: Classes that people may state to say that nothing is lost.
_HARMLESS = {"public", "internal"}


class Reach:
    """Powers, escalations and data classes of one application, each worked out once."""

    def __init__(self, application: Application, classes: Mapping[str, str]) -> None:
        self.application = application
        self._stated = classes
        self._powers: dict[str, list[Power]] = {}
        self._escalations: dict[str, list[Escalation]] = {}

    def data(self, resource: Resource | None) -> DataClass:
        """The class of the data in a resource: what the user stated, else tags, else its name."""
        if resource is None:
            return NO_CLASS
        stated = self._stated.get(resource.id)
        if stated is None:
            return data_class_of(resource)
        return NO_CLASS if stated in _HARMLESS else class_named(stated)

    def powers(self, function: Function) -> list[Power]:
        """What the function's role may do; nothing when the role is not known."""
        role = self.application.role_of(function)
        if role is None:
            return []
        found = self._powers.get(role.id)
        if found is None:
            found = [self._restated(power) for power in powers_of(role, self.application)]
            self._powers[role.id] = found
        return found

    def escalations(self, function: Function) -> list[Escalation]:
        """The dangerous combinations that the function's role holds."""
        role = self.application.role_of(function)
        if role is None:
            return []
        found = self._escalations.get(role.id)
        if found is None:
            found = self._escalations[role.id] = escalations_of(role, self.application)
        return found

    def worst(self, powers: list[Power]) -> DataClass:
        """The gravest class among what the powers read, write or delete."""
        classes = [class_named(p.data_class, p.guessed) for p in powers if p.data_class]
        if any(power.target == WHOLE_ACCOUNT for power in powers):
            classes += [self.data(resource) for resource in self.application.resources.values()]
        return worst_class(classes)

    def _restated(self, power: Power) -> Power:
        resource = self.application.resources.get(power.resource)
        if resource is None or resource.id not in self._stated:
            return power
        data = self.data(resource)
        return replace(power, data_class=data.name, guessed=data.guessed)
