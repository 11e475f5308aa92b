"""The proof before a smaller policy is proposed: no needed and no recorded call would be denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ringfence.model.contract import FunctionDraft, Permission
from ringfence.model.record import field, record
from ringfence.permissions.conditions import Context
from ringfence.permissions.evaluate import PolicySet, Verdict
from ringfence.permissions.minimal import Document
from ringfence.permissions.parse import parse_json_policy


@record()
class Replay:
    """How many calls were put to the proposed policies, and which of them would be denied."""

    needed: int = 0
    recorded: int = 0
    denied: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """The outcome in one line."""
        calls = f"{self.needed:,} needed and {self.recorded:,} recorded calls replayed"
        if not self.denied:
            return f"{calls}: none is denied"
        return f"{calls}: {len(self.denied):,} would be denied, first {self.denied[0]}"


def replay(
    documents: Mapping[str, Document],
    drafts: Iterable[FunctionDraft],
    with_platform: bool,
    recorded: Mapping[str, Iterable[Permission]] | None = None,
) -> Replay:
    """Put every need of the functions, and every recorded call, to their proposed policies."""
    result = Replay()
    for draft in drafts:
        contract = draft.contract
        policies = PolicySet([parse_json_policy(documents[contract.key])])
        needs = [*contract.permissions, *(contract.platform if with_platform else ())]
        seen = list((recorded or {}).get(contract.key, ()))
        result.needed += sum(max(len(need.evidence), 1) for need in needs)
        result.recorded += sum(max(len(call.evidence), 1) for call in seen)
        for call in (*needs, *seen):
            if policies.answer(call.action, call.resource, _context(call)).verdict is not (
                Verdict.ALLOWED
            ):
                result.denied.append(f"{contract.key}: {call.action} on {call.resource}")
    return result


def _context(call: Permission) -> Context:
    return {condition.key: condition.values for condition in call.conditions}
