"""Which resources of the application a policy pattern means.

Names and ARNs are rarely literal in templates. Here every resource gets one *symbolic* ARN, and
every pattern the same symbolic spelling: references become the name or ARN of what they point to,
what only a deployment decides becomes an opaque token, and partition, region and account become
``-`` (an application's policies speak of the place it is deployed to). Then plain matching of
patterns answers, for literal names, references, ``${Stage}-orders`` on both sides, and names that
the provider generates (``<stack>-<logical id>-<random>``).

Source of the ARN forms: the AWS Service Authorization Reference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, TypeVar

from ringfence.model.application import Application, Resource, Role
from ringfence.model.policy import Pattern
from ringfence.model.value import Choice, Reference, Scalar, Text, Unknown, Value
from ringfence.permissions.data_classes import DataClass
from ringfence.permissions.globs import has_wildcard, overlaps

T = TypeVar("T")
HasId = Resource | Role

_OPEN, _CLOSE = "⟦", "⟧"
#: Letters compared with letters, in all questions about one application; about four seconds.
MAX_WORK = 60_000_000
STACK = f"{_OPEN}AWS::StackName{_CLOSE}"

#: kind → (service, resource part). ``{}`` is the name; secrets end in six random characters.
FORMS = {
    "bucket": ("s3", "{}"),
    "table": ("dynamodb", "table/{}"),
    "queue": ("sqs", "{}"),
    "topic": ("sns", "{}"),
    "stream": ("kinesis", "stream/{}"),
    "delivery-stream": ("firehose", "deliverystream/{}"),
    "bus": ("events", "event-bus/{}"),
    "rule": ("events", "rule/{}"),
    "schedule": ("scheduler", "schedule/default/{}"),
    "pipe": ("pipes", "pipe/{}"),
    "api": ("execute-api", "{}"),
    "graphql-api": ("appsync", "apis/{}"),
    "state-machine": ("states", "stateMachine:{}"),
    "user-pool": ("cognito-idp", "userpool/{}"),
    "identity-pool": ("cognito-identity", "identitypool/{}"),
    "secret": ("secretsmanager", "secret:{}-??????"),
    "parameter": ("ssm", "parameter/{}"),
    "key": ("kms", "key/{}"),
    "log-group": ("logs", "log-group:{}"),
    "function": ("lambda", "function:{}"),
    "role": ("iam", "role/{}"),
    "policy": ("iam", "policy/{}"),
    "database": ("rds", "db:{}"),
    "cache": ("elasticache", "cluster:{}"),
    "file-system": ("elasticfilesystem", "file-system/{}"),
    "search-domain": ("es", "domain/{}"),
    "registry": ("ecr", "repository/{}"),
    "alarm": ("cloudwatch", "alarm:{}"),
    "trail": ("cloudtrail", "trail/{}"),
}
#: Types of one kind whose ARNs have another form.
_TYPE_FORMS = {
    "AWS::RDS::DBCluster": ("rds", "cluster:{}"),
    "AWS::Lambda::LayerVersion": ("lambda", "layer:{}"),
    "AWS::Events::Archive": ("events", "archive/{}"),
}
#: What lies inside a resource, after its ARN: objects, indexes, streams, messages of a group.
_INSIDE = {
    "bucket": ("/*",),
    "table": ("/index/*", "/stream/*"),
    "log-group": (":*",),
    "api": ("/*",),
    "function": (":*",),
    "parameter": ("/*",),
    "bus": (),
}
#: Types whose ``Ref`` is the ARN and not the name.
_REF_IS_ARN = {
    "AWS::SNS::Topic",
    "AWS::StepFunctions::StateMachine",
    "AWS::Serverless::StateMachine",
    "AWS::SecretsManager::Secret",
    "AWS::IAM::ManagedPolicy",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::CertificateManager::Certificate",
}
_NAME_PROPERTIES = (
    "Name",
    "BucketName",
    "TableName",
    "QueueName",
    "TopicName",
    "FunctionName",
    "RoleName",
    "StateMachineName",
    "LogGroupName",
    "ManagedPolicyName",
    "DBInstanceIdentifier",
    "DeliveryStreamName",
    "RepositoryName",
    "EmailIdentity",
    "DomainName",
)
#: Kinds whose identifier the provider makes; their ``Name`` property is only a label.
OPAQUE_IDS = {"api", "graphql-api", "user-pool", "identity-pool", "key", "file-system"}


class _Shelf:
    """The resources of one service, and quick answers to which a pattern may mean."""

    def __init__(self) -> None:
        self.entries: list[tuple[Resource, tuple[str, ...]]] = []
        self._sorted: list[tuple[str, int]] = []

    def add(self, resource: Resource, arns: tuple[str, ...]) -> None:
        self.entries.append((resource, arns))

    def near(self, glob: str) -> list[tuple[Resource, tuple[str, ...]]]:
        """The entries whose beginning agrees with that of the pattern, in template order.

        What a pattern and an entry have in common begins with the text that stands before the first
        wildcard of either: one of the two texts begins with the other.
        """
        if len(self._sorted) != len(self.entries):
            known = ((_literal(arns[0]), place) for place, (_, arns) in enumerate(self.entries))
            self._sorted = sorted(known)
        wanted = _literal(glob)
        found: set[int] = set()
        for length in range(len(wanted) + 1):
            self._collect(wanted[:length], found, exactly=True)
        self._collect(wanted, found, exactly=False)
        return [self.entries[place] for place in sorted(found)]

    def _collect(self, text: str, found: set[int], *, exactly: bool) -> None:
        at = bisect_left(self._sorted, (text, -1))
        while at < len(self._sorted) and self._sorted[at][0].startswith(text):
            if exactly and self._sorted[at][0] != text:
                return
            found.add(self._sorted[at][1])
            at += 1


def _literal(pattern: str) -> str:
    """What stands before the first wildcard."""
    return pattern.partition("*")[0].partition("?")[0]


class ResourceNames:
    """The symbolic names of one application's resources. Build once per application."""

    def __init__(self, application: Application) -> None:
        self.resources = application.resources
        self._names: dict[str, str] = {}
        self._by_service: dict[str, _Shelf] = {}
        self._work_left = MAX_WORK
        self._meant: dict[tuple[str, tuple[str, ...]], list[Resource]] = {}
        self._memory: dict[tuple[str, str], tuple[object, Any]] = {}
        self.worst_classes: dict[str, DataClass] = {}  # of the data in each kind of resource
        for resource in application.resources.values():
            form = FORMS.get(resource.kind)
            if form is not None:
                shelf = self._by_service.setdefault(form[0], _Shelf())
                shelf.add(resource, self.arns(resource))

    def remember(self, what: str, subject: HasId, compute: Callable[[], T]) -> T:
        """What ``compute`` gives for a role or resource, worked out once per application."""
        found = self._memory.get((what, subject.id))
        if found is None or found[0] is not subject:
            found = self._memory[what, subject.id] = (subject, compute())
        answer: T = found[1]
        return answer

    def name(self, resource: Resource) -> str:
        """The physical name: literal, or symbolic where only a deployment decides."""
        found = self._names.get(resource.id)
        if found is None:
            self._names[resource.id] = _token(resource.id)  # a name that refers to itself
            found = self._names[resource.id] = self._name(resource)
        return found

    def _name(self, resource: Resource) -> str:
        if resource.kind in OPAQUE_IDS:
            return _token(resource.id)
        value = resource.name or named(resource)
        if value is None:
            return f"{STACK}-{resource.logical_id}-{_token(resource.id)}"
        name = self.text(value)
        return name.lstrip("/") if resource.kind == "parameter" else name

    def arn(self, resource: Resource) -> str:
        """The symbolic ARN; a token for kinds without a form."""
        form = FORMS.get(resource.kind)
        if form is None:
            return _token(resource.id)
        return f"arn:-:{form[0]}:-:-:{form[1].format(self.name(resource))}"

    def arns(self, resource: Resource) -> tuple[str, ...]:
        """The ARN of the resource, then patterns of what lies inside it."""
        arn = self.arn(resource)
        return (arn, *(arn + inside for inside in _INSIDE.get(resource.kind, ())))

    def text(self, value: Value, loose: bool = False) -> str:
        """A value in the symbolic spelling; ``loose`` gives ``*`` for parts that are unknown."""
        if isinstance(value, Scalar):
            return "" if value.value is None else str(value.value)
        if isinstance(value, Text):
            return "".join(
                part if isinstance(part, str) else self.text(part, loose) for part in value.parts
            )
        if isinstance(value, Reference):
            return self._reference(value)
        if isinstance(value, Unknown):
            return "*" if loose else _token("?" + value.reason)
        if isinstance(value, Choice) and value.branches():
            return self.text(value.branches()[0], loose)
        return _token("?")

    def glob(self, pattern: Pattern, loose: bool = False) -> str:
        """A resource pattern in the symbolic spelling, with ``-`` for the place of deployment."""
        text = pattern.text if pattern.parts is None else self.text(pattern.parts, loose)
        return normalise(text)

    def _reference(self, reference: Reference) -> str:
        if reference.is_pseudo:
            return _token(reference.resource)
        resource = self.resources.get(reference.resource)
        if resource is None:
            return _token(reference.resource + "." + reference.attribute)
        attribute = reference.attribute
        if attribute == "Ref":
            return self.arn(resource) if refers_to_arn(resource) else self.name(resource)
        if attribute in ("StreamArn", "LatestStreamArn"):
            return self.arn(resource) + "/stream/*"
        if attribute == "Arn" or attribute.endswith("Arn"):
            inside = ":*" if resource.kind == "log-group" else ""
            return self.arn(resource) + inside
        if attribute.endswith(("Name", "Id")):
            return self.name(resource)
        return _token(reference.resource + "." + attribute)

    def meant_by(self, glob: str, kinds: tuple[str, ...] = ()) -> list[Resource]:
        """The resources of which the symbolic pattern means at least a part, in template order.

        ``kinds`` limits the answer. A bare ``*`` means every resource. Do not change the list.
        """
        known = self._meant.get((glob, kinds))
        if known is None:
            known = self._meant[glob, kinds] = self._meant_by(glob, kinds)
        return known

    def _meant_by(self, glob: str, kinds: tuple[str, ...]) -> list[Resource]:
        everything = glob in ("*", "arn:*", "arn:-:*")
        service = "" if everything else service_of(glob)
        groups = [self._by_service.get(service, _Shelf())] if service else self._by_service.values()
        return [
            resource
            for group in groups
            for resource, arns in (group.entries if everything else group.near(glob))
            if (not kinds or resource.kind in kinds)
            and (everything or any(self._overlaps(glob, arn) for arn in arns))
        ]

    def _overlaps(self, glob: str, arn: str) -> bool:
        """Whether they have something in common; no, once a hostile template's work is spent."""
        self._work_left -= len(glob) * len(arn) if has_wildcard(glob) else len(arn)
        return self._work_left > 0 and overlaps(glob, arn)


