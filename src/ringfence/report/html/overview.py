"""The first screen: who can reach what, what they can make it do, what they could take."""

from __future__ import annotations

from collections import defaultdict

from ringfence.model.finding import Power
from ringfence.model.graph import ALLOWS, FUNCTION
from ringfence.model.severity import Exposure, Severity
from ringfence.permissions.data_classes import class_named
from ringfence.report.html.context import Context
from ringfence.report.html.markup import EMPTY, Markup, joined, link, prose, tag, text
from ringfence.report.html.stories import path_anchor
from ringfence.report.summary import counts, plural, since_words, unknown_reasons

MAX_PATHS = 6
MAX_TARGETS = 7
VERBS = ("read", "write", "delete", "invoke", "administer", "escalate")

REACH = {
    Exposure.ANYONE: "Anyone on the internet",
    Exposure.AUTHENTICATED: "Any signed-in user",
    Exposure.UNKNOWN: "Not known who",
    Exposure.ACCOUNT: "Principals of the account",
    Exposure.PRINCIPAL: "One named principal",
    Exposure.NONE: "Nobody outside",
}


def overview(context: Context) -> Markup:
    """The three answers beside each other."""
    return tag(
        "section",
        tag("div", tag("h2", "Who can reach it"), _reach(context), class_="answer"),
        tag("div", tag("h2", "What they can make it do"), _does(context), class_="answer"),
        tag("div", tag("h2", "What they could take"), _takes(context), class_="answer"),
        class_="answers",
        aria_label="The three answers",
    )


def verdict(context: Context) -> Markup:
    """One sentence, and the numbers behind it."""
    worst = context.paths[0].severity if context.paths else None
    findings = counts(context.findings)
    since = context.result.since
    new = "new " if since else ""
    if context.paths:
        said = f"{plural(len(context.paths), f'{new}attack path')}, the worst {worst}"
    elif context.findings:
        found = plural(len(context.findings), f"{new}finding")
        said = f"No {new}attack path; {found} to look at"
    else:
        said = "Nothing new found" if since else "Nothing found in what could be read"
    tally = [
        tag("li", tag("b", f"{count:,}"), f" {word}", class_=word)
        for word, count in findings.items()
        if count
    ]
    return joined(
        [
            tag("p", said, class_=f"verdict {worst if worst is not None else 'good'}"),
            tag("ul", *tally, class_="tally", aria_label="Findings by severity") if tally else None,
            tag("p", prose(f"Only what is new: {since_words(since)}."), class_="scope")
            if since
            else None,
        ]
    )


def scope(context: Context) -> Markup:
    """What was scanned, and what was not, in one line."""
    result = context.result
    parts = [
        plural(len(result.functions), "function"),
        plural(len(result.entries), "entry point"),
        plural(len(result.templates), "template"),
        plural(result.files_read, "file"),
        f"rules {result.rules_version}" if result.rules_version else "",
        f"Ringfence {context.settings.version}" if context.settings.version else "",
    ]
    if context.settings.only:
        parts.insert(0, f"only {', '.join(sorted(context.settings.only))}")
    skipped = len(set(result.skipped))
    unknown = sum(count for _, count in unknown_reasons(set(result.unknowns)))
    gaps = [f"{skipped:,} not analysed"] if skipped else []
    gaps += [f"{plural(unknown, 'value')} unknown"] if unknown else []
    gaps += [f"{len(result.suppressed):,} suppressed"] if result.suppressed else []
    gaps += [f"{result.baselined:,} in the baseline"] if result.baselined else []
    gaps += [f"{result.doubtful:,} less sure"] if result.doubtful else []
    said = text(" · ".join(part for part in parts if part))
    return tag("p", said, " · " if gaps else "", link("#gaps", ", ".join(gaps)) if gaps else "",
               class_="scope")  # fmt: skip


