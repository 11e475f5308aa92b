"""One event of a function or state machine while it is expanded."""

from __future__ import annotations

from typing import Any

from ringfence.loaders.construct import is_set, make_mapping, mapping_of
from ringfence.loaders.sam.context import Expansion, Shorthand
from ringfence.loaders.sam.roles import RoleDraft
from ringfence.loaders.sam.targets import Target
from ringfence.loaders.template import TemplateResource
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.value import Mapping, Reference, Value, string


@record(frozen=True)
class Event:
    """``id`` is the prefix of the logical ids that SAM gives to what the event becomes."""

    name: str
    kind: str
    properties: Mapping
    location: Location
    source: Shorthand
    target: Target
    draft: RoleDraft
    expansion: Expansion

    @property
    def id(self) -> str:
        return self.source.logical_id + self.name

    def get(self, name: str) -> Value | None:
        return self.properties.get(name)

    @property
    def arn(self) -> Reference:
        """What the event's rule, subscription or notification points at."""
        return self.target.arn(self.expansion, self.location)

    def picked(self, *names: str) -> dict[str, Any]:
        """Those properties that are set, under their own names."""
        return {name: self.get(name) for name in names if is_set(self.get(name))}

    def add(self, logical_id: str, type_: str, properties: dict[str, Any]) -> TemplateResource:
        return self.expansion.add(
            logical_id, type_, self._located(properties), self.source, self.location
        )

    def _located(self, properties: dict[str, Any]) -> Mapping:
        made = make_mapping(properties, self.location)
        keys = {key: place for key, place in self.properties.keys.items() if key in made}
        return Mapping(made.entries, made.location, made.origins, keys)

    def permit(
        self,
        principal: str,
        source_arn: Value | None = None,
        source_account: Value | None = None,
        suffix: str = "Permission",
        token: Value | None = None,
    ) -> None:
        """Lets a service invoke the function."""
        self.add(
            self.id + suffix,
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunction",
                "FunctionName": self.target.function_name(self.expansion, self.location),
                "Principal": principal,
                "SourceArn": source_arn,
                "SourceAccount": source_account,
                "EventSourceToken": token,
            },
        )

    def dead_letter_queue(self, source_arn: Value | None) -> dict[str, Any] | None:
        """``DeadLetterConfig`` of a rule or schedule; makes the queue when SAM would.

        ``source_arn`` is what may send to a queue made here; None where a role does it.
        """
        if not is_set(self.get("DeadLetterConfig")):
            return None
        config = mapping_of(self.get("DeadLetterConfig"))
        arn = config.get("Arn")
        if arn is not None:
            return {"Arn": arn}
        logical_id = string(config.get("QueueLogicalId")) or f"{self.id}Queue"
        self.add(logical_id, "AWS::SQS::Queue", {})
        queue = self.expansion.arn(logical_id, self.location)
        if source_arn is not None:
            statement = {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue,
                "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
            }
            self.add(
                f"{self.id}QueuePolicy",
                "AWS::SQS::QueuePolicy",
                {
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                    "Queues": [self.expansion.ref(logical_id, self.location)],
                },
            )
        return {"Arn": queue}
