"""Paths that start with untrusted data reaching a dangerous use.

Flows with one effect in one function are one path, led by the widest sender; a place that several
functions share is one path too. Only flows whose finding was kept are told, so that what people
suppressed stays silent here as well.
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence import late
from ringfence.model.application import Application, Channel, Trigger
from ringfence.model.facts import Facts, Flow
from ringfence.model.finding import AttackPath, Finding
from ringfence.model.location import Location
from ringfence.model.record import record
from ringfence.model.severity import Effect, Exposure
from ringfence.paths.reach import Reach
from ringfence.paths.story import Story, Telling

#: Effects worth a story; the rest stays among the findings.
TOLD = (
    Effect.EXECUTE,
    Effect.ESCALATE,
    Effect.READ_FILE,
    Effect.WRITE_FILE,
    Effect.FORGE_REQUEST,
    Effect.ALTER_QUERY,
    Effect.READ_DATA,
    Effect.WRITE_DATA,
    Effect.IMPERSONATE,
)
#: Rules about what a browser, a log or a model shows, and about time; they open nothing behind
#: the function.
_UNTOLD = (
    "open-redirect",
    "cross-site-scripting",
    "header-injection",
    "log-injection",
    "prompt-injection",
    "regex-injection",
    "slow-regex-on-input",
    "denial-of-service-loop",
)
#: Issues of the code that need no flow and yet let the sender pass for another user.
_IMPERSONATING = ("token-signature-not-verified",)
_FIXED_HOST = late.pattern(r"\w*['\"]?https?://[^{/?#]+[/?#]")
_CERTAINTY = {"high": 2, "medium": 1, "low": 0}


@record()
class Case:
    """One flow (or one issue) with its finding and the trigger that leads to it."""

    rule: str
    effect: Effect
    function: str
    location: Location
    finding: Finding
    certainty: str
    trigger: Trigger | None
    flow: Flow | None = None
    text: str = ""

    @property
    def weight(self) -> tuple[int, int, int]:
        exposure = self.trigger.sender.exposure if self.trigger else Exposure.UNKNOWN
        hops = len(self.flow.source.via) if self.flow else 0
        return int(exposure), _CERTAINTY.get(self.certainty, 0), -hops

    @property
    def via(self) -> tuple[Channel, ...]:
        return self.flow.source.via if self.flow else ()


def flow_paths(
    application: Application, facts: Facts, findings: Iterable[Finding], reach: Reach
) -> list[AttackPath]:
    """A path per function and effect that untrusted data has."""
    groups: dict[tuple[str, Effect], list[Case]] = {}
    for case in _cases(application, facts, findings):
        groups.setdefault((case.function, case.effect), []).append(case)
    stories: dict[tuple[Effect, frozenset[Location]], Story] = {}
    for (identifier, effect), cases in groups.items():
        function = application.functions.get(identifier)
        if function is None:
            continue
        cases.sort(key=lambda case: case.weight, reverse=True)
        story = Story(function, effect, cases)
        places = (effect, frozenset(case.location for case in cases))
        known = stories.get(places)
        stories[places] = story if known is None else _merged(known, story, reach)
    telling = Telling(application, facts, reach)
    return [
        telling.tell(story)
        for story in stories.values()
        if _is_known(story) and not _is_said(telling, story)
    ]


def _is_said(telling: Telling, story: Story) -> bool:
    """Whether the finding says all: a program of the account misuses a function behind which
    nothing is known, or what is stored whole goes where the function stores everything."""
    case = story.cases[0]
    if case.via or story.effect is Effect.IMPERSONATE:
        return False
    powers = telling.opened(story)
    if case.rule == "mass-assignment":
        stores = {power.resource for power in powers}
        return len(stores) < 2 and "" not in stores
    inside = case.trigger is not None and case.trigger.sender.exposure <= Exposure.ACCOUNT
    return inside and not powers


def _is_known(story: Story) -> bool:
    """Whether more is known than the finding says: who sends, by which way, or what is behind. Of
    code that no template declares, nothing is."""
    case, function = story.cases[0], story.function
    exposure = case.trigger.sender.exposure if case.trigger else Exposure.UNKNOWN
    behind = function.role or function.environment or function.in_vpc
    return exposure is not Exposure.UNKNOWN or bool(case.via or behind or len(story.cases) > 1)


def _merged(one: Story, other: Story, reach: Reach) -> Story:
    """Two functions that share the dangerous lines: the graver leads, the other is mentioned."""

    def gravity(story: Story) -> tuple[object, ...]:
        data = reach.worst(reach.powers(story.function))
        return (*story.cases[0].weight, data.rank, len(reach.powers(story.function)))

    first, second = (one, other) if gravity(one) >= gravity(other) else (other, one)
    first.shared_with.extend([second.function.logical_id, *second.shared_with])
    return first


def _cases(application: Application, facts: Facts, findings: Iterable[Finding]) -> Iterable[Case]:
    kept: dict[tuple[str, Location], Finding] = {}
    for one in findings:
        kept.setdefault((one.rule, one.location), one)
    for flow in facts.flows:
        finding = kept.get((flow.rule, flow.location))
        effect = _effect(flow.effect)
        if finding is not None and effect in TOLD and _is_told(flow):
            trigger = _widest(application, flow.source.triggers, flow.function)
            yield Case(
                flow.rule,
                effect,
                flow.function,
                flow.location,
                finding,
                flow.certainty,
                trigger,
                flow,
            )
    for issue in facts.issues:
        finding = kept.get((issue.rule, issue.location))
        if finding is not None and issue.rule in _IMPERSONATING:
            trigger = _widest(application, (), issue.function)
            yield Case(
                issue.rule,
                Effect.IMPERSONATE,
                issue.function,
                issue.location,
                finding,
                issue.certainty,
                trigger,
                text=issue.text,
            )


def _is_told(flow: Flow) -> bool:
    """Whether the flow opens anything: not when the host of a forged request is fixed."""
    if flow.rule in _UNTOLD:
        return False
    return flow.effect != Effect.FORGE_REQUEST or not _FIXED_HOST.match(flow.value)


def _effect(word: str) -> Effect | None:
    try:
        return Effect(word)
    except ValueError:
        return None


def _widest(application: Application, names: tuple[str, ...], function: str) -> Trigger | None:
    """The widest of the triggers named, else of the function's own."""
    known = [application.triggers[name] for name in names if name in application.triggers]
    if not known and function in application.functions:
        known = application.triggers_of(function)
    return max(known, key=lambda trigger: trigger.sender.exposure, default=None)
