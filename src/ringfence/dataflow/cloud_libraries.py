"""Libraries that call a cloud in the code's name: Powertools, Middy, models of tables, files in
buckets, signed requests. What each calls stands in ``rules/sdk_libraries.toml``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ringfence.dataflow import access, cloud_credentials
from ringfence.dataflow.cloud_calls import note
from ringfence.dataflow.objects import ClassObject, CloudObject, External, Struct
from ringfence.dataflow.values import NOTHING, UNKNOWN, Hole, Mix, Value, join, of
from ringfence.model import syntax
from ringfence.rules import packed

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: Signing name → service and operation of a request that code signs itself.
_SIGNED = {
    "es": ("es", "ESHttp*"), "aoss": ("aoss", "APIAccessAll"), "appsync": ("appsync", "GraphQL"),
    "execute-api": ("execute-api", "Invoke"), "lambda": ("lambda", "InvokeFunctionUrl"),
    "neptune-db": ("neptune-db", "connect"), "vpc-lattice-svcs": ("vpc-lattice-svcs", "Invoke"),
}  # fmt: skip
_SCHEMES = ("s3://", "s3a://", "s3n://")


@cache
def libraries() -> dict[str, dict[str, Any]]:
    """The tables by the path of the call."""
    rows = packed.read("sdk_libraries.toml")["library"]
    return {path: row for row in rows for path in row["call"]}


@cache
def models() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = packed.read("sdk_libraries.toml")["model"]
    return found


def called(
    machine: Machine, path: str, arguments: Arguments, node: syntax.Node, made: External | None
) -> None:
    """Note what a call of a library calls."""
    table = libraries()
    row = table.get(path) or (
        table.get(path.rpartition(".")[0] + ".*") if made is not None else None
    )
    if row is None:
        return
    if "signed" in row:
        note_signed(machine, row, arguments, node)
        return
    parameters: dict[str, Value] = {}
    for name, place in row.get("arguments", {}).items():
        value = at_place(machine, place, arguments, made, node)
        if name == "s3":
            parameters = parts_of_address(value)
            if not parameters:
                return
        elif value is not None:
            parameters[name] = value
        elif name in ("TableName", "SecretId", "QueueUrl"):
            parameters[name] = UNKNOWN
    operations = row["operations"]
    if "writes" in row and is_written(at_place(machine, row["mode"], arguments, made, node)):
        operations = row["writes"]
    own = owner(arguments, made).own
    for operation in operations:
        client = CloudObject("library", row["service"], "client", own=own)
        note(machine, client, operation, dict(parameters), node)


def owner(arguments: Arguments, made: External | None) -> CloudObject:
    """The client or session that the library was given; else the role's own."""
    given = cloud_credentials.session_of(arguments)
    if given is None and made is not None:
        for value in (*made.arguments, *made.keywords.values()):
            for obj in value.objects:
                if isinstance(obj, CloudObject):
                    return obj
    return given or CloudObject("library", "", "client")


def at_place(
    machine: Machine, place: str, arguments: Arguments, made: External | None, node: syntax.Node
) -> Value | None:
    """What stands at a place of the tables; None where it is not given."""
    from ringfence.dataflow.call_arguments import Arguments as Given

    if place.startswith("made:"):
        if made is None:
            return None
        while made.before is not None and not made.arguments and not made.keywords:
            made = made.before
        return at_place(machine, place[5:], Given(list(made.arguments), made.keywords), None, node)
    head, *fields = place.split(".")
    keys, every = head.endswith("{keys}"), head.endswith("{}")
    number, _, name = head.removesuffix("{keys}").removesuffix("{}").partition("|")
    value = arguments.get(int(number), name)
    if value is not None and keys:
        return keys_of(machine, value)
    value = held(value) if value is not None and every else value
    for one in fields:
        if value is None:
            return None
        value = field_of(machine, value, one.removesuffix("{}"), node)
        value = held(value) if value is not None and one.endswith("{}") else value
    return value


