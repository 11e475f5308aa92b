"""The text of ``ringfence.lock`` as a contract, or one clear error about it.

People edit the file by hand and merge it; so it is checked as what a stranger wrote: shape, words,
dates, actions, duplicates, and entries that contradict themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from ringfence import late
from ringfence.contract.order import (
    ITEM_LISTS,
    KIND_OF_LIST,
    LIST_OF_KIND,
    accepted_key,
    group_key,
    host_key,
    item_key,
    settled,
    trigger_key,
)
from ringfence.contract.quick import quick_tree
from ringfence.contract.tables import REFRESH, Source, Table, near, shown
from ringfence.contract.toml_text import key as toml_key
from ringfence.contract.writing import HEAD_TEXTS, LIMITS
from ringfence.errors import UsageError
from ringfence.model.contract import (
    EVIDENCE_KINDS,
    SCHEMA,
    Accepted,
    Condition,
    Contract,
    EventPath,
    Evidence,
    FunctionContract,
    Host,
    Item,
    Limits,
    Permission,
    TriggerContract,
)
from ringfence.model.record import replace
from ringfence.model.severity import Exposure
from ringfence.permissions.actions import action_exists, expand, split_action
from ringfence.permissions.globs import has_wildcard

T = TypeVar("T")
Grouped = dict[str, list[Any]]

#: Letters at the start of a line that a merge leaves behind.
_MARKER = late.pattern(r"^(?:<{7}|>{7}|\|{7})(?: |$)|^={7}$", 8)  # 8: re.MULTILINE
_AT = late.pattern(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")
TYPES = ("", "string", "number", "boolean", "list", "map")
SENDERS = tuple(str(exposure) for exposure in Exposure)
_LARGEST = 2**31 - 1
#: Decisions on one function; each is compared with everything that is granted and needed.
MAX_ACCEPTED = 500


def contract_of(text: str, name: str) -> Contract:
    """The contract that the text of a file holds; errors call the file ``name``.

    Raises:
        UsageError: it is not the text of a lock file of this version.
    """
    source = Source(name, text)
    tree = _tree(source)
    top = Table(source, tree, "", 0, "")
    _schema(top)
    functions = top.table("functions")
    top.done()
    found = {}
    for key, entry in functions.items():
        header = f"functions.{toml_key(key)}"
        table = Table(source, entry, header, 0, f"function {shown(key)}")
        if not isinstance(entry, dict):
            raise top.wrong(
                f"function {shown(key)} must be a table", f"write [{header}]", header, "functions"
            )
        found[key] = _function(key, table)
    return settled(Contract(SCHEMA, found))


def _tree(source: Source) -> dict[str, Any]:
    tree = quick_tree(source.text)
    if tree is not None:
        return tree
    if marker := _MARKER.search(source.text):
        line = source.text.count("\n", 0, marker.start()) + 1
        what = f"the file holds merge conflict markers at line {line}"
        cure = "take either side, then run `ringfence lock`"
        raise UsageError(what, f"{source.shown}:{line}", cure)
    import tomllib

    try:
        return tomllib.loads(source.text)
    except RecursionError:
        raise UsageError("not valid TOML: nested too deeply", source.shown, REFRESH) from None
    except ValueError as problem:  # TOMLDecodeError is one; a number of 5,000 digits another
        raise _syntax_error(source, str(problem)) from None


def _syntax_error(source: Source, reason: str) -> UsageError:
    """The parser's words with the place where it stopped; what stands twice in plain words."""
    at = _AT.search(reason)
    place = source.shown
    if at is not None:
        reason = reason[: at.start()]
        last = source.text.count("\n") + 1
        place += f":{at[1]}:{at[2]}" if at[1] else f":{last}"
    if reason.startswith("Cannot declare"):
        return UsageError("a table stands twice", place, "keep one of the two")
    if reason.startswith("Cannot overwrite"):
        return UsageError("a key stands twice", place, "keep one of the two")
    return UsageError(f"not valid TOML: {shown(reason)}", place, f"mend it, or {REFRESH}")


