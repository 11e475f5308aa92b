"""What of one function's findings is told: each once, by its surest and shortest way."""

from __future__ import annotations

from collections.abc import Set

from ringfence.dataflow import channels
from ringfence.dataflow.runs import Found
from ringfence.model.application import Application
from ringfence.model.facts import CodeIssue, Flow
from ringfence.model.location import Location
from ringfence.model.severity import CONFIDENCES, Exposure


def without_repeats(
    found: Found, application: Application, post: channels.PostOffice, identity: str
) -> list[Flow]:
    """One flow per rule, place and path; one that a channel brings stands beside the direct one.

    A function that is only ever called by other functions of the application is judged by what
    they send: their payload is its event.
    """
    flows = [flow for flow in found.flows if not is_checked(flow, found)]
    if post.is_internal(identity):
        flows = [flow for flow in flows if flow.source.via or not is_own_event(flow)]
    brought = {(flow.rule, flow.location) for flow in flows if flow.source.via}
    direct = [
        flow
        for flow in flows
        if not flow.source.via
        and (
            (flow.rule, flow.location) not in brought
            or widest(application, flow) > Exposure.ACCOUNT
        )
    ]
    best: dict[tuple[object, ...], Flow] = {}
    for flow in flows:
        if flow.source.via:
            key = (flow.rule, flow.location, flow.source.triggers)
            if key not in best or preference(flow) < preference(best[key]):
                best[key] = flow
    return [*direct, *best.values()]


def is_checked(flow: Flow, found: Found) -> bool:
    """Whether the token that a flow reads unverified is verified by the same function: what is
    read before (the key's id, the issuer) is needed to do so."""
    return flow.rule == "unverified-token" and flow.source.path in found.verified


def read_unverified(found: Found) -> set[Location]:
    """Where a function decodes a token of its event without a check, or one that it checks
    elsewhere."""
    return {
        flow.location
        for flow in found.flows
        if flow.rule == "unverified-token"
        and (flow.source.kind == "event" or is_checked(flow, found))
    }


def issues_beside_flows(found: Found, told: Set[Location]) -> list[CodeIssue]:
    """The issues, without what a flow tells better, of this function or of another one that shares
    the code: ``told`` are the places of :func:`read_unverified`. A variable that names a secret is
    none."""
    names = {
        f"the log receives the variable {name}"
        for call in found.calls
        for argument in (call.arguments.get("SecretId"), call.arguments.get("Name"))
        if argument is not None
        for name in argument.variables
    }
    return [
        issue
        for issue in found.issues
        if (issue.rule != "token-signature-not-verified" or issue.location not in told)
        and not (issue.rule == "sensitive-data-logged" and issue.text in names)
    ]


def preference(flow: Flow) -> tuple[object, ...]:
    """Of several ways from one trigger to one place, show the surest and shortest."""
    order = CONFIDENCES.index(flow.certainty)
    return order, len(flow.source.via), len(flow.steps), flow.source.path


def is_own_event(flow: Flow) -> bool:
    return flow.source.kind == "event" and flow.source.path.partition(".")[0].partition("[")[0] == (
        "event"
    )


def widest(application: Application, flow: Flow) -> Exposure:
    found = [application.triggers[key].sender.exposure for key in flow.source.triggers
             if key in application.triggers]  # fmt: skip
    return max(found, default=Exposure.NONE)
