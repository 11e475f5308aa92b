"""API integrations that write straight into another service (queue, topic, bus, table, …).

A REST API names the service in the integration's URI
(``arn:aws:apigateway:<region>:sqs:path/<account>/<queue>``), an HTTP API in its subtype
(``SQS-SendMessage``); the target stands in the URI, the parameters or a request template.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.policies import DEFAULT_BUS
from ringfence.loaders.aws.senders import WRITING
from ringfence.loaders.aws.triggers.access import Access
from ringfence.loaders.aws.triggers.builder import Triggers
from ringfence.loaders.aws.values import alternatives, first, has_references, rendered, text_of
from ringfence.model.application import Resource
from ringfence.model.location import Location
from ringfence.model.value import Mapping, Scalar, Sequence, Text, Value

WRITABLE = (
    "queue",
    "topic",
    "stream",
    "bus",
    "table",
    "state-machine",
    "bucket",
    "delivery-stream",
)
_SERVICE_KINDS = {
    "sqs": "queue",
    "sns": "topic",
    "kinesis": "stream",
    "events": "bus",
    "eventbridge": "bus",
    "dynamodb": "table",
    "states": "state-machine",
    "stepfunctions": "state-machine",
    "s3": "bucket",
    "firehose": "delivery-stream",
}
_READING = ("get", "query", "scan", "list", "describe", "receive", "batchget", "head")
_IGNORED_KEYS = frozenset(("Credentials", "credentials", "CredentialsArn"))
_MAXIMUM_VALUES = 400


def feed_from_integration(
    triggers: Triggers, integration: Mapping, label: str, held: Access, at: Location
) -> None:
    """Note that callers of an endpoint write into the resources of its integration."""
    service, action, method = _service(integration)
    kind = _SERVICE_KINDS.get(service)
    if kind is None or _reads(action, method, service):
        return
    targets = [item for item in _targets(triggers.graph, integration) if item.kind == kind]
    targets = targets or _by_role(triggers, integration, kind)
    identifiers = [item.id for item in targets]
    if kind == "bus" and not identifiers:
        identifiers = [DEFAULT_BUS]
    for identifier in dict.fromkeys(identifiers):
        triggers.senders.feed(identifier, f"{label} writes to it", lambda: held.sender, at)


def _by_role(triggers: Triggers, integration: Mapping, kind: str) -> list[Resource]:
    """What an integration may write to when the caller picks the target: what its role allows."""
    graph = triggers.graph
    found = []
    for key in ("Credentials", "credentials", "CredentialsArn"):
        for resource in graph.find(integration.get(key), "role"):
            role = graph.application.roles.get(resource.id)
            if role is None:
                continue
            for target in graph.application.resources_of(kind):
                action = WRITING[kind][0]
                if triggers.senders.guests.may(role, action, target):
                    found.append(target)
    return found


def _service(integration: Mapping) -> tuple[str, str, str]:
    """Service, action and HTTP method of an integration; "" for what is not known."""
    subtype = text_of(integration, "IntegrationSubtype") or text_of(
        integration, "integrationSubtype"
    )
    if subtype:
        service, _, action = subtype.partition("-")
        return service.lower(), action, ""
    uri = (
        first(integration, "uri")
        or first(integration, "Uri")
        or first(integration, "IntegrationUri")
    )
    parts = rendered(uri).split(":", 5)
    if len(parts) < 6 or parts[2] != "apigateway":
        return "", "", ""
    method = text_of(integration, "httpMethod") or text_of(integration, "IntegrationHttpMethod")
    verb, _, rest = parts[5].partition("/")
    service = parts[4].rpartition(".")[2]
    return service, rest.partition("&")[0] if verb == "action" else "", method


def _reads(action: str, method: str, service: str) -> bool:
    if action:
        return action.lower().startswith(_READING)
    return service == "s3" and method.upper() in ("GET", "HEAD")


def _targets(graph: Graph, integration: Mapping) -> Iterator[Resource]:
    for value in strings(integration):
        if has_references(value):
            yield from graph.find(value, *WRITABLE)
            continue
        text = rendered(value)
        parts = text.split(":", 5)
        if len(parts) == 6 and parts[2] == "apigateway":
            subdomain = parts[4].rpartition(".")[0]  # <bucket>.s3
            for name in (subdomain, *parts[5].split("/")[1:]):
                yield from graph.find(Scalar(name, value.location), *WRITABLE)
        elif text.startswith(("arn:", "https://sqs")):
            yield from graph.find(value, *WRITABLE)


def strings(value: Value) -> Iterator[Value]:
    """The texts inside a value, all branches, credentials left out; bounded."""
    stack = [value]
    count = 0
    while stack and count < _MAXIMUM_VALUES:
        for branch in alternatives(stack.pop()):
            count += 1
            if isinstance(branch, Mapping):
                stack.extend(
                    item for key, item in branch.entries.items() if key not in _IGNORED_KEYS
                )
            elif isinstance(branch, Sequence):
                stack.extend(branch.items)
            elif isinstance(branch, (Scalar, Text)) or has_references(branch):
                yield branch
