"""The application as checks look at it: the model, its facts, and indexes made once on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringfence.checks.data_classes import DataClass, classify
from ringfence.config import Config
from ringfence.files import read_regular
from ringfence.model.application import (
    Application,
    Function,
    Resource,
    ResourcePolicy,
    Role,
    Trigger,
)
from ringfence.model.facts import CloudCall, Facts, Flow, Use
from ringfence.model.finding import Power
from ringfence.model.location import Location, Skipped, UnknownValue
from ringfence.model.severity import Exposure
from ringfence.model.value import Choice, Mapping, Reference, Sequence, Text, Value

if TYPE_CHECKING:
    from ringfence.permissions.escalate import Escalation

#: Larger files are not read for suppressing comments and fingerprints (they are still scanned).
MAX_TEXT_BYTES = 5_000_000


class Room:
    """Everything a check may ask. Built once per scan; all indexes are lazy."""

    def __init__(
        self,
        application: Application,
        facts: Facts,
        config: Config,
        today: date,
        read_text: Callable[[str], str | None] | None = None,
    ) -> None:
        self.application = application
        self.facts = facts
        self.config = config
        self.today = today
        self.unknowns: list[UnknownValue] = []
        self.problems: list[Skipped] = []
        self._read_text = read_text or FileTexts(application.root)
        self._lines: dict[str, list[str]] = {}
        self._classes: dict[str, DataClass] = {}
        self._powers: dict[str, list[Power]] = {}
        self._role_views: dict[str, dict[str, Any]] = {}
        self._escalations: dict[str, list[Escalation]] = {}

    def lines(self, file: str) -> list[str]:
        """The lines of a file of the application; empty when it cannot be read."""
        if file not in self._lines:
            self._lines[file] = (self._read_text(file) or "").splitlines()
        return self._lines[file]

    @cached_property
    def by_type(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.application.resources.values():
            index[resource.type].append(resource)
        return index

    @cached_property
    def triggers_by_function(self) -> dict[str, list[Trigger]]:
        index: dict[str, list[Trigger]] = defaultdict(list)
        for trigger in self.application.triggers.values():
            index[trigger.function].append(trigger)
        for triggers in index.values():
            triggers.sort(key=lambda trigger: -trigger.sender.exposure)
        return index

    @cached_property
    def triggers_by_source(self) -> dict[str, list[Trigger]]:
        index: dict[str, list[Trigger]] = defaultdict(list)
        for trigger in self.application.triggers.values():
            if trigger.source:
                index[trigger.source].append(trigger)
        return index

    @cached_property
    def functions_by_role(self) -> dict[str, list[Function]]:
        index: dict[str, list[Function]] = defaultdict(list)
        for function in self.application.functions.values():
            if function.role:
                index[function.role].append(function)
        return index

    @cached_property
    def policies_by_resource(self) -> dict[str, list[ResourcePolicy]]:
        index: dict[str, list[ResourcePolicy]] = defaultdict(list)
        for policy in self.application.resource_policies:
            index[policy.resource].append(policy)
        return index

    @cached_property
    def flows_by_function(self) -> dict[str, list[Flow]]:
        index: dict[str, list[Flow]] = defaultdict(list)
        for flow in self.facts.flows:
            index[flow.function].append(flow)
        return index

    @cached_property
    def uses_by_function(self) -> dict[str, list[Use]]:
        index: dict[str, list[Use]] = defaultdict(list)
        for use in self.facts.uses:
            index[use.function].append(use)
        return index

    @cached_property
    def calls_by_function(self) -> dict[str, list[CloudCall]]:
        index: dict[str, list[CloudCall]] = defaultdict(list)
        for call in self.facts.calls:
            index[call.function].append(call)
        return index

    @cached_property
    def code_holders(self) -> frozenset[str]:
        """The ids of what some function's code is fetched from: buckets, repositories."""
        return frozenset(
            reference.resource
            for function in self.application.functions.values()
            for reference in references(function.resource.properties.get("Code"))
        )

    @cached_property
    def referrers(self) -> dict[str, list[Resource]]:
        """For each resource id, the resources whose properties point at it."""
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.application.resources.values():
            for target in {ref.resource for ref in references(resource.properties)}:
                index[target].append(resource)
        return index

    def companions(self, resource: Resource, *types: str) -> list[Resource]:
        """The resources of these types that point at a resource."""
        return [other for other in self.referrers.get(resource.id, ()) if other.type in types]

    def exposure_of(self, function_id: str) -> Exposure:
        """The exposure of a function's widest trigger; UNKNOWN without a template's triggers."""
        triggers = self.triggers_by_function.get(function_id)
        return triggers[0].sender.exposure if triggers else Exposure.NONE

    def widest_trigger(self, function_id: str) -> Trigger | None:
        triggers = self.triggers_by_function.get(function_id)
        return triggers[0] if triggers else None

    def data_class(self, resource: Resource) -> DataClass:
        """The class of the data that a resource holds."""
        if resource.id not in self._classes:
            self._classes[resource.id] = classify(resource, self.config)
        return self._classes[resource.id]

    def powers_of(self, role: Role) -> list[Power]:
        """What a role allows, with the class of the data that each power reaches."""
        if role.id not in self._powers:
            from ringfence.permissions.powers import powers_of

            self._powers[role.id] = powers_of(role, self.application)
        return self._powers[role.id]

    def escalations_of(self, role: Role) -> list[Escalation]:
        """The dangerous combinations that a role holds, the most direct first."""
        if role.id not in self._escalations:
            from ringfence.permissions.escalate import escalations_of

            self._escalations[role.id] = escalations_of(role, self.application)
        return self._escalations[role.id]

    def role_view(self, role: Role) -> dict[str, Any]:
        """The facts of a role and its statements, computed once for all rules."""
        if role.id not in self._role_views:
            from ringfence.permissions.views import role_view

            self._role_views[role.id] = role_view(role, self.application)
        return self._role_views[role.id]

    def power_class(self, power: Power) -> str:
        """The data class that a power reaches, "" when none is known."""
        if power.data_class:
            return power.data_class
        resource = self.application.resources.get(power.resource)
        return self.data_class(resource).name if resource is not None else ""

    def resource_of(self, value: Value | None) -> Resource | None:
        """The resource of this application that a value points at, by reference or by name."""
        for reference in references(value):
            found = self.application.resources.get(reference.resource)
            if found is not None:
                return found
        return None

    def note_unknown(self, what: str, reason: str, location: Location | None) -> None:
        self.unknowns.append(UnknownValue(what, reason, location))

    def note_problem(self, what: str, reason: str) -> None:
        """Note, once, that some rules could not look at something."""
        problem = Skipped(what, reason)
        if problem not in self.problems:
            self.problems.append(problem)


def references(value: Value | None) -> Iterable[Reference]:
    """Every reference inside a value, both branches of choices included."""
    if isinstance(value, Reference):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Reference))
    elif isinstance(value, Mapping):
        for item in value.entries.values():
            yield from references(item)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from references(item)
    elif isinstance(value, Choice):
        for branch in value.branches():
            yield from references(branch)


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of some globs, letter case aside."""
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern.lower()) for pattern in patterns)


class FileTexts:
    """Reads text files below a root, never through links that leave it, under a size limit."""

    def __init__(self, root: str) -> None:
        base = Path(root or ".")
        self.root = (base.parent if base.is_file() else base).resolve()

    def __call__(self, file: str) -> str | None:
        try:
            path = (self.root / file).resolve()
            if not path.is_relative_to(self.root) or not path.is_file():
                return None
            if path.stat().st_size > MAX_TEXT_BYTES:
                return None
            return read_regular(path, MAX_TEXT_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            return None
