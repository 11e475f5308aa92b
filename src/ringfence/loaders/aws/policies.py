"""Policies on resources: buckets, queues, functions, keys, APIs and all others that carry one."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.loaders.aws.graph import Graph
from ringfence.loaders.aws.values import first, items, place, rendered
from ringfence.model.application import Resource, ResourcePolicy
from ringfence.model.policy import PolicyDocument
from ringfence.model.value import Mapping, Scalar, Sequence, Value
from ringfence.permissions.parse import parse_policy

#: Type → (property that names what the policy is on, or "" for itself; property of the document;
#: kind of policy). Source: the AWS CloudFormation resource type reference.
DOCUMENTS: dict[str, tuple[str, str, str]] = {
    "AWS::S3::BucketPolicy": ("Bucket", "PolicyDocument", "bucket"),
    "AWS::S3::AccessPoint": ("Bucket", "Policy", "bucket"),
    "AWS::SQS::QueuePolicy": ("Queues", "PolicyDocument", "queue"),
    "AWS::SQS::QueueInlinePolicy": ("Queue", "PolicyDocument", "queue"),
    "AWS::SNS::TopicPolicy": ("Topics", "PolicyDocument", "topic"),
    "AWS::SNS::TopicInlinePolicy": ("TopicArn", "PolicyDocument", "topic"),
    "AWS::Events::EventBus": ("", "Policy", "bus"),
    "AWS::Events::EventBusPolicy": ("EventBusName", "Statement", "bus"),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId", "ResourcePolicy", "secret"),
    "AWS::KMS::Key": ("", "KeyPolicy", "key"),
    "AWS::KMS::ReplicaKey": ("", "KeyPolicy", "key"),
    "AWS::ApiGateway::RestApi": ("", "Policy", "api"),
    "AWS::ECR::Repository": ("", "RepositoryPolicyText", "registry"),
    "AWS::EFS::FileSystem": ("", "FileSystemPolicy", "file-system"),
    "AWS::DynamoDB::Table": ("", "ResourcePolicy.PolicyDocument", "table"),
    "AWS::Kinesis::ResourcePolicy": ("ResourceArn", "ResourcePolicy", "stream"),
    "AWS::Kinesis::Stream": ("", "ResourcePolicy.PolicyDocument", "stream"),
    "AWS::Logs::ResourcePolicy": ("", "PolicyDocument", "log-group"),
    "AWS::OpenSearchService::Domain": ("", "AccessPolicies", "search-domain"),
    "AWS::Elasticsearch::Domain": ("", "AccessPolicies", "search-domain"),
    "AWS::EC2::VPCEndpoint": ("", "PolicyDocument", "vpc-endpoint"),
    "AWS::MSK::ClusterPolicy": ("ClusterArn", "Policy", "kafka"),
    "AWS::SSM::ResourcePolicy": ("ResourceArn", "Policy", "parameter"),
    "AWS::Backup::BackupVault": ("", "AccessPolicy", "backup"),
    "AWS::CodeArtifact::Domain": ("", "PermissionsPolicyDocument", "registry"),
    "AWS::CodeArtifact::Repository": ("", "PermissionsPolicyDocument", "registry"),
}

#: The key under which policies of the account's default event bus are kept.
DEFAULT_BUS = "default"

#: Lambda::Permission property → (condition operator, condition key).
_PERMISSION_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def add_policies(graph: Graph) -> None:
    """Record every resource policy, also on the graph's own index by resource."""
    for type_name in DOCUMENTS:
        for resource in graph.of(type_name):
            _from_document(graph, resource)
    for resource in graph.of("AWS::Events::EventBusPolicy"):
        if "Statement" not in resource.properties:
            _record(graph, resource, "EventBusName", "bus", _bus_statement(resource))
    for resource in graph.of("AWS::Lambda::Permission"):
        document = _permission(resource)
        _record(graph, resource, "FunctionName", "function", document)
    for resource in graph.of("AWS::Lambda::LayerVersionPermission"):
        _record(graph, resource, "LayerVersionArn", "layer", _layer_permission(resource))


def _from_document(graph: Graph, resource: Resource) -> None:
    target, path, kind = DOCUMENTS[resource.type]
    value = first(resource.properties, path)
    if value is None and resource.type == "AWS::ApiGateway::RestApi":
        body = first(resource.properties, "Body")
        value = body.get("x-amazon-apigateway-policy") if isinstance(body, Mapping) else None
    if value is None:
        return
    held = resource.properties.at(path) or value  # both branches of a choice are read
    document = parse_policy(held, resource.logical_id, f"{kind} policy")
    _record(graph, resource, target, kind, document)


