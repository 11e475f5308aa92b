"""Configuration rules: a CEL condition over the view of each subject, in every world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ringfence.checks.draft import Draft
from ringfence.checks.expressions import Condition, compile_condition
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import find, render
from ringfence.checks.room import Room
from ringfence.checks.views import Seen, View, subjects
from ringfence.checks.worlds import Projection, Subject, Verdict, World, assignments, first_hole
from ringfence.errors import Exhausted, RingfenceError, defect_of
from ringfence.model.rule import Rule
from ringfence.model.severity import Exposure, Severity
from ringfence.rules.checks import subjects_of

_EXPOSURES = {str(level): level for level in Exposure}
Compiled = tuple[Rule, Condition]


def check_configuration(room: Room, rules: Iterable[Rule]) -> list[Draft]:
    """Every draft of the configuration rules. Only rules whose subject occurs are compiled."""
    by_subject: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for on in subjects_of(rule.on):
            by_subject[on].append(rule)
    drafts: list[Draft] = []
    on = ""
    try:
        for on, group in by_subject.items():
            _check_kind(room, on, group, drafts)
    except Exhausted as reason:
        room.note_problem(f"the rules on {on} and those after them", f"stopped early: {reason}")
    return drafts


def _check_kind(room: Room, on: str, group: list[Rule], drafts: list[Draft]) -> None:
    """Add the drafts for one kind of subject. A defect of ours costs one subject or one rule."""
    try:
        seen = list(subjects(room, on))
    except Exception as problem:
        room.note_problem(f"the rules on {on}", defect_of(problem))
        return
    if not seen:
        return
    compiled = [(rule, compile_condition(rule.when, rule.source)) for rule in group]
    words = frozenset().union(*(condition.words for _, condition in compiled))
    for subject in seen:
        try:
            drafts.extend(_check_subject(room, subject, compiled, words))
        except RingfenceError:
            raise
        except Exception as problem:
            room.note_problem(f"the rules on {subject.name}", defect_of(problem))
    for rule, condition in compiled:
        if condition.missing:
            reason = f"its condition asks for {condition.missing}, which no {on} has"
            room.note_problem(rule.id, reason)


def _check_subject(
    room: Room, seen: Seen, compiled: list[Compiled], words: frozenset[str]
) -> list[Draft]:
    worlds = _worlds(seen, words)
    outcomes: dict[str, list[tuple[World, View, Verdict]]] = defaultdict(list)
    for world, _, subject in worlds:
        for rule, condition in compiled:
            verdict = subject.decide(condition)
            if verdict is not Verdict.FALSE:
                outcomes[rule.id].append((world, subject.view, verdict))
    drafts = []
    for rule, _ in compiled:
        found = outcomes.get(rule.id)
        if not found:
            continue
        true = [(world, view) for world, view, verdict in found if verdict is Verdict.TRUE]
        if true:
            drafts.append(_draft(room, rule, seen, true, len(worlds)))
        else:
            room.note_unknown(seen.name, _why_unknown(rule, found[0][1]), seen.location)
    return drafts


def _worlds(seen: Seen, words: frozenset[str]) -> list[tuple[World, View, Subject]]:
    first = Projection({})
    view = seen.build(first)
    if not first.conditions:
        return [({}, view, Subject(view, bool(first.holes), words))]
    found = []
    for world in assignments(list(first.conditions)):
        projection = Projection(world)
        view = seen.build(projection)
        found.append((world, view, Subject(view, bool(projection.holes), words)))
    return found


def _why_unknown(rule: Rule, view: View) -> str:
    hole = first_hole(view)
    return f"{rule.id} hangs on it: {hole.reason if hole else 'a value that is not known'}"


def _under(true: list[tuple[World, View]], count: int) -> str:
    """Under which conditions a finding holds; "" when it holds in every world."""
    if len(true) == count:
        return ""
    common = dict(true[0][0])
    for world, _ in true[1:]:
        common = {name: value for name, value in common.items() if world.get(name) == value}
    if not common:
        return ""
    parts = [f"{name.rpartition('#')[2]} is {str(value).lower()}" for name, value in common.items()]
    return f" (when condition {' and '.join(parts)})"


def _draft(
    room: Room, rule: Rule, seen: Seen, true: list[tuple[World, View]], worlds: int
) -> Draft:
    view = true[0][1]
    exposure = _EXPOSURES.get(str(view.get("exposure", "")), seen.exposure)
    location, origins = seen.place(rule.at)
    options = rule.options
    items = view.get(str(options["items"]), []) if "items" in options else []
    message = render(rule.message.replace("{items}", "\0"), view).replace("\0", "{items}")
    under = _under(true, worlds)
    if under:
        message = message[:-1] + under + "." if message.endswith(".") else message + under
    return Draft(
        rule=rule,
        message=message,
        location=location,
        subject=seen.name,
        severity=_severity(rule, exposure, view),
        confidence=confidence_of(rule, view),
        function=seen.function,
        trigger=seen.trigger,
        exposure=exposure if exposure is not Exposure.NONE else None,
        origins=origins,
        anchors=(*seen.anchors, location),
        items=tuple(str(item) for item in items),
        resources=tuple(str(item) for item in view.get("resources", ())),
        fold=_fold(rule, seen, view),
        resource=seen.resource,
        view=view,
        subjects=_subjects(rule, view),
    )


def _subjects(rule: Rule, view: View) -> tuple[str, ...]:
    """Whom a folded finding names: of a role that a shorthand made, its function."""
    owner = str(view.get("owner", "")) if rule.on == "statement" else ""
    return (owner.removeprefix("the role of "),) if owner else ()


def _severity(rule: Rule, exposure: Exposure, view: View) -> Severity:
    """The rule's severity; one step less where the fact named by ``lower_when`` holds."""
    severity = severity_for(rule, exposure, bool(view.get("sensitive")))
    lower = view.get(str(rule.options.get("lower_when", ""))) is True
    return Severity(max(severity - 1, Severity.INFO)) if lower else severity


def confidence_of(rule: Rule, view: dict[str, Any]) -> str:
    """The rule's confidence, one step lower when it rests on a guessed class of data."""
    raised = view.get("sensitive") and (
        rule.severity is None or "raise_for_sensitive" in rule.options
    )
    if not view.get("guessed") or not (raised or "sensitive" in rule.when):
        return rule.confidence
    return {"high": "medium"}.get(rule.confidence, "low")


def _fold(rule: Rule, seen: Seen, view: View) -> str:
    if rule.tier == "should":
        return "application"
    by = rule.options.get("fold")
    if by == "application":
        return by
    return str(find(view, str(by)) or seen.function) if by else ""
