"""The findings by rule: what is wrong and how to mend it told once, then every place.

The worst rules first. Every finding has an element of its own with its fingerprint in the id, so
that links lead to it; those past a limit are one line each.
"""

from __future__ import annotations

from collections import defaultdict

from ringfence.model.finding import Finding
from ringfence.model.rule import Rule
from ringfence.model.severity import Severity
from ringfence.report.html.code import code
from ringfence.report.html.context import Context, template_of
from ringfence.report.html.markup import (
    EMPTY,
    Markup,
    anchor,
    joined,
    link,
    prose,
    tag,
    text,
)
from ringfence.report.summary import is_pattern, plural

IN_FULL = 600  # findings with an excerpt; the others are one line
OPEN_RULES = Severity.MEDIUM  # rules from here upwards are unfolded
OPEN_FINDINGS = 12  # findings that are unfolded from the start
MAX_STEPS = 20
MAX_SUBJECTS = 60

CWE = "https://cwe.mitre.org/data/definitions/{}.html"


def findings_section(context: Context) -> Markup:
    """All findings, grouped by rule."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in context.findings:
        groups[finding.rule].append(finding)
    if not groups:
        return tag("p", "No findings.", class_="empty")
    full = {id(finding) for finding in context.findings[:IN_FULL]}
    opened = {id(f) for f in context.findings[:OPEN_FINDINGS] if f.severity >= Severity.HIGH}
    brief = len(context.findings) - len(full)
    note = (
        tag("p", f"The worst {IN_FULL} findings have their code here; the other {brief:,} are one "
            "line each. Scan a smaller folder to see them whole.", class_="note")
        if brief > 0 else EMPTY
    )  # fmt: skip
    return joined([note, *(_rule(context, group, full, opened) for group in groups.values())])


def _rule(context: Context, group: list[Finding], full: set[int], opened: set[int]) -> Markup:
    first = group[0]
    rule = context.result.rules.get(first.rule)
    return tag(
        "details",
        tag(
            "summary",
            _chip(first.severity),
            tag("h3", prose(rule.title if rule else first.title)),
            tag("span", tag("span", str(len(group)), class_="shown-count"), class_="count"),
            tag("code", first.rule, class_="rule-id"),
        ),
        tag("div", _explained(rule, first), class_="why"),
        tag("div", *(
            _finding(context, finding, id(finding) in opened) if id(finding) in full
            else _brief(context, finding) for finding in group
        ), class_="places"),
        class_=f"rule {first.severity}",
        id=anchor("rule", first.rule),
        open=first.severity >= OPEN_RULES,
    )  # fmt: skip


def _chip(severity: Severity) -> Markup:
    return tag("span", str(severity), class_=f"chip {severity}")


def _explained(rule: Rule | None, finding: Finding) -> Markup:
    remedy = rule.remedy if rule else finding.remedy
    return joined(
        [
            tag("p", prose(rule.why)) if rule and rule.why else None,
            tag("p", tag("b", "To mend it: "), prose(remedy), class_="remedy") if remedy else None,
            _references(rule, finding),
        ]
    )


def _references(rule: Rule | None, finding: Finding) -> Markup:
    """Weakness numbers, the lists that name it, and where to read more."""
    numbers = rule.cwe if rule and rule.cwe else finding.cwe
    parts = [link(CWE.format(number), f"CWE-{number}") for number in numbers]
    if rule is not None:
        parts += [text(f"OWASP Serverless {name}") for name in rule.owasp_serverless]
        parts += [text(f"CSA {name}") for name in rule.csa]
        parts += [text(f"ATT&CK {name}") for name in rule.attack]
        parts += [text(f"CIS {name}") for name in rule.cis]
        parts += [link(address, _site(address)) for address in rule.references]
    parts = [tag("li", part) for part in parts]
    parts.append(tag("li", tag("code", f"ringfence explain {finding.rule}")))
    return tag("ul", *parts, class_="references")


def _site(address: str) -> str:
    return address.removeprefix("https://").partition("/")[0]


# --- one finding ------------------------------------------------------------------------------


def _finding(context: Context, finding: Finding, opened: bool) -> Markup:
    name = context.anchors[id(finding)]
    return tag(
        "details",
        tag(
            "summary",
            tag("span", prose(finding.message or finding.title), class_="message"),
            context.place(finding.location),
        ),
        tag(
            "div",
            code(context, finding.location),
            _steps(context, finding),
            _subjects(finding),
            _facts(context, finding),
            _own_remedy(context, finding),
            _lines_to_write(finding),
            class_="body",
        ),
        id=name,
        class_=f"finding {finding.severity}",
        open=opened,
        **attributes(context, finding),
    )


def _brief(context: Context, finding: Finding) -> Markup:
    return tag(
        "p",
        tag("span", prose(finding.message or finding.title), class_="message"),
        context.place(finding.location),
        id=context.anchors[id(finding)],
        class_=f"finding brief {finding.severity}",
        **attributes(context, finding),
    )


def attributes(context: Context, finding: Finding) -> dict[str, str | int | None]:
    """What the filters ask about."""
    template = template_of(finding.function) or finding.location.file
    known = context.templates
    return {
        "data_severity": str(finding.severity),
        "data_family": finding.family,
        "data_audience": finding.audience,
        "data_function": context.names.function(finding.function) or None,
        "data_t": known.index(template) if template in known else None,
    }


def _steps(context: Context, finding: Finding) -> Markup:
    if not finding.steps:
        return EMPTY
    steps = [
        tag("li", tag("span", prose(step.text)), context.place(step.location),
            code(context, step.location, around=False))
        for step in finding.steps[:MAX_STEPS]
    ]  # fmt: skip
    left = len(finding.steps) - MAX_STEPS
    more = tag("p", f"{left} more steps", class_="note") if left > 0 else EMPTY
    title = "The way of the data"
    if finding.source and finding.sink:
        title = f"From {finding.source} to {finding.sink}"
    return joined([tag("h4", text(title)), tag("ol", *steps, class_="steps"), more])


def _subjects(finding: Finding) -> Markup:
    if finding.count <= 1 or not finding.subjects:
        return EMPTY
    named = finding.subjects[:MAX_SUBJECTS]
    left = finding.count - len(named)
    more = f" and {left} more" if left > 0 else ""
    return tag(
        "p",
        tag("b", f"{plural(finding.count, 'subject')}: "),
        ", ".join(named),
        more,
        class_="subjects",
    )


def _facts(context: Context, finding: Finding) -> Markup:
    """The small print: whom and what it concerns, how sure it is, its fingerprint as a link."""
    name = context.anchors[id(finding)]
    entry = context.entries.get(finding.trigger)
    rows: list[tuple[str, Markup]] = []
    if finding.function:
        shown = context.names.function(finding.function)
        rows.append(("function", link(f"#{anchor('function', finding.function)}", shown)))
    elif finding.subject:
        rows.append(("about", text(finding.subject)))
    if entry is not None:
        said = f"{entry.name}, {entry.sender.who}"
        rows.append(("entry", text(said)))
    rows += [
        ("severity", text(str(finding.severity))),
        ("confidence", text(finding.confidence)),
        ("for the", text(finding.audience)),
    ]
    rows += [
        (origin.role, joined([text(origin.name + " "), context.place(origin.location)]))
        for origin in finding.origins[:MAX_STEPS]
    ]
    if finding.fingerprint:
        rows.append(("link", link(f"#{name}", tag("code", finding.fingerprint))))
    return tag(
        "dl", *(tag("div", tag("dt", key), tag("dd", value)) for key, value in rows), class_="facts"
    )


def _lines_to_write(finding: Finding) -> Markup:
    """The exact lines that mend the finding, where the rule knows them."""
    if not finding.fix:
        return EMPTY
    rows = [
        tag("span", tag("span", class_="number"), tag("span", line, class_="text"), class_="row")
        for line in finding.fix.split("\n")
    ]
    return joined(
        [
            tag(
                "p",
                tag("b", "For instance: " if is_pattern(finding) else "The lines to write: "),
                class_="remedy",
            ),
            tag("pre", tag("code", *rows), class_="code", tabindex="0"),
        ]
    )


def _own_remedy(context: Context, finding: Finding) -> Markup:
    """The finding's remedy where it says more than the rule's."""
    rule = context.result.rules.get(finding.rule)
    if not finding.remedy or rule is None or _flat(rule.remedy) == _flat(finding.remedy):
        return EMPTY
    return tag("p", tag("b", "Here: "), prose(finding.remedy), class_="remedy")


def _flat(value: str) -> str:
    return " ".join(value.split())
