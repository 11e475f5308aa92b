"""The rules of a SARIF report: help texts, tags, and how bad each is.

Limits and property names that review pages read: "SARIF support for code scanning" of the GitHub
documentation; the format itself: SARIF 2.1.0 (OASIS).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ringfence.languages import language_of
from ringfence.model.finding import Finding
from ringfence.model.rule import Example, Rule
from ringfence.model.severity import Severity
from ringfence.report.text import clip, escape

Json = dict[str, Any]

MAX_DESCRIPTION = 1024  # characters that review pages keep
MAX_TAGS = 20

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}

# Review pages show critical above 9.0, high from 7.0, medium from 4.0, low from 0.1.
SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.5",
    Severity.INFO: "0.1",
}

_CONFIDENCE = ("low", "medium", "high")


def descriptors(findings: Iterable[Finding], rules: Mapping[str, Rule]) -> list[Json]:
    """A descriptor of every rule that has a finding, sorted by id.

    A rule is as severe as its worst finding here: Ringfence ranks each finding by who can reach
    it, and review pages read the rule only.
    """
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding)
    return [_descriptor(rules.get(key), by_rule[key]) for key in sorted(by_rule)]


def _descriptor(rule: Rule | None, findings: list[Finding]) -> Json:
    first = findings[0]
    worst = max(finding.severity for finding in findings)
    title = rule.title if rule else first.title
    why = rule.why if rule else first.title
    found: Json = {
        "id": first.rule,
        "name": "".join(word.capitalize() for word in first.rule.split("-")),
        "shortDescription": {"text": clip(title, MAX_DESCRIPTION)},
        "fullDescription": {"text": clip(_flat(why), MAX_DESCRIPTION)},
        "help": {
            "text": _help_text(rule, first),
            "markdown": _help_markdown(rule, first),
        },
        "defaultConfiguration": {"level": LEVELS[worst]},
        "properties": {
            "tags": _tags(rule, first)[:MAX_TAGS],
            "precision": _precision(findings),
            "problem.severity": {"error": "error", "warning": "warning"}.get(
                LEVELS[worst], "recommendation"
            ),
            "security-severity": SCORES[worst],
        },
    }
    link = (
        next((text for text in rule.references if text.startswith("https://")), "") if rule else ""
    )
    return {**found, "helpUri": link} if link else found


def _precision(findings: list[Finding]) -> str:
    """The lowest confidence of the rule's findings."""
    ranks = [
        _CONFIDENCE.index(finding.confidence)
        for finding in findings
        if finding.confidence in _CONFIDENCE
    ]
    return _CONFIDENCE[min(ranks, default=1)]


def _tags(rule: Rule | None, finding: Finding) -> list[str]:
    cwe = rule.cwe if rule and rule.cwe else finding.cwe
    tags = ["security", finding.family, *(f"external/cwe/cwe-{number}" for number in cwe)]
    if rule:
        tags += [f"external/attack/{name.lower()}" for name in rule.attack]
        tags += [f"external/owasp-serverless/{name.lower()}" for name in rule.owasp_serverless]
        tags += [f"external/csa-serverless/{name.lower()}" for name in rule.csa]
        tags += [f"external/cis/{name.lower()}" for name in rule.cis]
    return list(dict.fromkeys(tags))


def _help_text(rule: Rule | None, finding: Finding) -> str:
    why = _flat(rule.why) + "\n\n" if rule else ""
    lines = f"\n\n{finding.fix}" if finding.fix else ""
    return f"{why}How to mend it: {_flat(rule.remedy if rule else finding.remedy)}{lines}"


def _help_markdown(rule: Rule | None, finding: Finding) -> str:
    if rule is None:
        return f"**How to mend it.** {_flat(finding.remedy)}\n"
    parts = [rule.why.strip(), f"**How to mend it.** {rule.remedy.strip()}"]
    if finding.fix:
        parts.append(fenced(finding.fix, language_of(finding.location.file) or "yaml"))
    for bad in (True, False):
        example = next((item for item in rule.examples if item.bad is bad), None)
        if example is not None:
            parts.append(_fenced("Bad" if bad else "Good", example))
    links = [f"- <{text}>" for text in rule.references if text.startswith("https://")]
    if links:
        parts.append("**Read more**\n\n" + "\n".join(links))
    parts.append(f"Silence it with `ringfence: ignore[{rule.id}] reason` in a comment on the line.")
    return "\n\n".join(parts) + "\n"


def _fenced(title: str, example: Example) -> str:
    language = "yaml" if example.language == "serverless" else example.language
    return f"**{title}**\n\n{fenced(example.text, language)}"


def fenced(text: str, language: str) -> str:
    """A block of code in Markdown that no text can end early."""
    fence = "```"
    while fence in text:
        fence += "`"
    lines = "\n".join(escape(line) for line in text.strip("\n").split("\n"))
    return f"{fence}{language}\n{lines}\n{fence}"


def _flat(text: str) -> str:
    return " ".join(text.split())
