"""What changed between two contracts, one sentence each: widenings first, the gravest on top.

Evidence is not compared: code that moved changes nothing. Functions are the same when their keys
are.
"""

from __future__ import annotations

from ringfence.contract.input_changes import trigger_changes
from ringfence.contract.item_changes import host_changes, item_changes, process_changes
from ringfence.contract.order import settled
from ringfence.contract.permission_changes import count_words, permission_changes
from ringfence.contract.phrases import told
from ringfence.contract.setting_changes import accepted_changes, setting_changes
from ringfence.model.contract import Contract, FunctionContract
from ringfence.model.contract_change import DIRECTIONS, Change
from ringfence.model.severity import Severity


def diff(old: Contract, new: Contract) -> list[Change]:
    """The changes from one contract to another, in a stable order."""
    before, after = settled(old).functions, settled(new).functions
    changes: list[Change] = []
    for key in sorted({*before, *after}):
        if key not in after:
            changes.append(_gone(before[key]))
        elif key not in before:
            changes += _new(after[key])
        elif before[key] != after[key]:
            changes += _changed(before[key], after[key])
    return sorted(changes, key=_rank)


def widens(changes: list[Change]) -> bool:
    """Whether anything may do, or be sent, more than before."""
    return any(change.direction == "widened" for change in changes)


def _rank(change: Change) -> tuple[object, ...]:
    direction = DIRECTIONS.index(change.direction)
    return (direction, -change.gravity, change.function, change.kind, change.text, change.resource)


def _gone(function: FunctionContract) -> Change:
    parts = count_words(function.key, function.permissions)
    return Change("narrowed", Severity.LOW, function.key, "function", parts)


def _new(function: FunctionContract) -> list[Change]:
    """A new function, and then everything that it may do."""
    parts = told("{} is a new function", function.key)
    empty = FunctionContract(function.id, function.key)
    needs = [
        change
        for change in _changed(empty, function)
        if change.kind not in ("setting", "limit", "event")
    ]
    return [Change("widened", Severity.INFO, function.key, "function", parts), *needs]


def _changed(old: FunctionContract, new: FunctionContract) -> list[Change]:
    key = new.key
    return [
        *permission_changes("permission", key, old.permissions, new.permissions),
        *permission_changes("platform", key, old.platform, new.platform),
        *trigger_changes(key, old.triggers, new.triggers),
        *host_changes(key, old.hosts, new.hosts),
        *process_changes(key, old.processes, new.processes),
        *item_changes("file-read", key, old.file_reads, new.file_reads),
        *item_changes("file-write", key, old.file_writes, new.file_writes),
        *item_changes("environment", key, old.environment, new.environment),
        *item_changes("secret", key, old.secrets, new.secrets),
        *setting_changes(key, old, new),
        *accepted_changes(key, old.accepted, new.accepted),
    ]
