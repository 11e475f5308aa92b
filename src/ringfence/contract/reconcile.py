"""Granted (template) × needed (code and platform) × used (recordings), for each function.

Surplus is granted and neither needed nor used; missing is needed and not granted, and will fail
when it runs; a shared role gives each of its functions the needs of all.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ringfence.model.contract import FunctionContract, FunctionDraft, Grant, Permission
from ringfence.model.contract_change import Reconciled, Surplus
from ringfence.permissions import actions as action_data
from ringfence.permissions.evaluate import PolicySet, RolePolicies, Verdict
from ringfence.permissions.globs import covers, has_wildcard, overlaps
from ringfence.permissions.grants import policies_of

#: Names of needed actions that one reason lists.
MAX_NAMED = 4
NOT_NEEDED = "not needed"
NEEDED_ONLY = "needed only on "
#: What SAM and the Serverless Framework attach to a function's role, whatever the template says.
_BY_ITSELF = (
    "AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess", "AWSXRayDaemonWriteAccess",
    "AWSLambdaVPCAccessExecutionRole", "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaDynamoDBExecutionRole", "AWSLambdaKinesisExecutionRole", "AWSLambdaMSKExecutionRole",
    "AWSLambdaBasicDurableExecutionRolePolicy",
)  # fmt: skip
#: What these hold beside the needs of the configuration that they are attached for.
_BESIDE = frozenset((
    "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries",
    "kinesis:SubscribeToShard", "lambda:CheckpointDurableExecution",
    "lambda:GetDurableExecutionState",
))  # fmt: skip


def reconcile(
    drafts: Sequence[FunctionDraft], used: Mapping[str, Iterable[Permission]] | None = None
) -> list[Reconciled]:
    """One entry for each function, in their order. ``used`` are recorded permissions by key."""
    shared: dict[str, list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.role_id:
            shared[draft.role_id].append(draft.contract.key)
    return [
        _reconciled(draft, shared, (used or {}).get(draft.contract.key, ())) for draft in drafts
    ]


def _reconciled(
    draft: FunctionDraft, shared: Mapping[str, list[str]], used: Iterable[Permission]
) -> Reconciled:
    contract = draft.contract
    needs = [*contract.permissions, *contract.platform]
    wanted = _by_action([*needs, *used])
    complete = bool(draft.role_id) and not draft.role_gaps
    return Reconciled(
        contract.key,
        granted_count(draft.grants),
        len({need.action.lower() for need in needs}),
        [one for grant in draft.grants for one in _surplus(grant, contract, wanted)],
        _missing(draft, needs) if complete else [],
        [key for key in shared.get(draft.role_id, ()) if key != contract.key],
        draft.reach,
        complete,
    )


def _by_action(permissions: Iterable[Permission]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for permission in permissions:
        found[permission.action.lower()].append(permission.resource)
    return found


# --- too much -----------------------------------------------------------------------------------


def _surplus(
    grant: Grant, contract: FunctionContract, wanted: Mapping[str, list[str]]
) -> Iterable[Surplus]:
    if grant.effect != "Allow" or grant.limit:
        return
    for pattern in grant.actions or ("everything but " + ", ".join(grant.not_actions),):
        for resource, reason in _too_much(pattern, grant, wanted):
            yield Surplus(contract.key, pattern, resource, grant.where, _told(reason, grant))


def comes_by_itself(one: Surplus) -> bool:
    """Whether it is only the breadth of what a framework attaches by itself: no template can do
    without it but one that declares the role."""
    reason, origin = one.parts
    attached = origin.startswith("managed policy ") and origin.endswith(_BY_ITSELF)
    return attached and (reason.startswith(NEEDED_ONLY) or one.action in _BESIDE)


def _told(reason: str, grant: Grant) -> str:
    return f"{reason} [{grant.origin}]" if grant.origin else reason


def _too_much(
    pattern: str, grant: Grant, wanted: Mapping[str, list[str]]
) -> Iterable[tuple[str, str]]:
    """(resource, reason) for each resource of a grant on which the action is too much."""
    if not grant.actions:
        yield "*", "all actions but some are granted"
        return
    means = [action for action in wanted if covers(pattern.lower(), action)]
    for resource in grant.resources or ("*",):
        here = [
            action for action in means if any(overlaps(resource, arn) for arn in wanted[action])
        ]
        if not here:
            yield resource, NOT_NEEDED
        elif has_wildcard(pattern) and len(_expanded(pattern)) > len(here):
            yield resource, _partly(pattern, here)
        elif narrower := _narrower(resource, [arn for action in here for arn in wanted[action]]):
            yield resource, f"{NEEDED_ONLY}{narrower}"


def _partly(pattern: str, needed: list[str]) -> str:
    named = ", ".join(sorted(_spelt(action) for action in needed)[:MAX_NAMED])
    more = f" and {len(needed) - MAX_NAMED} more" if len(needed) > MAX_NAMED else ""
    return f"of {len(_expanded(pattern)):,} actions only {named}{more} needed"


def _spelt(action: str) -> str:
    return next(iter(action_data.expand(action)), action)


def _narrower(resource: str, wanted: list[str]) -> str:
    """The ARNs that would do, where the granted pattern means more than they do."""
    inside = [arn for arn in dict.fromkeys(wanted) if overlaps(resource, arn)]
    if any(covers(arn, resource) for arn in inside):
        return ""
    return ", ".join(inside[:MAX_NAMED])


@functools.cache
def _expanded(pattern: str) -> frozenset[str]:
    if pattern in ("*", "*:*"):
        return frozenset(
            action for service in action_data.services() for action in _expanded(f"{service}:*")
        )
    return frozenset(action_data.expand(pattern))


def granted_count(grants: Iterable[Grant]) -> int:
    """How many different actions the statements allow, resources and conditions aside."""
    found: set[str] = set()
    for grant in grants:
        if grant.effect != "Allow" or grant.limit:
            continue
        if grant.actions:
            found.update(*(_expanded(pattern) for pattern in grant.actions))
        else:
            without = set().union(*(_expanded(pattern) for pattern in grant.not_actions))
            found |= _expanded("*") - without
    return len(found)


# --- too little ---------------------------------------------------------------------------------


def _missing(draft: FunctionDraft, needs: Iterable[Permission]) -> list[Permission]:
    """Needs that the role surely does not allow."""
    policies, boundary = policies_of(draft.grants)
    asked = RolePolicies.of(PolicySet(policies), PolicySet(boundary) if boundary else None)
    return [
        need for need in needs if asked.answer(need.action, need.resource).verdict is Verdict.DENIED
    ]
