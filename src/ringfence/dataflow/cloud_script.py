"""The AWS SDK for JavaScript v2 and v3, and their document clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, cloud_credentials, cloud_names, connections
from ringfence.dataflow.cloud_calls import record, unwrapped, wrapped
from ringfence.dataflow.cloud_python import names_in, parameters_of
from ringfence.dataflow.objects import (
    ClassObject,
    Closure,
    CloudObject,
    Command,
    External,
    Method,
    Partial,
    Struct,
)
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: Methods of clients that call nothing themselves.
_QUIET = frozenset(
    ("destroy", "middlewareStack", "config", "promise", "on", "once", "endpoint",
     "makeUnauthenticatedRequest", "setupRequestListeners", "customizeRequests", "defineService",
     "createSet", "isOrHasService", "abort", "addListener", "removeListener")
)  # fmt: skip
_CAPTURING = frozenset(("captureAWS", "captureAWSClient", "captureAWSv3Client"))
#: Classes of the SDK v2 that are no clients.
_NO_CLIENTS = frozenset(("Config", "Credentials", "Endpoint", "HttpRequest", "Service", "Request"))
#: Credentials that are asked for with the role's own.
_ASSUMING = ("TemporaryCredentials", "ChainableTemporaryCredentials", "fromTemporaryCredentials")


def member(path: str) -> Value | None:
    """A member of the SDK that is no plain library name; None otherwise."""
    if path.startswith("aws-sdk/clients/"):
        name = path.removeprefix("aws-sdk/clients/")
        whole = "aws-sdk" if name == "all" else f"aws-sdk.{name[:1].upper()}{name[1:]}"
        return Value(objects=(External(whole),))
    if path in ("aws-sdk.default", "aws-sdk/global", "aws-xray-sdk-core.captureAWS()"):
        return Value(objects=(External("aws-sdk"),))
    return None


def call_library(
    machine: Machine, path: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """Constructors of clients and commands; None when the path is not of the SDK."""
    name = path.rpartition(".")[2]
    if name in _CAPTURING:
        return arguments.get(0) or UNKNOWN
    if name in _ASSUMING and path.startswith(("aws-sdk.", "@aws-sdk/")):
        return assume(machine, path, arguments, node)
    if path.startswith("aws-sdk."):
        return new_v2(machine, path.removeprefix("aws-sdk."), arguments, node)
    if path.startswith("@aws-sdk/"):
        return call_v3(machine, path, arguments, node)
    return None


def assume(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> Value:
    """Credentials of another role: asking for them is the role's own call."""
    options = arguments.get(0) or UNKNOWN
    params = options
    if not path.endswith(".TemporaryCredentials"):
        params = access.attribute(machine, options, "params", node)
    record(machine, CloudObject("v3", "sts", "client"), "AssumeRole", parameters_of(params), node)
    return Value(objects=(External(path + "()"),))


def converted(machine: Machine, name: str, arguments: Arguments) -> Value:
    """``marshall`` and ``unmarshall``: the same item in the table's wire form, and back."""
    value = arguments.get(0) or UNKNOWN
    if not any(isinstance(obj, Struct) for obj in value.objects):
        return value
    if name in ("marshall", "input", "convertToAttr"):
        return wrapped(machine.struct("map"), value)
    return unwrapped(value)


# --- SDK v2 ---


def new_v2(machine: Machine, name: str, arguments: Arguments, node: syntax.Node) -> Value | None:
    options = arguments.get(0)
    if name.endswith("DocumentClient"):
        connections.check_cloud_client(machine, "aws-sdk", "dynamodb", arguments, node)
        own = own_v2(machine, options) and handed(options, "service").own
        made = CloudObject("document", "dynamodb", "client", bound_parameters(arguments), own)
        return Value(objects=(made,))
    if name.startswith("DynamoDB.Converter"):
        return converted(machine, name.rpartition(".")[2], arguments)
    if name in ("config.update", "config.loadFromPath"):
        own = cloud_credentials.of_options(machine, options) and name == "config.update"
        cloud_credentials.set_default(machine, "v2", own)
        return UNKNOWN
    if name == "S3.ManagedUpload":
        return new_upload(machine, arguments, node)
    if name == "Polly.Presigner":
        return Value(objects=(CloudObject("v2", "polly", "client"),))
    if name.endswith("Credentials") or name == "CredentialProviderChain":
        return Value(objects=(External(f"aws-sdk.{name}()"),))
    if "." in name or name in _NO_CLIENTS or not name[:1].isupper():
        return UNKNOWN
    service = cloud_names.v2_service(name)
    connections.check_cloud_client(machine, "aws-sdk", service, arguments, node)
    own = own_v2(machine, options)
    return Value(objects=(CloudObject("v2", service, "client", bound_parameters(arguments), own),))