def form_of(kind: str) -> str:
    """The symbolic ARN of a kind of resource, with ``{}`` for the name; "" without a form."""
    form = FORMS.get(kind)
    return f"arn:-:{form[0]}:-:-:{form[1]}" if form else ""


_latest: tuple[Application, int, ResourceNames] | None = None


def names_of(application: Application) -> ResourceNames:
    """The names of an application, remembered for the last one asked about."""
    global _latest  # noqa: PLW0603 - a one-entry memory; Application can be neither hashed nor weakly held
    size = len(application.resources)
    if _latest is None or _latest[0] is not application or _latest[1] != size:
        _latest = (application, size, ResourceNames(application))
    return _latest[2]


def normalise(arn: str) -> str:
    """An ARN pattern with ``-`` for partition, region and account; other texts unchanged."""
    if not arn.startswith("arn:"):
        return arn
    parts = _split(arn)
    if len(parts) < 6:
        return ":".join(["arn", "-", *parts[2:]])
    return f"arn:-:{parts[2]}:-:-:{parts[5]}"


def _split(arn: str) -> list[str]:
    """The six parts of an ARN; colons inside tokens (``⟦AWS::Region⟧``) do not part."""
    parts: list[str] = []
    start = depth = 0
    for index, letter in enumerate(arn):
        if letter == _OPEN:
            depth += 1
        elif letter == _CLOSE:
            depth -= 1
        elif letter == ":" and depth <= 0:
            parts.append(arn[start:index])
            start = index + 1
            if len(parts) == 5:
                break
    return [*parts, arn[start:]]


