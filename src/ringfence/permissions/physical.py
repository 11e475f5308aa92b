"""The names and ARNs that resources have once they are deployed, as patterns.

What the template says is taken as it stands; what only a deployment decides becomes ``*``, in that
part alone: the stack's name and the random end of a name that CloudFormation makes up
(``*-Orders-*``), identifiers (API, user pool, key), region and account unless they are given.

Sources: CloudFormation User Guide, "Name type"; the AWS Service Authorization Reference for the
forms of ARNs.
"""

from __future__ import annotations

from ringfence.model.application import Application, Resource
from ringfence.model.record import record
from ringfence.model.value import Choice, Reference, Scalar, Text, Unknown, Value
from ringfence.permissions.arns import OPAQUE_IDS, form_for, named, refers_to_arn

#: Services whose ARNs name no region, and those that name no account either.
WITHOUT_REGION = frozenset(("s3", "iam", "cloudfront", "route53", "cloudwatch-dashboard"))
WITHOUT_ACCOUNT = frozenset(("s3", "apigateway", "route53"))
#: Kinds whose generated names are ``<logical id>-<random>``, without the stack's name.
_WITHOUT_STACK = frozenset(("state-machine", "secret"))
#: Kinds whose generated names are in lower case.
_LOWER_CASE = frozenset(("bucket", "registry", "database", "cache", "search-domain"))
#: Kinds whose names have at most 64 characters, so that CloudFormation cuts long logical ids.
_SHORT_NAMES = frozenset(("function", "role", "delivery-stream", "rule", "schedule", "bucket",
                          "search-domain", "cache", "database"))  # fmt: skip
#: Types whose ARNs hold an identifier that the provider makes up, and not the name.
_OPAQUE_TYPES = ("AWS::Bedrock::", "AWS::AppConfig::", "AWS::CloudFront::")
#: How much of a logical id surely remains in a short name.
SURE_LETTERS = 20
MAX_DEPTH = 8
#: The secret that RDS makes for the master user (RDS User Guide, "Password management with RDS").
MANAGED_SECRET = "secret:rds!*"  # noqa: S105 - the pattern of a name


@record(frozen=True)
class Place:
    """Where an application is deployed; ``*`` for what is not known."""

    partition: str = "aws"
    region: str = "*"
    account: str = "*"
    stack: str = "*"

    def fill(self, pattern: str) -> str:
        """An ARN pattern with its placeholders for the place filled in."""
        if "${" not in pattern:
            return pattern
        return (
            pattern.replace("${Partition}", self.partition)
            .replace("${Region}", self.region)
            .replace("${Account}", self.account)
        )


