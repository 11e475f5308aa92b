"""The whole page: head with its content security policy, filters, map, sections in order."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ringfence.model.finding import ScanResult
from ringfence.model.graph import ENTRY, PASSES, ROLE, WILDCARD
from ringfence.model.severity import Exposure
from ringfence.report import ReportSettings
from ringfence.report.html.context import Context
from ringfence.report.html.drawing import PATHS_AT_FIRST, Drawing, drawing_of
from ringfence.report.html.findings import findings_section
from ringfence.report.html.markup import EMPTY, Markup, joined, tag, text
from ringfence.report.html.overview import overview, scope, verdict
from ringfence.report.html.stories import stories_section
from ringfence.report.html.svg import svg
from ringfence.report.html.tables import entries_table, functions_table, gaps
from ringfence.report.summary import SEVERITIES, counts, plural

FOLDER = Path(__file__).parent
MAX_OPTIONS = 1_500


def page(result: ScanResult, settings: ReportSettings) -> str:
    """The report of a result as one HTML document."""
    context = Context(result, settings)
    drawing = drawing_of(context)
    style, script = asset("page.css"), Markup(f"{asset('map.js')}\n{asset('page.js')}")
    document = tag(
        "html",
        tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="referrer", content="no-referrer"),
            tag("title", f"{context.title}: what Ringfence found"),
            tag("style", style),
        ),
        tag("body", *_body(context, drawing), tag("script", script)),
        lang="en",
    )
    return f"<!doctype html>\n{document}\n"


@cache
def asset(name: str) -> Markup:
    """A style sheet or script of this room; ours, so that it is markup as it stands."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    """Nothing may load, run or look but what is in the page; CSP level 3, by hash."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _body(context: Context, drawing: Drawing) -> Iterable[Markup]:
    yield tag("a", "Skip to the findings", href="#findings", class_="skip")
    yield tag(
        "header",
        tag("p", tag("span", "Ringfence", class_="brand"), _theme(), class_="top"),
        tag("h1", text(context.title)),
        verdict(context),
        scope(context),
    )
    yield tag(
        "main",
        overview(context),
        _filters(context),
        _section("map", "The application", _map(context, drawing),
                 plural(len(context.result.functions), "function")),
        _section("paths", "Attack paths", stories_section(context), len(context.paths)),
        _section("findings", "Findings", findings_section(context), len(context.findings)),
        _section("entries", "Entry points", entries_table(context), len(context.result.entries)),
        _section(
            "functions", "Functions and what their roles open", functions_table(context),
            len(context.result.functions),
        ),
        _section("gaps", "Not analysed or not shown", gaps(context), None),
    )  # fmt: skip
    yield tag(
        "footer",
        tag("p", "Read from templates and code alone; nothing was executed or sent. A clean report "
            "is no proof of safety. ",
            tag("kbd", "/"), " searches, ", tag("kbd", "Esc"), " clears.",
        ),
    )  # fmt: skip


def _section(name: str, title: str, content: Markup, count: int | str | None) -> Markup:
    said = f"{count:,}" if isinstance(count, int) else count
    number = tag("span", said, class_="count") if said else EMPTY
    head = tag("h2", title, " ", number, id=f"{name}-title")
    return tag("section", head, content, id=name, tabindex="-1", aria_labelledby=f"{name}-title")


def _theme() -> Markup:
    return tag("button", "Theme: auto", type="button", id="theme", class_="js")


# --- the map ----------------------------------------------------------------------------------


def _map(context: Context, drawing: Drawing) -> Markup:
    if not drawing.nodes:
        return tag("p", "There is no function to draw.", class_="empty", id="map-note")
    return joined(
        [
            _chips(context),
            tag(
                "div",
                tag("label", "Show ", tag("select", *_views(drawing), id="view")),
                tag("button", "−", type="button", id="smaller", aria_label="Smaller"),
                tag("button", "+", type="button", id="larger", aria_label="Larger"),
                tag("button", "Fit", type="button", id="fit"),
                class_="js map-tools",
            ),
            tag("div", svg(context, drawing), class_="map", id="map-view", tabindex="0",
                role="region", aria_label="Map of the application; scrolls"),
            _legend(drawing),
            tag("p", text(_note(drawing)), class_="note", id="map-note"),
            tag("p", "", id="map-said", class_="js", role="status"),
        ]
    )  # fmt: skip


