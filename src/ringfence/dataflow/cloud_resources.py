"""boto3's resource objects: what they stand for, and what their methods and attributes call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ringfence.dataflow import sinks, subjects
from ringfence.dataflow.cloud_calls import record
from ringfence.dataflow.objects import CloudObject, Method
from ringfence.dataflow.values import UNKNOWN, Value
from ringfence.model import syntax
from ringfence.rules import sdk

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: What the data does not say: methods that boto3 adds to resource objects by hand.
_LOADS = {
    ("s3", "Bucket"): ("ListBuckets", {}),
    ("s3", "ObjectSummary"): ("HeadObject", {"Bucket": "Bucket", "Key": "Key"}),
}
_LOADED_BY_HAND = {("s3", "Bucket"): ("creation_date",)}
_COLLECTING = ("all", "filter", "limit", "page_size", "pages")


def shape_of(obj: CloudObject) -> dict[str, Any]:
    """What the object holds; empty where it is no resource object."""
    service = sdk.service(obj.service)
    return service.resource("" if obj.kind == "resource" else obj.kind) if service else {}


# --- attributes ---


def member(machine: Machine, obj: CloudObject, name: str, node: syntax.Node) -> Value:
    """``table.name``, ``obj.content_length``, ``bucket.objects``, ``table.put_item``."""
    shape = shape_of(obj)
    for parameter, names in shape.get("identifiers", ()):
        if name in names and parameter in obj.identity:
            return obj.identity[parameter]
    made = shape.get("collections", {}).get(name)
    if made is not None:
        return Value(objects=(collection(obj, made),))
    made = shape.get("references", {}).get(name)
    if made is not None:
        load_lazily(machine, obj, shape, node)
        return Value(objects=(part(obj, made, {}, True),))
    if name in shape.get("attributes", ()) or name in _LOADED_BY_HAND.get(
        (obj.service, obj.kind), ()
    ):
        load_lazily(machine, obj, shape, node)
        return UNKNOWN
    return Value(objects=(Method(Value(objects=(obj,)), name),))


def load_lazily(
    machine: Machine, obj: CloudObject, shape: dict[str, Any], node: syntax.Node
) -> None:
    """Data that did not come with the object is asked for at the first attribute."""
    if not obj.loaded:
        load(machine, obj, shape, node)


def load(machine: Machine, obj: CloudObject, shape: dict[str, Any], node: syntax.Node) -> Value:
    request = shape.get("load") or _LOADS.get((obj.service, obj.kind))
    return call(machine, obj, request, {}, node) if request else UNKNOWN


def collection(obj: CloudObject, made: list[Any]) -> CloudObject:
    """``bucket.objects``."""
    element = part(obj, made[2:], {}, False) if len(made) > 2 else None
    identity = {
        parameter: obj.identity.get(source, UNKNOWN) for parameter, source in made[1].items()
    }
    return CloudObject(obj.flavour, obj.service, "collection", identity, obj.own, made[0],
                       element=element)  # fmt: skip


def part(obj: CloudObject, made: list[Any], given: dict[str, Value], several: bool) -> CloudObject:
    """A resource object that another one gives; ``given`` are the parameters of the request."""
    kind, fills = made[0], made[1]
    identity: dict[str, Value] = {}
    for parameter, source in fills.items():
        if source.startswith("="):
            identity[parameter] = obj.identity.get(source[1:], UNKNOWN)
        elif source.startswith("@"):
            identity[parameter] = given.get(source[1:], UNKNOWN)
        else:
            named = given.get("QueueName") if parameter == "QueueUrl" else None
            identity[parameter] = given.get(parameter) or named or UNKNOWN
    return CloudObject(obj.flavour, obj.service, kind, identity, obj.own, loaded=not given)


# --- methods ---


def call_method(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value | None:
    """A method of a resource object; None for one that only the service's operations may know."""
    if obj.kind == "collection":
        return call_collection(machine, obj, name, arguments, node)
    shape = shape_of(obj)
    if name in ("load", "reload"):
        return load(machine, obj, shape, node)
    if name == "batch_writer":
        made = CloudObject(obj.flavour, obj.service, "batch_writer", obj.identity, obj.own)
        return Value(objects=(made,))
    if name in shape.get("parts", {}):
        return constructed(machine, obj, shape["parts"][name], arguments, node)
    for group in ("waiters", "actions"):
        request = shape.get(group, {}).get(name)
        if request is not None:
            return act(machine, obj, request, arguments, node)
    return None


