"""Tables: entry points with who may cause them, functions with what their roles open, and gaps."""

from __future__ import annotations

from collections import defaultdict

from ringfence.model.application import Trigger
from ringfence.model.graph import ALLOWS, Edge, Node
from ringfence.report.html.context import Context, template_of
from ringfence.report.html.markup import EMPTY, Markup, anchor, joined, link, prose, tag, text
from ringfence.report.html.overview import REACH
from ringfence.report.summary import counts, doubts, ordered_skipped, plural, unknown_reasons

MAX_ROWS = 1_500
MAX_LISTED = 200
MAX_OPENED = 8


def entries_table(context: Context) -> Markup:
    """Every entry point: who may call it, what it asks of them, and the line that proves it."""
    entries = sorted(
        context.result.entries, key=lambda e: (-e.sender.exposure, e.function, e.name, e.id)
    )
    if not entries:
        return tag("p", "No template or project file declares an entry point.", class_="empty")
    rows = [_entry(context, entry) for entry in entries[:MAX_ROWS]]
    heads = ("Entry point", "Function", "Who may cause it", "Authentication", "Proof")
    return joined([_table(heads, rows, "Entry points"), _left(len(entries), "entry", "entries")])


def _entry(context: Context, entry: Trigger) -> Markup:
    asked, sender = entry.authentication, entry.sender
    proof = asked.proof or sender.proof or entry.location
    known = context.templates
    template = template_of(entry.function)
    name = context.names.function(entry.function)
    return tag(
        "tr",
        _cell("Entry point", tag("b", entry.name), tag("small", entry.kind)),
        _cell("Function", link(f"#{anchor('function', entry.function)}", name)),
        _cell(
            "Who may cause it",
            tag("span", REACH[sender.exposure], class_=f"who {sender.exposure}"),
            tag("small", prose(f"{sender.who}: {sender.reason}" if sender.reason else sender.who)),
        ),
        _cell(
            "Authentication",
            tag("span", asked.kind, class_="open" if asked.kind == "none" else None),
            tag("small", prose(asked.detail)) if asked.detail else None,
        ),
        _cell("Proof", context.place(proof)),
        data_function=name,
        data_t=known.index(template) if template in known else None,
        class_="item",
    )


def _cell(head: str, *children: str | None) -> Markup:
    return tag("td", *children, data_head=head)


def _table(heads: tuple[str, ...], rows: list[Markup], label: str) -> Markup:
    head = tag("tr", *(tag("th", word, scope="col") for word in heads))
    table = tag("table", tag("thead", head), tag("tbody", *rows), aria_label=label)
    return tag("div", table, class_="table")


def _left(count: int, word: str, many: str) -> Markup:
    left = count - MAX_ROWS
    if left <= 0:
        return EMPTY
    said = f"{plural(left, word, many)} more are not listed; scan a smaller folder to see them."
    return tag("p", said, class_="note")


# --- functions --------------------------------------------------------------------------------


