"""Cloud SDKs: boto3, the AWS SDK for JavaScript v2 and v3, and their document clients.

A client remembers its service, a resource object what it stands for, a v3 command its
operation; so every call becomes a :class:`~ringfence.model.facts.CloudCall`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, cloud_names, connections
from ringfence.dataflow.cloud_calls import record, unwrapped, wrapped
from ringfence.dataflow.objects import Closure, CloudObject, Command, External, Method, Struct
from ringfence.dataflow.texts import derive
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_QUIET = frozenset(
    [
        "close",
        "meta",
        "exceptions",
        "config",
        "destroy",
        "add_event_handler",
        "can_paginate",
        "middlewareStack",
        "wait_for",
        "promise",
        "on",
    ]
)
_CREDENTIALS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "credentials",
                "accessKeyId", "secretAccessKey")  # fmt: skip


def library_member(machine: Machine, path: str) -> Value | None:
    """A member of an SDK that is no plain library name; None otherwise."""
    if machine.language == "python":
        if path in ("boto3.session", "aioboto3.session"):
            return Value(objects=(External("boto3"),))
        return None
    if path.startswith("aws-sdk/clients/"):
        return Value(objects=(External("aws-sdk." + path.rpartition("/")[2].upper()),))
    if path in ("aws-sdk.default", "aws-xray-sdk-core.captureAWS()"):
        return Value(objects=(External("aws-sdk"),))
    return None


def call_library(
    machine: Machine, path: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """Constructors of clients, resources, commands; None when the path is not of an SDK."""
    if machine.language == "python":
        if path.startswith(("boto3.", "aioboto3.", "aiobotocore.")):
            return call_boto3(
                machine, path.partition(".")[2], arguments, own_credentials(arguments), node
            )
        return None
    if path.startswith("aws-sdk."):
        return new_v2(machine, path.removeprefix("aws-sdk."), arguments, node)
    if path.startswith("@aws-sdk/"):
        return call_v3(machine, path, arguments, node)
    if path.startswith(("aws-xray-sdk", "aws-lambda-powertools")) and path.rpartition(".")[2] in (
        "captureAWS", "captureAWSClient", "captureAWSv3Client"
    ):  # fmt: skip
        return arguments.get(0) or UNKNOWN
    return None


def own_credentials(arguments: Arguments) -> bool:
    return not any(name in arguments.keywords for name in _CREDENTIALS)


def call_boto3(
    machine: Machine, name: str, arguments: Arguments, own: bool, node: syntax.Node
) -> Value | None:
    if name in ("client", "resource", "session.Session", "Session"):
        if name.endswith("Session"):
            return Value(objects=(CloudObject("boto3", "", "session", own=own),))
        return boto3_service(machine, arguments, name, own, node)
    return None


def boto3_service(
    machine: Machine, arguments: Arguments, kind: str, own: bool, node: syntax.Node
) -> Value:
    result = NOTHING
    service = arguments.get(0, "service_name")
    for name in service.texts() if service is not None else ():
        connections.check_cloud_client(machine, "boto3", name, arguments, node)
        result = join(result, Value(objects=(CloudObject("boto3", name, kind, own=own),)))
    return result if not result.is_nothing else UNKNOWN


def options_credentials(arguments: Arguments) -> bool:
    options = arguments.get(0)
    for obj in options.objects if options is not None else ():
        if isinstance(obj, Struct) and any(name in obj.fields for name in _CREDENTIALS):
            return False
    return True


def converted(machine: Machine, name: str, arguments: Arguments) -> Value:
    """``marshall`` and ``unmarshall``: the same item in the table's wire form, and back."""
    value = arguments.get(0) or UNKNOWN
    if not any(isinstance(obj, Struct) for obj in value.objects):
        return value
    if name in ("marshall", "input", "convertToAttr"):
        return wrapped(machine.struct("map"), value)
    return unwrapped(value)