def service_of(glob: str) -> str:
    """The service part of an ARN pattern; "" when it is a wildcard or the text is no ARN."""
    parts = glob.split(":", 3)
    if len(parts) < 3 or parts[0] != "arn" or "*" in parts[2] or "?" in parts[2]:
        return ""
    return parts[2]


def form_for(resource: Resource) -> tuple[str, str] | None:
    """(service, resource part with ``{}`` for the name) of a resource's ARN; None without one."""
    return _TYPE_FORMS.get(resource.type) or FORMS.get(resource.kind)


def refers_to_arn(resource: Resource) -> bool:
    """Whether ``Ref`` of the resource gives its ARN and not its name."""
    return resource.type in _REF_IS_ARN


def named(resource: Resource) -> Value | None:
    """The property that names the resource; None where the template gives it no name."""
    label = resource.type.rpartition("::")[2]
    for key in (*_NAME_PROPERTIES, f"{label}Name", f"{label}Id", "Family"):
        value = resource.properties.get(key)
        if isinstance(value, (Scalar, Text, Reference, Unknown, Choice)):
            return value
    nested = resource.properties.at(f"{label}Input.Name")  # databases and tables of Glue
    return nested if isinstance(nested, (Scalar, Text, Reference, Unknown, Choice)) else None


def _token(text: str) -> str:
    clean = text.replace("*", "").replace("?", "¿").replace(_OPEN, "").replace(_CLOSE, "")
    return f"{_OPEN}{clean}{_CLOSE}"
