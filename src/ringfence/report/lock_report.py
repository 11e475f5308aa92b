"""What ``ringfence lock`` tells: how much too much is granted, then each function."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ringfence import late
from ringfence.model.contract import FunctionDraft, NarrowTrigger, Permission
from ringfence.model.contract_change import Reconciled
from ringfence.report.text import clip, escape

SCHEMA = 1
#: Grants that are named for one function; the rest is counted, unless everything is asked for.
MAX_GRANTS = 4
MAX_NAMED = 6
MAX_REACH = 4
MAX_ESCALATIONS = 2
WIDTH = 150
#: The argument that names an object of a bucket, wherever it stands in the call.
_KEY = late.pattern(r"(?:\S*\.)?Key at ")


def report_text(
    drafts: Sequence[FunctionDraft], reconciled: Sequence[Reconciled], *, verbose: bool = False
) -> str:
    """The whole report as plain text, ending with a line feed."""
    lines = [headline(reconciled), ""]
    for draft, one in zip(drafts, reconciled, strict=True):
        lines += _function(draft, one, verbose)
    return "\n".join(lines).rstrip("\n") + "\n"


def headline(reconciled: Sequence[Reconciled]) -> str:
    """One line: how many actions are granted, how many needed, and how many times too much."""
    known = [one for one in reconciled if one.complete]
    granted, needed = sum(one.granted for one in known), sum(one.needed for one in known)
    functions = _count(len(reconciled), "function")
    if not known:
        whose = "its role is not" if len(reconciled) == 1 else "no role of theirs is"
        return f"{functions}; {whose} known in full"
    times = f": {granted / needed:.1f} times too much" if needed and granted > needed else ""
    unknown = len(reconciled) - len(known)
    beside = f" ({_count(unknown, 'function')} with a role that is not known in full left out)"
    text = f"{functions}: {granted:,} actions granted, {needed:,} needed{times}"
    return text + (beside if unknown else "")


def _function(draft: FunctionDraft, one: Reconciled, verbose: bool) -> list[str]:
    contract = draft.contract
    lines = [f"{escape(contract.key)}: {one.granted:,} granted, {one.needed:,} needed"]
    for need in one.missing:
        where = f" ({need.evidence[0].where})" if need.evidence else ""
        lines.append(f"  missing   {escape(need.action)} on {escape(need.resource)}{where}")
    lines += _surplus(one, verbose)
    if one.shares:
        others = ", ".join(escape(key) for key in one.shares[:MAX_NAMED])
        more = f" and {len(one.shares) - MAX_NAMED} more" if len(one.shares) > MAX_NAMED else ""
        lines.append(f"  shared    one role with {others}{more}: give each function its own")
    lines += [f"  trigger   {trigger_line(narrow)}" for narrow in draft.narrow]
    for need in contract.permissions if verbose else ():
        lines.append(f"  needs     {_need(need)}")
    unknown = _unknown(contract.permissions, verbose)
    lines += [f"  unknown   {escape(text)}" for text in unknown]
    lines += [f"  not seen  {escape(gap)}" for gap in (*contract.gaps, *draft.role_gaps)]
    ways = draft.escalations if verbose else draft.escalations[:MAX_ESCALATIONS]
    lines += [f"  escalates can {escape(way)}" for way in ways]
    if len(ways) < len(draft.escalations):
        left = len(draft.escalations) - len(ways)
        lines.append(f"  escalates in {left} more ways (--verbose names them)")
    if one.reach and verbose:
        lines.append(f"  reach     can {escape('; '.join(one.reach[:MAX_REACH]))}")
    return [*lines, ""]


def trigger_line(one: NarrowTrigger) -> str:
    """A trigger that lets through more than the code acts on, in one line."""
    handled = [value for value in one.handled if value in one.kept] if one.kept else one.handled
    words = " and ".join(filter(None, [", ".join((handled or one.handled)[:-1]),
                                       (handled or one.handled)[-1]]))  # fmt: skip
    declared = ", ".join(one.declared)
    acts = "answers" if one.by in ("method", "route") else "acts on"
    only = "" if one.kept else ", so no branch handles it"
    text = f"{one.template}:{one.line} {one.name}: declared {declared}, the code {acts} {words}"
    return f"{escape(text)}{only} ({escape(one.where)})"


def _surplus(one: Reconciled, verbose: bool) -> list[str]:
    """One line for each statement that grants too much, with its place in the template."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in one.surplus:
        reason, origin = item.parts
        words = item.action if reason == "not needed" else f"{item.action} ({reason})"
        named = places[item.where, origin]
        if words not in named:
            named.append(words)
    lines = []
    gravest = sorted(places.items(), key=lambda entry: -sum(map(_is_grave, entry[1])))
    for (where, origin), named in gravest:
        shown = named if verbose else named[:MAX_NAMED]
        more = f" and {len(named) - len(shown)} more" if len(named) > len(shown) else ""
        text = f"{escape(', '.join(shown))}{more}"
        beside = f" by {escape(origin)}" if origin else ""
        line = f"  surplus   {escape(where)}{beside}: {text}"
        lines.append(line if verbose else clip(line, WIDTH))
    kept = lines if verbose else lines[:MAX_GRANTS]
    if len(lines) > len(kept):
        kept.append(f"  surplus   {len(lines) - len(kept)} more grants (--verbose names them)")
    return kept


