"""One cloud call: the fact, the tables about it, its answer, and what other functions may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ringfence.dataflow import (
    cloud_arguments,
    cloud_names,
    exposures,
    guessable,
    local_files,
    owned_records,
    sinks,
    verdicts,
)
from ringfence.dataflow.objects import CloudObject, Struct, deep_taint
from ringfence.dataflow.state import CallRecord
from ringfence.dataflow.values import (
    NOTHING,
    OF_CALLERS,
    UNKNOWN,
    Source,
    Taint,
    Trail,
    Value,
    join,
    tainted,
)
from ringfence.dataflow.verdicts import Verdict
from ringfence.model import syntax
from ringfence.model.facts import CallArgument, CloudCall, Use

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.rules.taint import CallTables

_PUBLIC_ACLS = ("public-read", "public-read-write", "website")


def record(
    machine: Machine,
    client: CloudObject,
    operation: str,
    parameters: dict[str, Value],
    node: syntax.Node,
    document: bool = False,
    batched: bool = False,
) -> Value:
    """Note a call and give its answer. What is ``batched`` is sent in one request with others."""
    from ringfence.dataflow.call_arguments import Arguments

    arguments = note(machine, client, operation, parameters, node, document, batched)
    place = machine.location(node)
    service = client.service
    name = f"aws.{service}.{operation}"
    tables = machine.catalogue.calls.get(name)
    if tables is not None:
        sinks.check(machine, name, tables, None, Arguments([], parameters), node)
    check_acl(machine, parameters, operation, node)
    if service == "dynamodb" and "UpdateExpression" in parameters:
        guessable.updated(machine, node)
    if service == "dynamodb":
        owned_records.acts_on_key(machine, operation, parameters, node)
    if service == "s3":
        exposures.check_object(machine, operation, parameters, node)
    if (service, operation) in cloud_names.SECRET_READS:
        subject = arguments.get("SecretId") or arguments.get("Name")
        text = subject.texts[0] if subject and subject.texts else "*"
        machine.collected.uses.setdefault(
            ("secret-read", text, place),
            Use("secret-read", machine.function.id, text, place, name),
        )
    found = answer(machine, service, operation, parameters, node, document)
    if "Filename" in parameters or "Fileobj" in parameters:  # it is written into a file
        machine.memo["downloaded",] = (*machine.memo.get(("downloaded",), ()), *deep_taint(found))
        file = parameters.get("Filename") or parameters.get("Fileobj") or UNKNOWN
        local_files.downloaded(machine, file, found, node)
    if tables is not None and (tables.sources or tables.propagators):
        return join(found, declared(machine, name, tables, Arguments([], parameters), node))
    return found


def note(
    machine: Machine,
    client: CloudObject,
    operation: str,
    parameters: dict[str, Value],
    node: syntax.Node,
    document: bool = False,
    batched: bool = False,
) -> dict[str, CallArgument]:
    """Note a call, and nothing else; its arguments as the fact has them."""
    place = machine.location(node)
    service = client.service
    arguments = cloud_arguments.facts_of(machine, parameters)
    complete = "*" not in parameters
    sent = operation
    if batched:
        sent = "BatchWriteItem"
        arguments = {"RequestItems{}": arguments.get("TableName", CallArgument(patterns=("*",)))}
    call = CloudCall(machine.function.id, service, sent, arguments, place, client.own, complete)
    key = (
        service,
        sent,
        place,
        client.own,
        tuple((n, a.texts, a.resources, a.patterns) for n, a in arguments.items()),
    )
    before = machine.collected.calls.get(key)
    if before is None:
        given = parameters
    else:  # a helper sends what each of its callers gives it
        given = {name: join(before.values.get(name, NOTHING), v) for name, v in parameters.items()}
    machine.collected.calls[key] = CallRecord(call, given, document)
    return arguments


def declared(
    machine: Machine, name: str, tables: CallTables, arguments: Arguments, node: syntax.Node
) -> Value:
    """What the tables say of a call's answer."""
    from ringfence.dataflow import libraries, members, table_conditions

    found = UNKNOWN
    for source in tables.sources:
        if table_conditions.conditions_hold(source.when, arguments):
            found = join(found, members.from_source(machine, source, name, node))
    for propagator in tables.propagators:
        if table_conditions.conditions_hold(propagator.when, arguments):
            moved = libraries.propagate(machine, name, propagator, None, arguments, node)
            if moved is not None:
                found = join(found, tainted(moved.taint))
    return found


def check_acl(
    machine: Machine, parameters: dict[str, Value], operation: str, node: syntax.Node
) -> None:
    acl = parameters.get("ACL")
    if acl is None:
        return
    for text in acl.texts():
        if text in _PUBLIC_ACLS:
            sinks.issue(
                machine,
                "public-object-acl",
                node,
                f"{operation} makes the object readable for everyone (ACL {text})",
            )


