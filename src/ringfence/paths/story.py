"""One story: its lines, its severity, its score, and the one change that breaks it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.model.application import Application, Function, Trigger
from ringfence.model.facts import Facts, Step
from ringfence.model.finding import AttackPath, Power
from ringfence.model.location import Location
from ringfence.model.record import field, record
from ringfence.model.severity import Effect, Exposure, Severity, severity_of
from ringfence.paths import words
from ringfence.paths.reach import Reach
from ringfence.permissions.data_classes import DataClass
from ringfence.permissions.escalate import Escalation
from ringfence.permissions.powers import WHOLE_ACCOUNT, resource_words

if TYPE_CHECKING:
    from ringfence.paths.flows import Case

_WEIGHTS = {
    Effect.EXECUTE: 40,
    Effect.ESCALATE: 38,
    Effect.IMPERSONATE: 26,
    Effect.READ_FILE: 25,
    Effect.ALTER_QUERY: 24,
    Effect.WRITE_DATA: 22,
    Effect.READ_DATA: 20,
    Effect.FORGE_REQUEST: 18,
    Effect.WRITE_FILE: 14,
}
_SECRET_NAME = late.pattern(
    r"(?i)(pass(word|wd|phrase)|secret|token|api_?key|private_?key|credential)(?!.*_(arn|name|id|url))"
)
_CERTAIN = {"high": 3, "medium": 0, "low": -10}
#: Effects by which the sender obtains the credentials of the role itself.
_TAKES_ROLE = (Effect.EXECUTE, Effect.READ_FILE, Effect.ESCALATE)
_ITEMS = ("table ", "every table ")
_DATABASES = ("database ", "every database ", "search domain ", "every search domain ")
#: Clients that follow file: addresses as well, so that a forged request reads local files.
_FILE_CLIENTS = ("urllib.request.", "urllib.urlopen", "urllib2.", "pycurl.", "curl")


@record()
class Story:
    """Cases with one effect in one function, the leading one first."""

    function: Function
    effect: Effect
    cases: list[Case]
    shared_with: list[str] = field(default_factory=list)


class Telling:
    """Turns stories into attack paths of one application."""

    def __init__(self, application: Application, facts: Facts, reach: Reach) -> None:
        self.application = application
        self.facts = facts
        self.reach = reach

    def tell(self, story: Story) -> AttackPath:
        """The path of a story."""
        case = story.cases[0]
        function, effect = story.function, story.effect
        powers = self.opened(story)
        escalation = self.escalation(story)
        data = self.reach.worst(powers)
        exposure = case.trigger.sender.exposure if case.trigger else Exposure.UNKNOWN
        whole = any(power.target == WHOLE_ACCOUNT for power in powers)
        outside = exposure > Exposure.ACCOUNT  # who is inside may reach the data already
        sensitive = outside and (whole or (data.rank > 0 and not data.guessed))
        found = max(case.finding.severity for case in story.cases)
        raised = sensitive and case.certainty != "low" and found < Severity.CRITICAL
        most = Severity(found + 1) if raised else found  # a path stays near its finding
        severity = min(severity_of(exposure, effect, sensitive), most)
        lines = [self.entry(story, case), *self.travel(case), self.use(story, case)]
        lines += self.reached(story, powers)
        if escalation is not None:
            lines.append(_onward(escalation))
        else:
            lines += self.calls_on(story, powers)
        score = _WEIGHTS.get(effect, 10) + 5 * int(exposure) + 3 * data.rank + _breadth(powers)
        score += _CERTAIN.get(case.certainty, 0) + (10 if escalation else 0)
        return AttackPath(
            id=path_id(str(effect), function.id, case.rule),
            title=self.title(story, case, data, escalation),
            severity=severity,
            confidence=case.certainty,
            trigger=case.trigger.id if case.trigger else "",
            function=function.id,
            lines=tuple(lines),
            powers=tuple(powers),
            fix=self.fix(story, case),
            fix_location=case.location,
            findings=tuple(dict.fromkeys(c.finding.fingerprint for c in story.cases)),
            score=float(score),
        )

    # --- lines ---------------------------------------------------------------------------------

    def entry(self, story: Story, case: Case) -> Step:
        trigger = case.trigger
        if trigger is None:
            function = self.application.functions[case.function]
            text = (
                f"Whoever can invoke {function.logical_id} (no trigger is declared) sends the event"
            )
            return Step(function.location, text)
        text = words.entry_sentence(self.application, trigger)
        more = len(self.as_wide(story, trigger))
        if more:
            text += f"; {more} more {'entry leads' if more == 1 else 'entries lead'} there"
        return Step(proof_of(trigger), text)

    def as_wide(self, story: Story, leading: Trigger) -> set[str]:
        """The names of further entries, as wide as the leading one, that reach the same use."""
        ids = {name for case in story.cases if case.flow for name in case.flow.source.triggers}
        known = (self.application.triggers[n] for n in ids if n in self.application.triggers)
        wide = {t.name for t in known if t.sender.exposure >= leading.sender.exposure}
        return wide - {leading.name}

    def travel(self, case: Case) -> list[Step]:
        """From the function that takes the event to the one that misuses it; one line."""
        if not case.via:
            return []
        first = self.name(case.via[0].writer)
        readers = [*(channel.writer for channel in case.via[1:]), case.function]
        hops = [
            self.hop(channel.resource, channel.reader or reader)
            for channel, reader in zip(case.via, readers, strict=True)
        ]
        return [Step(case.via[0].location, f"{first} passes it on {' and on '.join(hops)}")]

    def hop(self, resource: str, reader: str) -> str:
        found = self.application.resources.get(resource)
        through = f"through {resource_words(found)} " if found and found.kind != "function" else ""
        return f"{through}to {self.name(reader)}"

    def name(self, identifier: str) -> str:
        function = self.application.functions.get(identifier)
        return function.logical_id if function else identifier.rpartition("#")[2]

    def use(self, story: Story, case: Case) -> Step:
        name = story.function.logical_id
        ending = words.effect_words(case.rule, story.effect, name)
        more = len({c.location for c in story.cases}) - 1
        others = f" ({more} more such {'place' if more == 1 else 'places'})" if more else ""
        if case.flow is None:
            text = case.text[:1].upper() + case.text[1:].rstrip(".")
            return Step(case.location, f"{text}: {ending.removeprefix('so ')}{others}")
        source = case.flow.source
        subject = words.field(source.path, source.kind, case.trigger.kind if case.trigger else "")
        joint = " " if ending.startswith(("without", "as it is")) else ", "
        text = f"{subject} reaches {words.sink(case.flow.sink)}{joint}{ending}{others}"
        if story.shared_with:
            text += f"; {shared_words(story.shared_with)} this code"
        return Step(case.location, text)

    def reached(self, story: Story, powers: list[Power]) -> list[Step]:
        """What the role, or the data behind the query, then gives away."""
        function, effect = story.function, story.effect
        name = function.logical_id
        at = next((power.location for power in powers if power.location), function.location)
        said = words.powers_words(powers)
        lost = _secrets_of(function) if effect in _TAKES_ROLE else ""
        if effect is Effect.FORGE_REQUEST and not powers:
            inside = "hosts in its VPC and " if function.in_vpc else ""
            text = f"From inside, such requests reach {inside}the runtime's own interface"
            return [Step(function.location, f"{text}, which holds the events of other callers")]
        if effect is Effect.ALTER_QUERY and not powers:
            text = f"The statement runs with the rights that {name} has in its database"
            return [Step(function.location, text)]
        if not powers:
            return [Step(at, self.nothing(function) + lost)] if effect in _TAKES_ROLE else []
        if effect is Effect.EXECUTE:
            return [Step(at, f"With the credentials of {name}'s role they can {said}{lost}")]
        if effect in (Effect.READ_FILE, Effect.FORGE_REQUEST):
            start = "A file: address works too, and " if effect is Effect.FORGE_REQUEST else ""
            text = f"{start}/proc/self/environ holds the credentials of its role"
            return [Step(at, f"{text}, with which they can {said}{lost}")]
        if effect is Effect.IMPERSONATE:
            return [Step(at, f"As any user they can make {name} {said}")]
        return [Step(at, f"Behind it, the role of {name} may {said}")]

    def calls_on(self, story: Story, powers: list[Power]) -> list[Step]:
        """A function that the role may call and whose role reaches graver data than its own."""
        if story.effect not in _TAKES_ROLE:
            return []
        own = self.reach.worst(powers).rank
        best: tuple[int, int, Function] | None = None
        for function in self.callable(story.function, powers):
            theirs = self.reach.powers(function)
            weight = (self.reach.worst(theirs).rank, len(theirs), function)
            if weight[0] > own and (best is None or weight[:2] > best[:2]):
                best = weight
        if best is None:
            return []
        told = [power for power in self.reach.powers(best[2]) if power.data_class]
        text = f"They can also call {best[2].logical_id}, whose role may {words.powers_words(told)}"
        return [Step(best[2].location, text)]

    def callable(self, function: Function, powers: list[Power]) -> Iterable[Function]:
        """The functions of the application that these powers invoke."""
        calls = [p for p in powers if p.verb == "invoke" and " function" in f" {p.target}"]
        wide = any(not power.resource for power in calls)
        named = {power.resource for power in calls}
        for other in self.application.functions.values():
            if other.id != function.id and (wide or other.id in named):
                yield other

    def nothing(self, function: Function) -> str:
        role = self.application.role_of(function)
        if role is None or not role.complete:
            return f"What {function.logical_id}'s role allows is not known here"
        return f"{function.logical_id}'s role opens no data; its events and environment are lost"

    # --- what is opened ------------------------------------------------------------------------

    def opened(self, story: Story) -> list[Power]:
        powers = self.reach.powers(story.function)
        effect = story.effect
        if effect in _TAKES_ROLE:
            return powers
        if effect is Effect.FORGE_REQUEST:
            local = any(_reads_files(case) for case in story.cases)
            return powers if local else []
        if effect is Effect.ALTER_QUERY:
            items = any(_queries_items(case) for case in story.cases)
            queried = _ITEMS if items else _DATABASES
            return [power for power in powers if power.target.startswith(queried)]
        if effect is Effect.WRITE_FILE:
            return []
        return self.used(story.function, powers)

    def used(self, function: Function, powers: list[Power]) -> list[Power]:
        """The powers over data that the code makes use of; all of them when no use is known."""
        data = [power for power in powers if power.verb in ("read", "write", "delete")]
        calls = {
            f"{call.service}:{call.operation}".lower()
            for call in self.facts.calls
            if call.function == function.id
        }
        touched = [p for p in data if any(action.lower() in calls for action in p.actions)]
        return touched or data

    def escalation(self, story: Story) -> Escalation | None:
        """The most direct way on to more permissions, where the role itself is taken."""
        if story.effect not in _TAKES_ROLE:
            return None
        found = [item for item in self.reach.escalations(story.function) if item.id != "admin"]
        return found[0] if found and found[0].rank > 1 else None

    # --- title and fix -------------------------------------------------------------------------

    def title(
        self, story: Story, case: Case, data: DataClass, escalation: Escalation | None
    ) -> str:
        does = words.effect_title(case.rule, story.effect, story.function.logical_id)
        whole = any(power.target == WHOLE_ACCOUNT for power in self.opened(story))
        if whole or (escalation is not None and escalation.rank == 3):
            gain = " and take over the account"
        elif data.rank and story.effect in _TAKES_ROLE:
            gain = f" and reach {data.words}"
        else:
            gain = ""
        return f"{words.short_who(case.trigger)} can {does}{gain}"

    def fix(self, story: Story, case: Case) -> str:
        remedy = first_sentence(case.finding.remedy) or "Do not let event data reach this call"
        places = len({c.location for c in story.cases})
        return f"{remedy} (in all {places} places)" if places > 1 else remedy


def _secrets_of(function: Function) -> str:
    """The variables of the function that hold secrets, going by their names."""
    names = [name for name in function.environment if _SECRET_NAME.search(name)]
    if not names:
        return ""
    return f"; its environment also holds {words.listed(names[:3])}"


def _reads_files(case: Case) -> bool:
    """Whether the client follows file: addresses and the sender chooses the scheme."""
    if case.flow is None or not case.flow.sink.lower().startswith(_FILE_CLIENTS):
        return False
    return not case.flow.value or case.flow.value.lstrip("'\"f").startswith("{")


def _queries_items(case: Case) -> bool:
    """Whether the query goes to the provider's tables and not to a database of its own."""
    sink = case.flow.sink.lower() if case.flow else ""
    if case.rule == "nosql-injection":
        return not any(word in sink for word in ("mongo", "opensearch", "elasticsearch"))
    return "dynamodb" in sink or "partiql" in sink


def shared_words(names: Iterable[str]) -> str:
    """``A shares``, ``A and B share``, ``A, B, C and 2 more share``."""
    found = sorted(set(names))
    named = found[:3] + ([f"{len(found) - 3} more"] if found[3:] else [])
    return f"{words.listed(named)} {'share' if found[1:] else 'shares'}"


def _onward(escalation: Escalation) -> Step:
    actions = words.listed(escalation.actions)
    condition = ", where a condition is met" if escalation.conditional else ""
    text = f"The role also lets them {escalation.result} ({actions}){condition}"
    return Step(escalation.statement.location, text)


def _breadth(powers: Iterable[Power]) -> float:
    wide = sum(1 for power in powers if not power.resource)
    return min(10.0, 2.0 * wide + 0.5 * sum(1 for _ in powers))


def first_sentence(text: str) -> str:
    """The first sentence without its full stop, on one line."""
    line = " ".join(text.split())
    head, stop, _ = line.partition(". ")
    return (head if stop else line).rstrip(".")


def proof_of(trigger: Trigger) -> Location:
    """The line that shows who can cause the event."""
    return trigger.authentication.proof or trigger.sender.proof or trigger.location


def path_id(*parts: str) -> str:
    """A name for a path that stays under unrelated edits."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
