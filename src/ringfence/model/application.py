"""The application as a graph: functions, resources, roles, and who may cause what."""

from __future__ import annotations

from ringfence.model.location import Location, Origin, Skipped, UnknownValue
from ringfence.model.policy import PolicyDocument
from ringfence.model.record import field, record
from ringfence.model.severity import Exposure
from ringfence.model.value import EMPTY, NOWHERE, Mapping, Value

#: The trigger kinds, verbatim in rules, findings, contracts and ``--trigger``.
TRIGGER_KINDS = (
    "apigateway-rest", "apigateway-http", "apigateway-websocket", "function-url", "alb", "s3",
    "sqs", "sns", "dynamodb-stream", "kinesis", "eventbridge", "schedule", "pipe", "cognito",
    "iot", "ses", "logs", "kafka", "mq", "stepfunctions", "appsync", "config", "codepipeline",
    "cloudfront", "alexa", "invoke",
    "azure-http", "azure-queue", "azure-servicebus", "azure-blob", "azure-eventhub",
    "azure-eventgrid", "azure-cosmosdb", "azure-timer", "google-http", "google-pubsub",
    "google-storage", "google-firestore", "google-cloudevent", "cloudevents", "openfaas",
)  # fmt: skip

#: The kinds of other clouds than AWS: Azure Functions, Google Cloud Functions, Knative, OpenFaaS.
OUTSIDE_KINDS = frozenset(
    kind
    for kind in TRIGGER_KINDS
    if kind.startswith(("azure-", "google-")) or kind in ("cloudevents", "openfaas")
)

#: Of those, the kinds that answer a request over HTTP.
OUTSIDE_HTTP_KINDS = ("azure-http", "google-http", "cloudevents", "openfaas")

#: The kinds of resource that Ringfence reasons about; "" is every other provider type.
RESOURCE_KINDS = (
    "bucket", "table", "queue", "topic", "stream", "bus", "rule", "schedule", "pipe", "api",
    "stage", "authorizer", "state-machine", "user-pool", "user-pool-client", "identity-pool",
    "secret", "parameter", "key", "log-group", "alarm", "trail", "load-balancer", "distribution",
    "graphql-api", "domain", "certificate", "vpc", "subnet", "security-group", "vpc-endpoint",
    "database", "cache", "file-system", "search-domain", "registry", "delivery-stream",
    "layer", "function", "role", "policy", "resource-policy", "permission", "",
)  # fmt: skip


@record(frozen=True)
class Resource:
    """Any resource of a template in its resolved form.

    ``id`` is ``<template path>#<logical id>``, unique in the application and equal to the
    ``resource`` of every :class:`~ringfence.model.value.Reference` that points here. ``type`` is
    the provider's (``AWS::S3::Bucket``), ``kind`` ours. ``attributes`` holds what stands beside
    the properties (``DeletionPolicy``, ``UpdateReplacePolicy``, ``Metadata``). ``generated_from``
    is the id of the user's resource that a shorthand expanded into this one; ``shorthand`` tells
    which it was: ``sam``, ``globals`` (SAM makes it and no resource of the user's stands for it),
    ``serverless``, or "" for a resource that is written out.
    """

    id: str
    type: str
    kind: str
    properties: Mapping
    location: Location
    attributes: Mapping = EMPTY
    name: Value | None = None
    generated_from: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    shorthand: str = ""

    @property
    def logical_id(self) -> str:
        return self.id.rpartition("#")[2]

    @property
    def template(self) -> str:
        return self.id.rpartition("#")[0]


@record(frozen=True)
class CodeLocation:
    """Where a function's code lies, relative to the scanned root.

    ``root`` is the code folder (imports resolve inside it and ``layers``), ``file`` the handler's
    file, ``symbol`` the exported handler (``lambda_handler``; dotted for nested exports).
    ``registered`` tells that the code gives its handler to a library under the name ``symbol``
    instead of exporting it. ``parameters`` is what the handler receives, where that is not the
    event and a context: ``event``, or a part of it (``event.body``), the name of a type of the
    taint tables, an input or output binding with the name of its store
    (``azure.BlobInput#receipts/{id}``), or "" for what says nothing. ``inline`` is the source text
    of template-embedded code (then ``file`` is the template and ``inline_location`` the first line
    of the text).
    """

    root: str
    file: str
    symbol: str
    layers: tuple[str, ...] = ()
    inline: str | None = None
    inline_location: Location = NOWHERE
    registered: bool = False
    parameters: tuple[str, ...] = ()


@record(frozen=True)
class Function:
    """A function. ``None`` means "not set"; an ``Unknown`` value means "set, not known".

    ``language`` is python, javascript, typescript, java, dotnet, go, ruby, custom or "".
    ``code`` is None when the handler could not be resolved; ``code_problem`` then says why.
    ``memory_mib``, ``timeout_s``, ``concurrency`` (reserved), ``ephemeral_mib`` keep known
    numbers; the raw value is in ``resource.properties``, normalised to the shape of
    ``AWS::Lambda::Function`` for every template format.
    """

    id: str
    logical_id: str
    name: Value | None
    resource: Resource
    runtime: str
    language: str
    handler: str
    code: CodeLocation | None
    code_problem: str
    role: str | None
    environment: dict[str, Value]
    memory_mib: int | None
    timeout_s: int | None
    concurrency: int | None
    location: Location
    ephemeral_mib: int | None = None
    package: str = "zip"
    layers: tuple[Value, ...] = ()
    in_vpc: bool = False
    origins: tuple[Origin, ...] = ()


