"""IAM policy documents, one for each function, as small as they can be without granting more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ringfence.model.contract import FunctionContract, FunctionDraft, Permission
from ringfence.permissions.minimal import (
    MAX_INLINE_CHARACTERS,
    MAX_MANAGED_CHARACTERS,
    Document,
    minimal_policy,
    size_of,
    split_policy,
)


def documents_of(
    drafts: Iterable[FunctionDraft],
    with_platform: bool,
    recorded: Mapping[str, Iterable[Permission]] | None = None,
) -> dict[str, Document]:
    """Key of the function → its policy document, of what the code needs and what recordings show.
    People's accepted extras are not part of it."""
    found = {}
    for draft in drafts:
        contract = draft.contract
        platform = contract.platform if with_platform else []
        seen = _beside(contract, (recorded or {}).get(contract.key, ()), with_platform)
        found[contract.key] = minimal_policy([*contract.permissions, *platform, *seen])
    return found


def _beside(
    contract: FunctionContract, recorded: Iterable[Permission], with_platform: bool
) -> list[Permission]:
    """Recorded calls that the contract does not name; those for the platform only where its needs
    are asked for, too."""
    platform = {need.action for need in contract.platform}
    return [call for call in recorded if with_platform or call.action not in platform]


def json_text(documents: Mapping[str, Document]) -> str:
    """One JSON object, function → document."""
    return json.dumps(documents, indent=2, ensure_ascii=False) + "\n"


def plain_text(documents: Mapping[str, Document]) -> str:
    """One document after the other, each under its function's name."""
    parts = []
    for key, document in documents.items():
        parts.append(f"# {json.dumps(key)[1:-1]}\n{json.dumps(document, indent=2)}\n")
    return "\n".join(parts)


def notes_of(drafts: Sequence[FunctionDraft], documents: Mapping[str, Document]) -> Iterator[str]:
    """What a reader of the documents must know: limits of size, and what was not seen."""
    for draft in drafts:
        key = draft.contract.key
        size = size_of(documents[draft.contract.key])
        if size > MAX_INLINE_CHARACTERS:
            count = len(split_policy(documents[draft.contract.key]))
            yield (
                f"{key}: {size:,} characters, more than the {MAX_INLINE_CHARACTERS:,} of a role's"
                f" inline policies; as managed policies of {MAX_MANAGED_CHARACTERS:,} it takes"
                f" {count}"
            )
        for gap in draft.contract.gaps:
            yield f"{key}: not seen: {gap}"
        for need in draft.contract.permissions:
            for unknown in need.unknown:
                yield f"{key}: {need.action} on {need.resource}: {unknown} not known"
