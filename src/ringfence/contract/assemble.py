"""Drafts of functions → one contract, its keys unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ringfence.model.contract import Contract, FunctionDraft


def name_drafts(drafts: Iterable[FunctionDraft]) -> list[FunctionDraft]:
    """The drafts with the keys that they have in the file: the logical id, or the whole id, with
    the template's path, where two functions have one logical id. Sorted by key."""
    listed = list(drafts)
    counts = Counter(draft.contract.key for draft in listed)
    for draft in listed:
        if counts[draft.contract.key] > 1:
            draft.contract.key = draft.contract.id
    return sorted(listed, key=lambda draft: draft.contract.key)


def contract_of(drafts: Iterable[FunctionDraft]) -> Contract:
    """The contract that the drafts make together."""
    return Contract(functions={draft.contract.key: draft.contract for draft in drafts})