@record(frozen=True)
class Role:
    """An execution role and every policy on it, wherever it was declared.

    ``id`` is the resource's id, or ``<function id>!role`` for one that a shorthand generates.
    ``complete`` is False when some policy could not be read (unknown managed policy, imported
    role); ``gaps`` says which.
    """

    id: str
    policies: tuple[PolicyDocument, ...]
    location: Location
    trust: PolicyDocument | None = None
    boundary: PolicyDocument | None = None
    managed: tuple[str, ...] = ()
    generated: bool = False
    complete: bool = True
    gaps: tuple[str, ...] = ()

    @property
    def logical_id(self) -> str:
        return self.id.rpartition("#")[2]


@record(frozen=True)
class Sender:
    """Who may cause an event, in words and as an exposure, with the line that shows it."""

    exposure: Exposure
    who: str
    reason: str
    proof: Location | None = None


@record(frozen=True)
class Authentication:
    """What an entry point demands. ``kind`` is none, iam, jwt, cognito, custom, api-key, oauth,
    mutual-tls, signature, provider (the platform itself calls) or unknown."""

    kind: str
    detail: str = ""
    proof: Location | None = None


@record(frozen=True)
class Trigger:
    """An entry point: which event reaches which function, and who may cause it.

    ``name`` is what people call it (``POST /orders``, ``bucket Uploads``). ``source`` is the id of
    the resource that delivers it, or "". ``properties`` keeps the resolved event definition
    (batch size, filters, CORS, …). ``failure_destination`` tells whether lost events go anywhere.
    ``answers`` is off where what the function returns never reaches the sender, though the kind is
    one that answers: a WebSocket route without a route response. ``fed`` is off where the sender
    causes the event and yet writes none of it: a later state of a state machine gets what the
    states before it give.
    """

    id: str
    kind: str
    function: str
    name: str
    sender: Sender
    authentication: Authentication
    location: Location
    source: str = ""
    method: str = ""
    path: str = ""
    protocol: str = ""
    properties: Mapping = EMPTY
    answers: bool = True
    fed: bool = True


@record(frozen=True)
class Channel:
    """One function's output that becomes another's event, through ``resource`` or directly.

    ``kind`` is the trigger kind that delivers it (``invoke`` for a direct call). ``trigger`` is the
    id of the trigger at the far end.
    """

    kind: str
    writer: str
    reader: str
    resource: str
    trigger: str
    location: Location


@record(frozen=True)
class Workflow:
    """The definition of a state machine; ``functions`` are those that its task states call, by the
    names of the states. ``machine`` is the id of the resource."""

    machine: str
    definition: Mapping
    functions: dict[str, tuple[str, ...]]


@record(frozen=True)
class ResourcePolicy:
    """A policy attached to a resource (bucket, queue, topic, function, key, API, …). ``generated``
    tells that a shorthand writes it, so that nobody can add to it."""

    resource: str
    kind: str
    document: PolicyDocument
    location: Location
    generated: bool = False


@record(frozen=True)
class TemplateFile:
    """A template that was read. ``format`` is sam, cloudformation or serverless."""

    path: str
    format: str
    description: str = ""


@record()
class Application:
    """Everything declared, from all templates of one scanned root.

    The maps are keyed by id. ``asks`` are the names that were looked for without success, as kind
    (several with commas, "" for any, "export" for an exported value), colon, name, with ``*`` for
    unknown parts; ``exports`` are the names of values that templates give to others. Built by
    :mod:`ringfence.loaders`; later stages read it, and may ask for more names.
    """

    root: str
    templates: tuple[TemplateFile, ...] = ()
    functions: dict[str, Function] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    resource_policies: list[ResourcePolicy] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unknowns: list[UnknownValue] = field(default_factory=list)
    asks: set[str] = field(default_factory=set)
    exports: list[str] = field(default_factory=list)
    workflows: list[Workflow] = field(default_factory=list)
    triggers_indexed: int = 0
    triggers_by_function: dict[str, list[Trigger]] = field(default_factory=dict)

    def triggers_of(self, function_id: str) -> list[Trigger]:
        """The triggers of a function; the index is made anew when triggers were added."""
        if self.triggers_indexed != len(self.triggers):
            self.triggers_by_function.clear()
            for trigger in self.triggers.values():
                self.triggers_by_function.setdefault(trigger.function, []).append(trigger)
            self.triggers_indexed = len(self.triggers)
        return self.triggers_by_function.get(function_id, [])

    def role_of(self, function: Function) -> Role | None:
        return self.roles.get(function.role) if function.role else None

    def resources_of(self, *kinds: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.kind in kinds]