def _legend(drawing: Drawing) -> Markup:
    """What outlines and lines mean, of those that are drawn."""
    nodes = list(drawing.nodes.values())
    entries = {node.exposure for node in nodes if node.kind == ENTRY}
    said = (
        ("open", "anyone may cause it", Exposure.ANYONE in entries),
        ("signed", "any signed-in user may", Exposure.AUTHENTICATED in entries),
        ("own", "role", any(node.kind == ROLE for node in nodes)),
        ("sensitive", "sensitive data", any(node.data_class for node in nodes)),
        ("wide", "everything of a kind", any(node.kind == WILDCARD for node in nodes)),
        ("passes", "output passed on", any(edge.kind == PASSES for edge in drawing.edges)),
    )
    shown = [tag("span", words, class_=kind) for kind, words, drawn in said if drawn]
    return tag("p", *shown, class_="legend") if shown else EMPTY


def _chips(context: Context) -> Markup:
    """One button for each path; pressed, its nodes and lines stand out."""
    if not context.paths:
        return EMPTY
    buttons = [
        tag(
            "button",
            tag("span", str(number), class_=f"path-number {path.severity}"),
            tag("span", text(path.title)),
            type="button", class_="path-chip", data_path=number, aria_pressed="false",
        )
        for number, path in enumerate(context.paths[:PATHS_AT_FIRST], 1)
    ]  # fmt: skip
    return tag("div", *buttons, class_="js chips", role="group", aria_label="Attack paths")


def _views(drawing: Drawing) -> list[Markup]:
    functions = sum(key.startswith("function:") for key in drawing.nodes)
    whole = len(drawing.shown) == len(drawing.nodes)
    said = [("first", "everything" if whole else "the worst first")]
    matter = len(drawing.matters)
    if matter and matter < functions:
        said.append(("matters", f"{plural(matter, 'function')} with paths or serious findings"))
    if not whole:
        said.append(("all", f"all {functions:,} functions"))
    return [tag("option", words, value=value) for value, words in said]


def _note(drawing: Drawing) -> str:
    """What the map shows and, plainly, what it does not."""
    shown = sum(key.startswith("function:") for key in drawing.shown)
    inside = sum(key.startswith("function:") for key in drawing.nodes)
    how = "Who sends, what they reach, what runs, its role, and what that role opens."
    if shown == drawing.functions:
        return how
    said = (
        f"{how} Drawn: {shown:,} of {plural(drawing.functions, 'function')}, those with attack "
        "paths, findings or the widest entries."
    )
    if inside < drawing.functions:
        left = drawing.functions - inside
        said += f" {plural(left, 'function')} are not in the map at all; the table below has them."
    return said


# --- filters ----------------------------------------------------------------------------------


def _filters(context: Context) -> Markup:
    """Search, severities, family, audience, template, function; for scripts only."""
    found = counts(context.findings)
    told = {path.severity for path in context.paths}
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name="severity", value=str(severity), checked=True),
            tag("span", str(severity), " ", tag("b", f"{found[str(severity)]:,}")),
            class_=f"box {severity}",
        )
        for severity in SEVERITIES
        if found[str(severity)] or severity in told
    ]
    families = Counter(finding.family for finding in context.findings)
    audiences = Counter(finding.audience for finding in context.findings)
    return tag(
        "form",
        tag("label", tag("span", "Search", class_="hidden"),
            tag("input", type="search", name="q", placeholder="Search  /", autocomplete="off",
                spellcheck="false")),
        tag("fieldset", tag("legend", "Severity", class_="hidden"), *boxes) if boxes else None,
        _select("family", "Family", [(name, name, n) for name, n in sorted(families.items())]),
        _select("audience", "Audience", [(name, name, n) for name, n in sorted(audiences.items())]),
        _templates(context),
        _function(context),
        tag("output", "", id="tally", aria_live="polite"),
        tag("button", "Clear", type="reset"),
        id="filters",
        class_="js",
        role="search",
        aria_label="Filter",
    )  # fmt: skip


def _select(name: str, title: str, options: list[tuple[str, str, int]]) -> Markup:
    if len(options) < 2:
        return EMPTY
    rest = [tag("option", f"{words} ({count})", value=value) for value, words, count in options]
    return tag(
        "label",
        tag("span", title, class_="hidden"),
        tag("select", tag("option", f"{title}: all", value=""), *rest, name=name),
    )


def _templates(context: Context) -> Markup:
    functions = Counter(key.partition("#")[0] for key in context.result.functions)
    named = context.templates[:MAX_OPTIONS]
    return _select("template", "Template", [(path, path, functions[path]) for path in named])


def _function(context: Context) -> Markup:
    names = sorted({context.names.function(key) for key in context.result.functions})
    if len(names) < 2:
        return EMPTY
    options = [tag("option", value=name) for name in names[:MAX_OPTIONS]]
    return tag(
        "label",
        tag("span", "Function", class_="hidden"),
        tag("input", name="function", list="function-names", placeholder="Function",
            autocomplete="off", spellcheck="false"),
        tag("datalist", *options, id="function-names"),
    )  # fmt: skip
