"""A small application for stories, put together piece by piece."""

from __future__ import annotations

from typing import Any

from ringfence.model.application import (
    Application,
    Authentication,
    Channel,
    Function,
    Resource,
    Role,
    Sender,
    Trigger,
)
from ringfence.model.facts import Facts, Flow, FlowSource
from ringfence.model.finding import AttackPath, Finding
from ringfence.model.location import Location
from ringfence.model.severity import Exposure, Severity
from ringfence.model.value import Mapping, Scalar, Sequence, Value
from ringfence.paths import find_paths
from ringfence.permissions.managed import managed_policy
from ringfence.permissions.parse import parse_policy


def tree(data: Any) -> Value:
    if isinstance(data, Value):
        return data
    if isinstance(data, dict):
        return Mapping({key: tree(item) for key, item in data.items()})
    if isinstance(data, list):
        return Sequence([tree(item) for item in data])
    return Scalar(data)


def at(line: int, file: str = "template.yaml") -> Location:
    return Location(file, line)


class Shop:
    """A small application, put together piece by piece."""

    def __init__(self) -> None:
        self.application = Application("shop")
        self.facts = Facts()
        self.findings: list[Finding] = []

    def resource(
        self, name: str, type_: str, kind: str, line: int = 1, **properties: Any
    ) -> Resource:
        held = tree(properties)
        assert isinstance(held, Mapping)
        tags = properties.pop("tags", {})
        made = Resource(f"template.yaml#{name}", type_, kind, held, at(line), tags=tags)
        self.application.resources[made.id] = made
        return made

    def function(
        self, name: str, *statements: dict[str, Any], line: int = 10, managed: str = ""
    ) -> Function:
        resource = self.resource(name, "AWS::Lambda::Function", "function", line)
        policies = [parse_policy(tree(list(statements)), origin="inline policy")]
        if managed:
            found = managed_policy(managed, at(line + 2))
            assert found is not None
            policies.append(found)
        role = Role(f"{resource.id}!role", tuple(policies), at(line + 1), generated=True)
        self.application.roles[role.id] = role
        made = Function(
            resource.id, name, None, resource, "python3.13", "python", "app.handler", None, "",
            role.id, {}, 128, 3, None, at(line),
        )  # fmt: skip
        self.application.functions[made.id] = made
        return made

    def trigger(
        self,
        function: Function,
        kind: str,
        name: str,
        exposure: Exposure,
        who: str = "anyone",
        *,
        auth: str = "none",
        source: str = "",
        line: int = 20,
        path: str = "",
        reason: str = "",
    ) -> Trigger:
        made = Trigger(
            f"{function.id}/{name}", kind, function.id, name, Sender(exposure, who, reason),
            Authentication(auth), at(line), source, path=path,
        )  # fmt: skip
        self.application.triggers[made.id] = made
        return made

    def flow(
        self,
        function: Function,
        rule: str,
        effect: str,
        sink: str,
        path: str,
        *triggers: Trigger,
        line: int = 5,
        via: tuple[Channel, ...] = (),
        certainty: str = "high",
        finding: bool = True,
        value: str = "",
        remedy: str = "Pass the arguments as a list, without a shell. Then nothing is parsed.",
    ) -> None:
        place = at(line, f"{function.logical_id}/app.py")
        source = FlowSource("event", path, place, tuple(t.id for t in triggers), via)
        self.facts.flows.append(
            Flow(rule, function.id, source, sink, "command", place, (), certainty, effect, value)
        )
        if finding:
            self.findings.append(
                Finding(
                    rule, rule, "injection", Severity.HIGH, certainty, "developer", "", place,
                    remedy, f"{rule}-{line}", function=function.id,
                )
            )  # fmt: skip

    def access(self, trigger: Trigger) -> None:
        """The finding that the checks make on an open entry."""
        self.findings.append(
            Finding(
                "anonymous-entry", "", "access", Severity.MEDIUM, "high", "developer", "",
                trigger.location, "", f"anonymous-{trigger.name}", trigger=trigger.id,
            )
        )  # fmt: skip

    def paths(self, **options: Any) -> list[AttackPath]:
        return find_paths(self.application, self.facts, self.findings, **options)


def story(path: AttackPath) -> str:
    head = f"[{path.severity}, {path.confidence}] {path.title}"
    lines = [f"{line.location.file}:{line.location.line} {line.text}" for line in path.lines]
    place = path.fix_location
    return "\n".join(
        [
            head,
            *lines,
            f"fix {place.file if place else ''}:{place.line if place else ''} {path.fix}",
        ]
    )


def allow(actions: Any, resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}