def answer(
    machine: Machine,
    service: str,
    operation: str,
    parameters: dict[str, Value],
    node: syntax.Node,
    document: bool,
) -> Value:
    """The answer of a call: other people's data where the service keeps such."""
    if (service, operation) in cloud_names.SECRET_READS:
        value = secret(machine, service, operation, parameters, node)
        if machine.response_overlay is not None:
            value = join(value, machine.response_overlay(service, operation, parameters, document))
        return value
    if (service, operation) == ("sqs", "GetQueueUrl") and "QueueName" in parameters:
        return queue_of(parameters["QueueName"])
    if (service, operation) not in cloud_names.READS:
        return UNKNOWN
    mail = mail_of(machine, service, operation, parameters, node)
    if mail is not None:
        return mail
    label = f"{service}.{operation}"
    hidden = exposures.projected(parameters) if service == "dynamodb" else ""
    notice = notice_of(machine, parameters) if service == "s3" else None
    key = ("answer", service, operation, hidden, notice)
    source = machine.memo.get(key)
    if source is None:
        source = Source("response", label, quality=2, sender="whoever wrote it")
        if notice is not None:
            source = Source("response", label, notice.triggers, (), notice.sender, OF_NOTICE)
        machine.memo[key] = source
        exposures.remember_rows(machine, source, hidden)
    assert isinstance(source, Source)
    trail = Trail(None, machine.location(node), "")
    asked = frozenset((OF_CALLER,)) if is_asked_by_caller(parameters) else frozenset[str]()
    taint = (Taint(source, (), trail, marks=asked, quality=source.quality),)
    value = Value((), taint, (), True)
    if machine.response_overlay is not None:
        value = join(value, machine.response_overlay(service, operation, parameters, document))
    return value


def queue_of(name: Value) -> Value:
    """The address of a queue ends with its name, which is as much as is known of it."""
    found = Struct("map", None)
    found.fields["QueueUrl"] = Value(name.consts, (), (), name.open or not name.consts)
    return Value(objects=(found,))


#: Certainty lost for the object that a notice is about.
OF_NOTICE = 1
#: Where the notices of buckets name the object.
_NOTED = (("s3", "object", "key"), ("detail", "object", "key"))


def notice_of(machine: Machine, parameters: Mapping[str, Value]) -> Verdict | None:
    """Who wrote the object that a call reads, where a notice in the event names it: whoever caused
    the notice. None for every other object."""
    for atom in deep_taint(parameters.get("Key", NOTHING)):
        if atom.source.kind == "event" and atom.path[-3:] in _NOTED:
            return verdicts.judge(machine, atom)
    return None


def mail_of(
    machine: Machine,
    service: str,
    operation: str,
    parameters: Mapping[str, Value],
    node: syntax.Node,
) -> Value | None:
    """The mail that an event of SES is about, where a rule before the function stored it: its
    sender wrote it. None for every other call."""
    if (service, operation) != ("s3", "GetObject"):
        return None
    for atom in deep_taint(parameters.get("Key", NOTHING)):
        if atom.source.kind == "event" and "ses" in atom.path[:-1]:
            path = (*atom.path[: atom.path.index("ses")], "ses", "mail", "content")
            trail = Trail(None, machine.location(node), "")
            answer = Struct("map", None)
            answer.fields["Body"] = tainted((Taint(atom.source, path, trail),))
            answer.rest = UNKNOWN
            return Value(objects=(answer,))
    return None


#: The mark of an answer to a question about the caller, or that the caller asked.
OF_CALLER = "of the caller"


def is_asked_by_caller(parameters: Mapping[str, Value], *more: Value) -> bool:
    """Whether a look-up depends on the event, so that its answer is of one invocation."""
    return any(
        atom.source.kind in OF_CALLERS or OF_CALLER in atom.marks
        for value in (*parameters.values(), *more)
        for atom in deep_taint(value)
    )


def secret(
    machine: Machine, service: str, operation: str, parameters: dict[str, Value], node: syntax.Node
) -> Value:
    """A secret's value is followed so that it is not shown; a plain parameter is none."""
    if service == "ssm" and parameters.get("WithDecryption", UNKNOWN).truth() is not True:
        return UNKNOWN
    key = ("answer", service, operation)
    source = machine.memo.get(key)
    if source is None:
        source = machine.memo[key] = Source("secret", f"{service}.{operation}")
    assert isinstance(source, Source)
    return Value((), (Taint(source, (), Trail(None, machine.location(node), "")),), (), True)


def wrapped(machine_struct: Struct, value: Value) -> Value:
    """An item in the table service's wire form: every attribute under its type's letter."""
    for obj in value.objects:
        if isinstance(obj, Struct):
            for key, inner in obj.fields.items():
                typed = Struct("map", None)
                typed.rest = inner
                machine_struct.fields[key] = Value(objects=(typed,))
            if not obj.rest.is_nothing:
                machine_struct.rest = join(machine_struct.rest, obj.rest)
            if obj.base is not None:
                machine_struct.base = obj.base
    if value.taint:
        machine_struct.rest = join(machine_struct.rest, Value((), value.taint, (), True))
    return Value(objects=(machine_struct,))


def unwrapped(value: Value) -> Value:
    """An item from its wire form."""
    result = Struct("map", None)
    for obj in value.objects:
        if isinstance(obj, Struct):
            for key, inner in obj.fields.items():
                plain = NOTHING
                for typed in inner.objects:
                    if isinstance(typed, Struct):
                        plain = join(plain, typed.items())
                result.fields[key] = plain if not plain.is_nothing else inner
            result.rest = join(result.rest, obj.rest)
    return Value((), value.taint, (result,), bool(value.taint))
