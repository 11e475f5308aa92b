"""Rules for people and tools: one in full, or all of them as a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ringfence.model.rule import Example, Rule
from ringfence.report import ReportSettings
from ringfence.report.json_text import indented
from ringfence.report.terminal.page import Page, Span
from ringfence.report.terminal.theme import badge
from ringfence.report.text import escape_line
from ringfence.rules.fixes import in_general

#: The comment sign of each language an example can be in.
COMMENT = {"javascript": "//", "typescript": "//"}

#: What an example is written in, where it is not a template of any kind.
LANGUAGES = {
    "python": "Python",
    "javascript": "JavaScript",
    "serverless": "Serverless Framework",
}

#: Where the lines of each key of a rule's fix go.
WRITTEN_AS = {
    "sam": " in SAM",
    "cloudformation": " in CloudFormation",
    "template": " in SAM and CloudFormation",
    "globals": " in SAM, for what it makes by itself",
    "serverless": " in the Serverless Framework",
    "item": ", in place of the item that is marked",
    "python": " in Python",
    "javascript": " in JavaScript",
}

TIERS = {
    "core": "shown whenever it applies",
    "should": "one line per application, however often it applies",
    "off": "off until ringfence.toml enables it",
}


def explain(rule: Rule, settings: ReportSettings) -> str:
    """Everything a rule says: what, why, how to mend it, examples, mappings, how to silence it."""
    page = Page(settings)
    _title(page, rule)
    _paragraph(page, "why it matters", rule.why)
    _paragraph(page, "how to mend it", rule.remedy)
    _lines_to_write(page, rule)
    for bad in (True, False):
        for example in rule.examples:
            if example.bad is bad:
                _example(page, example)
    _mappings(page, rule)
    _references(page, rule)
    _silence(page, rule)
    return page.text()


def _title(page: Page, rule: Rule) -> None:
    severity: list[Span] = [badge(rule.severity)] if rule.severity is not None else []
    page.wrapped(
        [(page.safe(rule.title), "title")],
        [(" ", ""), *severity, ("  " if severity else "", "")],
        right=[(page.safe(rule.id), "rule")],
    )
    decided = (
        "" if rule.severity is not None else "; severity by who can reach it and what it allows"
    )
    facts = f"{rule.family}; {rule.confidence} confidence; for the {rule.audience}{decided}"
    page.wrapped([(page.safe(facts), "dim")], [(" ", "")])
    if rule.tier in TIERS and rule.tier != "core":
        page.wrapped([(page.safe(TIERS[rule.tier]), "dim")], [(" ", "")])


def _section(page: Page, title: str, style: str = "brand") -> None:
    page.blank()
    page.line((f" {title}", style))


def _paragraph(page: Page, title: str, text: str) -> None:
    _section(page, title)
    for part in text.strip().split("\n\n"):
        page.wrapped([(page.safe(" ".join(part.split())), "")], [("   ", "")])


def _lines_to_write(page: Page, rule: Rule) -> None:
    """The rule's fix for each way of writing, with ``<name>`` for what depends on the finding."""
    for key, text in rule.fix.items():
        if key in WRITTEN_AS:
            _section(page, f"the lines to write{WRITTEN_AS[key]}", "fix")
            page.block(in_general(key, text), 3)


def _example(page: Page, example: Example) -> None:
    mark, style = (page.glyphs.bad, "critical") if example.bad else (page.glyphs.good, "fix")
    note = f": {' '.join(example.note.split())}" if example.note else ""
    language = LANGUAGES.get(example.language, "")
    where = f" ({language})" if language else ""
    _section(page, f"{mark} {'bad' if example.bad else 'good'}{where}{page.safe(note)}", style)
    for line in example.text.strip("\n").split("\n"):
        shown, _ = escape_line(line, page.unicode)
        page.whole(("   ", ""), (f"{page.glyphs.bar} ", style), (shown, "code"))


def _mappings(page: Page, rule: Rule) -> None:
    known = (
        ("CWE", [f"CWE-{number}" for number in rule.cwe]),
        ("OWASP Serverless", rule.owasp_serverless),
        ("CSA Serverless", rule.csa),
        ("ATT&CK", rule.attack),
        ("CIS", rule.cis),
    )
    if any(ids for _, ids in known):
        _section(page, "also known as")
    for name, ids in known:
        if ids:
            page.wrapped([(page.safe(", ".join(ids)), "")], [("   ", ""), (f"{name:<18}", "dim")])


def _references(page: Page, rule: Rule) -> None:
    if rule.references:
        _section(page, "read more")
    for reference in rule.references:
        page.whole(("   ", ""), (page.safe(reference), "place"))


def _silence(page: Page, rule: Rule) -> None:
    """The comment and the configuration entry that silence the rule, ready to copy."""
    languages = [example.language for example in rule.examples]
    sign = COMMENT.get(languages[0], "#") if languages else "#"
    _section(page, "how to silence it")
    page.wrapped(
        [("A comment at the end of the line, or alone on the line above:", "")], [("   ", "")]
    )
    page.whole(
        (f"     {sign} ringfence: ignore[{page.safe(rule.id)}] reason until 2027-01-31", "code")
    )
    page.wrapped([("Or in ringfence.toml, with a reason:", "")], [("   ", "")])
    for line in (
        "[[suppress]]",
        f'rule = "{page.safe(rule.id)}"',
        'path = "legacy/**"',
        'reason = "..."',
    ):
        page.whole((f"     {line}", "code"))


def rules_table(rules: Iterable[Rule], settings: ReportSettings) -> str:
    """All rules by family: severity, id, title."""
    page = Page(settings)
    families: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        families[rule.family].append(rule)
    shown = [rule for family in families.values() for rule in family]
    widest = max((len(rule.id) for rule in shown), default=0)
    for family, members in sorted(families.items()):
        page.heading(page.safe(family), str(len(members)))
        for rule in sorted(members, key=lambda rule: rule.id):
            _list(page, rule, widest)
    return page.text()


def _list(page: Page, rule: Rule, widest: int) -> None:
    word = str(rule.severity) if rule.severity is not None else "varies"
    style = word if rule.severity is not None else "dim"
    tier = f" ({rule.tier})" if rule.tier != "core" else ""
    name: list[Span] = [(f"  {word:<8} ", style), (page.safe(rule.id), "rule")]
    title: list[Span] = [(page.safe(rule.title), ""), (tier, "dim")]
    if page.width >= widest + 50:
        page.wrapped(title, [*name, (" " * (widest - len(rule.id) + 2), "")])
    else:
        page.line(*name)
        page.wrapped(title, [(" " * 11, "")])


def rules_json(rules: Sequence[Rule], settings: ReportSettings) -> str:
    """All rules as JSON: ``{schema, version, rules[]}``."""
    document = {
        "schema": 1,
        "tool": {"name": "ringfence", "version": settings.version},
        "rules": [_as_json(rule) for rule in rules],
    }
    return indented(document) + "\n"


def _as_json(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "family": rule.family,
        "kind": rule.kind,
        "on": rule.on,
        "severity": None if rule.severity is None else str(rule.severity),
        "confidence": rule.confidence,
        "audience": rule.audience,
        "tier": rule.tier,
        "why": rule.why,
        "remedy": rule.remedy,
        "fix": dict(rule.fix),
        "cwe": list(rule.cwe),
        "owasp_serverless": list(rule.owasp_serverless),
        "csa": list(rule.csa),
        "attack": list(rule.attack),
        "cis": list(rule.cis),
        "references": list(rule.references),
    }