def _reach(context: Context) -> Markup:
    """Entry points and functions by who may cause them, the widest first."""
    entries: dict[Exposure, int] = defaultdict(int)
    functions: dict[Exposure, set[str]] = defaultdict(set)
    for entry in context.result.entries:
        entries[entry.sender.exposure] += 1
        functions[entry.sender.exposure].add(entry.function)
    if not entries:
        return tag("p", "No template or project file declares an entry point.", class_="empty")
    most = max(entries.values())
    rows = [
        tag(
            "li",
            tag("span", REACH[exposure], class_="what"),
            tag("span", plural(entries[exposure], "entry", "entries"), class_="number"),
            tag("meter", min=0, max=most, value=entries[exposure], aria_hidden="true"),
            tag("span", f"to {plural(len(functions[exposure]), 'function')}", class_="more"),
            class_=str(exposure),
        )
        for exposure in sorted(entries, reverse=True)
    ]
    return tag("ul", *rows, class_="reach")


def _does(context: Context) -> Markup:
    if not context.paths:
        serious = sum(finding.severity >= Severity.MEDIUM for finding in context.findings)
        words = f"{plural(serious, 'finding')} of medium severity or above"
        more = link("#findings", words) if serious else "nothing serious was found either"
        return tag("p", "No attack path was found; ", more, ".", class_="empty")
    rows = [
        tag("li", link(f"#{path_anchor(path)}",
                       tag("span", str(number), class_=f"path-number {path.severity}"),
                       tag("span", prose(path.title))))
        for number, path in enumerate(context.paths[:MAX_PATHS], 1)
    ]  # fmt: skip
    left = len(context.paths) - MAX_PATHS
    more = tag("p", link("#paths", f"and {plural(left, 'more path')}"), class_="note")
    return joined([tag("ol", *rows, class_="does"), more if left > 0 else EMPTY])


def _takes(context: Context) -> Markup:
    """What the paths open, the most sensitive data first; else what open entries' roles do."""
    if context.paths:
        powers = [power for path in context.paths for power in path.powers]
        note = ""
    else:
        powers = _behind_open_entries(context)
        note = "No attack path leads there; the roles of functions that outsiders reach may:"
    targets: dict[str, list[Power]] = defaultdict(list)
    for power in powers:
        targets[power.target].append(power)
    if not targets:
        return tag("p", "No data lies behind what outsiders can reach.", class_="empty")
    ranked = sorted(targets.values(), key=_gravity)
    rows = [_target(group) for group in ranked[:MAX_TARGETS]]
    left = len(ranked) - MAX_TARGETS
    more = tag("p", f"and {plural(left, 'more target')}", class_="note")
    return joined(
        [
            tag("p", note, class_="note") if note else EMPTY,
            tag("ul", *rows, class_="takes"),
            more if left > 0 else EMPTY,
        ]
    )


def _behind_open_entries(context: Context) -> list[Power]:
    """The edges from roles of functions that anyone or any user reaches, told as powers."""
    graph = context.result.graph
    nodes = {node.id: node for node in graph.nodes}
    wide = (Exposure.ANYONE, Exposure.AUTHENTICATED)
    reached = {
        f"function:{entry.function}"
        for entry in context.result.entries
        if entry.sender.exposure in wide
    }
    roles = {
        edge.target
        for edge in graph.edges
        if edge.source in reached and nodes[edge.source].kind == FUNCTION
    }
    found = []
    for edge in graph.edges:
        if edge.kind == ALLOWS and edge.source in roles:
            node = nodes[edge.target]
            named = node.id.startswith("data:")
            target = f"{node.kind.replace('-', ' ')} {node.label}" if named else node.label
            found += [
                Power(verb, target, node.id, node.data_class, guessed=node.guessed)
                for verb in edge.label.replace(" (conditional)", "").split(", ")
            ]
    return found


def _gravity(group: list[Power]) -> tuple[object, ...]:
    rank = max(class_named(power.data_class, power.guessed).rank for power in group)
    sure = all(not power.guessed for power in group)
    return (-rank, not sure, -len({power.verb for power in group}), group[0].target)


def _target(group: list[Power]) -> Markup:
    verbs = {power.verb for power in group}
    classed = next((power for power in group if power.data_class), None)
    said = ""
    if classed is not None:
        said = class_named(classed.data_class).words + (", by its name" if classed.guessed else "")
    return tag(
        "li",
        tag("span", group[0].target, class_="what"),
        tag("span", said, class_="data") if said else None,
        tag("span", ", ".join(verb for verb in VERBS if verb in verbs), class_="more"),
    )
