"""Branches that hang on a decision by a field which the caller sets, and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import claims, refusals, sinks, trees, verdicts
from ringfence.dataflow.authority import RULE, constants_of, decision_at, decisions, tested
from ringfence.dataflow.objects import Closure, Decision, Struct, deep_taint
from ringfence.dataflow.scopes import proven_key
from ringfence.dataflow.values import NOTHING, Taint, Value
from ringfence.model import syntax
from ringfence.model.severity import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ringfence.dataflow.machine import Machine
    from ringfence.model.location import Location

#: Statements after a branch that are taken for its other side.
MAX_TAIL = 2
#: The same where only what lets somebody in is looked for.
MAX_ADMITS = 6
#: Operations on which nobody's rights depend.
_OF_ALL = frozenset(("Scan", "Query", "ListUsers"))
_OF_ONE = frozenset(("GetItem", "BatchGetItem"))
_BESIDE = frozenset(
    ("logs", "cloudwatch", "sns", "ses", "sesv2", "xray", "cognito-idp", "ssm", "secretsmanager")
)


class Choice:
    """A condition with two sides, while they are interpreted.

    Make it before the condition is evaluated; then ``decide``, ``enter`` and ``leave`` each side,
    and ``judge``.
    """

    __slots__ = ("following", "machine", "made", "node", "outer", "seen", "sides")

    def __init__(self, machine: Machine, node: syntax.If | syntax.Conditional) -> None:
        self.machine = machine
        self.node = node
        self.following = machine.following
        self.made: list[Decision] = []
        self.sides: dict[bool, refusals.Side] = {}
        self.seen = 0
        self.outer: list[tuple[Decision, bool, Location]] = []

    def decide(self, value: Value, known: bool | None) -> None:
        if known is None and not self.machine.unreached:
            self.made = tested(self.machine, self.node.test, value)

    def enter(self, positive: bool) -> None:
        if self.made:
            frame = self.machine.frame
            place = self.machine.location(self.node)
            self.seen = len(self.machine.collected.calls)
            self.outer = frame.deciding
            frame.deciding = [
                *self.outer, *((d, d.claimed is positive, d.returned or place) for d in self.made)
            ]  # fmt: skip

    def leave(self, positive: bool, alive: bool) -> None:
        if not self.made:
            return
        self.machine.frame.deciding = self.outer
        calls = list(self.machine.collected.calls.values())[self.seen :]
        node = self.node
        code = node.then if positive else node.otherwise
        if isinstance(node, syntax.If) and not positive and not code and not self._goes_on():
            body, place, _ = self.following
            most = MAX_ADMITS if any(one.admits for one in self.made) else MAX_TAIL
            code = body[place:] if len(body) - place <= most else []
        self.sides[positive] = side = refusals.side(code, calls)
        if any(one.admits for one in self.made) and not side.approves:
            side.approves = any(refusals.side(body, []).approves for body in self._helpers(code))
        if positive:
            self.sides[positive].alive = alive

    def _helpers(self, code: object) -> Iterator[list[syntax.Statement]]:
        """The bodies of the file's own functions that a side calls by their names."""
        known = self.machine.frame.module.scope.variables
        for node in trees.nodes(code, into_functions=False):
            if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name):
                for obj in known.get(node.function.name, NOTHING).objects:
                    if isinstance(obj, Closure):
                        yield obj.node.body

    def _goes_on(self) -> bool:
        return True not in self.sides or self.sides[True].alive

    def judge(self) -> None:
        if self.made and len(self.sides) == 2:
            branched(self.machine, self.node, self.made, self.sides[True], self.sides[False])


