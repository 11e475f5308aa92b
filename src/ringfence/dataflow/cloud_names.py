"""Names of cloud services and operations in the SDKs, as botocore's service models spell them.

Sources: boto3 and AWS SDK for JavaScript (v2, v3) API references.
"""

from __future__ import annotations

#: SDK v2 class → boto3 service name, where lower case is not enough.
V2_SERVICES = {
    "StepFunctions": "stepfunctions", "EventBridge": "events", "CloudWatchEvents": "events",
    "CloudWatchLogs": "logs", "CognitoIdentityServiceProvider": "cognito-idp",
    "CognitoIdentity": "cognito-identity", "RDSDataService": "rds-data", "ELBv2": "elbv2",
    "DynamoDBStreams": "dynamodbstreams", "LexRuntime": "lex-runtime",
    "ApiGatewayManagementApi": "apigatewaymanagementapi", "IotData": "iot-data",
    "CodePipeline": "codepipeline", "Endpoint": "", "BedrockRuntime": "bedrock-runtime",
    "BedrockAgentRuntime": "bedrock-agent-runtime", "RedshiftData": "redshift-data",
    "TimestreamQuery": "timestream-query", "ConfigService": "config",
}  # fmt: skip

#: ``@aws-sdk/client-<name>`` → boto3 service name, where it is another.
V3_SERVICES = {
    "sfn": "stepfunctions", "eventbridge": "events", "cloudwatch-events": "events",
    "cloudwatch-logs": "logs", "cognito-identity-provider": "cognito-idp",
    "secrets-manager": "secretsmanager", "api-gateway": "apigateway",
    "dynamodb-streams": "dynamodbstreams", "iot-data-plane": "iot-data", "config-service": "config",
    "rds-data": "rds-data", "auto-scaling": "autoscaling", "cost-explorer": "ce",
    "elastic-load-balancing-v2": "elbv2", "database-migration-service": "dms",
    "lex-runtime-service": "lex-runtime", "transcribe-streaming": "transcribe",
}  # fmt: skip

#: Parts of snake_case method names that are written in capitals in operation names.
ACRONYMS = {
    "db": "DB", "mfa": "MFA", "saml": "SAML", "ssh": "SSH", "sms": "SMS", "ip": "IP", "acl": "Acl",
    "mp": "MP", "hit": "HIT",
}  # fmt: skip
_ACRONYM_EXCEPTIONS = {
    "wafv2": {"acl": "ACL"},
    "waf": {"acl": "ACL"},
    "s3": {"ip": "Ip"},
    "ec2": {"ip": "Ip", "db": "Db"},
}

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
    ("Bucket", "put_object"): ("PutObject", ()),
    ("Bucket", "delete_objects"): ("DeleteObjects", ()),
    ("Bucket", "copy"): ("CopyObject", ("CopySource", "Key")),
    ("Object", "put"): ("PutObject", ()),
    ("Object", "get"): ("GetObject", ()),
    ("Object", "delete"): ("DeleteObject", ()),
    ("Object", "load"): ("HeadObject", ()),
    ("Object", "upload_file"): ("PutObject", ("Filename",)),
    ("Object", "upload_fileobj"): ("PutObject", ("Fileobj",)),
    ("Object", "download_file"): ("GetObject", ("Filename",)),
    ("Object", "download_fileobj"): ("GetObject", ("Fileobj",)),
    ("Object", "copy_from"): ("CopyObject", ()),
    ("Object", "copy"): ("CopyObject", ("CopySource",)),
    ("Queue", "send_message"): ("SendMessage", ()),
    ("Queue", "send_messages"): ("SendMessageBatch", ()),
    ("Queue", "receive_messages"): ("ReceiveMessage", ()),
    ("Queue", "delete_messages"): ("DeleteMessageBatch", ()),
    ("Queue", "purge"): ("PurgeQueue", ()),
    ("Topic", "publish"): ("Publish", ()),
    ("Topic", "subscribe"): ("Subscribe", ()),
    ("EventBus", "put_events"): ("PutEvents", ()),
}  # fmt: skip

#: Resource objects: constructor → (service, identity parameters in order).
RESOURCES: dict[tuple[str, str], tuple[str, ...]] = {
    ("dynamodb", "Table"): ("TableName",),
    ("s3", "Bucket"): ("Bucket",),
    ("s3", "Object"): ("Bucket", "Key"),
    ("s3", "ObjectSummary"): ("Bucket", "Key"),
    ("s3", "BucketPolicy"): ("Bucket",),
    ("sqs", "Queue"): ("QueueUrl",),
    ("sns", "Topic"): ("TopicArn",),
    ("sns", "PlatformEndpoint"): ("TargetArn",),
    ("ec2", "Instance"): ("InstanceId",),
    ("iam", "Role"): ("RoleName",),
    ("events", "EventBus"): ("EventBusName",),
}

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


def operation_name(method: str, service: str = "") -> str:
    """``put_item`` or ``putItem`` → ``PutItem``."""
    if "_" not in method:
        return method[:1].upper() + method[1:]
    special = _ACRONYM_EXCEPTIONS.get(service, {})
    return "".join(
        special.get(word) or ACRONYMS.get(word) or word[:1].upper() + word[1:]
        for word in method.split("_")
    )


def v2_service(name: str) -> str:
    for known, service in V2_SERVICES.items():
        if known.lower() == name.lower():
            return service
    return name.lower()


def v3_service(module: str) -> str:
    """The service of ``@aws-sdk/client-x``; "" for other packages."""
    name = module.removeprefix("@aws-sdk/client-")
    return V3_SERVICES.get(name, name) if name != module else ""
