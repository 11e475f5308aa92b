"""What a role reaches, in a few words and facts that conditions can test."""

from __future__ import annotations

from ringfence.checks.data_classes import HARMLESS
from ringfence.checks.room import Room
from ringfence.checks.views import View
from ringfence.model.application import Role

_RANK = ("credentials", "health", "financial", "personal", "confidential", "sensitive", "internal", "public", "")


def powers_view(room: Room, role: Role | None, function_id: str = "") -> View:
    """``reads``, ``writes``, ``deletes``, ``invokes`` (targets in words), ``escalates``,
    ``administers``, ``wide`` (writes or deletes more than named resources), ``data`` (the worst
    class reached), ``sensitive``, ``guessed``,
    ``reaches`` (one sentence part for messages, "" when it reaches nothing)."""
    powers = room.powers_of(role) if role is not None else []
    by_verb: dict[str, list[str]] = {}
    classes: dict[str, bool] = {}
    for power in powers:
        by_verb.setdefault(power.verb, []).append(power.target)
        name = room.power_class(power)
        if name:
            resource = room.application.resources.get(power.resource)
            guessed = room.data_class(resource).guessed if resource is not None else True
            classes[name] = classes.get(name, True) and guessed
    worst = min(classes, key=_rank, default="")
    shown = {verb: sorted(set(targets)) for verb, targets in by_verb.items()}
    return {
        "reads": shown.get("read", []),
        "writes": shown.get("write", []),
        "deletes": shown.get("delete", []),
        "invokes": shown.get("invoke", []),
        "escalates": "escalate" in shown,
        "administers": "administer" in shown,
        "data": worst,
        "sensitive": worst not in HARMLESS,
        "guessed": classes.get(worst, False),
        "wide": any(power.verb in ("write", "delete") and not power.resource for power in powers),
        "reaches": describe(shown),
    }


def _rank(name: str) -> int:
    return _RANK.index(name) if name in _RANK else _RANK.index("sensitive")


def describe(shown: dict[str, list[str]]) -> str:
    """Such as "read Orders and Users, write Orders"."""
    words = {
        "administer": "administer", "escalate": "gain more rights through", "delete": "delete",
        "write": "write", "read": "read", "invoke": "invoke",
    }  # fmt: skip
    parts = [f"{words[verb]} {_some(shown[verb])}" for verb in words if verb in shown]
    return ", ".join(parts[:3])


def _some(targets: list[str]) -> str:
    if len(targets) > 3:
        return f"{', '.join(targets[:2])} and {len(targets) - 2} more"
    return " and ".join(targets)
