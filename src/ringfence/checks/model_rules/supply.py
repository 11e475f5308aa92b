"""Code of others that runs inside functions: layers of foreign accounts."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ringfence import late
from ringfence.checks.draft import Draft
from ringfence.checks.findings import severity_for
from ringfence.checks.messages import render
from ringfence.checks.room import Room
from ringfence.model.rule import Rule
from ringfence.model.value import Text, Value, string

_LAYER = late.pattern(r"^arn:[^:]*:lambda:[^:]*:(\d{12}):layer:([\w-]+)")


def foreign_layers(room: Room, rule: Rule) -> Iterator[Draft]:
    """Layers of a written-out account number, but for those of well-known publishers."""
    known = rule.options.get("known", [])
    patterns = [str(name) for name in known] if isinstance(known, list) else []
    for function in room.application.functions.values():
        for value in function.layers:
            match = _LAYER.match(_text(value))
            if match is None or any(fnmatchcase(match.group(2), pattern) for pattern in patterns):
                continue
            exposure = room.exposure_of(function.id)
            shown = {
                "name": function.logical_id,
                "account": match.group(1),
                "layer": match.group(2),
            }
            yield Draft(
                rule=rule,
                message=render(rule.message, shown),
                location=value.location,
                subject=function.logical_id,
                severity=severity_for(rule, exposure, False),
                function=function.id,
                exposure=exposure,
                origins=value.origins,
                anchors=(value.location, function.location),
                fold="application",
            )


def _text(value: Value) -> str:
    found = string(value)
    return found if found is not None else str(value) if isinstance(value, Text) else ""


RULES = {"foreign_layers": foreign_layers}
