"""IAM policy documents, one for each function, as small as they can be without granting more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ringfence import late
from ringfence.model.contract import FunctionDraft, Permission
from ringfence.permissions.minimal import (
    MAX_INLINE_CHARACTERS,
    MAX_MANAGED_CHARACTERS,
    Document,
    minimal_policy,
    size_of,
    split_policy,
)

#: The argument that names an object of a bucket, wherever it stands in the call.
_KEY = late.pattern(r"(?:\S*\.)?Key at ")


def documents_of(
    drafts: Iterable[FunctionDraft],
    with_platform: bool,
    extra: Mapping[str, Iterable[Permission]] = MappingProxyType({}),
) -> dict[str, Document]:
    """Key of the function → its policy document. ``extra`` are permissions by key beside those that
    the code needs."""
    found = {}
    for draft in drafts:
        contract = draft.contract
        platform = contract.platform if with_platform else []
        beside = extra.get(contract.key, ())
        found[contract.key] = minimal_policy([*contract.permissions, *platform, *beside])
    return found


def json_text(documents: Mapping[str, Document]) -> str:
    """One JSON object, function → document."""
    return json.dumps(documents, indent=2, ensure_ascii=False) + "\n"


def plain_text(documents: Mapping[str, Document]) -> str:
    """One document after the other, each under its function's name."""
    parts = []
    for key, document in documents.items():
        parts.append(f"# {json.dumps(key)[1:-1]}\n{json.dumps(document, indent=2)}\n")
    return "\n".join(parts)


def notes_of(
    drafts: Sequence[FunctionDraft],
    documents: Mapping[str, Document],
    extra: Mapping[str, Sequence[Permission]] = MappingProxyType({}),
) -> Iterator[str]:
    """What a reader of the documents must know: limits of size, what stands there without a line
    that needs it, and what was not seen."""
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
        needed = {need.action for need in draft.contract.permissions}
        for call in extra.get(key, ()):
            if call.action not in needed:
                why = f"{call.evidence[0].kind}: {call.evidence[0].text}"
                what = f"{call.action} on {call.resource}"
                yield f"{key}: {what} without a line that needs it ({why})"
        if not documents[key]["Statement"]:
            yield f"{key}: needs no permission, so no policy: IAM takes none without a statement"
        for gap in draft.contract.gaps:
            yield f"{key}: not seen: {gap}"
        for need in draft.contract.permissions:
            for unknown in need.unknown:
                if ":s3:" in need.resource and _KEY.match(unknown):
                    continue  # which objects of a bucket is rarely known, and the policy shows it
                yield f"{key}: {need.action} on {need.resource}: {unknown} not known"
