"""Attack paths as stories: who sends what, where it goes, what it opens, what ends it."""

from __future__ import annotations

from ringfence.model.finding import AttackPath
from ringfence.report.html.code import code
from ringfence.report.html.context import Context, template_of
from ringfence.report.html.markup import EMPTY, Markup, anchor, joined, link, prose, tag, text

OPEN = 6  # paths that are unfolded from the start


def stories_section(context: Context) -> Markup:
    """Every attack path, the worst first."""
    if not context.paths:
        return tag(
            "p", "No attack path was found in what could be read. What was not analysed is listed "
            "below.", class_="empty",
        )  # fmt: skip
    return joined(_story(context, number, path) for number, path in enumerate(context.paths, 1))


def path_anchor(path: AttackPath) -> str:
    return anchor("path", path.id)


def _story(context: Context, number: int, path: AttackPath) -> Markup:
    return tag(
        "details",
        tag(
            "summary",
            tag("span", str(number), class_=f"path-number {path.severity}"),
            tag("h3", prose(path.title)),
            tag("span", str(path.severity), class_=f"chip {path.severity}"),
        ),
        tag(
            "div",
            tag("ol", *(
                tag("li", tag("p", prose(line.text), " ", context.place(line.location)),
                    code(context, line.location))
                for line in path.lines
            ), class_="story"),
            _fix(context, path),
            _below(context, number, path),
            class_="body",
        ),
        id=path_anchor(path),
        class_=f"path {path.severity}",
        open=number <= OPEN,
        data_severity=str(path.severity),
        data_function=context.names.function(path.function) or None,
        data_t=_template(context, path),
    )  # fmt: skip


def _template(context: Context, path: AttackPath) -> int | None:
    template = template_of(path.function)
    return context.templates.index(template) if template in context.templates else None


def _fix(context: Context, path: AttackPath) -> Markup:
    if not path.fix:
        return EMPTY
    return tag(
        "p", tag("b", "The one change that ends it: "), prose(path.fix), " ",
        context.place(path.fix_location), class_="fix",
    )  # fmt: skip


def _below(context: Context, number: int, path: AttackPath) -> Markup:
    """The findings that it stands on, how sure it is, and a way to the map."""
    known = [context.by_fingerprint[key] for key in path.findings if key in context.by_fingerprint]
    parts = [
        tag("button", "Show on the map", type="button", class_="js show-path", data_path=number),
        tag("span", text(f"confidence {path.confidence}")),
    ]
    parts += [
        link(f"#{context.anchors[id(finding)]}", text(finding.rule), title=finding.message)
        for finding in known[:6]
    ]
    parts.append(link(f"#{path_anchor(path)}", "link", class_="self"))
    return tag("p", *parts, class_="below")
