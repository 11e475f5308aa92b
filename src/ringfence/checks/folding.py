"""Which flows are told as one finding: those that one change to the code mends."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.checks.groups import Groups
from ringfence.model.facts import Flow

#: Rules where the untrusted value is the fault, however many calls then use it.
_ONE_CAUSE = frozenset(
    {
        "cloud-resource-injection",
        "cross-site-scripting",
        "mail-injection",
        "mass-assignment",
        "path-traversal",
        "server-side-request-forgery",
    }
)


def folds(flows: Iterable[Flow]) -> list[str]:
    """A name for each flow, the same for flows that belong together.

    Flows to one dangerous place do, whichever functions share its code; so do those of one value
    in one function by the rules of :data:`_ONE_CAUSE`, and suspicions (low certainty) of one kind
    in one function. What belongs together with the same flow belongs together.
    """
    groups = Groups()
    places = []
    for flow in flows:
        place, *others = _reasons(flow)
        places.append(place)
        for other in others:
            groups.join(place, other)
    return [groups.lead(place) for place in places]


def _reasons(flow: Flow) -> list[str]:
    """What a flow is grouped by; the first is its place."""
    low = "low " if flow.certainty == "low" else ""
    start = f"{flow.rule} {low}"
    reasons = [f"{start}{flow.location} {flow.sink} {flow.argument}"]
    if low:
        reasons.append(f"{start}{flow.function} {flow.source.kind}")
    elif flow.rule in _ONE_CAUSE:
        reasons.append(f"{start}{flow.function} {flow.source.path}")
    return reasons
