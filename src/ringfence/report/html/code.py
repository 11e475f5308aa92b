"""Source excerpts on the page: line numbers, the flagged part marked, credentials left out."""

from __future__ import annotations

from ringfence.model.location import Location
from ringfence.report.excerpt import MAX_LINES, Row, excerpt
from ringfence.report.html.context import Context
from ringfence.report.html.markup import EMPTY, Markup, joined, tag, text


def code(context: Context, location: Location | None, *, around: bool = True) -> Markup:
    """The lines of a place as a figure; empty where the file is not among the sources.

    ``around`` adds the line above. Lines on which a finding says that a credential stands are
    shown with the credential hidden, in every excerpt.
    """
    if location is None:
        return EMPTY
    lines = range(location.line - 1, location.line + MAX_LINES)
    secret = any((location.file, line) in context.secret_lines for line in lines)
    rows = excerpt(context.result.sources, location, context=around, secret=secret)
    if not rows:
        return EMPTY
    return tag("pre", tag("code", joined(_row(row) for row in rows)), class_="code", tabindex="0")


def _row(row: Row) -> Markup:
    flagged = row.end > row.start
    return tag(
        "span",
        tag("span", str(row.number), class_="number"),
        tag("span", *_marked(row), class_="text"),
        class_="row flagged" if flagged else "row",
    )


def _marked(row: Row) -> list[Markup]:
    """The line, already spelt out by the excerpt, in up to three parts."""
    if row.end <= row.start:
        return [text(row.text)]
    parts = (row.text[: row.start], row.text[row.start : row.end], row.text[row.end :])
    return [text(parts[0]), tag("mark", parts[1]), text(parts[2])]
