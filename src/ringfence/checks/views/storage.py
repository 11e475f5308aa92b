"""Facts about what holds data: buckets, tables, queues, secrets, log groups."""

from __future__ import annotations

from datetime import date
from typing import Any

from ringfence import late
from ringfence.checks.room import Room, references
from ringfence.checks.views import View
from ringfence.checks.worlds import Hole, Projection
from ringfence.model.application import Function, Resource
from ringfence.model.value import Mapping, Sequence, display, integer, string

#: New buckets block public access and disable ACLs from this day on. Source: AWS News Blog,
#: "Heads-Up: Amazon S3 Security Changes Are Coming in April of 2023".
S3_PRIVATE_BY_DEFAULT_SINCE = date(2023, 4, 28)

_PUBLIC_ACLS = {
    "PublicRead": "read", "PublicReadWrite": "write", "AuthenticatedRead": "read",
}  # fmt: skip
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def truth(value: Any, missing: bool = False) -> bool:
    """The truth of a projected value as CloudFormation reads it (text allowed)."""
    if isinstance(value, str):
        return value.lower() == "true"
    return missing if value is None else value is True


def bucket(room: Room, resource: Resource, project: Projection) -> View:
    """``exposure`` by its access list; ``public_acl`` (read, write or ""); ``acl_effective`` (yes,
    older, no: "older" means only for a bucket made before the default of April 2023); ``blocks``
    the effective public access block per setting, ``blocks_stated`` whether the template sets it;
    ``website``, ``has_policy``, ``tls_only``, ``versioned``, ``log_target``."""
    p = resource.properties
    stated = project(p.get("PublicAccessBlockConfiguration"))
    default = room.today >= S3_PRIVATE_BY_DEFAULT_SINCE
    blocks: View = {}
    for name in _BLOCKS:
        found = stated.get(name) if isinstance(stated, dict) else stated
        if isinstance(found, Hole):
            blocks[name] = found
        else:
            blocks[name] = truth(found, default if stated is None else False)
    acl = project(p.get("AccessControl"))
    return {
        "public_acl": acl if isinstance(acl, Hole) else _PUBLIC_ACLS.get(str(acl), ""),
        "exposure": "anyone" if not isinstance(acl, Hole) and str(acl) in _PUBLIC_ACLS else "none",
        "acl_effective": _acl_effective(blocks, stated, project(p.get("OwnershipControls"))),
        "blocks": blocks,
        "blocks_stated": stated is not None,
        "website": p.get("WebsiteConfiguration") is not None,
        "has_policy": resource.id in room.policies_by_resource,
        "versioned": string(p.at("VersioningConfiguration.Status")) == "Enabled",
        "tls_only": _tls_only(room, resource),
        "log_target": _is_log_target(room, resource),
    }


def _acl_effective(blocks: View, stated: Any, ownership: Any) -> str:
    """Whether a public ACL takes effect on the bucket."""
    for name in ("BlockPublicAcls", "IgnorePublicAcls"):
        if stated is not None and blocks[name] is True:
            return "no"
    owner = ""
    if isinstance(ownership, dict):
        rules = ownership.get("Rules")
        first = rules[0] if isinstance(rules, list) and rules else None
        owner = str(first.get("ObjectOwnership", "")) if isinstance(first, dict) else ""
    if owner == "BucketOwnerEnforced":
        return "no"
    open_now = stated is not None and not any(blocks[name] is not False for name in blocks)
    return "yes" if owner and (open_now or blocks["BlockPublicAcls"] is False) else "older"


def _tls_only(room: Room, resource: Resource) -> bool:
    """Whether some policy on it denies what comes without TLS."""
    for policy in room.policies_by_resource.get(resource.id, ()):
        for statement in policy.document.statements:
            if statement.effect == "Deny" and any(
                condition.key.lower() == "aws:securetransport" for condition in statement.conditions
            ):
                return True
    return False


