"""Whether a stranger controls a path of an event, through which triggers, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ringfence.dataflow.values import OWN_KINDS, Taint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringfence.dataflow.machine import Machine
    from ringfence.model.application import Trigger
    from ringfence.rules.events import EventCatalogue


#: WebSocket routes whose events carry no message.
_NO_BODY = ("$connect", "$disconnect")


class Verdict(NamedTuple):
    """The triggers whose sender controls the path, in words who that is, certainty lost."""

    triggers: tuple[str, ...]
    sender: str
    lost: int


def judge(machine: Machine, atom: Taint) -> Verdict | None:
    """None when nobody outside controls the path."""
    source = atom.source
    if source.kind in OWN_KINDS:
        return None
    if source.judge is not None and not atom.derived:
        asked = source.judge(atom.path)
        assert asked is None or isinstance(asked, Verdict)
        return asked
    if source.decided:
        return Verdict(source.triggers, source.sender, source.quality)
    key = ("verdict", id(source), atom.path)
    if key not in machine.memo:
        machine.memo[key] = judge_event(machine.triggers, machine.events, atom.path)
    found = machine.memo[key]
    assert found is None or isinstance(found, Verdict)
    return found


def judge_event(
    triggers: Sequence[Trigger], events: EventCatalogue, path: tuple[str, ...]
) -> Verdict | None:
    """Ask the event catalogue for every trigger of the function."""
    if not triggers:
        control, field = events.guess(path)
        if control == "no":
            return None
        sender = field.sender if field is not None and field.sender else ""
        return Verdict((), sender or "whoever may invoke the function", int(control != "yes"))
    sure: list[str] = []
    perhaps: list[str] = []
    sender = ""
    ordered = sorted(triggers, key=lambda trigger: -int(trigger.sender.exposure))
    for trigger in ordered:
        if path[:1] == ("body",) and trigger.name in _NO_BODY:
            continue
        control, field = events.control(trigger.kind, path)
        if trigger.kind == "invoke" and field is None:
            control, field = events.guess(path)
        if control == "no":
            continue
        (sure if control == "yes" else perhaps).append(trigger.id)
        if not sender:
            sender = field.sender if field is not None else trigger.sender.who
    if not sure and not perhaps:
        return None
    fed = any(trigger.fed for trigger in triggers)
    return Verdict((*sure, *perhaps), sender, 0 if sure else 1 if fed else 2)
