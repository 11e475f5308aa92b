"""What a policy allows beside the needs of the code: recorded calls, and what people accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from ringfence.model.contract import Contract, Evidence, FunctionDraft, Permission


def extras_of(
    drafts: Iterable[FunctionDraft],
    recorded: Mapping[str, list[Permission]],
    locked: Contract | None,
    today: date,
) -> dict[str, list[Permission]]:
    """Key → permissions. Decisions that ended do not count, nor do recorded calls that are the
    platform's: its needs are asked for on their own."""
    found = {}
    for draft in drafts:
        contract = draft.contract
        platform = {need.action for need in contract.platform}
        seen = [call for call in recorded.get(contract.key, ()) if call.action not in platform]
        found[contract.key] = [*seen, *_accepted(contract.key, locked, today)]
    return found


def _accepted(key: str, locked: Contract | None, today: date) -> Iterable[Permission]:
    function = locked.functions.get(key) if locked is not None else None
    for entry in function.accepted if function is not None else ():
        if entry.kind == "permission" and entry.until >= today.isoformat():
            why = Evidence("accepted", "ringfence.lock", f"{entry.reason}, until {entry.until}")
            yield Permission(entry.value, entry.resource or "*", evidence=(why,))