def _is_log_target(room: Room, resource: Resource) -> bool:
    return any(
        resource.id in {ref.resource for ref in references(other.properties.get(key))}
        for other in room.referrers.get(resource.id, ())
        for key in ("LoggingConfiguration", "DistributionConfig", "S3BucketName")
        if other.properties.get(key) is not None
    )


def queue(room: Room, resource: Resource, project: Projection) -> View:
    """``is_dead_letter_queue``, ``has_dead_letter_queue``, ``visibility_s`` (30 by default),
    ``consumer_timeout_s`` the longest timeout of a function that reads it (0 for none),
    ``consumer``, ``encrypted`` (true by default since 2022), ``tls_only``, ``has_policy``."""
    slowest = 0
    consumer = ""
    for trigger in room.triggers_by_source.get(resource.id, ()):
        if trigger.kind == "sqs":
            function = room.application.functions.get(trigger.function)
            if function is None or function.timeout_s is None:
                raw = function.resource.properties.get("Timeout") if function else None
                timeout = 3 if function is not None and raw is None else 0
            else:
                timeout = function.timeout_s
            if timeout > slowest:
                slowest, consumer = timeout, function.logical_id if function else ""
    p = resource.properties
    visibility = project(p.get("VisibilityTimeout"))
    known = integer(p.get("VisibilityTimeout"))
    return {
        "is_dead_letter_queue": _is_dead_letter_queue(room, resource),
        "has_dead_letter_queue": p.get("RedrivePolicy") is not None,
        "visibility_s": visibility
        if isinstance(visibility, Hole)
        else (known if known is not None else 30),
        "consumer_timeout_s": slowest,
        "consumer": consumer,
        "tls_only": _tls_only(room, resource),
        "has_policy": resource.id in room.policies_by_resource,
    }


def _is_dead_letter_queue(room: Room, resource: Resource) -> bool:
    keys = ("RedrivePolicy", "DeadLetterConfig", "DestinationConfig", "OnFailure", "Targets")
    return any(
        resource.id in {ref.resource for ref in references(other.properties.get(key))}
        for other in room.referrers.get(resource.id, ())
        for key in keys
        if other.properties.get(key) is not None
    )


def table(room: Room, resource: Resource, project: Projection) -> View:
    """``recovery`` (point-in-time recovery on), ``protected`` (deletion protection on),
    ``has_backup_plan``, ``expires`` (items have a time to live, or the names say so: it holds
    passing state, such as the connections of a WebSocket), ``only_read`` (what the template
    declares reads it, and nothing there may write to it: it is filled from elsewhere)."""
    p = resource.properties
    found = _recovery(resource, project)
    protected = project(p.get("DeletionProtectionEnabled"))
    return {
        "recovery": found if isinstance(found, Hole) else truth(found),
        "protected": protected if isinstance(protected, Hole) else truth(protected),
        "has_backup_plan": bool(room.companions(resource, "AWS::Backup::BackupSelection"))
        or any(key.lower().startswith("backup") for key in resource.tags),
        "expires": p.get("TimeToLiveSpecification") is not None or _is_passing(resource),
        "only_read": _is_only_read(room, resource),
    }


def _has_known_role(room: Room, function: Function) -> bool:
    role = room.application.role_of(function)
    return role is not None and role.complete


def _is_only_read(room: Room, resource: Resource) -> bool:
    """Whether roles or streams of the template read a table that none of its roles writes."""
    if not all(_has_known_role(room, function) for function in room.application.functions.values()):
        return False
    verbs = {
        power.verb
        for role in room.application.roles.values()
        for power in room.powers_of(role)
        if power.resource == resource.id or not power.resource
    }
    read = "read" in verbs or resource.id in room.triggers_by_source
    return read and not verbs & {"write", "delete", "administer"}


#: Words of tables whose items are worth nothing after minutes or hours.
_PASSING = late.pattern(r"(?i)connection|session|locks?(?![a-z])|cache|idempoten|nonce|presence")


def _is_passing(resource: Resource) -> bool:
    """Whether the table's names, or the name of its key, tell of passing state."""
    keys = resource.properties.get("KeySchema")
    items = keys.items if isinstance(keys, Sequence) else []
    names = [string(item.get("AttributeName")) for item in items[:1] if isinstance(item, Mapping)]
    names += [resource.logical_id, display(resource.name)]
    return any(_PASSING.search(name) is not None for name in names if name)


