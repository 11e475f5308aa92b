"""Application + Facts → Findings: rules are evaluated, silenced findings set apart.

``run_checks`` gives the findings; ``check`` gives all that happened: findings, what was silenced
and why, values that a rule hung on but that are not known. ``views`` is what conditions see,
``worlds`` how unknown values are treated, ``model_rules`` the rules that need a function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from ringfence.checks.findings import Found
from ringfence.checks.room import Room
from ringfence.config import Config
from ringfence.model.application import Application
from ringfence.model.facts import Facts
from ringfence.model.finding import Finding, Suppressed
from ringfence.model.location import Skipped, UnknownValue
from ringfence.model.record import field, record
from ringfence.model.rule import Rule

__all__ = ["Checked", "check", "run_checks"]


@record()
class Checked:
    """The outcome of all checks. ``problems`` are mistakes in the configuration that do not end
    a scan (a rule id that does not exist). ``found`` is what was found before it was grouped, and
    ``marks`` the fingerprint of the finding that each became or went into."""

    findings: list[Finding] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    unknowns: list[UnknownValue] = field(default_factory=list)
    problems: list[Skipped] = field(default_factory=list)


def run_checks(
    application: Application,
    facts: Facts,
    rules: Iterable[Rule],
    config: Config,
    today: date,
) -> list[Finding]:
    """The findings of all rules that are switched on, worst first, without silenced ones."""
    return check(application, facts, rules, config, today).findings


def check(
    application: Application,
    facts: Facts,
    rules: Iterable[Rule],
    config: Config,
    today: date,
    *,
    read_text: Callable[[str], str | None] | None = None,
    only: frozenset[str] = frozenset(),
) -> Checked:
    """Run all rules, or those of the families ``only``.

    ``read_text`` gives the text of a file relative to the root (for comments and fingerprints);
    by default files are read below the application's root.
    """
    from ringfence.checks import run

    room = Room(application, facts, config, today, read_text)
    return run.check(room, list(rules), only)
