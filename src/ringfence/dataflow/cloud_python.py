"""boto3, botocore and their asynchronous relatives: sessions, clients, paginators, waiters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import access, cloud_credentials, cloud_names, cloud_resources, connections
from ringfence.dataflow.cloud_calls import record
from ringfence.dataflow.objects import CloudObject, External, Method, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Value, join
from ringfence.model import syntax

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

_PACKAGES = ("boto3.", "aioboto3.", "aiobotocore.", "botocore.session.")
_SESSIONS = frozenset(("Session", "get_session", "AioSession", "get_default_session",
                       "_get_default_session"))  # fmt: skip
_MAKERS = ("client", "resource", "create_client")
#: Attributes and methods of clients that call nothing.
_QUIET = frozenset(
    ("close", "meta", "exceptions", "config", "events", "can_paginate", "waiter_names",
     "get_available_subresources", "register", "unregister", "__aenter__", "__enter__")
)  # fmt: skip


def member(path: str) -> Value | None:
    """A member of the SDK that is no plain library name; None otherwise."""
    if path in ("boto3.session", "aioboto3.session", "aiobotocore.session"):
        return Value(objects=(External(path.partition(".")[0]),))
    if path == "boto3.DEFAULT_SESSION":
        return Value(objects=(CloudObject("boto3", "", "session"),))
    return None


def call_library(
    machine: Machine, path: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """``boto3.client("s3")`` and its like; None when the path is not of the SDK."""
    if not path.startswith(_PACKAGES):
        return None
    name = path.rpartition(".")[2]
    if path == "boto3.setup_default_session":
        own = cloud_credentials.of_keywords(machine, arguments)
        cloud_credentials.set_default(machine, "boto3", own)
        return UNKNOWN
    if "()" in path or path.count(".") > 2:
        return None
    own = cloud_credentials.of_keywords(machine, arguments, name in _SESSIONS)
    if name in _SESSIONS:
        own = own and (
            bool(arguments.keywords or arguments.positional)
            or cloud_credentials.default_is_own(machine, "boto3")
        )
        given = cloud_credentials.session_of(arguments)
        own = own and (given is None or given.own)
        return Value(objects=(CloudObject("boto3", "", "session", own=own),))
    if name in _MAKERS:
        own = own and cloud_credentials.default_is_own(machine, "boto3")
        return made(machine, arguments, name, own, node)
    return None


def made(machine: Machine, arguments: Arguments, kind: str, own: bool, node: syntax.Node) -> Value:
    """The client or resource of every service that is named."""
    kind = "resource" if kind == "resource" else "client"
    result = NOTHING
    service = arguments.get(0, "service_name")
    for name in service.texts() if service is not None else ():
        connections.check_cloud_client(machine, "boto3", name, arguments, node)
        result = join(result, Value(objects=(CloudObject("boto3", name, kind, own=own),)))
    return result if not result.is_nothing else UNKNOWN


def attribute(machine: Machine, obj: CloudObject, name: str, node: syntax.Node) -> Value:
    if name == "meta":
        return Value(objects=(obj,))
    if name == "client" and obj.kind not in ("session", "client"):
        return Value(objects=(CloudObject(obj.flavour, obj.service, "client", own=obj.own),))
    if obj.kind in ("client", "session", "paginator", "waiter", "batch_writer"):
        return Value(objects=(Method(Value(objects=(obj,)), name),))
    return cloud_resources.member(machine, obj, name, node)


def call_method(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """A method of a session, client, resource object, paginator or waiter."""
    if obj.kind == "session":
        return call_session(machine, obj, name, arguments, node)
    if obj.kind == "paginator" and name == "paginate":
        answer = call(machine, obj, obj.operation, arguments_of(arguments, ()), node)
        return machine.sequence_of(answer)
    if obj.kind == "waiter":
        if name == "wait":
            call(machine, obj, obj.operation, arguments_of(arguments, ()), node)
        return UNKNOWN
    if name == "client" and obj.kind == "resource":
        return UNKNOWN
    if obj.kind not in ("client", "batch_writer"):
        found = cloud_resources.call_method(machine, obj, name, arguments, node)
        if found is not None:
            return found
    return call_client(machine, obj, name, arguments, node)


def call_session(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if name in _MAKERS:
        own = obj.own and cloud_credentials.of_keywords(machine, arguments)
        return made(machine, arguments, name, own, node)
    if name == "get_credentials":
        path = "boto3.Credentials" if obj.own else "boto3.OtherCredentials"
        return Value(objects=(External(path),))
    if name == "set_credentials":
        obj.own = False
    return UNKNOWN


def call_client(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    if name == "get_paginator":
        names = names_in(arguments, 0, "operation_name")
        paged = [cloud_names.operation_of(obj.service, one) for one in names]
        return steps(obj, "paginator", paged)
    if name == "get_waiter":
        names = names_in(arguments, 0, "waiter_name")
        return steps(obj, "waiter", [cloud_names.waiter_of(obj.service, one) for one in names])
    if name == "generate_db_auth_token":
        return Value(objects=(External("rds.AuthToken"),), open=True)
    if name == "generate_presigned_url":
        params = parameters_of(arguments.get(1, "Params") or UNKNOWN)
        for one in names_in(arguments, 0, "ClientMethod"):
            call(machine, obj, cloud_names.operation_of(obj.service, one), params, node)
        return UNKNOWN
    if name in _QUIET:
        return UNKNOWN
    kind = obj.service if obj.kind == "client" else obj.kind
    operation, positional = cloud_names.HIGH_LEVEL.get((kind, name), ("", ()))
    given = {**obj.identity, **arguments_of(arguments, positional)}
    if operation == "CopyObject":
        heard(machine, obj, given, node)
    operation = operation or ("*" if name == "*" else cloud_names.operation_of(obj.service, name))
    if obj.kind == "batch_writer":
        return written(machine, obj, name, arguments, node)
    if operation and positional and (extra := given.get("ExtraArgs")) is not None:
        given.update(parameters_of(extra))
    document = obj.service == "dynamodb" and obj.kind != "client"
    return call(machine, obj, operation, given, node, document)


def call(
    machine: Machine,
    obj: CloudObject,
    operation: str,
    parameters: dict[str, Value],
    node: syntax.Node,
    document: bool = False,
) -> Value:
    return record(machine, obj, operation, parameters, node, document) if operation else UNKNOWN


def heard(machine: Machine, obj: CloudObject, given: dict[str, Value], node: syntax.Node) -> None:
    """``copy`` asks for the size of what it copies first."""
    source = given.get("CopySource") or UNKNOWN
    parameters = {
        name: access.item(machine, source, name, node)
        for name in ("Bucket", "Key")
        if any(isinstance(one, Struct) for one in source.objects)
    }
    other = given.get("SourceClient") or NOTHING
    sender = next((one for one in other.objects if isinstance(one, CloudObject)), obj)
    quiet = CloudObject(obj.flavour, "s3", "client", own=sender.own)
    record(machine, quiet, "HeadObject", parameters, node)


def written(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """``batch.put_item(Item=…)`` is sent with others in one request."""
    if name not in ("put_item", "delete_item"):
        return UNKNOWN
    given = {**obj.identity, **arguments_of(arguments, ())}
    return record(machine, obj, cloud_names.guessed(name), given, node, True, batched=True)


def steps(obj: CloudObject, kind: str, operations: list[str]) -> Value:
    """A paginator or waiter for each operation."""
    made_objects = tuple(
        CloudObject(obj.flavour, obj.service, kind, own=obj.own, operation=operation)
        for operation in operations
    )
    return Value(objects=made_objects) if made_objects else UNKNOWN


def names_in(arguments: Arguments, place: int, name: str) -> list[str]:
    """The texts that an argument may be; ``*`` for one that is not known."""
    value = arguments.get(place, name) or UNKNOWN
    found = value.texts()
    return found if found and not value.open else [*found, "*"]


def parameters_of(value: Value) -> dict[str, Value]:
    """The API parameters that an object holds; ``*`` stands for more that may be given."""
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
    elif value.open:
        found["*"] = join(found.get("*", NOTHING), UNKNOWN)
    return found


def arguments_of(arguments: Arguments, positional: tuple[str, ...]) -> dict[str, Value]:
    found = dict(arguments.keywords)
    for name, value in zip(positional, arguments.positional, strict=False):
        found[name] = value
    if arguments.others is not None:
        found["*"] = arguments.others
    return found