def functions_table(context: Context) -> Markup:
    """Every function: how wide its entries are, what its role opens, what was found in it."""
    graph = context.result.graph
    nodes = {node.id: node for node in graph.nodes}
    after: dict[str, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        after[edge.source].append(edge)
    keys = sorted(context.result.functions, key=lambda key: _function_rank(context, key))
    rows = [_function(context, key, nodes, after) for key in keys[:MAX_ROWS]]
    if not rows:
        return tag("p", "No function is declared.", class_="empty")
    heads = ("Function", "Reached by", "Its role may", "Findings")
    return joined([_table(heads, rows, "Functions"), _left(len(keys), "function", "functions")])


def _function_rank(context: Context, key: str) -> tuple[object, ...]:
    worst = max((f.severity for f in context.of_function.get(key, ())), default=-1)
    widest = max((e.sender.exposure for e in context.entries_of.get(key, ())), default=-1)
    return (-worst, -widest, template_of(key), context.names.function(key), key)


def _function(
    context: Context, key: str, nodes: dict[str, Node], after: dict[str, list[Edge]]
) -> Markup:
    widest = max((e.sender.exposure for e in context.entries_of.get(key, ())), default=None)
    entries = [entry.name for entry in context.entries_of.get(key, ())]
    found = counts(context.of_function.get(key, ()))
    tally = [tag("span", f"{count} {word}", class_=f"chip {word}") for word, count in found.items()
             if count]  # fmt: skip
    template = template_of(key)
    name = context.names.function(key)
    return tag(
        "tr",
        _cell("Function", tag("b", name), tag("small", template)),
        _cell(
            "Reached by",
            tag("span", REACH[widest], class_=f"who {widest}") if widest is not None else "-",
            tag("small", _some(sorted(set(entries)), 3)) if entries else None,
        ),
        _cell("Its role may", *_opened(key, nodes, after)),
        _cell("Findings", *(tally or [text("-")])),
        id=anchor("function", key),
        data_function=name,
        data_t=context.templates.index(template) if template in context.templates else None,
        class_="item",
    )


def _opened(key: str, nodes: dict[str, Node], after: dict[str, list[Edge]]) -> list[Markup]:
    """What the role of a function opens, the verbs first; data that is sensitive leads."""
    found: list[tuple[bool, str, str]] = []
    for acts in after[f"function:{key}"]:
        for edge in after[acts.target] if acts.target.startswith("role:") else ():
            if edge.kind == ALLOWS:
                node = nodes[edge.target]
                data = f" ({node.data_class} data)" if node.data_class else ""
                found.append((not node.data_class, node.label + data, edge.label))
    found.sort()
    shown = [
        tag("div", tag("span", f"{verbs} ", class_="more"), text(label))
        for _, label, verbs in found[:MAX_OPENED]
    ]
    if len(found) > MAX_OPENED:
        shown.append(tag("small", f"and {len(found) - MAX_OPENED} more"))
    return shown or [text("-")]


def _some(names: list[str], most: int) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# --- what is not there --------------------------------------------------------------------------


def gaps(context: Context) -> Markup:
    """What was not analysed, unknown, suppressed, in a baseline or not sure enough."""
    parts = [_skipped(context), _unknown(context), _suppressed(context)]
    count = context.result.baselined
    if count:
        parts.append(tag("p", f"{plural(count, 'finding')} of the baseline left out."))
    if context.result.doubtful:
        parts.append(tag("p", f"{doubts(context.result)} left out; --confidence low shows all."))
    shown = [part for part in parts if part]
    return joined(shown) or tag("p", "Everything that was found was analysed.", class_="empty")


def _skipped(context: Context) -> Markup:
    items = ordered_skipped(context.result.skipped)
    rows = [
        tag("li", tag("b", item.what), " ", prose(item.reason),
            prose(f"; {item.cure}") if item.cure else None, " ", context.place(item.location))
        for item in items[:MAX_LISTED]
    ]  # fmt: skip
    return _folded(f"{len(items):,} not analysed", rows, len(items))


def _unknown(context: Context) -> Markup:
    reasons = unknown_reasons(set(context.result.unknowns))
    total = sum(count for _, count in reasons)
    rows = [tag("li", tag("b", f"{count:,}"), " ", prose(reason)) for reason, count in reasons]
    title = f"{plural(total, 'value')} unknown; nothing is reported on them"
    return _folded(title, rows[:MAX_LISTED], len(rows))


def _suppressed(context: Context) -> Markup:
    items = context.result.suppressed
    ranked = sorted(items, key=lambda item: (
        -item.finding.severity, item.finding.rule, str(item.finding.location), item.reason
    ))  # fmt: skip
    rows = [
        tag(
            "li", tag("code", item.finding.rule), " ", prose(item.finding.message), " ",
            tag("i", prose(item.reason or "no reason given"),
                f" until {item.until}" if item.until else None),
            " ", context.place(item.location or item.finding.location),
        )
        for item in ranked[:MAX_LISTED]
    ]  # fmt: skip
    return _folded(f"{plural(len(items), 'finding')} suppressed", rows, len(items))


def _folded(title: str, rows: list[Markup], count: int) -> Markup:
    if not rows:
        return EMPTY
    left = count - len(rows)
    more = tag("p", f"and {left:,} more", class_="note") if left > 0 else EMPTY
    return tag("details", tag("summary", tag("h3", title)), tag("ul", *rows), more, class_="gap",
               open=count <= 12)  # fmt: skip
