"""Who decides a call: the seam, and one that asks policies by our evaluator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ringfence.errors import UsageError
from ringfence.files import read_regular
from ringfence.permissions.evaluate import PolicySet, Verdict
from ringfence.permissions.parse import parse_json_policy

#: What is known of a request for conditions: key → values.
Context = Mapping[str, tuple[str, ...]]
#: (function, action, resource, context) → ``allowed``, ``denied`` or ``depends``.
Decide = Callable[[str, str, str, Context], str]

MAX_POLICY_BYTES = 16 * 1024 * 1024
#: Stands for every function that has no policy of its own.
ANY = "*"


def decide_by(policies: Mapping[str, Any]) -> Decide:
    """Decide by identity policies: function → policy document, or a list of such.

    A function that none is for is denied everything, unless there is one for ``*``.
    """
    sets = {name: _policy_set(documents) for name, documents in policies.items()}
    nothing = PolicySet(())

    def decide(function: str, action: str, resource: str, context: Context) -> str:
        rules = sets.get(function) or sets.get(ANY) or nothing
        verdict: Verdict = rules.answer(action, resource, context).verdict
        return verdict.value

    return decide


def _policy_set(documents: Any) -> PolicySet:
    listed = documents if isinstance(documents, list) else [documents]
    return PolicySet([parse_json_policy(document) for document in listed])


def read_policies(path: Path) -> dict[str, Any]:
    """The policies of a file: one document for all functions, or an object of function → document,
    as ``ringfence lock export --as iam --format json`` prints it.

    Raises:
        UsageError: the file is neither, or a document cannot be read as one.
        OSError: it cannot be read.
    """
    data = read_regular(path, MAX_POLICY_BYTES + 1)
    if len(data) > MAX_POLICY_BYTES:
        raise UsageError("is too long for a policy", where=str(path))
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"is no JSON: {str(problem)[:100]}", where=str(path)) from None
    if not isinstance(document, dict) or not document:
        raise _no_policy(path, "holds no JSON object")
    policies = {ANY: document} if "Statement" in document else document
    for name, item in policies.items():
        _check(path, name, item)
    return policies


def _check(path: Path, name: str, item: Any) -> None:
    for document in item if isinstance(item, list) else [item]:
        if not isinstance(document, dict) or "Statement" not in document:
            raise _no_policy(path, f"{name}: there is no `Statement`")
        if parse_json_policy(document).unknowns:
            raise _no_policy(path, f"{name}: a statement cannot be read")


def _no_policy(path: Path, what: str) -> UsageError:
    return UsageError(
        what,
        where=str(path),
        cure="give one policy document, or what `ringfence lock export --as iam --format json`"
        " prints",
    )
