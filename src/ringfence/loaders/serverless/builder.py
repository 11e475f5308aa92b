"""Collects the CloudFormation resources that a service compiles to, not yet resolved."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, make_mapping, mapping_of
from ringfence.loaders.serverless.naming import function_id, function_prefix
from ringfence.loaders.serverless.service import FunctionEntry, Service
from ringfence.model.location import Location, Skipped
from ringfence.model.record import field, record
from ringfence.model.value import Mapping, Scalar, Sequence, Value, string


def ref(logical_id: str) -> dict[str, Any]:
    return {"Ref": logical_id}


def attribute(logical_id: str, name: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, name]}


def sub(text: str) -> dict[str, Any]:
    return {"Fn::Sub": text}


@record()
class Statements:
    """The statements of one execution role, and its managed policies."""

    statements: list[Value] = field(default_factory=list)
    managed: list[Value] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def allow(self, actions: list[str], resources: Any, place: Location) -> None:
        made = make_mapping({"Effect": "Allow", "Action": actions, "Resource": resources}, place)
        if repr(made) not in self._seen:
            self._seen.add(repr(made))
            self.statements.append(made)


@record()
class Builder:
    """``roles`` maps a function's key to the role that gets what its events need."""

    service: Service
    resources: dict[str, Value] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Statements] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    shared: Statements = field(default_factory=Statements)
    #: How many of each thing that the framework numbers are there.
    numbers: dict[str, int] = field(default_factory=dict)
    #: Services besides Lambda that may assume the roles made here.
    principals: list[str] = field(default_factory=list)

    def add(
        self,
        logical_id: str,
        type_: str,
        properties: dict[str, Any] | Mapping,
        place: Location,
        *,
        owner: str = "",
        attributes: dict[str, Any] | None = None,
    ) -> str:
        """Adds a resource, unless one of this id is there; gives the id. ``owner`` is the key of
        the function that it belongs to."""
        if logical_id not in self.resources:
            body = {"Type": type_, "Properties": properties, **(attributes or {})}
            self.resources[logical_id] = make_mapping(body, place)
            self.places[logical_id] = place
            if owner:
                self.owners[logical_id] = function_id(owner)
        return logical_id

    def has(self, logical_id: str) -> bool:
        return logical_id in self.resources

    def properties(self, logical_id: str) -> Mapping:
        return mapping_of(mapping_of(self.resources.get(logical_id)).get("Properties"))

    def append(self, logical_id: str, name: str, items: list[Value], place: Location) -> None:
        """Adds items to a list property of a resource made here."""
        properties = self.properties(logical_id)
        present = properties.get(name)
        listed = present.items if isinstance(present, Sequence) else []
        properties.entries[name] = Sequence([*listed, *items], place)

    def next_number(self, name: str) -> int:
        """1, 2, … for each thing that the framework numbers."""
        self.numbers[name] = self.numbers.get(name, 0) + 1
        return self.numbers[name]

    def skip(self, what: str, reason: str, place: Location, cure: str = "") -> None:
        self.skipped.append(Skipped(what, reason, place, cure))

    def allow(
        self,
        function: FunctionEntry,
        actions: list[str],
        resources: Any,
        place: Location,
        *,
        own: bool = False,
    ) -> None:
        """Allows what a function's event needs. The framework puts it all into the shared role,
        also for functions with another role; ``own`` is what the plugin for roles per function
        repeats in the function's own."""
        self.shared.allow(actions, resources, place)
        if own and function.key in self.roles:
            self.roles[function.key].allow(actions, resources, place)


@record(frozen=True)
class Event:
    """One event of a function: its kind, settings (an object, or a text), and place. ``number``
    counts the function's events of this kind from 1, ``position`` those of every kind."""

    kind: str
    value: Value
    location: Location
    function: FunctionEntry
    builder: Builder
    number: int
    position: int = 1

    @property
    def settings(self) -> Mapping:
        return mapping_of(self.value)

    def get(self, *names: str) -> Value | None:
        """The first of the settings that is set."""
        for name in names:
            value = self.settings.get(name)
            if is_set(value):
                return value
        return None

    def text(self, *names: str) -> str:
        return string(self.get(*names)) or ""

    @property
    def prefix(self) -> str:
        return function_prefix(self.function.key)

    @property
    def target(self) -> dict[str, Any]:
        """The function's ARN."""
        return attribute(function_id(self.function.key))

    def add(self, logical_id: str, type_: str, properties: dict[str, Any]) -> str:
        return self.builder.add(
            logical_id, type_, properties, self.location, owner=self.function.key
        )

    def permit(self, logical_id: str, principal: Any, **properties: Any) -> None:
        """Lets a service invoke the function."""
        self.add(
            logical_id,
            "AWS::Lambda::Permission",
            {
                "FunctionName": self.target,
                "Action": "lambda:InvokeFunction",
                "Principal": principal,
                **properties,
            },
        )

    def skip(self, reason: str, cure: str = "") -> None:
        what = f"event {self.kind} of {self.function.key}"
        self.builder.skip(what, reason, self.location, cure)


def enabled(value: Value | None, place: Location) -> Value:
    """``enabled``, which is true unless set."""
    return value if value is not None else Scalar(True, place)
