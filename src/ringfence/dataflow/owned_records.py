"""Records whose owner the caller names itself, where who calls is known and nobody asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import claims, sinks, trees
from ringfence.dataflow.authority import RULE
from ringfence.dataflow.objects import External, Struct
from ringfence.dataflow.values import NOTHING, Taint, Value, join_all, tainted
from ringfence.model import syntax
from ringfence.model.severity import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: Operations that read or change the one record that a key names, or all of one owner.
_OF_ONE_RECORD = {
    "GetItem": "read-data", "UpdateItem": "write-data", "DeleteItem": "write-data",
}  # fmt: skip
_OF_MANY = "Query"
#: ``owner = :o`` in the expression of a key, with or without a stand-in for the name.
_EQUALS = late.pattern(r"(#?\w+)\s*=\s*(:\w+)")
_PLACEHOLDER = late.pattern(r":\w+")
#: Methods of databases whose first argument says which records are meant.
_READS = late.pattern(r"^(find|count|aggregate)|^get$")
_FILTERS = late.pattern(
    r"^(find(_?one|_?first|_?many|_?all|_?unique)?(_?and_?\w+|OrThrow)?|(update|delete|replace)(_?one|_?many)?"
    r"|count(_?documents)?|destroy|remove)$",
    re.IGNORECASE,
)
#: Words by which code speaks of rights: somebody may be allowed to work on what is another's.
_OF_RIGHTS = late.pattern(
    r"(?i)(^|_|:)(groups?|roles?|scopes?|permissions?|is_?(admin|staff|owner)|admins?)$"
    r"|^(can|may|authori[sz]e|assert|check|ensure|require|verify|allow|permit|deny|forbid)"
)


def acts_on_key(
    machine: Machine, operation: str, parameters: Mapping[str, Value], node: syntax.Node
) -> None:
    """A record whose owner the caller names itself, where who calls is known and nobody asks."""
    many = operation == _OF_MANY
    effect = "read-data" if many else _OF_ONE_RECORD.get(operation)
    if effect is None or not _is_for_signed_in(machine):
        return
    given = parameters.get("Key", NOTHING)
    key = dict(_key_of_query(parameters)) if many else _fields_of(given)
    if any(_is_callers_own(machine, value) for value in (*key.values(), *_conditions(parameters))):
        return
    for name, value in key.items():
        atom, own = _named_by_caller(machine, name, value)
        if atom is None:
            continue
        # what is one person's may be for all to see, unless it is one's own where nothing is asked
        lost = 2 if speaks_of_rights(machine) or (many and not own) else 1
        sinks.flow(
            machine, RULE, effect, atom, f"aws.dynamodb.{operation}", "Key", node, lost,
            text="says whose record it is",
        )  # fmt: skip


def acts_on_filter(machine: Machine, path: str, arguments: Arguments, node: syntax.Node) -> None:
    """A database is asked for records of an owner whom the caller may name, and who else would be
    the caller: ``collection.deleteOne({ _id, owner: body.owner ?? sub })``."""
    name = path.rpartition(".")[2]
    if _FILTERS.match(name) is None or not arguments.positional or not _is_for_signed_in(machine):
        return
    given = _fields_of(arguments.positional[0])
    where = _fields_of(given["where"]) if "where" in given else given
    for field, value in where.items():
        atom, own = _named_by_caller(machine, field, value)
        if atom is not None and own:
            effect = "read-data" if _READS.match(name) else "write-data"
            lost = 2 if speaks_of_rights(machine) else 1
            sinks.flow(
                machine, RULE, effect, atom, path, "filter", node, lost,
                text="says whose record it is",
            )  # fmt: skip


def _is_for_signed_in(machine: Machine) -> bool:
    """Whether those who ask have shown who they are, and get an answer."""
    return any(
        trigger.answers and trigger.sender.exposure == Exposure.AUTHENTICATED
        for trigger in machine.triggers
    )


def _named_by_caller(machine: Machine, name: str, value: Value) -> tuple[Taint | None, bool]:
    """What the caller says of an owner, None where the field says none or holds more than that;
    and whether it may be the verified caller instead."""
    sent = [atom for atom in value.taint if claims.is_identity(machine, atom)]
    others = tuple(atom for atom in value.taint if atom not in sent)
    own = bool(others) and _is_callers_own(machine, tainted(others))
    if len(sent) != 1 or (others and not own) or not claims.is_owner(name):
        return None, own
    return (None if claims.is_part_of_path(sent[0]) else sent[0]), own


def _key_of_query(parameters: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """The attributes that the key of a query compares for equality."""
    expression = parameters.get("KeyConditionExpression", NOTHING)
    names = _fields_of(parameters.get("ExpressionAttributeNames", NOTHING))
    values = _fields_of(parameters.get("ExpressionAttributeValues", NOTHING))
    for text in expression.texts():
        for name, placeholder in _EQUALS.findall(text):
            shown = names[name].only_text() if name in names else name
            if shown and placeholder in values:
                yield shown, values[placeholder]
    for obj in expression.objects:  # Key("owner").eq(owner)
        if isinstance(obj, External) and obj.path.endswith(".Key().eq()") and obj.before:
            shown = obj.before.arguments[0].only_text() if obj.before.arguments else None
            if shown and obj.arguments:
                yield shown, obj.arguments[0]


def _fields_of(value: Value) -> dict[str, Value]:
    """The fields of a map, with what stands behind the letters of a type."""
    found: dict[str, Value] = {}
    for obj in value.objects:
        for name, inner in obj.fields.items() if isinstance(obj, Struct) else ():
            typed = [one.items() for one in inner.objects if isinstance(one, Struct)]
            found[str(name)] = join_all((inner, *typed))
    return found


def _conditions(parameters: Mapping[str, Value]) -> Iterator[Value]:
    """What a condition or filter compares with, beside the key."""
    given = _fields_of(parameters.get("ExpressionAttributeValues", NOTHING))
    for name in ("ConditionExpression", "FilterExpression"):
        for text in parameters.get(name, NOTHING).texts():
            yield from (given[word] for word in _PLACEHOLDER.findall(text) if word in given)


def _is_callers_own(machine: Machine, value: Value) -> bool:
    """Whether a value says for certain who calls."""
    return bool(value.taint) and claims.may_be_verified(machine, value)


def speaks_of_rights(machine: Machine) -> bool:
    """Whether the code that runs asks anywhere what somebody may do."""
    loaded = [module.module for module in machine.modules.values() if module is not None]
    return any(trees.ask(module, _asks_for_rights) for module in loaded)


def _asks_for_rights(module: syntax.Module) -> bool:
    for node in trees.nodes(module.body):
        name = getattr(node, "name", "") or getattr(node, "value", "")
        if isinstance(name, str) and _OF_RIGHTS.search(claims.snake(name)) is not None:
            return True
    return False