class PhysicalNames:
    """Names and ARNs of one application's resources as patterns, for one place of deployment."""

    def __init__(self, application: Application, place: Place | None = None) -> None:
        self.application = application
        self.place = place or Place()
        self._pseudo = {
            "AWS::Partition": self.place.partition,
            "AWS::Region": self.place.region,
            "AWS::AccountId": self.place.account,
            "AWS::StackName": self.place.stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self._names: dict[str, str] = {}
        self._owners: dict[str, str] | None = None

    def kind(self, identifier: str) -> str:
        """The kind of a resource; "" for one that is not of the application."""
        resource = self.application.resources.get(identifier)
        return resource.kind if resource is not None else ""

    def name(self, identifier: str) -> str:
        """The pattern of a resource's name; ``*`` where nothing is known of it."""
        return self._name(identifier, MAX_DEPTH)

    def arn(self, identifier: str) -> str:
        """The pattern of a resource's ARN; ``*`` for kinds whose ARNs have no known form."""
        resource = self.application.resources.get(identifier)
        form = form_for(resource) if resource is not None else None
        if resource is None or form is None:
            return "*"
        service, rest = form
        return self.arn_in(service, rest.replace("{}", self.name(identifier)))

    def arn_in(self, service: str, rest: str) -> str:
        """The ARN of something of a service at the place of deployment."""
        region = "" if service in WITHOUT_REGION else self.place.region
        account = "" if service in WITHOUT_ACCOUNT else self.place.account
        return f"arn:{self.place.partition}:{service}:{region}:{account}:{rest}"

    def owner(self, arn: str) -> tuple[str, str]:
        """The resource whose ARN the pattern is or lies within, and what follows that ARN.

        Two empty texts when it is none of the application's.
        """
        if self._owners is None:
            self._owners = {}
            for resource in self.application.resources.values():
                if form_for(resource) is not None:
                    self._owners.setdefault(self.arn(resource.id), resource.id)
        end = len(arn)
        while end > 0:
            found = self._owners.get(arn[:end])
            if found is not None:
                return found, arn[end:]
            end = max(arn.rfind("/", 0, end), arn.rfind(":", 0, end), arn.rfind("-??????", 0, end))
        return "", ""

    def text(self, value: Value | None, depth: int = MAX_DEPTH) -> str:
        """A template's value as a pattern; ``*`` for parts that are not known."""
        if isinstance(value, Scalar):
            return "" if value.value is None else str(value.value)
        if depth <= 0 or value is None or isinstance(value, Unknown):
            return "*"
        if isinstance(value, Text):
            parts = (p if isinstance(p, str) else self.text(p, depth - 1) for p in value.parts)
            return without_doubles("".join(parts))
        if isinstance(value, Reference):
            return self._referenced(value, depth - 1)
        if isinstance(value, Choice) and len(value.branches()) == 1:
            return self.text(value.branches()[0], depth - 1)
        return "*"

    def texts(self, value: Value | None) -> tuple[str, ...]:
        """The same with one pattern for each branch of a choice."""
        if isinstance(value, Choice):
            found = (text for branch in value.branches() for text in self.texts(branch))
            return tuple(dict.fromkeys(found))
        return (self.text(value),) if value is not None else ()

    def _referenced(self, reference: Reference, depth: int) -> str:
        if reference.is_pseudo:
            return self._pseudo.get(reference.resource, "*")
        resource = self.application.resources.get(reference.resource)
        if resource is None:
            return "*"
        attribute = reference.attribute
        if attribute.startswith("MasterUserSecret"):
            return self.arn_in("secretsmanager", MANAGED_SECRET)
        if attribute == "Ref":
            return self.arn(resource.id) if refers_to_arn(resource) else self._name(
                resource.id, depth
            )  # fmt: skip
        if attribute in ("StreamArn", "LatestStreamArn"):
            return self.arn(resource.id) + "/stream/*"
        if attribute == "Arn" or attribute.endswith("Arn"):
            return self.arn(resource.id) + (":*" if resource.kind == "log-group" else "")
        return self._name(resource.id, depth) if attribute.endswith(("Name", "Id")) else "*"

    def _name(self, identifier: str, depth: int) -> str:
        resource = self.application.resources.get(identifier)
        if resource is None or depth <= 0:
            return "*"
        found = self._names.get(identifier)
        if found is None:
            self._names[identifier] = "*"  # a name that refers to itself
            found = self._names[identifier] = self._worked_out(resource, depth)
        return found

    def _worked_out(self, resource: Resource, depth: int) -> str:
        if resource.kind in OPAQUE_IDS or resource.type.startswith(_OPAQUE_TYPES):
            return "*"
        value = resource.name or named(resource)
        if value is None:
            return generated_name(resource, self.place.stack)
        name = self.text(value, depth - 1)
        return name.lstrip("/") if resource.kind == "parameter" else name


def generated_name(resource: Resource, stack: str) -> str:
    """The pattern of the name that CloudFormation makes up for a resource."""
    label = resource.logical_id
    if resource.kind in _SHORT_NAMES and len(label) > SURE_LETTERS:
        label = label[:SURE_LETTERS] + "*"
    if resource.kind in _SHORT_NAMES and len(stack) > SURE_LETTERS:
        stack = stack[:SURE_LETTERS] + "*"
    name = f"{label}-*" if resource.kind in _WITHOUT_STACK else f"{stack}-{label}-*"
    return collapsed(name.lower() if resource.kind in _LOWER_CASE else name)


def collapsed(pattern: str) -> str:
    """The pattern without stars next to stars, or parted by a hyphen that one of them may mean."""
    pattern = without_doubles(pattern)
    return pattern.replace("*-*", "*") if pattern.endswith("*-*") else pattern


def without_doubles(pattern: str) -> str:
    """The pattern without stars next to stars."""
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern
