"""Granted (template) × needed (code and platform) × used (recordings), for each function.

Surplus is granted and neither needed nor used; missing is needed and not granted, and will fail
when it runs; a shared role gives each of its functions the needs of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ringfence.model.contract import FunctionContract, FunctionDraft, Grant, Permission
from ringfence.model.contract_change import Reconciled, Surplus
from ringfence.permissions.clouds.aws import Aws
from ringfence.permissions.clouds.interface import Cloud
from ringfence.permissions.clouds.statements import does
from ringfence.permissions.evaluate import Verdict

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

_AWS = Aws()


def reconcile(
    drafts: Sequence[FunctionDraft],
    used: Mapping[str, Iterable[Permission]] | None = None,
    cloud: Cloud = _AWS,
) -> list[Reconciled]:
    """One entry for each function, in their order.

    ``used`` are recorded permissions by key; ``cloud`` is the one whose terms grants and needs are
    written in.
    """
    shared: dict[str, list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.role_id:
            shared[draft.role_id].append(draft.contract.key)
    return [
        _reconciled(draft, shared, (used or {}).get(draft.contract.key, ()), cloud)
        for draft in drafts
    ]


def _reconciled(
    draft: FunctionDraft,
    shared: Mapping[str, list[str]],
    used: Iterable[Permission],
    cloud: Cloud,
) -> Reconciled:
    contract = draft.contract
    needs = [*contract.permissions, *contract.platform]
    wanted = _by_action([*needs, *used], cloud)
    complete = bool(draft.role_id) and not draft.role_gaps
    return Reconciled(
        contract.key,
        cloud.count(draft.grants),
        len({cloud.key(need.action) for need in needs}),
        [one for grant in draft.grants for one in _surplus(grant, contract, wanted, cloud)],
        _missing(draft, needs, cloud) if complete else [],
        [key for key in shared.get(draft.role_id, ()) if key != contract.key],
        draft.reach,
        complete,
    )


def _by_action(permissions: Iterable[Permission], cloud: Cloud) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for permission in permissions:
        found[cloud.key(permission.action)].append(permission.resource)
    return found


# --- too much -----------------------------------------------------------------------------------


def _surplus(
    grant: Grant, contract: FunctionContract, wanted: Mapping[str, list[str]], cloud: Cloud
) -> Iterable[Surplus]:
    if grant.effect != "Allow" or grant.limit or not (grant.actions or grant.not_actions):
        return
    for pattern in grant.actions or ("everything but " + ", ".join(grant.not_actions),):
        for resource, reason in _too_much(pattern, grant, wanted, cloud):
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
    pattern: str, grant: Grant, wanted: Mapping[str, list[str]], cloud: Cloud
) -> Iterable[tuple[str, str]]:
    """(resource, reason) for each resource of a grant on which the action is too much."""
    if not grant.actions:
        yield "*", "all actions but some are granted"
        return
    means = [
        action
        for action in wanted
        if cloud.means(pattern, action) and does(grant, action, cloud.means)
    ]
    for resource in grant.resources or ("*",):
        here = [action for action in means if _any_reached(resource, wanted[action], cloud)]
        if not here:
            yield resource, NOT_NEEDED
        elif whole := cloud.all_of(pattern, len(here)):
            yield resource, _partly(whole, here, cloud)
        elif narrower := _narrower(
            resource, [arn for action in here for arn in wanted[action]], cloud
        ):
            yield resource, f"{NEEDED_ONLY}{narrower}"


def _any_reached(resource: str, wanted: Iterable[str], cloud: Cloud) -> bool:
    return any(cloud.reaches(resource, one) is not False for one in wanted)


def _partly(whole: str, needed: list[str], cloud: Cloud) -> str:
    named = ", ".join(sorted(cloud.spelt(action) for action in needed)[:MAX_NAMED])
    more = f" and {len(needed) - MAX_NAMED} more" if len(needed) > MAX_NAMED else ""
    return f"{whole} only {named}{more} needed"


def _narrower(resource: str, wanted: list[str], cloud: Cloud) -> str:
    """The ARNs that would do, where the granted pattern means more than they do."""
    inside = [arn for arn in dict.fromkeys(wanted) if _any_reached(resource, [arn], cloud)]
    if any(cloud.fills(arn, resource) for arn in inside):
        return ""
    return ", ".join(inside[:MAX_NAMED])


# --- too little ---------------------------------------------------------------------------------


def _missing(draft: FunctionDraft, needs: Iterable[Permission], cloud: Cloud) -> list[Permission]:
    """Needs that the role surely does not allow."""
    asked = cloud.asked(draft.grants)
    return [
        need for need in needs if asked.answer(need.action, need.resource).verdict is Verdict.DENIED
    ]
