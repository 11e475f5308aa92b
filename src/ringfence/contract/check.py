"""``ringfence lock --check``: do file, code and template agree?

The build fails when the file would be rewritten with other content, as it does for the lock files
of package managers, or when the template grants what nobody needs and nobody accepted. Evidence,
and what could not be known, do not count: code that only moved changes nothing. Nor does the
breadth of the managed policies that SAM attaches by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ringfence import late
from ringfence.contract.merge import item_of
from ringfence.contract.needs import Need, accepts, needs_of
from ringfence.contract.order import settled
from ringfence.contract.reconcile import NEEDED_ONLY, NOT_NEEDED, comes_by_itself
from ringfence.contract.writing import HEAD_TEXTS, LIMITS
from ringfence.model.contract import Accepted, Contract, FunctionContract
from ringfence.model.contract_change import Difference, Surplus

KINDS = ("missing", "surplus", "expired", "changed", "stale", "accepted", "unused")
#: A line number in a text, which moves when code does.
_LINE = late.pattern(r"(?<=[\w)\]]):\d+\b")


def check(
    locked: Contract, needed: Contract, surplus: Iterable[Surplus], today: date
) -> list[Difference]:
    """Where the file (``locked``), code and template (``needed``) and the grants differ.

    Differences that fail come first, then by function, kind and item.
    """
    old, new = settled(locked).functions, settled(needed).functions
    extra = list(surplus)
    found: list[Difference] = []
    for key in sorted({*old, *new}):
        if key not in old:
            found.append(_new(new[key]))
        elif key not in new:
            found.append(_gone(key))
        else:
            found += _needs(old[key], new[key], today)
            found += _settings(old[key], new[key])
            found += _decisions(old[key], new[key], extra, today)
    for one in extra:
        if comes_by_itself(one):
            continue
        function = old.get(one.function)
        found.append(_surplus(one, function.accepted if function else (), today))
    return sorted(set(found), key=_rank)


def fails(differences: Iterable[Difference]) -> bool:
    """Whether the build should fail."""
    return any(difference.fails for difference in differences)


def _rank(one: Difference) -> tuple[object, ...]:
    return (not one.fails, one.function, KINDS.index(one.kind), one.item, one.where, one.text)


def _new(function: FunctionContract) -> Difference:
    where = function.handler
    return Difference("missing", function.key, "function", where, "is not in the lock", True)


def _gone(key: str) -> Difference:
    return Difference("stale", key, "function", "", "is in the lock and does not exist", True)


def _needs(old: FunctionContract, new: FunctionContract, today: date) -> Iterator[Difference]:
    before = {(need.kind, need.key): need for need in needs_of(old)}
    after = {(need.kind, need.key): need for need in needs_of(new)}
    for key, need in after.items():
        if key not in before:
            yield _missing(new.key, need, old.accepted, today)
        elif before[key].detail != need.detail:
            text = "is described otherwise in the lock"
            yield Difference("changed", new.key, need.text, need.where, text, True)
    for key, need in before.items():
        if key not in after:
            text = "is locked and not needed any more"
            yield Difference("stale", new.key, need.text, need.where, text, True)


def _missing(key: str, need: Need, accepted: list[Accepted], today: date) -> Difference:
    entry = _holding(accepted, need.kind, need.value, need.resource, today)
    if entry is not None:
        text = f"is needed, and accepted until {entry.until}; `ringfence lock` writes it down"
        return Difference("missing", key, need.text, need.where, text, False)
    text = "is needed, and the lock does not allow it"
    return Difference("missing", key, need.text, need.where, text, True)


def _holding(
    accepted: Iterable[Accepted], kind: str, value: str, resource: str, today: date
) -> Accepted | None:
    """The decision on an item that holds longest from today on."""
    found = [
        entry
        for entry in accepted
        if entry.until >= today.isoformat() and accepts(entry, kind, value, resource)
    ]
    return max(found, key=lambda entry: entry.until, default=None)


def _settings(old: FunctionContract, new: FunctionContract) -> Iterator[Difference]:
    pairs = [(name, getattr(old, name), getattr(new, name)) for name in HEAD_TEXTS]
    pairs += [(name, getattr(old.limits, name), getattr(new.limits, name)) for name in LIMITS]
    for name, was, now in pairs:
        if was != now:
            text = f"is {_shown(was)} in the lock and {_shown(now)} in the template"
            yield Difference("changed", new.key, name, "", text, True)
    before = {_LINE.sub("", gap): gap for gap in old.gaps}
    after = {_LINE.sub("", gap): gap for gap in new.gaps}
    for gap in after.keys() - before.keys():
        text = "is not seen any more, and the lock does not say so"
        yield Difference("missing", new.key, after[gap], "", text, True)
    for gap in before.keys() - after.keys():
        text = "is locked as not seen, and is seen now"
        yield Difference("stale", new.key, before[gap], "", text, True)


def _shown(value: object) -> str:
    return "not set" if value in (None, "") else str(value)


def _surplus(one: Surplus, accepted: Iterable[Accepted], today: date) -> Difference:
    item = f"{one.action} on {one.resource}"
    entry = _holding(accepted, "permission", one.action, one.resource, today)
    if entry is not None:
        text = f"is granted and not needed; accepted until {entry.until}: {entry.reason}"
        return Difference("accepted", one.function, item, one.where, text, False)
    why = _why(one)
    ended = [e.until for e in accepted if accepts(e, "permission", one.action, one.resource)]
    if ended:
        text = f"{why}; it was accepted until {max(ended)}"
        return Difference("expired", one.function, item, one.where, text, True)
    return Difference("surplus", one.function, item, one.where, why, True)


def _why(one: Surplus) -> str:
    """What is wrong with a grant, in words that follow its name."""
    reason, origin = one.parts
    granted = f"is granted by {origin}" if origin else "is granted"
    if reason in ("", NOT_NEEDED):
        return f"{granted} and not needed"
    if reason.startswith(NEEDED_ONLY):
        return f"{granted} and {reason}"
    return f"{granted}: {reason}"


def _decisions(
    old: FunctionContract, new: FunctionContract, surplus: list[Surplus], today: date
) -> Iterator[Difference]:
    """Decisions that no grant and no need calls for any more."""
    granted = [one for one in surplus if one.function == old.key]
    for entry in old.accepted:
        if any(accepts(entry, "permission", one.action, one.resource) for one in granted):
            continue
        if entry.until < today.isoformat():
            text = f"was accepted until {entry.until}, and nothing grants it: remove the entry"
            yield Difference("expired", old.key, item_of(entry), "", text, False)
        elif not any(accepts(entry, n.kind, n.value, n.resource) for n in needs_of(new)):
            text = "is accepted, and nothing grants or needs it"
            yield Difference("unused", old.key, item_of(entry), "", text, False)