def _schema(top: Table) -> None:
    schema = top.tree.get("schema")
    if type(schema) is int and schema > SCHEMA:
        what = f"written by a newer Ringfence (schema {shown(schema)}; this one reads {SCHEMA})"
        raise top.wrong(what, "upgrade Ringfence; the file was left as it is", "schema")
    if type(schema) is not int or schema != SCHEMA:
        said = "no schema" if schema is None else f"schema {shown(schema)}"
        what = f"not a lock file: it says {said}, not schema = {SCHEMA}"
        raise top.wrong(what, f"write schema = {SCHEMA}, or {REFRESH}", "schema")
    top.number_of("schema", SCHEMA)


def _function(key: str, table: Table) -> FunctionContract:
    found = FunctionContract(
        id=key,
        key=key,
        limits=_limits(table),
        permissions=_permissions(table, "permissions"),
        platform=_permissions(table, "platform"),
        hosts=_blocks(table, "hosts", _host, host_key),
        triggers=_blocks(table, "triggers", _trigger, trigger_key),
        accepted=_blocks(table, "accepted", _accepted, accepted_key),
        gaps=list(table.texts("gaps")),
    )
    for name in HEAD_TEXTS:
        setattr(found, name, table.text(name))
    for name in ITEM_LISTS:
        setattr(found, name, _blocks(table, name, _item, item_key))
    table.done()
    if len(found.accepted) > MAX_ACCEPTED:
        what = f"more than {MAX_ACCEPTED} accepted entries"
        raise table.wrong(what, "accept patterns, or grant less")
    return found


def _limits(table: Table) -> Limits:
    limits = table.inner(table.table("limits"), "limits")
    numbers = {name: limits.number_of(name, _LARGEST) for name in LIMITS}
    limits.done()
    return Limits(**numbers)


def _blocks(
    table: Table, name: str, read: Callable[[Table], T], key_of: Callable[[T], Hashable]
) -> list[T]:
    """The entries of one list; two of the same are one too many."""
    called = KIND_OF_LIST.get(name, name)
    found: dict[Hashable, T] = {}
    for block in table.blocks(name, f"{table.called}, {called}"):
        entry = read(block)
        block.done()
        key = key_of(entry)
        if key in found:
            raise block.wrong("the same entry stands twice", "keep one of the two")
        found[key] = entry
    return list(found.values())


def _permissions(table: Table, name: str) -> list[Permission]:
    found: dict[Hashable, Permission] = {}
    for block in table.blocks(name, f"{table.called}, {name}"):
        for permission in _permission_block(block):
            key = (permission.action.lower(), group_key(permission))
            if key in found:
                what = f"{permission.action} on {shown(permission.resource)} stands twice"
                raise block.wrong(what, "keep one of the two", permission.action)
            found[key] = permission
    return list(found.values())


def _permission_block(block: Table) -> list[Permission]:
    """One permission for each action of a block."""
    resource = block.text("resource", needed=True)
    of, inside = block.text("of"), block.text("inside")
    actions = block.texts("actions")
    if not actions:
        raise block.wrong("actions is missing or empty", f"list the actions, or {REFRESH}")
    for action in actions:
        _check_action(block, action)
    conditions = tuple(map(_condition, block.inners("conditions")))
    unknown = _shared(block, "unknown", "action", actions, lambda t: t.text("text", needed=True))
    evidence = _shared(block, "evidence", "action", actions, _evidence)
    block.done()
    return [
        Permission(
            action, resource, of, inside, conditions,
            tuple(unknown.get(action, ())), tuple(evidence.get(action, ())),
        )
        for action in actions
    ]  # fmt: skip


def _check_action(block: Table, action: str) -> None:
    service, name = split_action(action)
    if not service or not name:
        cure = "write service:Action, such as s3:GetObject"
        raise block.wrong(f"{shown(action)} is no action", cure, action)
    if has_wildcard(action):
        cure = "list the actions one by one; a person may accept a pattern under accepted"
        raise block.wrong(f"{shown(action)} means many actions, and needs are single", cure, action)
    if not action_exists(action):
        raise block.wrong(f"there is no action {shown(action)}", mend_action(action), action)


def mend_action(action: str) -> str:
    """What to do about an action that does not exist: the nearest one, where there is one."""
    service, _ = split_action(action)
    check = f"check the spelling, or {REFRESH}"
    return near(action, expand(f"{service}:*")) or check