def branched(
    machine: Machine,
    node: syntax.Node,
    made: list[Decision],
    then: refusals.Side,
    otherwise: refusals.Side,
) -> None:
    """Report the surest decision by which one side refuses, or only one side does something."""
    for decision in made:
        granted, refused = (then, otherwise) if decision.claimed else (otherwise, then)
        if decision.admits:
            if granted.approves and not refused.approves:
                report(machine, node, decision, decision.lost)
                return
            continue
        denied = refused.denies and not granted.denies
        if denied or (granted.allows and not refused.allows):
            lost = decision.lost
        elif decision.telling and (
            (
                refused.gives_up
                and not granted.gives_up
                and (refused.says_no or not decision.several)
            )
            or _acts(granted, refused, decision)
            or (granted.approves and not refused.approves)
            or refusals.is_wider(granted, refused)
            or (
                granted.changes
                and not refused.changes
                and refused.ends
                and not granted.names.intersection(decision.atom.path[-1:])
            )
        ):
            lost = max(decision.lost, 1)
        else:
            continue
        report(machine, node, decision, lost)
        return


def switched(machine: Machine, node: syntax.Switch, subject: Value) -> None:
    """``switch (role)`` whose default refuses, and some of whose cases do not."""
    atom, weak = claims.authority_of(machine, subject, node.subject)
    if atom is None or machine.unreached:
        return
    constants = [constants_of(machine.evaluate(one)) for values, _ in node.cases for one in values]
    known = [const for found in constants for const in found or ()]
    rank = claims.rank_of(claims.leaf(atom), known, False)
    if rank is None or rank.inverted:
        return
    default = [refusals.side(body, []) for values, body in node.cases if not values]
    others = [refusals.side(body, []) for values, body in node.cases if values and body]
    denied = any(side.denies for side in default) and not all(side.denies for side in others)
    if denied or (any(side.allows for side in others) and not any(s.allows for s in default)):
        shown = " or ".join(repr(const) for const in known[:3])
        made = decision_at(machine, node, atom, True, max(weak, rank.lost), False, shown)
        report(machine, node, made, made.lost)


def answered(machine: Machine, value: Value, node: syntax.Return) -> None:
    """``{"isAuthorized": …}`` of an authoriser function."""
    closure = machine.frame.closure
    if closure is None or id(closure.node) not in machine.handler_nodes:
        return
    for obj in value.objects:
        if isinstance(obj, Struct) and "isAuthorized" in obj.fields:
            for decision in decisions(obj.fields["isAuthorized"]):
                if decision.claimed:
                    report(machine, node, decision, decision.lost)
                    return


def _acts(granted: refusals.Side, refused: refusals.Side, decision: Decision) -> bool:
    """Whether only who claims the authority has the function read or change what is stored; what
    is done to store the claim itself is no decision about it."""
    both = bool(refused.calls) and not refused.gives_up
    if both and (decision.lost or not _reads_all(granted, refused)):
        return False
    acts = [record for record in granted.calls if record.call.service not in _BESIDE]
    return bool(acts) and not any(
        proven_key(one) == proven_key(decision.atom)
        for record in acts
        for value in record.values.values()
        for one in deep_taint(value)
    )


def _reads_all(granted: refusals.Side, refused: refusals.Side) -> bool:
    """Whether one side looks through a whole table, and the other at what it knows the key of."""
    more, less = ({record.call.operation for record in side.calls} for side in (granted, refused))
    return bool(more & _OF_ALL) and less <= _OF_ONE | {"Query"} and not more & less


def report(machine: Machine, node: syntax.Node, decision: Decision, lost: int) -> None:
    if machine.unreached:
        return
    sinks.flow(
        machine,
        RULE,
        "impersonate" if _is_open(machine, decision.atom) else "disclose",
        decision.atom,
        f"compared with {decision.shown}",
        "claim",
        node,
        lost,
        text="decides who is let through",
        place=decision.returned,
    )


def _is_open(machine: Machine, atom: Taint) -> bool:
    verdict = verdicts.judge(machine, atom)
    ids = verdict.triggers if verdict is not None else ()
    found = [trigger for trigger in machine.triggers if trigger.id in ids]
    return not found or any(trigger.sender.exposure is Exposure.ANYONE for trigger in found)