def constructed(
    machine: Machine, obj: CloudObject, made: list[Any], arguments: Arguments, node: syntax.Node
) -> Value:
    """``dynamodb.Table(name)``, ``s3.Object(bucket, key)``, ``bucket.Object(key)``."""
    service = sdk.service(obj.service)
    shape = service.resource(made[0]) if service is not None else {}
    names: dict[str, list[str]] = dict(shape.get("identifiers", ()))
    identity: dict[str, Value] = {}
    wanted = [parameter for parameter in names if made[1].get(parameter) == "?"]
    for place, parameter in enumerate(wanted):
        value = arguments.get(place)
        for name in names[parameter]:
            value = value or arguments.get(len(arguments.positional), name)
        identity[parameter] = value or UNKNOWN
    result = part(obj, made, identity, False)
    result.loaded = False
    chosen(machine, obj.service, made[0], result.identity, node)
    return Value(objects=(result,))


def act(
    machine: Machine, obj: CloudObject, request: list[Any], arguments: Arguments, node: syntax.Node
) -> Value:
    """An action or waiter, and what it gives."""
    from ringfence.dataflow.cloud_python import arguments_of

    given = arguments_of(arguments, ())
    answer = call(machine, obj, request, given, node)
    if len(request) <= 2:
        return answer
    made = part(obj, request[2:4], given, False)
    made.loaded = bool(request[4])
    whole = Value(objects=(made,))
    if not request[4]:
        return whole
    listed = machine.sequence_of(whole)
    return Value(
        answer.consts, answer.taint, (*listed.objects, *answer.objects), bool(answer.taint)
    )


def call(
    machine: Machine, obj: CloudObject, request: Any, given: dict[str, Value], node: syntax.Node
) -> Value:
    """One request, with what the object's identity fills in."""
    operation, fills = request[0], request[1]
    parameters: dict[str, Value] = {}
    for parameter, source in fills.items():
        parameters[parameter] = obj.identity.get(source, UNKNOWN) if source else UNKNOWN
    parameters.update(given)
    return record(machine, obj, operation, parameters, node, document=obj.service == "dynamodb")


def call_collection(
    machine: Machine, obj: CloudObject, name: str, arguments: Arguments, node: syntax.Node
) -> Value:
    """``bucket.objects.filter(Prefix=p)``, and actions on all that a collection holds."""
    from ringfence.dataflow.cloud_python import arguments_of

    if name in _COLLECTING:
        given = arguments_of(arguments, ())
        record(machine, obj, obj.operation, {**obj.identity, **given}, node)
        if name == "pages":
            return machine.sequence_of(machine.sequence_of(element(obj)))
        made = CloudObject(obj.flavour, obj.service, "collection", {**obj.identity, **given},
                           obj.own, obj.operation, True, obj.element)  # fmt: skip
        return Value(objects=(made,))
    held = obj.element
    request = shape_of(held).get("batch", {}).get(name) if held is not None else None
    if held is not None and request is not None:
        if not obj.loaded:
            record(machine, obj, obj.operation, dict(obj.identity), node)
        given = arguments_of(arguments, ())
        if (held.kind, name) == ("ObjectVersion", "delete"):
            given["Delete"] = versions(machine)
        return call(machine, held, request, given, node)
    return UNKNOWN


def versions(machine: Machine) -> Value:
    """What the deletion of versions names: each with its id."""
    listed, one = machine.struct("list"), machine.struct("map")
    one.fields["Key"] = one.fields["VersionId"] = UNKNOWN
    listed.rest = Value(objects=(one,))
    whole = machine.struct("map")
    whole.fields["Objects"] = Value(objects=(listed,))
    return Value(objects=(whole,))


def elements(machine: Machine, obj: CloudObject, node: syntax.Node) -> Value:
    """What a loop over a collection sees."""
    if obj.kind != "collection":
        return UNKNOWN
    if not obj.loaded:
        record(machine, obj, obj.operation, dict(obj.identity), node)
    return element(obj)


def element(obj: CloudObject) -> Value:
    if obj.element is None:
        return UNKNOWN
    held = obj.element
    made = CloudObject(held.flavour, held.service, held.kind, held.identity, held.own, loaded=True)
    return Value(objects=(made,))


def chosen(
    machine: Machine, service: str, kind: str, identity: dict[str, Value], node: syntax.Node
) -> None:
    """Tell at the resource object which resource it is, where the sender picks it, and not again
    at each of its methods."""
    from ringfence.dataflow.call_arguments import Arguments

    path = f"aws.{service}.{kind}"
    tables = machine.catalogue.calls.get(path)
    if tables is None or not any(value.taint for value in identity.values()):
        return
    sinks.check(machine, path, tables, None, Arguments([], identity), node)
    told = frozenset(sink.rule for sink in tables.sinks)
    selected = {name for sink in tables.sinks for name in sink.argument}
    for name, value in identity.items():
        if name in selected and value.taint:
            identity[name] = subjects.cleared_of(value, told)
