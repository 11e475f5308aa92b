"""Statements that contradict each other: allows that never act, since a deny covers them whole."""

from __future__ import annotations

from collections.abc import Iterator

from ringfence.permissions.decision.reading import PlainStatement
from ringfence.permissions.globs import covers

#: Pairs of statements looked at; a longer policy is not looked through.
MAX_PAIRS = 2_500


def idle_allows(statements: list[PlainStatement]) -> Iterator[str]:
    """A line for each allow that a deny of the same policy takes back whole."""
    denies = [one for one in statements if one.effect == "Deny" and _is_plain(one)]
    allows = [one for one in statements if one.effect == "Allow"]
    if len(denies) * len(allows) > MAX_PAIRS:
        return
    for allow in allows:
        for deny in denies:
            if _covers(deny, allow):
                yield (
                    f"Statement[{allow.index}]: it never acts; Statement[{deny.index}]"
                    " denies all that it allows"
                )
                break


def _is_plain(deny: PlainStatement) -> bool:
    everyone = deny.principals is None or ("*", "*") in deny.principals
    return everyone and not (
        deny.conditions or deny.not_action or deny.not_resource or deny.not_principal
    )


def _covers(deny: PlainStatement, allow: PlainStatement) -> bool:
    if allow.not_action and "*" not in deny.actions:
        return False
    if (allow.not_resource or allow.resources is None) and "*" not in (deny.resources or ()):
        return False
    return _all_in(allow.actions, deny.actions, fold=True) and _all_in(
        allow.resources or (), deny.resources or ("*",)
    )


def _all_in(wanted: tuple[str, ...], patterns: tuple[str, ...], fold: bool = False) -> bool:
    if fold:
        wanted, patterns = _lower(wanted), _lower(patterns)
    if any("${" in text for text in (*wanted, *patterns)):
        return "*" in patterns
    return all(any(covers(pattern, text) for pattern in patterns) for text in wanted)


def _lower(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.lower() for text in texts)
