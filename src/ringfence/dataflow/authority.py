"""Decisions about access that rest on a plain field which the caller sets.

A comparison of such a field yields a :class:`~ringfence.dataflow.objects.Decision` beside its truth
value, which is followed like any other value: through variables, fields and returns. Where a branch
hangs on one (:mod:`.choices`), its sides tell what it decides: one that refuses, or one that only
who claims the authority reaches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import claims, subjects
from ringfence.dataflow.objects import Decision, Number, Struct, deep_taint
from ringfence.dataflow.values import NOTHING, Mix, Taint, Value, join
from ringfence.model import syntax
from ringfence.model.facts import CloudCall, Flow
from ringfence.model.record import replace

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine
    from ringfence.dataflow.state import Collected
    from ringfence.model.location import Location

RULE = "authorization-by-caller"
_EQUAL = ("==", "is", "in")
_UNEQUAL = ("!=", "is not", "not in")
_MORE = (">", ">=")
_LESS = ("<", "<=")
#: Functions that compare a secret, or what was made with it, with what a caller sends.
_SAME_SECRET = ("compare_digest", "timingSafeEqual", "constructEvent", "construct_event")
#: Methods that test something.
TESTS = frozenset(("includes", "has", "contains", "__contains__", *_SAME_SECRET))
#: Stands among the paths that were compared: the caller has shown that it knows a secret.
KNOWS_MORE = "!"


# --- comparisons ---


def compared(machine: Machine, node: syntax.Compare, left: Value, right: Value) -> Value:
    """The decisions that a comparison makes, to stand beside its truth."""
    made = _index_test(node)
    if made is not node:
        node, left, right = made, machine.evaluate(made.left), machine.evaluate(made.right)
    operator = node.operator
    if operator not in (*_EQUAL, *_UNEQUAL, *_MORE, *_LESS):
        return NOTHING
    sent = _is_sent(left) or _is_sent(right)
    if not (sent or claims.looks_up(machine, node.left) or claims.looks_up(machine, node.right)):
        return NOTHING
    _note_secret(machine, left, right)
    equal = operator in _EQUAL or operator in _MORE
    ordered = operator in _MORE or operator in _LESS
    found = []
    sides = ((left, node.left, right, node.right), (right, node.right, left, node.left))
    for subject, subject_node, other, other_node in sides:
        atom, weak = claims.authority_of(machine, subject, subject_node)
        if atom is not None:
            found += _by_name(machine, node, atom, weak, other, equal, ordered)
        elif equal or operator in _UNEQUAL:
            found += _by_owner(machine, node, subject, other, other_node, equal)
            found += _by_metadata(machine, node, subject, other, equal)
    return Value(objects=tuple(found))


def _is_sent(value: Value) -> bool:
    return bool(deep_taint(value, 1)) or any(isinstance(obj, Number) for obj in value.objects)


def _index_test(node: syntax.Compare) -> syntax.Compare:
    """``LIST.indexOf(x) !== -1`` is ``x in LIST``; any other comparison is itself."""
    call, end = node.left, node.right
    less = isinstance(end, syntax.Unary) and end.operator == "-"
    less = less or (isinstance(end, syntax.Constant) and end.value == -1)
    if less and node.operator in ("==", "!=", ">"):
        sense = "not in" if node.operator == "==" else "in"
    elif isinstance(end, syntax.Constant) and end.value == 0 and node.operator in ("<", ">="):
        sense = "not in" if node.operator == "<" else "in"
    else:
        return node
    if (
        not isinstance(call, syntax.Call)
        or not isinstance(call.function, syntax.Attribute)
        or call.function.name != "indexOf"
        or not call.arguments
    ):
        return node
    container, sought = call.function.value, call.arguments[0].value
    if not (subjects.is_simple(container) and subjects.is_simple(sought)):
        return node
    return syntax.Compare(
        node.line, node.column, node.end_line, node.end_column, sense, sought, container
    )


_SECRET = late.pattern(r"key|secret|token|sign|password|passwd|hmac|digest", re.IGNORECASE)


def _note_secret(machine: Machine, left: Value, right: Value) -> None:
    """A caller who knows a secret of the function is one of its own."""
    for sent, kept in ((left, right), (right, left)):
        if any(atom.source.kind == "event" for atom in sent.taint) and (
            any(atom.source.kind == "secret" for atom in kept.taint)
            or any(
                _SECRET.search(name)
                for const in kept.consts
                if isinstance(const, Mix)
                for name in const.variables()
            )
        ):
            machine.collected.matched.add(KNOWS_MORE)


def note_compared(machine: Machine, path: str, arguments: Arguments) -> None:
    """A stored field that is compared as secrets are is one."""
    if path.rpartition(".")[2] not in ("compare_digest", "timingSafeEqual"):
        return
    known = machine.memo.setdefault(("compared secrets",), set())
    for value in arguments.positional:
        for atom in value.taint:
            if atom.source.kind == "response" and atom.path:
                known.add((id(atom.source), atom.path))


def is_compared(machine: Machine, atom: Taint) -> bool:
    """Whether a stored field was compared as a secret."""
    known = machine.memo.get(("compared secrets",))
    return known is not None and (id(atom.source), atom.path) in known


def member_tested(
    machine: Machine, node: syntax.Call, result: Value, container: Value, member: Value
) -> Value:
    """``ADMINS.includes(role)``, ``groups.includes("admin")``: with the decision that it makes."""
    function = node.function
    assert isinstance(function, syntax.Attribute)
    if function.name in _SAME_SECRET:
        machine.collected.matched.add(KNOWS_MORE)
        return result
    argument = node.arguments[0].value
    if not subjects.is_simple(argument):
        return result
    made = syntax.Compare(
        node.line, node.column, node.end_line, node.end_column, "in", argument, function.value
    )
    return join(result, compared(machine, made, member, container))


def _by_name(
    machine: Machine,
    node: syntax.Compare,
    atom: Taint,
    weak: int,
    other: Value,
    equal: bool,
    ordered: bool,
) -> list[Decision]:
    """A field whose name is one of authority, compared with constants."""
    name = claims.leaf(atom)
    constants = constants_of(other)
    if constants is None:
        return []
    rank = claims.rank_of(name, constants, ordered)
    if rank is None:
        return []
    claimed = equal is not rank.inverted
    shown = " or ".join(repr(const) for const in constants[:3]) or "what a table holds for it"
    made = decision_at(machine, node, atom, claimed, max(weak, rank.lost), rank.telling, shown)
    made.several = len(constants) > 1
    return [made]


def _by_metadata(
    machine: Machine, node: syntax.Compare, subject: Value, other: Value, equal: bool
) -> list[Decision]:
    """What somebody who signs up sends beside it, compared with a constant: where that lets them
    in, it is a right, whatever its name."""
    if not any(trigger.kind == "cognito" for trigger in machine.triggers):
        return []
    constants = constants_of(other)
    atom = next((one for one in subject.taint if claims.is_metadata(one)), None)
    if atom is None or not constants or not all(isinstance(one, str) and one for one in constants):
        return []
    made = decision_at(machine, node, atom, equal, 1, False, " or ".join(map(repr, constants[:3])))
    made.admits = True
    return [made]


def constants_of(value: Value) -> list[object] | None:
    """The constants that a value may be, or that a container holds; None for anything else."""
    if value.definite:
        return list(value.consts)
    found: list[object] = []
    if value.consts or value.taint or value.open or not value.objects:
        return None
    for obj in value.objects:
        if not isinstance(obj, Struct) or obj.base is not None or not obj.rest.is_nothing:
            return None
        for key, inner in obj.fields.items():
            if obj.kind == "map":
                found.append(key)
            elif inner.definite:
                found += inner.consts
            else:
                return None
    return found or None


def _by_owner(
    machine: Machine,
    node: syntax.Compare,
    subject: Value,
    other: Value,
    other_node: syntax.Expression,
    equal: bool,
) -> list[Decision]:
    """The owner of something stored, compared with an identity that the caller sends."""
    named = claims.says_owner(other_node)
    sent = [
        atom for atom in subject.taint
        if claims.is_identity(machine, atom) or (named and claims.is_plain_field(machine, atom))
    ]  # fmt: skip
    if not sent:
        return []
    stored = claims.stored_owner(other, other_node)
    if stored is None:
        if claims.may_be_verified(machine, other):
            machine.collected.matched.update(atom.display for atom in sent)
        return []
    if claims.is_login(claims.leaf(sent[0])) and claims.is_login(stored):
        return []
    doubtful = any(atom.source.kind != "response" for atom in other.taint)
    lost = int(claims.is_part_of_path(sent[0]) or doubtful)
    return [
        decision_at(machine, node, sent[0], equal, lost, lost == 0, f"the {stored} of what is kept")
    ]


def decision_at(
    machine: Machine,
    node: syntax.Node,
    atom: Taint,
    claimed: bool,
    lost: int,
    telling: bool,
    shown: str,
) -> Decision:
    """One object per place, field and sense, so that loops settle."""
    key = ("decision", id(machine.frame.module), node.line, node.column, node.end_line,
           node.end_column, atom.key, claimed)  # fmt: skip
    known = machine.memo.get(key)
    if known is None:
        place = machine.location(node)
        known = machine.memo[key] = Decision(atom, claimed, lost, telling, shown, place)
    assert isinstance(known, Decision)
    return known


# --- how decisions travel ---


def decisions(value: Value) -> tuple[Decision, ...]:
    return tuple(obj for obj in value.objects if isinstance(obj, Decision))


def turned(machine: Machine, value: Value) -> Value:
    """The decisions in ``not value``."""
    return Value(objects=tuple(_variant(machine, d, not d.claimed) for d in decisions(value)))


def returned(machine: Machine, value: Value, node: syntax.Return) -> Value:
    """What a function answers: decisions that it made itself are told at its ``return``, and a
    constant truth tells on which side of a condition it stands."""
    assert node.value is not None
    place = machine.location(node.value)
    if value.definite:
        return set_there(machine, value)
    made = decisions(value)
    if not made:
        return value
    others = tuple(obj for obj in value.objects if not isinstance(obj, Decision))
    placed = tuple(_variant(machine, d, d.claimed, d.returned or place) for d in made)
    return Value(value.consts, value.taint, others + placed, value.open)


def set_there(machine: Machine, value: Value) -> Value:
    """A constant truth, with the decisions that led to where it is set or returned."""
    if not value.definite or len(value.consts) > 1 or not isinstance(value.consts[0], bool):
        return value
    own = tuple(
        _variant(machine, decision, claims_here is value.consts[0], where)
        for decision, claims_here, where in machine.frame.deciding
    )
    return Value(value.consts, (), own) if own else value


def _variant(
    machine: Machine, decision: Decision, claimed: bool, returned: Location | None = None
) -> Decision:
    key = ("decision", id(decision), claimed, returned)
    known = machine.memo.get(key)
    if known is None:
        known = machine.memo[key] = decision.variant(claimed, returned)
    assert isinstance(known, Decision)
    return known


def tested(machine: Machine, node: syntax.Expression, value: Value) -> list[Decision]:
    """The decisions that a condition makes, the surest first."""
    nodes = machine.nodes
    found = [*decisions(value), *_bare(machine, node, True)]
    machine.nodes = nodes
    return sorted(found, key=lambda d: (d.lost, not d.telling))


def _bare(machine: Machine, node: syntax.Expression, claimed: bool) -> list[Decision]:
    """``if body["isAdmin"]``: a field that is a truth itself."""
    if isinstance(node, syntax.Unary) and node.operator in ("not", "!", "!!"):
        return _bare(machine, node.operand, claimed is (node.operator == "!!"))
    if isinstance(node, syntax.Binary) and node.operator == "&":
        return _shared(machine, node, claimed)
    if isinstance(node, syntax.Logical):
        return [d for operand in node.operands for d in _bare(machine, operand, claimed)]
    if not isinstance(node, (syntax.Name, syntax.Attribute, syntax.Index, syntax.Call)):
        return []
    if not subjects.is_simple(node):
        return []
    value = machine.evaluate(node)
    atom, weak = claims.authority_of(machine, value, node)
    if atom is None or not claims.is_truth(claims.leaf(atom)):
        return []
    lost = max(weak, claims.lost_of(claims.leaf(atom)) or 0)
    return [decision_at(machine, node, atom, claimed, lost, True, "what is true")]


def _shared(machine: Machine, node: syntax.Binary, claimed: bool) -> list[Decision]:
    """``if set(roles) & ADMINS``."""
    if not (subjects.is_simple(node.left) and subjects.is_simple(node.right)):
        return []
    made = syntax.Compare(
        node.line, node.column, node.end_line, node.end_column, "in", node.left, node.right
    )
    told = compared(machine, made, machine.evaluate(node.left), machine.evaluate(node.right))
    return [_variant(machine, d, d.claimed is claimed) for d in decisions(told)]


# --- afterwards ---


def settled(collected: Collected) -> list[Flow]:
    """The flows: what a token's missing signature tells already is left out, as is an identity
    that is compared with a verified one; what guards nothing known weighs less."""
    flows = list(collected.flows.values())
    told = {flow.source.path for flow in flows if flow.rule == "unverified-token"}
    told |= collected.matched
    guards = any(_is_data(entry.call) for entry in collected.calls.values()) or any(
        used.kind in ("sql", "database") for used in collected.uses.values()
    )
    certainty = "low" if KNOWS_MORE in told else ""
    return [
        flow
        if flow.rule != RULE
        else replace(
            flow,
            effect=flow.effect if guards else "disclose",
            certainty=certainty or flow.certainty,
        )
        for flow in flows
        if flow.rule != RULE or flow.source.path not in told
    ]


def _is_data(call: CloudCall) -> bool:
    return call.service not in ("logs", "cloudwatch", "xray", "ssm", "secretsmanager")