def keys_of(machine: Machine, value: Value) -> Value:
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            result = join(result, access.key_values(machine, obj))
    return result if not result.is_nothing else UNKNOWN


def held(value: Value) -> Value:
    """Everything that a map or list holds."""
    result = NOTHING
    for obj in value.objects:
        if isinstance(obj, Struct):
            result = join(result, obj.items())
    return result if not result.is_nothing else UNKNOWN


def field_of(machine: Machine, value: Value, name: str, node: syntax.Node) -> Value | None:
    for obj in value.objects:
        if isinstance(obj, Struct):
            known = name in obj.fields or not obj.rest.is_nothing or obj.base is not None
            return access.attribute(machine, value, name, node) if known else None
    return UNKNOWN


def is_written(mode: Value | None) -> bool:
    texts = mode.texts() if mode is not None else []
    return any(letter in text for text in texts for letter in "wax")


def parts_of_address(value: Value | None) -> dict[str, Value]:
    """Bucket and key of ``s3://bucket/key``."""
    buckets, keys = NOTHING, NOTHING
    for const in value.consts if value is not None else ():
        parts = const.parts if isinstance(const, Mix) else (const,)
        first = parts[0] if parts else ""
        scheme = next((s for s in _SCHEMES if isinstance(first, str) and first.startswith(s)), "")
        if not scheme or not isinstance(first, str):
            continue
        bucket, key = split_parts(
            (first[len(scheme) :], *(p for p in parts[1:] if isinstance(p, (str, Hole))))
        )
        buckets, keys = join(buckets, bucket), join(keys, key)
    return {} if buckets.is_nothing else {"Bucket": buckets, "Key": keys}


def split_parts(parts: tuple[str | Hole, ...]) -> tuple[Value, Value]:
    """The two sides of the first slash."""
    for place, part in enumerate(parts):
        if isinstance(part, str) and "/" in part:
            before, _, after = part.partition("/")
            return _text((*parts[:place], before)), _text((after, *parts[place + 1 :]))
    return _text(parts), Value(("",))


def _text(parts: tuple[str | Hole, ...]) -> Value:
    kept = tuple(part for part in parts if part != "")
    if all(isinstance(part, str) for part in kept):
        return Value(("".join(part for part in kept if isinstance(part, str)),))
    return of(Mix(kept))


def note_signed(
    machine: Machine, row: dict[str, Any], arguments: Arguments, node: syntax.Node
) -> None:
    """A request that code signs itself, where it says for which service."""
    value = at_place(machine, row["signed"], arguments, None, node)
    names = value.texts() if value is not None else [row["default"]] if row.get("default") else []
    given = arguments.get(0) or UNKNOWN
    own = cloud_credentials.of_options(machine, given)
    for name in names:
        found = _SIGNED.get(name)
        if found is not None:
            note(machine, CloudObject("library", found[0], "client", own=own), found[1], {}, node)


# --- models of tables ---


def model_called(
    machine: Machine, cls: ClassObject, name: str, node: syntax.Node, inherited: bool = False
) -> Value | None:
    """A method of a class that stands for a table, and the records that it gives; ``inherited``
    where a method of the class calls that of its base."""
    if not cls.bases or (cls.find(name) is not None and not inherited):
        return None
    bases = {base.path for base in cls.external_bases()}
    for row in models() if bases else ():
        if row["base"] in bases and name in row["methods"]:
            first, _, rest = row["table"].partition(".")
            table = UNKNOWN
            member = cls.find(first)
            for obj in member[0].objects if member is not None else ():
                inner = obj.find(rest) if isinstance(obj, ClassObject) else None
                table = inner[0] if inner is not None else table
            for operation in row["methods"][name]:
                batch = operation.startswith("Batch")
                key = "RequestItems{}" if batch else "TableName"
                client = CloudObject("library", row["service"], "client")
                note(machine, client, operation, {key: table}, node)
            if name in row["gives"]:
                made = Value(objects=(machine.struct("instance", cls),))
                return made if name in row["one"] else machine.sequence_of(made)
    return None
