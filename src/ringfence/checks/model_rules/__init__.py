"""Rules that a condition over one subject cannot state: each is a function over the model.

A rule with ``kind = "model"`` names its function as ``when = "<module>.<function>"``; the modules
are those of this folder, so a rule file of a scanned tree can only choose among them. A function
takes the room and the rule, and yields drafts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ringfence.checks.draft import Draft
from ringfence.checks.room import Room
from ringfence.errors import Exhausted, RuleError, defect_of
from ringfence.model.rule import Rule
from ringfence.registry import load

ModelRule = Callable[[Room, Rule], Iterator[Draft]]


def check_model(room: Room, rules: Iterable[Rule]) -> list[Draft]:
    """The drafts of all model rules."""
    drafts: list[Draft] = []
    for rule in rules:
        function = find(rule)
        try:
            drafts.extend(function(room, rule))
        except Exhausted as reason:
            room.note_problem(f"the rule {rule.id}", f"stopped early: {reason}")
        except Exception as problem:
            room.note_problem(f"the rule {rule.id}", defect_of(problem))
    return drafts


def find(rule: Rule) -> ModelRule:
    """The function of a model rule.

    Raises:
        RuleError: the rule names no function of this folder.
    """
    module_name, _, name = rule.when.partition(".")
    try:
        module = load(__name__, module_name)
        found: ModelRule = module.RULES[name]
    except (KeyError, AttributeError):
        cure = "name a function of checks/model_rules, as module.function"
        raise RuleError(f"there is no model rule {rule.when!r}", rule.source, cure) from None
    return found
