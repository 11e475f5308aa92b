"""``ringfence lock accept``: a person lets an item stand, for a reason and for a time."""

from __future__ import annotations

from datetime import date, timedelta

from ringfence.contract.needs import needed_where
from ringfence.contract.order import LIST_OF_KIND, accepted_key, settled
from ringfence.contract.reading import MAX_ACCEPTED, mend_action
from ringfence.contract.tables import near, shown
from ringfence.errors import UsageError
from ringfence.model.contract import Accepted, Contract, FunctionContract
from ringfence.model.record import replace
from ringfence.permissions.actions import action_exists, split_action

#: A decision comes back to people once a year at least.
MAX_AHEAD_DAYS = 366
MAX_REASON_CHARACTERS = 500


def accept(
    contract: Contract,
    function: str,
    kind: str,
    value: str,
    resource: str,
    reason: str,
    until: str | date,
    today: date,
) -> Contract:
    """The contract with one decision more; one on the same item is replaced.

    ``value`` and ``resource`` may hold ``*`` as in a policy; only a permission has a resource.

    Raises:
        UsageError: there is no such function, kind or action; the item is needed anyway; the
            reason is missing; the day is none, over, or more than a year ahead.
    """
    ordered = settled(contract)
    where = _function(ordered, function)
    entry = Accepted(kind, value.strip(), resource.strip(), _reason(reason), _day(until, today))
    _check(entry)
    lines = needed_where(where, entry)
    if lines:
        place = f" at {lines[0]}" if lines[0] else ""
        cure = "accept only what the code does not need"
        raise UsageError(f"{shown(value)} is needed{place}, and so allowed", function, cure)
    others = [one for one in where.accepted if accepted_key(one) != accepted_key(entry)]
    if len(others) >= MAX_ACCEPTED:
        what = f"{MAX_ACCEPTED} entries are accepted already"
        raise UsageError(what, function, "accept patterns, or grant less")
    changed = replace(where, accepted=[*others, entry])
    return settled(Contract(ordered.schema, {**ordered.functions, where.key: changed}))


def _function(contract: Contract, key: str) -> FunctionContract:
    found = contract.functions.get(key)
    if found is None:
        names = ", ".join(list(contract.functions)[:8]) or "none; run `ringfence lock`"
        cure = near(key, contract.functions) or f"the lock knows: {names}"
        raise UsageError(f"there is no function {shown(key)} in the lock", "", cure)
    return found


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not reason:
        raise UsageError("the reason is empty", "--reason", "say why it may stand")
    if len(reason) > MAX_REASON_CHARACTERS:
        what = f"the reason has {len(reason)} characters"
        raise UsageError(what, "--reason", f"say it in {MAX_REASON_CHARACTERS}")
    return reason


def _day(until: str | date, today: date) -> str:
    cure = f"write a day such as {(today + timedelta(days=90)).isoformat()}"
    try:
        day = until if isinstance(until, date) else date.fromisoformat(until.strip())
    except ValueError:
        raise UsageError(f"{shown(until)} is no day", "--until", cure) from None
    if day < today:
        raise UsageError(f"{day.isoformat()} is over", "--until", cure)
    if day > today + timedelta(days=MAX_AHEAD_DAYS):
        what = f"{day.isoformat()} is more than a year ahead"
        raise UsageError(what, "--until", f"{cure}; accept it again then")
    return day.isoformat()


def _check(entry: Accepted) -> None:
    if entry.kind not in LIST_OF_KIND:
        cure = near(entry.kind, LIST_OF_KIND) or f"one of {', '.join(LIST_OF_KIND)}"
        raise UsageError(f"{shown(entry.kind)} is no kind of item", "", cure)
    if not entry.value:
        raise UsageError(f"which {entry.kind} is not said", "", "name it")
    if entry.kind != "permission":
        if entry.resource:
            raise UsageError(f"a {entry.kind} has no resource", "--resource", "leave it out")
        return
    if entry.value != "*" and not all(split_action(entry.value)):
        cure = "write service:Action, such as s3:GetObject"
        raise UsageError(f"{shown(entry.value)} is no action", "", cure)
    if not action_exists(entry.value):
        what = f"there is no action {shown(entry.value)}"
        raise UsageError(what, "", mend_action(entry.value))
    if not entry.resource:
        cure = 'name it, or "*" for any'
        raise UsageError(f"on which resource {shown(entry.value)}?", "--resource", cure)
