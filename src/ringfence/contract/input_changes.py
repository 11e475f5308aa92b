"""Ways in that came, went, or opened: triggers, who may send, what the code expects of events."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.contract.phrases import Parts, listed, plain, told
from ringfence.model.application import OUTSIDE_HTTP_KINDS
from ringfence.model.contract import EventPath, TriggerContract
from ringfence.model.contract_change import Change
from ringfence.model.severity import Exposure, Severity

HTTP_KINDS = frozenset(
    {
        "apigateway-rest", "apigateway-http", "apigateway-websocket", "function-url", "alb",
        *OUTSIDE_HTTP_KINDS,
    }
)  # fmt: skip
_SENDERS = {
    "authenticated": "signed-in users",
    "unknown": "senders that are not known",
    "account": "this account",
    "principal": "named senders",
}
_GRAVITY = {
    Exposure.ANYONE: Severity.HIGH,
    Exposure.AUTHENTICATED: Severity.MEDIUM,
    Exposure.UNKNOWN: Severity.MEDIUM,
}
_FACTS = (("type", "type"), ("pattern", "pattern"), ("minimum", "least size"),
          ("maximum", "greatest size"))  # fmt: skip


def trigger_changes(
    function: str, old: Sequence[TriggerContract], new: Sequence[TriggerContract]
) -> list[Change]:
    """Triggers are the same when kind and name are."""
    before, after = _by_name(old), _by_name(new)
    changes: list[Change] = []
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key, []), after.get(key, [])
        for one, other in zip(was, now, strict=False):
            changes += _sender_changes(function, one, other)
            changes += _event_changes(function, one, other)
        changes += [_came(function, trigger) for trigger in now[len(was) :]]
        changes += [_went(function, trigger) for trigger in was[len(now) :]]
    return changes


def _by_name(triggers: Sequence[TriggerContract]) -> dict[tuple[str, str], list[TriggerContract]]:
    """By kind and name; several of one name (rules with other filters) in their order."""
    found: dict[tuple[str, str], list[TriggerContract]] = {}
    for trigger in triggers:
        found.setdefault((trigger.kind, trigger.name), []).append(trigger)
    return found


def _exposure(trigger: TriggerContract) -> Exposure:
    try:
        return Exposure[trigger.sender.upper()]
    except KeyError:
        return Exposure.UNKNOWN


def _gravity(trigger: TriggerContract) -> Severity:
    return _GRAVITY.get(_exposure(trigger), Severity.LOW)


def _sender(trigger: TriggerContract) -> str:
    """Who may send, after "from"; "" for nobody from outside."""
    if trigger.sender == "anyone":
        return "anyone on the internet" if trigger.kind in HTTP_KINDS else "anyone"
    return _SENDERS.get(trigger.sender, "")


def _event_name(trigger: TriggerContract) -> Parts:
    """`POST /orders`, or a name with its kind where the name alone says little."""
    if not trigger.name:
        return told("{} events", trigger.kind)
    if trigger.kind in HTTP_KINDS:
        return told("{}", trigger.name)
    return told("{} events of {}", trigger.kind, trigger.name)


def _came(function: str, trigger: TriggerContract) -> Change:
    sender = _sender(trigger)
    said = plain(f" from {sender}") if sender else ()
    parts = told("{} now takes {}{}", function, _event_name(trigger), said)
    return _change("widened", _gravity(trigger), function, "trigger", parts, trigger)


def _went(function: str, trigger: TriggerContract) -> Change:
    parts = told("{} no longer takes {}", function, _event_name(trigger))
    return _change("narrowed", _gravity(trigger), function, "trigger", parts, trigger)


def _sender_changes(function: str, old: TriggerContract, new: TriggerContract) -> list[Change]:
    if old.sender != new.sender:
        wider = _exposure(new) > _exposure(old)
        was, now = (_sender(one) or "nobody outside" for one in (old, new))
        words = plain(f" from {now}, before from {was}")
        parts = told("{} now takes {}{}", function, _event_name(new), words)
        gravity = _gravity(new if wider else old)
        direction = "widened" if wider else "narrowed"
        return [_change(direction, gravity, function, "trigger", parts, new)]
    if old.authentication == new.authentication:
        return []
    direction = {"none": "widened", "": "widened"}.get(new.authentication, "changed")
    if old.authentication in ("none", ""):
        direction = "narrowed"
    parts = told(
        "{} now takes {} with authentication {} instead of {}",
        function, _event_name(new), new.authentication or "none", old.authentication or "none",
    )  # fmt: skip
    return [_change(direction, _gravity(new), function, "trigger", parts, new)]


def _event_changes(function: str, old: TriggerContract, new: TriggerContract) -> list[Change]:
    before = {path.path: path for path in old.event}
    after = {path.path: path for path in new.event}
    came = [path for path in new.event if path.path not in before]
    went = [path for path in old.event if path.path not in after]
    changes = []
    if came:
        changes.append(_read(function, new, came, "widened", "{} now reads {} of {}"))
    if went:
        changes.append(_read(function, new, went, "narrowed", "{} no longer reads {} of {}"))
    for name, path in after.items():
        if name in before:
            changes += _check_changes(function, new, before[name], path)
    return changes


def _read(
    function: str, trigger: TriggerContract, paths: list[EventPath], direction: str, words: str
) -> Change:
    names = listed([path.path for path in paths])
    parts = told(words, function, names, _event_name(trigger))
    return Change(
        direction, Severity.INFO, function, "event", parts,
        tuple(path.path for path in paths),
        evidence=tuple(entry for path in paths for entry in path.evidence),
    )  # fmt: skip


def _check_changes(
    function: str, trigger: TriggerContract, old: EventPath, new: EventPath
) -> list[Change]:
    """What the code checks of one path, more, less or otherwise."""
    place = told("{} of {}", new.path, _event_name(trigger))
    found: list[tuple[str, Parts]] = []
    for name, word in _FACTS:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            found.append(_fact(word, was, now, place))
    if old.allowed != new.allowed:
        found.append(_allowed(old, new, place))
    if old.required != new.required:
        demands = "now demands {}" if new.required else "no longer demands {}"
        found.append(("narrowed" if new.required else "widened", told(demands, place)))
    return [
        Change(
            direction,
            Severity.LOW if direction == "widened" else Severity.INFO,
            function,
            "event",
            told("{} {}", function, said),
            (new.path,),
            evidence=new.evidence,
        )
        for direction, said in found
    ]


def _fact(word: str, was: str, now: str, place: Parts) -> tuple[str, Parts]:
    if not now:
        return "widened", told(f"no longer checks the {word} ({{}}) of {{}}", was, place)
    if not was:
        return "narrowed", told(f"now checks the {word} ({{}}) of {{}}", now, place)
    return "changed", told(f"now checks the {word} {{}} of {{}}, before {{}}", now, place, was)


def _allowed(old: EventPath, new: EventPath, place: Parts) -> tuple[str, Parts]:
    if not new.allowed:
        return "widened", told("no longer checks {} against a list of values", place)
    if not old.allowed:
        return "narrowed", told("now allows only {} as {}", listed(new.allowed), place)
    more = [value for value in new.allowed if value not in old.allowed]
    if more:
        return "widened", told("now allows {} as {}", listed(more), place)
    fewer = [value for value in old.allowed if value not in new.allowed]
    return "narrowed", told("no longer allows {} as {}", listed(fewer), place)


def _change(
    direction: str,
    gravity: Severity,
    function: str,
    kind: str,
    parts: Parts,
    trigger: TriggerContract,
) -> Change:
    name = trigger.name or trigger.kind
    return Change(direction, gravity, function, kind, parts, (name,), evidence=trigger.evidence)