def new_v2(machine: Machine, name: str, arguments: Arguments, node: syntax.Node) -> Value | None:
    own = options_credentials(arguments)
    if name.endswith(".DocumentClient"):
        connections.check_cloud_client(machine, "aws-sdk", "dynamodb", arguments, node)
        return Value(objects=(CloudObject("document", "dynamodb", "client", own=own),))
    if name.startswith("DynamoDB.Converter"):
        return converted(machine, name.rpartition(".")[2], arguments)
    if "." in name or name in ("Config", "Credentials", "Endpoint", "HttpRequest"):
        return UNKNOWN
    service = cloud_names.v2_service(name)
    connections.check_cloud_client(machine, "aws-sdk", service, arguments, node)
    return Value(objects=(CloudObject("v2", service, "client", bound_parameters(arguments), own),))


def bound_parameters(arguments: Arguments) -> dict[str, Value]:
    """``new AWS.S3({ params: { Bucket } })``."""
    options = arguments.get(0)
    found: dict[str, Value] = {}
    for obj in options.objects if options is not None else ():
        if isinstance(obj, Struct):
            for inner in obj.fields.get("params", NOTHING).objects:
                if isinstance(inner, Struct):
                    found.update({k: v for k, v in inner.fields.items() if isinstance(k, str)})
    return found


