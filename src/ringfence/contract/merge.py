"""People's decisions survive every refresh of the file.

A contract worked out anew knows nothing of them. They are taken over from the old file for every
function that still exists, expired ones too: who decided shall see it, and renew or remove it. Only
with its function does a decision go, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ringfence.contract.needs import needed_where
from ringfence.contract.order import settled
from ringfence.model.contract import Accepted, Contract, FunctionContract
from ringfence.model.contract_change import Difference
from ringfence.model.record import record, replace


@record(frozen=True)
class Merged:
    """A contract with the decisions of the old one; ``notes`` (none of which fails) tell of
    decisions that ended, are not needed any more, or went with their function."""

    contract: Contract
    notes: tuple[Difference, ...] = ()


def merged(new: Contract, old: Contract | None, today: date) -> Merged:
    """The new contract with the decisions of the old; both arguments stay as they are."""
    fresh = settled(new)
    if old is None:
        return Merged(fresh)
    functions = dict(fresh.functions)
    notes: list[Difference] = []
    for key, was in sorted(old.functions.items()):
        heir = key if key in functions else _heir(key, fresh, old)
        if heir:
            now = functions[heir]
            functions[heir] = replace(now, accepted=[*was.accepted, *now.accepted])
            notes += _notes(functions[heir], was.accepted, today)
        else:
            notes += [_dropped(key, entry) for entry in was.accepted]
    return Merged(settled(Contract(fresh.schema, functions)), tuple(notes))


def _heir(key: str, new: Contract, old: Contract) -> str:
    """The key that a function has got: its template's path comes and goes with namesakes.

    "" unless there is exactly one such function and it was not in the old contract.
    """
    found = [
        other for other in new.functions if other not in old.functions and _same_id(key, other)
    ]
    return found[0] if len(found) == 1 else ""


def _same_id(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    before = long.removesuffix(short)
    return before != long and not before[-1:].isalnum()


def _notes(
    function: FunctionContract, accepted: list[Accepted], today: date
) -> Iterator[Difference]:
    for entry in accepted:
        if where := needed_where(function, entry):
            text = "is needed by now, so that nobody has to accept it: remove the entry"
            yield Difference("unused", function.key, item_of(entry), where[0], text, False)
        elif entry.until < today.isoformat():
            text = f"was accepted until {entry.until}: renew it with a reason, or remove the entry"
            yield Difference("expired", function.key, item_of(entry), "", text, False)


def _dropped(key: str, entry: Accepted) -> Difference:
    text = f"was accepted until {entry.until}; its function is gone, and the entry with it"
    return Difference("dropped", key, item_of(entry), "", text, False)


def item_of(entry: Accepted) -> str:
    """What an entry accepts, in one line."""
    on = f" on {entry.resource}" if entry.resource else ""
    word = "" if entry.kind == "permission" else f"{entry.kind.replace('-', ' ')} "
    return f"{word}{entry.value}{on}"
