"""Filters by which a service picks what it tells a function of."""

from __future__ import annotations

from ringfence.model.value import Mapping, Sequence, string


def key_filter(entry: Mapping) -> tuple[str, str]:
    """The prefix and the suffix that an object's key must have for a bucket's notification, ""
    where there is none or it is not known. ``entry`` is the notification as a template has it."""
    found = {"prefix": "", "suffix": ""}
    for path in ("Filter.S3Key.Rules", "Filter.Key.FilterRules"):
        rules = entry.at(path)
        for rule in rules.items if isinstance(rules, Sequence) else ():
            if isinstance(rule, Mapping):
                side = (string(rule.get("Name")) or "").lower()
                if side in found:
                    found[side] = string(rule.get("Value")) or ""
    return found["prefix"], found["suffix"]