def _recovery(resource: Resource, project: Projection) -> Any:
    """Whether point-in-time recovery is on; of a global table: for each of its replicas."""
    key = "PointInTimeRecoverySpecification"
    if resource.type != "AWS::DynamoDB::GlobalTable":
        return project(resource.properties.at(f"{key}.PointInTimeRecoveryEnabled"))
    replicas = project(resource.properties.get("Replicas"))
    if isinstance(replicas, Hole):
        return replicas
    found = [
        given if isinstance(given, Hole) else given.get("PointInTimeRecoveryEnabled")
        for replica in replicas or [{}]
        for given in [replica if isinstance(replica, Hole) else replica.get(key) or {}]
    ]
    unknown = next((value for value in found if isinstance(value, Hole)), None)
    return unknown if unknown is not None else all(map(truth, found))


def secret(room: Room, resource: Resource, project: Projection) -> View:
    """``rotated`` (a rotation schedule points at it), ``literal`` (its value stands in the
    template as text)."""
    from ringfence.checks.model_rules.secrets import is_placeholder

    value = resource.properties.get("SecretString")
    text = string(value) or ""
    defaults = [origin for origin in value.origins if origin.role == "parameter"] if value else []
    return {
        "rotated": bool(room.companions(resource, "AWS::SecretsManager::RotationSchedule")),
        "literal": bool(text)
        and "{{resolve:" not in text
        and not (defaults and is_placeholder(text)),
        "managed_login": bool(
            room.companions(resource, "AWS::SecretsManager::SecretTargetAttachment")
        ),
    }


def log_group(room: Room, resource: Resource, project: Projection) -> View:
    """``shown`` the group's name; ``of_function`` whether a function's logs go there;
    ``generated`` whether a shorthand made it."""
    shown = display(resource.properties.get("LogGroupName"))
    return {
        "shown": shown,
        "of_function": "/aws/lambda/" in shown,
        "generated": bool(resource.generated_from),
    }


def security_group(room: Room, resource: Resource, project: Projection) -> View:
    """``only_functions``: whatever carries the group is a function, which listens on no port;
    ``inside``: whatever carries it has no public address."""
    carriers = [
        other
        for other in room.referrers.get(resource.id, ())
        if not other.type.startswith("AWS::EC2::SecurityGroup")
    ]
    only = bool(carriers) and all(other.type == "AWS::Lambda::Function" for other in carriers)
    inside = bool(carriers) and all(other.type in _INSIDE for other in carriers)
    return {"only_functions": only, "inside": inside}


def listener(room: Room, resource: Resource, project: Projection) -> View:
    """``internal``: its load balancer has no public address."""
    balancer = room.resource_of(resource.properties.get("LoadBalancerArn"))
    scheme = balancer.properties.get("Scheme") if balancer else None
    return {"internal": string(scheme) == "internal"}


#: What lives in subnets and is given no public address by the provider.
_INSIDE = frozenset(
    {"AWS::Lambda::Function", "AWS::EFS::MountTarget", "AWS::DocDB::DBCluster",
     "AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster",
     "AWS::ElastiCache::ServerlessCache", "AWS::MemoryDB::Cluster", "AWS::DAX::Cluster",
     "AWS::EC2::VPCEndpoint", "AWS::Neptune::DBCluster", "AWS::FSx::FileSystem",
     "AWS::RDS::DBProxy"}
)  # fmt: skip


def parameter(room: Room, resource: Resource, project: Projection) -> View:
    """``secret_name`` (its name or value says that it is a secret), ``literal`` (its value is
    text of the template)."""
    from ringfence.checks.model_rules.secrets import what_is_it

    name = display(resource.properties.get("Name")) or resource.logical_id
    value = string(resource.properties.get("Value")) or ""
    return {"secret_name": bool(what_is_it(name.rpartition("/")[2], value)), "literal": bool(value)}
