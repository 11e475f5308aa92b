"""Who may put something into a bucket, a queue, a topic, a bus, a table, a state machine.

Three things open a resource: its own policy (and a bucket's access control list), the roles that
an identity pool hands out, and *feeds*: something else that writes into it on behalf of others
(an API that sends to a queue, a topic that a queue subscribes to, mail that is stored in a
bucket). A feed's sender is followed to its own source.
"""

from __future__ import annotations

from collections.abc import Callable

from ringfence.loaders.aws.audience import Admitted, admitted
from ringfence.loaders.aws.graph import Graph, name_of
from ringfence.loaders.aws.guests import Guests
from ringfence.loaders.aws.policies import DEFAULT_BUS, documents_on
from ringfence.loaders.aws.values import every, items, place, surely, text_of, texts
from ringfence.model.application import Resource, Sender
from ringfence.model.location import Location
from ringfence.model.policy import Pattern
from ringfence.model.record import record, replace
from ringfence.model.severity import Exposure
from ringfence.model.value import Mapping, Scalar

#: Kind → the actions that put something into it.
WRITING = {
    "bucket": ("s3:PutObject",),
    "queue": ("sqs:SendMessage",),
    "topic": ("sns:Publish",),
    "stream": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "bus": ("events:PutEvents",),
    "table": ("dynamodb:PutItem", "dynamodb:UpdateItem"),
    "state-machine": ("states:StartExecution", "states:StartSyncExecution"),
    "function": ("lambda:InvokeFunction",),
    "delivery-stream": ("firehose:PutRecord",),
    "log-group": ("logs:PutLogEvents",),
}
NOBODY = Sender(Exposure.NONE, "nobody outside", "the platform makes the event itself")


@record(frozen=True)
class Feed:
    """``sender`` puts things into a resource by way of ``through`` (words)."""

    through: str
    sender: Sender | Callable[[], Sender]
    location: Location


class Senders:
    """Answers, with memory, who may write into which resource."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.feeds: dict[str, list[Feed]] = {}
        self.guests = Guests(graph)
        self._known: dict[str, Sender] = {}
        self._asking: set[str] = set()

    def feed(
        self,
        target: str,
        through: str,
        sender: Sender | Callable[[], Sender],
        location: Location,
    ) -> None:
        """Note that ``sender`` writes into the resource ``target`` by way of ``through``."""
        self.feeds.setdefault(target, []).append(Feed(through, sender, location))

    def of(self, identifier: str) -> Sender:
        """The widest sender of a resource (or of :data:`DEFAULT_BUS`)."""
        known = self._known.get(identifier)
        if known is not None:
            return known
        resource = self.graph.resource(identifier)
        if identifier in self._asking or (resource is None and identifier != DEFAULT_BUS):
            return NOBODY
        self._asking.add(identifier)
        try:
            found = self._widest(identifier, resource)
        finally:
            self._asking.discard(identifier)
        if not self._asking:  # an answer from inside a cycle is partial
            self._known[identifier] = found
        return found

    def _widest(self, identifier: str, resource: Resource | None) -> Sender:
        kind = resource.kind if resource is not None else "bus"
        candidates = [self._default(resource, kind)]
        actions = WRITING.get(kind, ())
        for action in actions:
            for item in admitted(documents_on(self.graph, identifier), action):
                candidates.append(self._followed(item))
        if resource is not None and kind == "bucket":
            candidates = bucket_senders(resource, candidates)
        if resource is not None:
            for action in actions:
                candidates.extend(self.guests.who_may(action, resource))
        for feed in self.feeds.get(identifier, ()):
            sender = feed.sender() if callable(feed.sender) else feed.sender
            candidates.append(
                replace(
                    sender,
                    reason=_joined(feed.through, sender.reason),
                    proof=sender.proof or feed.location,
                )
            )
        return max(candidates, key=lambda sender: sender.exposure)

    def _default(self, resource: Resource | None, kind: str) -> Sender:
        action = WRITING.get(kind, ("",))[0]
        name = name_of(resource) if resource is not None else "the default bus"
        who = f"principals of this account with {action}" if action else "this account"
        at = resource.location if resource is not None else None
        return Sender(Exposure.ACCOUNT, who, f"no policy lets others write to {name}", at)

    def _followed(self, item: Admitted) -> Sender:
        """The sender behind the source that a policy's condition asks for."""
        for pattern in item.sources:
            source = self._source(pattern)
            if source is not None and source.kind in WRITING:
                sender = self.of(source.id)
                if sender.exposure > Exposure.ACCOUNT:
                    reason = _joined(f"{name_of(source)} may send to it", sender.reason)
                    return replace(sender, reason=reason)
                return replace(item.sender, who=f"{source.kind} {name_of(source)}")
        return item.sender

    def _source(self, pattern: Pattern) -> Resource | None:
        value = pattern.parts or Scalar(pattern.text, pattern.location)
        return next(iter(self.graph.find(value)), None)


def _joined(first: str, second: str) -> str:
    return f"{first}; {second}" if second else first


# --- buckets ----------------------------------------------------------------------------------


def bucket_senders(bucket: Resource, candidates: list[Sender]) -> list[Sender]:
    """The candidates after the bucket's block of public access, and those its ACL adds."""
    properties = bucket.properties
    block = "PublicAccessBlockConfiguration"
    if surely(properties, f"{block}.RestrictPublicBuckets") or surely(
        properties, f"{block}.BlockPublicPolicy"
    ):
        candidates = [item for item in candidates if item.exposure < Exposure.ANYONE]
    blocked = surely(properties, f"{block}.IgnorePublicAcls") or surely(
        properties, f"{block}.BlockPublicAcls"
    )
    if "PublicReadWrite" in texts(properties, "AccessControl") and not blocked:
        at = place(properties, "AccessControl")
        candidates.append(
            Sender(Exposure.ANYONE, "anyone", "the access control list PublicReadWrite", at)
        )
    return candidates + _uploads(bucket)


def _uploads(bucket: Resource) -> list[Sender]:
    """Browsers are meant to upload when a cross-origin rule allows PUT or POST."""
    for rule in items(bucket.properties, "CorsConfiguration.CorsRules"):
        if not isinstance(rule, Mapping):
            continue
        methods = {text_of(value).upper() for value in items(rule, "AllowedMethods")}
        if methods & {"PUT", "POST", "*"} and any(every(rule, "AllowedOrigins")):
            return [
                Sender(
                    Exposure.UNKNOWN,
                    "browsers with an upload address",
                    "its cross-origin rules let browsers upload, so code hands out addresses",
                    place(rule, "AllowedMethods"),
                )
            ]
    return []