def own_v2(machine: Machine, options: Value | None) -> bool:
    if not cloud_credentials.of_options(machine, options):
        return False
    given = options.objects if options is not None else ()
    named = any(
        isinstance(obj, Struct) and {"credentials", "accessKeyId"} & obj.fields.keys()
        for obj in given
    )
    return named or cloud_credentials.default_is_own(machine, "v2")


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


# --- SDK v3 ---


def call_v3(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> Value | None:
    module, _, name = path.partition(".")
    if module == "@aws-sdk/lib-dynamodb":
        return call_lib_dynamodb(machine, name, arguments, node)
    if module == "@aws-sdk/s3-request-presigner" and name == "getSignedUrl":
        return send(machine, arguments.get(0), arguments.get(1), node, presign=True)
    if module == "@aws-sdk/s3-presigned-post":
        options = arguments.get(1) or UNKNOWN
        client = client_of(arguments.get(0), "s3")
        record(machine, client, "PutObject", parameters_of(options), node)
        return UNKNOWN
    if module == "@aws-sdk/lib-storage" and name == "Upload":
        return new_upload(machine, arguments, node)
    if module == "@aws-sdk/util-dynamodb":
        return converted(machine, name, arguments)
    if "()" in name:
        return None
    service = cloud_names.v3_service(module.removesuffix("[]"))
    return (
        call_client_package(machine, service, name or "*Command", arguments, node, module)
        if service
        else None
    )


def call_client_package(
    machine: Machine,
    service: str,
    name: str,
    arguments: Arguments,
    node: syntax.Node,
    module: str,
) -> Value | None:
    """What a package of one service has: commands, paginators, waiters, clients."""
    if name.endswith("Command"):
        stem = name.removesuffix("Command")
        operation = "*" if stem == "*" else cloud_names.operation_of(service, stem) or stem
        params = arguments.get(0) or Value(objects=(machine.struct("map"),))
        return Value(objects=(Command(service, operation, params, False),))
    if name.startswith("paginate") and len(name) > 8:
        return paginated(
            machine, service, cloud_names.operation_of(service, name[8:]), arguments, node
        )
    if name.startswith("waitFor") or name.startswith("waitUntil"):
        operation = cloud_names.waiter_of(service, name[9:] if name[4] == "U" else name[7:])
        client = client_of(arguments.get(0), service)
        if operation:
            record(machine, client, operation, parameters_of(arguments.get(1) or UNKNOWN), node)
        return UNKNOWN
    if name.endswith("Client") or name[:1].isupper():
        own = cloud_credentials.of_options(machine, arguments.get(0))
        connections.check_cloud_client(machine, module, service, arguments, node)
        return Value(objects=(CloudObject("v3", service, "client", own=own),))
    return None


def paginated(
    machine: Machine, service: str, operation: str, arguments: Arguments, node: syntax.Node,
    document: bool = False,
) -> Value:  # fmt: skip
    client = client_of(arguments.get(0), service)
    params = parameters_of(arguments.get(1) or UNKNOWN)
    answer = record(machine, client, operation, params, node, document) if operation else UNKNOWN
    return machine.sequence_of(answer)


def document_operation(name: str) -> str:
    """The operation of a document client's method or command."""
    stem = name[:1].lower() + name[1:]
    return cloud_names.DOCUMENT.get(stem) or cloud_names.operation_of("dynamodb", stem)


def call_lib_dynamodb(
    machine: Machine, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if name.endswith("Command"):
        params = arguments.get(0) or UNKNOWN
        operation = document_operation(name.removesuffix("Command"))
        return Value(objects=(Command("dynamodb", operation, params, True),))
    if name.startswith("paginate"):
        return paginated(machine, "dynamodb", document_operation(name[8:]), arguments, node, True)
    own = client_of(arguments.get(0), "dynamodb").own
    return Value(objects=(CloudObject("document", "dynamodb", "client", own=own),))


def new_upload(machine: Machine, arguments: Arguments, node: syntax.Node) -> Value:
    options = arguments.get(0) or UNKNOWN
    params = access.attribute(machine, options, "params", node)
    client = handed(options, "client", "service")
    sender = CloudObject("v3", "s3", "client", own=client.own)
    record(machine, sender, "PutObject", {**client.identity, **parameters_of(params)}, node)
    return UNKNOWN


def handed(options: Value | None, *names: str) -> CloudObject:
    """The client that options hand over."""
    for obj in options.objects if options is not None else ():
        if isinstance(obj, Struct):
            for name in names:
                for inner in obj.fields.get(name, NOTHING).objects:
                    if isinstance(inner, CloudObject):
                        return inner
    return CloudObject("v3", "", "client")


def client_of(value: Value | None, service: str) -> CloudObject:
    """The client that is asked; where several may be, one of the role's own."""
    clients: list[CloudObject] = []
    for obj in value.objects if value is not None else ():
        if isinstance(obj, CloudObject):
            clients.append(obj)
        if isinstance(obj, Struct):
            for inner in obj.fields.get("client", NOTHING).objects:
                if isinstance(inner, CloudObject):
                    clients.append(inner)
    found = next((one for one in clients if one.own), clients[0] if clients else None)
    if found is None:
        return CloudObject("v3", service, "client")
    return CloudObject(found.flavour, service, "client", found.identity, found.own)


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
        if isinstance(obj, Command) and obj.operation:
            sender = client_of(client, obj.service)
            params = parameters_of(obj.parameters)
            answer = record(machine, sender, obj.operation, params, node, document=obj.document)
            result = join(result, UNKNOWN if presign else answer)
    return result if not result.is_nothing else UNKNOWN


# --- methods ---


def attribute(machine: Machine, obj: CloudObject, name: str, node: syntax.Node) -> Value:
    return Value(objects=(Method(Value(objects=(obj,)), name),))


def call_method(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if obj.flavour in ("v3", "document") and name == "send":
        answer = send(machine, Value(objects=(obj,)), arguments.get(0), node)
        return finish(machine, answer, arguments, node)
    if name in ("waitFor", "makeRequest"):
        return call_named(machine, obj, name, arguments, node)
    if name in _QUIET or (obj.flavour == "document" and name == "from"):
        return Value(objects=(obj,))
    if name.startswith("getSignedUrl") and obj.service == "s3":
        params = {**obj.identity, **parameters_of(arguments.get(1) or UNKNOWN)}
        for one in names_in(arguments, 0, ""):
            note(machine, obj, operation_of(obj, one), params, node)
        return finish(machine, UNKNOWN, arguments, node)
    operation = "*" if name == "*" else operation_of(obj, name)
    params = {
        **obj.identity,
        **parameters_of(arguments.get(0) or Value(objects=(machine.struct("map"),))),
    }
    answer = note(machine, obj, operation, params, node)
    return finish(machine, answer, arguments, node)


def operation_of(obj: CloudObject, name: str) -> str:
    if name == "*":
        return "*"
    if obj.flavour == "document":
        return document_operation(name.removesuffix("Async"))
    high = cloud_names.HIGH_LEVEL.get((obj.service, name), ("", ()))[0]
    found = high or cloud_names.operation_of(obj.service, name)
    if not found and name.endswith("Async"):  # as bluebird.promisifyAll names it
        return operation_of(obj, name.removesuffix("Async"))
    return found


def note(
    machine: Machine, obj: CloudObject, operation: str, params: dict[str, Value], node: syntax.Node
) -> Value:
    if not operation:
        return UNKNOWN
    return record(machine, obj, operation, params, node, document=obj.flavour == "document")


def call_named(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """``s3.waitFor("objectExists", params)``, ``s3.makeRequest("putObject", params)``."""
    answer = UNKNOWN
    params = {**obj.identity, **parameters_of(arguments.get(1) or UNKNOWN)}
    for one in names_in(arguments, 0, ""):
        found = (
            cloud_names.waiter_of(obj.service, one) if name == "waitFor" else operation_of(obj, one)
        )
        answer = join(answer, note(machine, obj, found, params, node))
    return finish(machine, answer, arguments, node)


def finish(machine: Machine, answer: Value, arguments: Arguments, node: syntax.Node) -> Value:
    """Give the answer to callbacks, too."""
    from ringfence.dataflow import callbacks

    for value in arguments.positional:
        for function in value.objects:
            if isinstance(function, (Closure, Partial)):
                callbacks.call_back(machine, Value(objects=(function,)), answer, node)
    return answer


def is_sent(receiver: Value, name: str, arguments: Arguments) -> bool:
    """Whether a command is sent by something not known, such as a client that is injected."""
    if name != "send" or not arguments.positional:
        return False
    given = any(isinstance(obj, Command) for obj in arguments.positional[0].objects)
    return given and not any(
        isinstance(obj, (CloudObject, Struct, ClassObject, Closure)) for obj in receiver.objects
    )
