"""Limits, runtime, role, what could not be seen, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.contract.phrases import Parts, plain, told
from ringfence.model.contract import Accepted, FunctionContract
from ringfence.model.contract_change import Change
from ringfence.model.severity import Severity

#: field → (word, unit)
_LIMITS = {
    "memory_mib": ("memory", " MiB"),
    "timeout_s": ("timeout", " s"),
    "concurrency": ("concurrency", ""),
    "ephemeral_mib": ("temporary disk", " MiB"),
}
_SETTINGS = {"runtime": "runtime", "handler": "handler", "role": "role", "name": "name"}
_GRAVITY = {"role": Severity.MEDIUM}
DEFAULT = "the platform's default"


def setting_changes(key: str, old: FunctionContract, new: FunctionContract) -> list[Change]:
    """Limits, settings and gaps."""
    changes = [
        _limit(key, name, getattr(old.limits, name), getattr(new.limits, name))
        for name in _LIMITS
        if getattr(old.limits, name) != getattr(new.limits, name)
    ]
    for name, word in _SETTINGS.items():
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            parts = _setting(key, word, was, now)
            gravity = _GRAVITY.get(name, Severity.INFO)
            changes.append(Change("changed", gravity, key, "setting", parts, (name,)))
    changes += [_gap("widened", key, text) for text in new.gaps if text not in old.gaps]
    changes += [_gap("narrowed", key, text) for text in old.gaps if text not in new.gaps]
    return changes


def _limit(key: str, name: str, was: int | None, now: int | None) -> Change:
    word, unit = _LIMITS[name]
    if was is None or now is None:
        said = [DEFAULT if number is None else f"{number}{unit}" for number in (was, now)]
        parts = told(f"{word} of {{}} changed from {said[0]} to {said[1]}", key)
        return Change("changed", Severity.INFO, key, "limit", parts, (name,))
    verb = "grew" if now > was else "shrank"
    parts = told(f"{word} of {{}} {verb} from {was}{unit} to {now}{unit}", key)
    direction = "widened" if now > was else "narrowed"
    return Change(direction, Severity.INFO, key, "limit", parts, (name,))


def _setting(key: str, word: str, was: str, now: str) -> Parts:
    if not now:
        return told(f"{word} of {{}} is no longer said (before {{}})", key, was)
    if not was:
        return told(f"{word} of {{}} is now {{}}", key, now)
    return told(f"{word} of {{}} changed from {{}} to {{}}", key, was, now)


def _gap(direction: str, key: str, text: str) -> Change:
    words = "{} has one gap more ({})" if direction == "widened" else "{} has one gap less ({})"
    gravity = Severity.MEDIUM if direction == "widened" else Severity.INFO
    return Change(direction, gravity, key, "gap", told(words, key, text), (text,))


def accepted_changes(key: str, old: Sequence[Accepted], new: Sequence[Accepted]) -> list[Change]:
    """Decisions that came, went, or hold for longer."""
    before = {_what(entry): entry for entry in old}
    after = {_what(entry): entry for entry in new}
    changes = []
    for what, entry in after.items():
        if before.get(what) != entry:
            changes.append(_decision(key, before.get(what), entry))
    for what, entry in before.items():
        if what not in after:
            words = "{} is no longer accepted for {}"
            parts = told(words, _item(entry), key)
            changes.append(Change("narrowed", Severity.LOW, key, "accepted", parts, (entry.value,)))
    return changes


def _what(entry: Accepted) -> tuple[str, str, str]:
    return (entry.kind, entry.value, entry.resource)


def _item(entry: Accepted) -> Parts:
    word = plain(f"{entry.kind.replace('-', ' ')} ")
    on = told(" on {}", entry.resource) if entry.resource else ()
    return told("{}{}{}", word, told("{}", entry.value), on)


def _decision(key: str, old: Accepted | None, new: Accepted) -> Change:
    if old is not None and old.until >= new.until:
        words = "{} is accepted for {} until {} ({})"
        direction = "narrowed" if old.until > new.until else "changed"
    else:
        words = "{} is now accepted for {} until {} ({})"
        direction = "widened"
    parts = told(words, _item(new), key, plain(new.until), told("{}", new.reason))
    gravity = Severity.HIGH if new.kind == "permission" and "*" in new.value else Severity.LOW
    return Change(direction, gravity, key, "accepted", parts, (new.value,), new.resource)