def _is_grave(words: str) -> bool:
    """Whether more than the resource is too wide."""
    return "(needed only on" not in words


def _need(need: Permission) -> str:
    where = f" ({need.evidence[0].where})" if need.evidence else ""
    return f"{escape(need.action)} on {escape(need.resource)}{where}"


def _unknown(permissions: Iterable[Permission], verbose: bool) -> list[str]:
    """What could not be known; which objects of a bucket are meant is only told when asked for."""
    found = dict.fromkeys(
        f"{need.action} on {need.resource}: {text}"
        for need in permissions
        for text in need.unknown
        if verbose or not (":s3:" in need.resource and _KEY.match(text))
    )
    return list(found)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def report_json(drafts: Sequence[FunctionDraft], reconciled: Sequence[Reconciled]) -> str:
    """The same as JSON: ``{schema, headline, functions: {key: …}}``."""
    functions = {
        draft.contract.key: _object(draft, one)
        for draft, one in zip(drafts, reconciled, strict=True)
    }
    tree = {"schema": SCHEMA, "headline": headline(reconciled), "functions": functions}
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _object(draft: FunctionDraft, one: Reconciled) -> dict[str, Any]:
    return {
        "granted": one.granted,
        "needed": one.needed,
        "complete": one.complete,
        "permissions": [_permission(need) for need in draft.contract.permissions],
        "platform": [_permission(need) for need in draft.contract.platform],
        "missing": [_permission(need) for need in one.missing],
        "surplus": [
            {"action": s.action, "resource": s.resource, "where": s.where, "reason": s.reason}
            for s in one.surplus
        ],
        "shares_role_with": one.shares,
        "triggers": [_narrow(narrow) for narrow in draft.narrow],
        "reach": one.reach,
        "escalations": draft.escalations,
        "gaps": [*draft.contract.gaps, *draft.role_gaps],
    }


def _narrow(one: NarrowTrigger) -> dict[str, Any]:
    return {
        "trigger": one.name,
        "kind": one.kind,
        "declared": list(one.declared),
        "handled": list(one.handled),
        "keep": list(one.kept),
        "by": one.by,
        "reason": one.reason,
        "template": f"{one.template}:{one.line}",
        "where": one.where,
    }


def _permission(need: Permission) -> dict[str, Any]:
    found: dict[str, Any] = {"action": need.action, "resource": need.resource}
    if need.conditions:
        found["conditions"] = [
            {"operator": c.operator, "key": c.key, "values": list(c.values)}
            for c in need.conditions
        ]
    if need.unknown:
        found["unknown"] = list(need.unknown)
    found["evidence"] = [{"kind": e.kind, "where": e.where, "text": e.text} for e in need.evidence]
    return found