def _record(
    graph: Graph, resource: Resource, target: str, kind: str, document: PolicyDocument
) -> None:
    for identifier in _targets(graph, resource, target, kind):
        generated = resource.type == "AWS::Lambda::Permission" and resource.shorthand != ""
        policy = ResourcePolicy(identifier, kind, document, document.location, generated)
        graph.application.resource_policies.append(policy)
        graph.policies.setdefault(identifier, []).append(policy)


def _targets(graph: Graph, resource: Resource, target: str, kind: str) -> Iterator[str]:
    """The ids of what the policy is on; the policy's own id when that is in no template."""
    if not target:
        yield resource.id
        return
    seen: set[str] = set()
    for value in items(resource.properties, target):
        wanted = (kind,) if _is_ours(kind) else ()
        for found in graph.find(value, *wanted):
            if found.id not in seen:
                seen.add(found.id)
                yield found.id
    if kind == "bus" and not seen and _is_default_bus(resource.properties.get(target)):
        seen.add(DEFAULT_BUS)
        graph.policies.setdefault(DEFAULT_BUS, [])
        yield DEFAULT_BUS
    if not seen:
        yield resource.id


def _is_ours(kind: str) -> bool:
    return kind not in ("kafka", "backup")


def _is_default_bus(value: Value | None) -> bool:
    return value is None or rendered(value).rpartition("/")[2] == "default"


# --- policies that stand as properties instead of as a document -----------------------------


def _permission(resource: Resource) -> PolicyDocument:
    """A function's permission as the statement that Lambda stores for it."""
    properties = resource.properties
    conditions: dict[str, dict[str, Value]] = {}
    for name, (operator, key) in _PERMISSION_CONDITIONS.items():
        value = properties.get(name)
        if value is not None:
            conditions.setdefault(operator, {})[key] = value
    return _statement(
        resource,
        {
            "Action": properties.get("Action"),
            "Principal": _permission_principal(properties.get("Principal")),
            "Resource": properties.get("FunctionName"),
        },
        conditions,
        "function permission",
    )


def _permission_principal(value: Value | None) -> Value | None:
    """``s3.amazonaws.com`` is a service; an account, an ARN or ``*`` is not."""
    if value is None:
        return None
    text = rendered(value)
    service = ".amazonaws.com" in text or ".amazon.com" in text or text.endswith("<URLSuffix>")
    kind = "Service" if service else "AWS"
    return Mapping({kind: value}, value.location)


def _layer_permission(resource: Resource) -> PolicyDocument:
    properties = resource.properties
    organisation = properties.get("OrganizationId")
    conditions: dict[str, dict[str, Value]] = {}
    if organisation is not None:
        conditions["StringEquals"] = {"aws:PrincipalOrgID": organisation}
    return _statement(
        resource,
        {
            "Action": properties.get("Action"),
            "Principal": _permission_principal(properties.get("Principal")),
            "Resource": properties.get("LayerVersionArn"),
        },
        conditions,
        "layer permission",
    )


def _bus_statement(resource: Resource) -> PolicyDocument:
    """An event bus permission in its old form (Action, Principal, Condition as properties)."""
    properties = resource.properties
    conditions: dict[str, dict[str, Value]] = {}
    condition = first(properties, "Condition")
    if isinstance(condition, Mapping):
        operator, key = rendered(condition.get("Type")), rendered(condition.get("Key"))
        value = condition.get("Value")
        if value is not None:
            conditions[operator or "StringEquals"] = {key or "aws:PrincipalOrgID": value}
    return _statement(
        resource,
        {
            "Action": properties.get("Action"),
            "Principal": _permission_principal(properties.get("Principal")),
            "Resource": Scalar("*", resource.location),
        },
        conditions,
        "bus policy",
    )


def _statement(
    resource: Resource,
    fields: dict[str, Value | None],
    conditions: dict[str, dict[str, Value]],
    origin: str,
) -> PolicyDocument:
    at = place(resource.properties, "Principal", "Action")
    at = at if at.line else resource.location
    entries: dict[str, Value] = {"Effect": Scalar("Allow", at)}
    entries.update({key: value for key, value in fields.items() if value is not None})
    if conditions:
        entries["Condition"] = Mapping(
            {operator: Mapping(dict(keys), at) for operator, keys in conditions.items()}, at
        )
    statement = Mapping(entries, resource.location, resource.properties.origins)
    document = Mapping({"Statement": Sequence([statement], at)}, resource.location)
    return parse_policy(document, resource.logical_id, origin)


def documents_on(graph: Graph, identifier: str) -> list[PolicyDocument]:
    """The policy documents on a resource (or :data:`DEFAULT_BUS`)."""
    return [policy.document for policy in graph.policies.get(identifier, ())]
