"""What a role reaches, in a few words and facts that conditions can test."""

from __future__ import annotations

from ringfence.checks.data_classes import HARMLESS
from ringfence.checks.messages import listed
from ringfence.checks.room import Room
from ringfence.checks.views import View
from ringfence.model.application import Role
from ringfence.model.finding import Power

#: Escalations of this rank work at once, without waiting for somebody else.
DIRECT_RANK = 3

_RANK = (
    "credentials",
    "health",
    "financial",
    "personal",
    "confidential",
    "sensitive",
    "internal",
    "public",
    "",
)


def powers_view(room: Room, role: Role | None) -> View:
    """``reads``, ``writes``, ``deletes``, ``invokes`` (targets in words), ``changes`` (writes or
    deletes data, not only messages), ``escalates``,
    ``administers``, ``wide`` (writes or deletes more than named resources), ``data`` (the worst
    class reached), ``sensitive``, ``guessed``,
    ``reaches`` (one sentence part for messages, "" when it reaches nothing)."""
    powers = room.powers_of(role) if role is not None else []
    by_verb: dict[str, list[str]] = {}
    classes: dict[str, bool] = {}
    for power in powers:
        by_verb.setdefault(power.verb, []).append(power.target)
        name = room.power_class(power)
        if name and not power.target.removeprefix("every ").startswith(_KEYS):
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
        "changes": any(_changes(power) for power in powers),
        "escalates": escalates(room, role),
        "administers": any(
            power.verb == "administer" and not _narrow(power.target) for power in powers
        ),
        "data": worst,
        "sensitive": worst not in HARMLESS,
        "guessed": classes.get(worst, False),
        "wide": any(power.verb in ("write", "delete") and not power.resource for power in powers),
        "reaches": describe(shown),
    }


#: What a function needs to reach its data; reading it is no answer to the caller.
_KEYS = ("secret", "parameter", "key")
#: What takes messages: sending one changes no data, and others decide what becomes of it.
_CHANNELS = ("queue", "topic", "stream", "event", "delivery stream", "log group")


def _changes(power: Power) -> bool:
    """Whether a power changes or deletes data, more than sending a message does."""
    if power.verb == "write":
        return not power.resource or not power.target.startswith(_CHANNELS)
    return power.verb == "delete"


def _narrow(target: str) -> bool:
    return target != "everything in the account"


def escalates(room: Room, role: Role | None) -> bool:
    """Whether the role can gain more than it has, at once and without a condition."""
    if role is None:
        return False
    return any(
        not item.conditional and item.rank >= DIRECT_RANK for item in room.escalations_of(role)
    )


def _rank(name: str) -> int:
    return _RANK.index(name) if name in _RANK else _RANK.index("sensitive")


def describe(shown: dict[str, list[str]]) -> str:
    """Such as "read and write Orders, invoke Billing": verbs with the same targets are joined."""
    words = {
        "administer": "administer", "read": "read", "write": "write", "delete": "delete from",
        "invoke": "invoke",
    }  # fmt: skip
    by_targets: dict[tuple[str, ...], list[str]] = {}
    for verb, word in words.items():
        if verb in shown:
            by_targets.setdefault(tuple(shown[verb]), []).append(word)
    parts = [f"{listed(verbs)} {_some(targets)}" for targets, verbs in by_targets.items()]
    return ", ".join(parts[:3])


def _some(targets: tuple[str, ...]) -> str:
    plain = [target.partition(" ")[2] if _is_named(target) else target for target in targets]
    return listed(plain, 3)


def _is_named(target: str) -> bool:
    """Whether a target is "table Orders" and not "every table in the account"."""
    return target.count(" ") == 1