def _condition(table: Table) -> Condition:
    operator, key = table.text("operator", needed=True), table.text("key", needed=True)
    found = Condition(operator, key, table.texts("values"))
    table.done()
    return found


def _shared(
    block: Table, name: str, by: str, known: Iterable[str], read: Callable[[Table], Any]
) -> Grouped:
    """What a list of the block says of each of the items that it is about."""
    items = set(known)
    found: Grouped = {}
    for table in block.inners(name):
        item = table.text(by)
        if item not in items:
            what = f"{name} is about {shown(item) or 'nothing'}, which is not in the block"
            raise block.wrong(what, f"mend the entry's {by}, or {REFRESH}", item, name)
        found.setdefault(item, []).append(read(table))
        table.done()
    return found


def _evidence(table: Table) -> Evidence:
    kinds = [kind for kind in EVIDENCE_KINDS if kind in table.tree]
    if len(kinds) != 1:
        what = "evidence names one kind of witness each"
        raise table.wrong(what, f"one of {', '.join(EVIDENCE_KINDS)}", "evidence")
    return Evidence(kinds[0], table.text(kinds[0]), table.text("text"))


def _own_evidence(block: Table) -> tuple[Evidence, ...]:
    found = []
    for table in block.inners("evidence"):
        found.append(_evidence(table))
        table.done()
    return tuple(found)


def _host(block: Table) -> Host:
    host, port = block.text("host", needed=True), block.number_of("port", 65_535)
    return Host(host, port or 0, block.text("chosen_by"), _own_evidence(block))


def _item(block: Table) -> Item:
    value = block.text("value", needed=True)
    return Item(value, block.text("chosen_by"), _own_evidence(block))


def _trigger(block: Table) -> TriggerContract:
    kind, name = block.text("kind", needed=True), block.text("name")
    sender = _one_of(block, "sender", SENDERS)
    authentication = block.text("authentication")
    paths = [_path(table) for table in block.inners("event")]
    names = [path.path for path in paths]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise block.wrong(f"the path {shown(twice)} stands twice", "keep one of the two", twice)
    evidence = _shared(block, "evidence", "path", ("", *names), _evidence)
    event = tuple(replace(path, evidence=tuple(evidence.get(path.path, ()))) for path in paths)
    own = tuple(evidence.get("", ()))
    return TriggerContract(kind, name, sender, authentication, event, own)


def _path(table: Table) -> EventPath:
    found = EventPath(
        table.text("path", needed=True),
        _one_of(table, "type", TYPES),
        table.texts("allowed"),
        table.text("pattern"),
        table.text("minimum"),
        table.text("maximum"),
        table.flag("required"),
    )
    table.done()
    return found


def _one_of(table: Table, name: str, known: tuple[str, ...]) -> str:
    value = table.text(name)
    if value not in known:
        words = ", ".join(filter(None, known))
        cure = near(value, known) or f"one of {words}"
        raise table.wrong(f"{shown(value) or 'nothing'} is no {name}", cure, f'"{value}"', name)
    return value


def _accepted(block: Table) -> Accepted:
    kind = _one_of(block, "kind", tuple(LIST_OF_KIND))
    value, resource = block.text("value", needed=True), block.text("resource")
    if kind == "permission":
        _check_accepted(block, value, resource)
    elif resource:
        raise block.wrong("only a permission has a resource", "remove the line", "resource")
    reason = block.text("reason").strip()
    if not reason:
        cure = 'say why it may stand: reason = "…"'
        raise block.wrong(f"{shown(value)} is accepted without a reason", cure, "reason")
    return Accepted(kind, value, resource, reason, _day(block))


def _check_accepted(block: Table, action: str, resource: str) -> None:
    if not resource:
        cure = 'write resource = "arn:…", or "*" for any'
        raise block.wrong(f"{shown(action)} is accepted on no resource", cure, action)
    if not action_exists(action):
        raise block.wrong(f"there is no action {shown(action)}", mend_action(action), action)


def _day(block: Table) -> str:
    cure = "write the last day on which it holds, such as until = 2027-01-31"
    value = block.raw("until")
    if value is None:
        raise block.wrong("until is missing", cure)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value if len(value) == 10 else "").isoformat()
    except (TypeError, ValueError):
        raise block.wrong(f"until: {shown(value)} is no day", cure, "until") from None
