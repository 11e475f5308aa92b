"""Changes of contracts for people and tools: the terminal, a review comment, JSON.

The order and the gravity were decided before; here a name becomes what its medium can show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ringfence.model.contract import Evidence
from ringfence.model.contract_change import DIRECTIONS, Change, Difference
from ringfence.report.json_text import indented
from ringfence.report.markdown import Section, fitted
from ringfence.report.markdown_text import code, prose
from ringfence.report.text import clip, escape

SCHEMA = 1
#: Changes of one direction above the fold of a comment.
MAX_TOP = 12
#: Evidence shown for one change; the rest is counted.
MAX_EVIDENCE = 4
#: A longer name says nothing more to people.
MAX_NAME = 160
_TITLES = {
    "widened": "can do or be sent more",
    "changed": "otherwise changed",
    "narrowed": "can do or be sent less",
}


def changes_text(changes: Sequence[Change], *, unicode: bool = True) -> str:
    """Plain text for a terminal, ending with a line feed."""
    lines = [headline(changes)]
    for direction in DIRECTIONS:
        found = [change for change in changes if change.direction == direction]
        if found:
            lines += ["", f"{_TITLES[direction].capitalize()} ({len(found)})"]
            lines += [line for change in found for line in _entry(change, unicode)]
    return "\n".join(lines) + "\n"


def _entry(change: Change, unicode: bool) -> list[str]:
    pieces = (
        f"`{escape(clip(text, MAX_NAME), unicode)}`" if is_name else text
        for text, is_name in change.parts
    )
    lines = [f"  {change.gravity!s:<8}  {''.join(pieces)}"]
    places = [escape(place, unicode) for place in _places(change.evidence)]
    if places:
        lines.append(f"{'':12}at {', '.join(places)}")
    unknown = (escape(text, unicode) for text in change.unknown[:MAX_EVIDENCE])
    return [*lines, *(f"{'':12}not known: {text}" for text in unknown)]


def headline(changes: Sequence[Change]) -> str:
    """One line: whether anything may do more, and how many changes there are."""
    if not changes:
        return "No contract changed."
    counts = [
        f"{sum(change.direction == direction for change in changes)} {direction}"
        for direction in DIRECTIONS
        if any(change.direction == direction for change in changes)
    ]
    wider = sorted({change.function for change in changes if change.direction == "widened"})
    if wider:
        who = "1 function" if len(wider) == 1 else f"{len(wider)} functions"
        return f"{who} can do or be sent more than before ({', '.join(counts)})."
    if all(change.direction == "narrowed" for change in changes):
        return f"Functions can do less than before, and nothing more ({', '.join(counts)})."
    return f"No function can do more than before ({', '.join(counts)})."


def changes_markdown(changes: Sequence[Change], *, prefix: str = "") -> str:
    """A review comment: widenings on top, the rest and the lines behind all of it folded.

    ``prefix`` is the path from the repository's root to the application. As in the comment of a
    scan there are no tables and no links: a cell or an address of a stranger's change could break
    out of both.
    """
    wider = [change for change in changes if change.direction == "widened"]
    head = [f"### Ringfence: {_lowered(headline(changes))}", ""]
    head += [_bullet(change) for change in wider[:MAX_TOP]]
    head += [""] if wider else []
    sections = [Section(f"{len(wider[MAX_TOP:])} more", list(map(_bullet, wider[MAX_TOP:])))]
    for direction in DIRECTIONS[1:]:
        found = [change for change in changes if change.direction == direction]
        title = f"{_TITLES[direction].capitalize()} ({len(found)})"
        sections.append(Section(title, [_bullet(change) for change in found]))
    details = [line for change in changes for line in _details(change, prefix)]
    sections.append(Section("Actions, resources and the lines that need them", details))
    return fitted(head, [section for section in sections if section.lines])


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].removesuffix(".")


def _bullet(change: Change) -> str:
    return f"- **{change.gravity}** {_sentence(change)}"


def _sentence(change: Change) -> str:
    pieces = (
        code(text, MAX_NAME) or "an empty name" if is_name else text
        for text, is_name in change.parts
    )
    return "".join(pieces)


def _details(change: Change, prefix: str) -> list[str]:
    """A change that has actions, evidence or unknown parts, and these below it."""
    lines = []
    if change.resource:
        items = ", ".join(code(item, MAX_NAME) for item in change.items)
        lines.append(f"  - {items} on {code(change.resource)}")
    where = [code(f"{prefix}/{place}" if prefix else place) for place in _places(change.evidence)]
    if where:
        lines.append(f"  - at {', '.join(where)}")
    lines += [f"  - not known: {prose(text)}" for text in change.unknown[:MAX_EVIDENCE]]
    return [f"- {_sentence(change)}", *lines] if lines else []


def _places(evidence: Sequence[Evidence]) -> list[str]:
    """Where, each once; what is too much is counted."""
    places = list(dict.fromkeys(entry.where for entry in evidence))
    more = len(places) - MAX_EVIDENCE
    return [*places[:MAX_EVIDENCE], f"{more} more"] if more > 0 else places


def changes_json(changes: Sequence[Change]) -> str:
    """As ``docs/schemas/lock-diff.schema.json`` says."""
    summary = {
        direction: sum(change.direction == direction for change in changes)
        for direction in DIRECTIONS
    }
    data = {"schema": SCHEMA, "summary": summary, "changes": [_object(c) for c in changes]}
    return indented(data) + "\n"


def _object(change: Change) -> dict[str, Any]:
    return {
        "direction": change.direction,
        "gravity": str(change.gravity),
        "function": change.function,
        "kind": change.kind,
        "text": change.text,
        "items": list(change.items),
        "resource": change.resource,
        "unknown": list(change.unknown),
        "evidence": [
            {"kind": entry.kind, "where": entry.where, "text": entry.text}
            for entry in change.evidence
        ],
    }


def differences_text(differences: Sequence[Difference], *, unicode: bool = True) -> str:
    """What ``lock --check`` found, one line each, ending with a line feed."""
    failing = sum(difference.fails for difference in differences)
    lines = [
        f"  {'fails' if one.fails else 'note ':<5}  {escape(one.line, unicode)}"
        for one in differences
    ]
    last = f"{failing} difference{'' if failing == 1 else 's'}" if failing else "The lock holds"
    return "\n".join([*lines, f"{last}."]) + "\n"


def differences_json(differences: Sequence[Difference]) -> str:
    """The differences as JSON, in the shape of the same schema (``differences``)."""
    entries = [
        {
            "kind": one.kind,
            "function": one.function,
            "item": one.item,
            "where": one.where,
            "text": one.text,
            "fails": one.fails,
        }
        for one in differences
    ]
    fails = any(one.fails for one in differences)
    return indented({"schema": SCHEMA, "fails": fails, "differences": entries}) + "\n"
