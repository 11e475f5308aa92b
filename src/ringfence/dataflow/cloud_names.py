"""Names of cloud services and operations in the SDKs, as botocore's service models spell them.

Sources: boto3 and AWS SDK for JavaScript (v2, v3) API references. What the services' models say is
in :mod:`ringfence.rules.sdk`.
"""

from __future__ import annotations

from ringfence import late
from ringfence.rules import sdk

#: Names of services in the JavaScript SDKs that the services' own models do not have.
_OTHER_NAMES = {
    "cloudwatchevents": "events", "cloudwatch-events": "events", "transcribeservice": "transcribe",
    "cognitoidentityserviceprovider": "cognito-idp", "rdsdataservice": "rds-data", "endpoint": "",
    "forecastservice": "forecast", "forecastqueryservice": "forecastquery",
    "transcribe-streaming": "transcribe",
}  # fmt: skip
_VERBS = frozenset(
    ("accept", "activate", "add", "associate", "attach", "batch", "cancel", "complete", "confirm",
     "copy", "create", "deactivate", "decrypt", "delete", "deregister", "describe", "detach",
     "detect", "disable", "disassociate", "enable", "encrypt", "execute", "export", "filter",
     "generate", "get", "import", "initiate", "invoke", "list", "modify", "poll", "publish", "put",
     "query", "receive", "register", "reject", "release", "remove", "replace", "reset", "restore",
     "resume", "retrieve", "revoke", "run", "scan", "search", "send", "set", "sign", "start",
     "stop", "submit", "subscribe", "tag", "terminate", "test", "transact", "unsubscribe", "untag",
     "update", "upload", "validate", "verify", "write")
)  # fmt: skip
_WORDS = late.pattern(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

#: DocumentClient method (v2) or command (v3) → operation of the table service.
DOCUMENT = {
    "get": "GetItem", "put": "PutItem", "update": "UpdateItem", "delete": "DeleteItem",
    "query": "Query", "scan": "Scan", "batchGet": "BatchGetItem", "batchWrite": "BatchWriteItem",
    "transactGet": "TransactGetItems", "transactWrite": "TransactWriteItems",
}  # fmt: skip

#: High-level methods of boto3 clients and resource objects:
#: (resource kind or client service, method) → (operation, positional parameters).
HIGH_LEVEL: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("s3", "upload_file"): ("PutObject", ("Filename", "Bucket", "Key")),
    ("s3", "upload_fileobj"): ("PutObject", ("Fileobj", "Bucket", "Key")),
    ("s3", "download_file"): ("GetObject", ("Bucket", "Key", "Filename")),
    ("s3", "download_fileobj"): ("GetObject", ("Bucket", "Key", "Fileobj")),
    ("s3", "copy"): ("CopyObject", ("CopySource", "Bucket", "Key")),
    ("s3", "upload"): ("PutObject", ()),
    ("s3", "getSignedUrl"): ("", ()),
    ("s3", "getSignedUrlPromise"): ("", ()),
    ("s3", "generate_presigned_post"): ("PutObject", ("Bucket", "Key")),
    ("s3", "createPresignedPost"): ("PutObject", ()),
    ("Bucket", "upload_file"): ("PutObject", ("Filename", "Key")),
    ("Bucket", "upload_fileobj"): ("PutObject", ("Fileobj", "Key")),
    ("Bucket", "download_file"): ("GetObject", ("Key", "Filename")),
    ("Bucket", "download_fileobj"): ("GetObject", ("Key", "Fileobj")),
    ("Bucket", "copy"): ("CopyObject", ("CopySource", "Key")),
    ("Object", "upload_file"): ("PutObject", ("Filename",)),
    ("Object", "upload_fileobj"): ("PutObject", ("Fileobj",)),
    ("Object", "download_file"): ("GetObject", ("Filename",)),
    ("Object", "download_fileobj"): ("GetObject", ("Fileobj",)),
    ("Object", "copy"): ("CopyObject", ("CopySource",)),
    ("Instance", "create_tags"): ("CreateTags", ()),
    ("Instance", "delete_tags"): ("DeleteTags", ()),
}  # fmt: skip

#: Operations that answer with what others may have stored.
READS = frozenset(
    (
        ("s3", "GetObject"), ("s3", "ListObjectsV2"), ("s3", "ListObjects"), ("s3", "HeadObject"),
        ("dynamodb", "GetItem"), ("dynamodb", "Query"), ("dynamodb", "Scan"),
        ("dynamodb", "BatchGetItem"), ("dynamodb", "TransactGetItems"),
        ("dynamodb", "ExecuteStatement"), ("sqs", "ReceiveMessage"), ("kinesis", "GetRecords"),
        ("rds-data", "ExecuteStatement"), ("lambda", "Invoke"),
    )
)  # fmt: skip
SECRET_READS = frozenset(
    (
        ("secretsmanager", "GetSecretValue"), ("ssm", "GetParameter"), ("ssm", "GetParameters"),
        ("ssm", "GetParametersByPath"), ("kms", "Decrypt"),
    )
)  # fmt: skip


def operation_of(service: str, method: str) -> str:
    """The operation that a method or command names; "" where the service has none of the name, and
    a guess where nothing is known of the service."""
    known = sdk.service(service)
    if known is not None:
        return known.operation(method)
    first = _WORDS.match(method)
    if first is None or first.group().lower() not in _VERBS:
        return ""
    return guessed(method)


def guessed(method: str) -> str:
    """``put_item`` or ``putItem`` → ``PutItem``."""
    return "".join(word[:1].upper() + word[1:] for word in method.split("_"))


def waiter_of(service: str, name: str) -> str:
    """The operation that a waiter calls; "" for a waiter that is not known."""
    known = sdk.service(service)
    return known.waiter(name) if known is not None else ""


def v2_service(name: str) -> str:
    """The service of a class of the SDK v2."""
    other = _OTHER_NAMES.get(name.lower())
    return other if other is not None else sdk.service_named(name) or name.lower()


def v3_service(module: str) -> str:
    """The service of ``@aws-sdk/client-x``; "" for other packages."""
    name = module.removeprefix("@aws-sdk/client-")
    if name == module:
        return ""
    return _OTHER_NAMES.get(name) or sdk.service_named(name) or name