def call_v3(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> Value | None:
    module, _, name = path.partition(".")
    if module == "@aws-sdk/lib-dynamodb":
        return call_lib_dynamodb(name, arguments)
    if module == "@aws-sdk/s3-request-presigner" and name == "getSignedUrl":
        return send(machine, arguments.get(0), arguments.get(1), node, presign=True)
    if module == "@aws-sdk/s3-presigned-post":
        client = CloudObject("v3", "s3", "client")
        options = arguments.get(1) or UNKNOWN
        record(machine, client, "PutObject", parameters_of(options), node)
        return UNKNOWN
    if module == "@aws-sdk/lib-storage" and name == "Upload":
        return new_upload(machine, arguments, node)
    if module == "@aws-sdk/util-dynamodb":
        return converted(machine, name, arguments)
    service = cloud_names.v3_service(module)
    if not service:
        return None
    if name.endswith("Command"):
        params = arguments.get(0) or Value(objects=(machine.struct("map"),))
        return Value(objects=(Command(service, name.removesuffix("Command"), params, False),))
    if name.startswith("paginate") and len(name) > 8:
        client = client_of(arguments.get(0), service)
        answer = record(machine, client, name[8:], parameters_of(arguments.get(1) or UNKNOWN), node)
        return machine.sequence_of(answer)
    if name.startswith("waitUntil"):
        return UNKNOWN
    if name.endswith("Client") or name[:1].isupper():
        own = options_credentials(arguments)
        connections.check_cloud_client(machine, module, service, arguments, node)
        return Value(objects=(CloudObject("v3", service, "client", own=own),))
    return None


def call_lib_dynamodb(name: str, arguments: Arguments) -> Value:
    if name.endswith("Command"):
        stem = name.removesuffix("Command")
        stem = stem[:1].lower() + stem[1:]
        operation = cloud_names.DOCUMENT.get(stem, cloud_names.operation_name(stem))
        params = arguments.get(0) or UNKNOWN
        return Value(objects=(Command("dynamodb", operation, params, True),))
    return Value(objects=(CloudObject("document", "dynamodb", "client"),))


def new_upload(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    options = arguments.get(0) or UNKNOWN
    params = access.attribute(machine, options, "params", node)
    record(machine, CloudObject("v3", "s3", "client"), "PutObject", parameters_of(params), node)
    return UNKNOWN


def client_of(value: Value | None, service: str) -> CloudObject:
    for obj in value.objects if value is not None else ():
        if isinstance(obj, CloudObject):
            return obj
        if isinstance(obj, Struct):
            for inner in obj.fields.get("client", NOTHING).objects:
                if isinstance(inner, CloudObject):
                    return inner
    return CloudObject("v3", service, "client")


# --- attributes ---


def attribute(machine: Machine, obj: CloudObject, name: str, node: syntax.Node) -> Value:
    if obj.kind == "resource" and name == "meta":
        return Value(objects=(obj,))
    if name == "client":
        return Value(objects=(CloudObject(obj.flavour, obj.service, "client", own=obj.own),))
    if name == "meta":
        return Value(objects=(obj,))
    if obj.kind in ("session", "client", "resource"):
        return Value(objects=(Method(Value(objects=(obj,)), name),))
    identity = {"name": ("TableName", "Bucket"), "key": ("Key",), "url": ("QueueUrl",),
                "arn": ("TopicArn",), "bucket_name": ("Bucket",)}  # fmt: skip
    for parameter in identity.get(name, ()):
        if parameter in obj.identity:
            return obj.identity[parameter]
    if obj.kind == "Bucket" and name == "objects":
        return Value(objects=(CloudObject(obj.flavour, "s3", "collection", obj.identity, obj.own),))
    return UNKNOWN


# --- calls ---


def call_object(
    machine: Machine, obj: CloudObject, arguments: Arguments, node: syntax.Node
) -> Value:
    return derive(*arguments.everything())


def call_method(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """A method of a client, resource, or resource object."""
    if obj.flavour == "boto3":
        return call_python(machine, obj, name, arguments, node)
    if obj.flavour in ("v3", "document") and name == "send":
        return finish(
            machine, send(machine, Value(objects=(obj,)), arguments.get(0), node), arguments, node
        )
    if name in _QUIET or name.startswith("wait"):
        return Value(objects=(obj,))
    return call_script(machine, obj, name, arguments, node)


def call_script(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if obj.flavour == "document" and name == "from":
        return Value(objects=(obj,))
    if name.startswith("getSignedUrl") and obj.service == "s3":
        operation = (arguments.get(0) or UNKNOWN).only_text() or "getObject"
        params = parameters_of(arguments.get(1) or UNKNOWN)
        record(machine, obj, cloud_names.operation_name(operation), params, node)
        return finish(machine, UNKNOWN, arguments, node)
    operation = (
        cloud_names.DOCUMENT.get(name, "") if obj.flavour == "document" else ""
    ) or cloud_names.HIGH_LEVEL.get((obj.service, name), ("", ()))[0]
    operation = operation or cloud_names.operation_name(name)
    params = {**obj.identity, **parameters_of(arguments.get(0) or UNKNOWN)}
    answer = record(machine, obj, operation, params, node, document=obj.flavour == "document")
    return finish(machine, answer, arguments, node)


def finish(machine: Machine, answer: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """Give the answer to callbacks, too."""
    from ringfence.dataflow import callbacks

    for value in arguments.positional:
        for function in value.objects:
            if isinstance(function, Closure):
                callbacks.call_back(machine, Value(objects=(function,)), answer, node)
    return answer


def send(
    machine: Machine,
    client: Value | None,
    command: Value | None,
    node: syntax.Node,
    presign: bool = False,
) -> Value:
    """``client.send(new XCommand(params))``."""
    result = NOTHING
    for obj in command.objects if command is not None else ():
        if isinstance(obj, Command):
            sender = client_of(client, obj.service)
            target = CloudObject(sender.flavour, obj.service, "client", own=sender.own)
            answer = record(
                machine,
                target,
                obj.operation,
                parameters_of(obj.parameters),
                node,
                document=obj.document,
            )
            result = join(result, UNKNOWN if presign else answer)
    return result if not result.is_nothing else UNKNOWN


def parameters_of(value: Value) -> dict[str, Value]:
    """The API parameters that an object holds."""
    found: dict[str, Value] = {}
    for obj in value.objects:
        if isinstance(obj, Struct):
            for key, inner in obj.fields.items():
                if isinstance(key, str):
                    found[key] = join(found.get(key, NOTHING), inner)
            if obj.base is not None or not obj.rest.is_nothing:
                found["*"] = join(found.get("*", NOTHING), join(obj.rest, obj.base or NOTHING))
    if value.taint:
        found["*"] = join(found.get("*", NOTHING), Value((), value.taint, (), True))
    return found


def call_python(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if obj.kind == "session":
        if name in ("client", "resource"):
            own = obj.own and own_credentials(arguments)
            return boto3_service(machine, arguments, name, own, node)
        return UNKNOWN
    kind = obj.service if obj.kind == "client" else obj.kind
    if obj.kind == "paginator" and name == "paginate":
        answer = record(machine, obj, obj.operation, arguments_of(arguments, ()), node)
        return machine.sequence_of(answer)
    if name in ("get_paginator", "get_waiter") and obj.kind == "client":
        operation = (arguments.get(0) or UNKNOWN).only_text() or ""
        made = CloudObject(
            obj.flavour, obj.service, "paginator" if name == "get_paginator" else "waiter",
            own=obj.own, operation=cloud_names.operation_name(operation, obj.service),
        )  # fmt: skip
        return Value(objects=(made,))
    if name == "generate_db_auth_token":
        return Value(objects=(External("rds.AuthToken"),), open=True)
    if name == "generate_presigned_url":
        operation = (arguments.get(0, "ClientMethod") or UNKNOWN).only_text() or "get_object"
        params = parameters_of(arguments.get(1, "Params") or UNKNOWN)
        record(machine, obj, cloud_names.operation_name(operation, obj.service), params, node)
        return UNKNOWN
    made_resource = resource_object(machine, obj, name, arguments)
    if made_resource is not None:
        return made_resource
    if obj.kind == "collection":
        record(machine, obj, "ListObjects", dict(obj.identity), node)
        return machine.sequence_of(UNKNOWN)
    if obj.kind in ("waiter",) or name in _QUIET:
        return UNKNOWN
    operation, positional = cloud_names.HIGH_LEVEL.get((kind, name), ("", ()))
    if not operation:
        operation = cloud_names.operation_name(name, obj.service)
    if obj.kind == "batch_writer":
        params = {**obj.identity, **arguments_of(arguments, ())}
        return record(machine, obj, operation, params, node, document=True)
    params = {**obj.identity, **arguments_of(arguments, positional)}
    document = obj.service == "dynamodb" and obj.kind != "client"
    return record(machine, obj, operation, params, node, document=document)


def resource_object(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments
) -> Value | None:
    """``dynamodb.Table(name)``, ``s3.Object(bucket, key)``, ``bucket.Object(key)``."""
    if name == "batch_writer":
        return Value(
            objects=(CloudObject(obj.flavour, obj.service, "batch_writer", obj.identity, obj.own),)
        )
    names = cloud_names.RESOURCES.get((obj.service, name))
    if names is None:
        if obj.service == "sqs" and name == "get_queue_by_name":
            identity = {"QueueName": arguments.get(0, "QueueName") or UNKNOWN}
            return Value(objects=(CloudObject("boto3", "sqs", "Queue", identity, obj.own),))
        return None
    given = [value for value in names if value not in obj.identity]
    identity = dict(obj.identity)
    for place, parameter in enumerate(given):
        lower = {"TableName": "name", "Bucket": "bucket_name", "Key": "key", "QueueUrl": "url",
                 "TopicArn": "arn"}.get(parameter, "")  # fmt: skip
        identity[parameter] = arguments.get(place, lower) or UNKNOWN
    return Value(objects=(CloudObject("boto3", obj.service, name, identity, obj.own),))


def arguments_of(arguments: Arguments, positional: tuple[str, ...]) -> dict[str, Value]:
    found = dict(arguments.keywords)
    for name, value in zip(positional, arguments.positional, strict=False):
        found[name] = value
    if arguments.others is not None:
        found["*"] = arguments.others
    extra = found.get("ExtraArgs")
    if extra is not None:
        found.update(parameters_of(extra))
    return found
