"""The order of checking: evaluate, silence, settle."""

from __future__ import annotations

from difflib import get_close_matches

from ringfence import late
from ringfence.checks import Checked, suppressions
from ringfence.checks.configuration import check_configuration
from ringfence.checks.draft import Draft
from ringfence.checks.families import is_wanted
from ringfence.checks.findings import found_of, settle
from ringfence.checks.flows import check_flows, check_issues
from ringfence.checks.model_rules import check_model
from ringfence.checks.room import Room
from ringfence.checks.suppressions import Ignore, Silenced
from ringfence.model.finding import Suppressed
from ringfence.model.location import Location, Skipped
from ringfence.model.rule import Rule
from ringfence.model.severity import Severity

FIXED_KEY = "hard-coded-secret"
_KEY = late.pattern(r"(?i)secret|key|token|jwt|sign")
NO_REASON = "suppression-without-reason"
EXPIRED = "suppression-expired"


def check(room: Room, rules: list[Rule], only: frozenset[str] = frozenset()) -> Checked:
    """Everything that the rules of the families ``only`` (empty for all) find in an application."""
    active = [
        rule
        for rule in rules
        if (rule.tier != "off" or rule.id in room.config.enable) and is_wanted(rule.family, only)
    ]
    drafts = evaluate(room, active)
    disabled = [draft for draft in drafts if draft.rule.id in room.config.disable]
    outcome = suppressions.apply(
        [draft for draft in drafts if draft.rule.id not in room.config.disable], room
    )
    outcome.silenced += [Silenced(draft, _disabled(room, draft.rule.id)) for draft in disabled]
    by_id = {rule.id: rule for rule in active}
    kept = outcome.kept + _problem_drafts(outcome.problems, by_id)
    found = found_of(kept, room)
    findings, marks = settle(found)
    return Checked(
        findings=findings,
        found=found,
        marks=marks,
        suppressed=_suppressed(outcome.silenced, room),
        unknowns=room.unknowns,
        problems=[*_unknown_ids(room, rules), *room.problems],
    )


def evaluate(room: Room, rules: list[Rule]) -> list[Draft]:
    """The drafts of all rules, before anything is silenced."""
    by_kind: dict[str, list[Rule]] = {"configuration": [], "flow": [], "code": [], "model": []}
    for rule in rules:
        by_kind[rule.kind].append(rule)
    # What code does comes first: the rest may be stopped when time is up.
    flows = check_flows(room, by_kind["flow"])
    issues = check_issues(room, by_kind["code"])
    model = check_model(room, by_kind["model"])
    issues = [draft for draft in issues if not is_told_key(draft, [*model, *issues])]
    return [*check_configuration(room, by_kind["configuration"]), *model, *flows, *issues]


def is_told_key(draft: Draft, told: list[Draft]) -> bool:
    """Whether a fixed key that code uses is told where its value stands: in the same file, or in
    the environment of the function."""
    if draft.rule.id != FIXED_KEY:
        return False
    return any(
        _KEY.search(one.message) is not None
        and (
            (
                one.rule.id == FIXED_KEY
                and one.location.file == draft.location.file
                and "written" in one.message
                and "written" not in draft.message
            )
            or (one.rule.id == "secret-in-environment" and one.function == draft.function)
        )
        for one in told
    )


def _disabled(room: Room, rule: str) -> Ignore:
    place = room.config.places.get(rule, Location(room.config.file, 1))
    return Ignore(rule, "", f"switched off in {room.config.file}", None, "", place, "config")


def _suppressed(silenced: list[Silenced], room: Room) -> list[Suppressed]:
    """What was silenced, as findings with the fingerprints that they would have had."""
    result = []
    for entry in silenced:
        finding = settle(found_of([entry.draft], room))[0][0]
        until = entry.by.until.isoformat() if entry.by.until else ""
        result.append(Suppressed(finding, entry.by.reason, entry.by.location, until, entry.by.how))
    return result


def _problem_drafts(
    problems: dict[tuple[Location, str], str], rules: dict[str, Rule]
) -> list[Draft]:
    drafts = []
    for (location, subject), message in sorted(problems.items()):
        rule = rules.get(NO_REASON if "gives no reason" in message else EXPIRED)
        if rule is not None:
            drafts.append(
                Draft(
                    rule=rule,
                    message=f"{message}.",
                    location=location,
                    subject=subject,
                    severity=rule.severity or Severity.LOW,
                )
            )
    return drafts


def _unknown_ids(room: Room, rules: list[Rule]) -> list[Skipped]:
    known = [rule.id for rule in rules]
    problems = []
    for name, place in sorted(room.config.places.items()):
        if name not in known:
            near = get_close_matches(name, known, 1)
            cure = f"did you mean {near[0]}?" if near else "`ringfence rules` lists all ids"
            problems.append(Skipped(name, "no rule has this id", place, cure))
    return problems
