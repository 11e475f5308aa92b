"""What a side of a branch does to the caller: whether it refuses, gives up, or acts."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from ringfence import late
from ringfence.dataflow import trees
from ringfence.model import syntax
from ringfence.model.record import field, record

if TYPE_CHECKING:
    from ringfence.dataflow.state import CallRecord

_DENIED_TEXT = late.pattern(
    r"forbid|un-?authori[sz]ed|denied"
    r"|(?<!method )not (an? )?(authori[sz]ed|allowed|permitted|admin)"
    r"|(no|insufficient|missing|lacks?|require[sd]?) (the )?(permission|privilege|rights|access)"
    r"|admins? only|only (for )?(an? |the )?(admin|owner|manager)"
    r"|^only (an? |the |your )?(\w+ ){1,3}(may|can|(is|are) allowed)"
    r"|belongs? to (someone|another|a different)"
    r"|(admin|owner)\w* (access|rights|role)"
    r"|must be (an? )?(admin|owner|manager)|not the owner|not yours|^deny$",
    re.IGNORECASE,
)
_DENIED_NAME = late.pattern(
    r"forbid|un_?authori[sz]ed|access_?denied|permission_?(error|denied)|not_?authori[sz]ed"
    r"|not_?allowed|^deny|denied$|insufficient_?(scope|permission|privilege|right)|auth\w*error",
    re.IGNORECASE,
)
_CHECK = late.pattern(
    r"invalid|must be one of|unknown|unsupported|bad request|is required|missing", re.IGNORECASE
)
#: What is written where something is granted, and the members that a user pool takes it from.
_APPROVED_TEXT = late.pattern(
    r"^(auto_?)?(approved?|granted|admitted|published|released|confirmed|accepted|enabled)$",
    re.IGNORECASE,
)
_APPROVED_NAME = late.pattern(r"^(autoConfirmUser|autoVerify(Email|Phone))$")
#: Methods that change what is stored, or have others do so.
_CHANGES = late.pattern(
    r"(?i)^(put|update|delete|remove|batch_?write|transact_?write|terminate|stop|start_?execution)"
    r"_?(item|items|one|many|object|objects|user|records?|instances?|by\w+)?$"
    r"|^(save|insert\w*|destroy|execute_statement|admin\w+|refund\w*|transfer\w*|approve\w*|publish)$"
)
#: Flags by which more is shown or done.
_WIDENS = late.pattern(
    r"(?i)^(include|show|allow|can|may|see|skip|bypass|unrestricted|privileged|elevated|override)"
    r"(_?[A-Za-z]\w*)?$"
)
_STATUS = (401, 403, "401", "403")
MAX_NODES = 300


@record()
class Side:
    """``denies``: it tells that the caller may not; ``says_no``: ``{"ok": False}``; ``gives_up``:
    it ends without an answer, or with an error; ``allows``: it writes a policy that lets the caller
    in; ``approves``: it says that something is granted; ``calls``: cloud calls that were first made
    there; ``alive``: what stands after the branch is reached from it; ``answer``: the call whose
    answer it returns; ``changes``: it calls something that is named as a change of what is stored;
    ``ends``: it returns or raises; ``names``: the fields that stand in it.
    """

    denies: bool = False
    says_no: bool = False
    gives_up: bool = False
    allows: bool = False
    approves: bool = False
    alive: bool = True
    answer: syntax.Call | None = None
    changes: bool = False
    ends: bool = False
    names: set[str] = field(default_factory=set)
    calls: list[CallRecord] = field(default_factory=list)


def side(body: list[syntax.Statement] | syntax.Expression, calls: list[CallRecord]) -> Side:
    """What a branch's code, as far as it can be read from it, does."""
    inside = list(islice(trees.nodes(body, into_functions=False), MAX_NODES))
    allows = any(_allows(node) for node in inside)
    denies = not allows and any(_denies(node) for node in inside)
    gives_up = isinstance(body, list) and _gives_up(body, inside)
    says_no = isinstance(body, list) and bool(body) and _says_no(body[-1])
    unset = {id(part) for node in inside for part in _unset(node)}
    approves = any(_approves(node) for node in inside if id(node) not in unset)
    found = Side(denies, says_no, gives_up or says_no, allows, approves, calls=calls)
    last = body[-1] if isinstance(body, list) and body else body
    value = getattr(last, "value", None) if isinstance(last, syntax.Return) else last
    value = value.value if isinstance(value, syntax.Await) else value
    found.answer = value if isinstance(value, syntax.Call) else None
    found.changes = any(
        isinstance(node, syntax.Call) and _CHANGES.match(getattr(node.function, "name", ""))
        for node in inside
    )
    found.names = {
        str(getattr(node, "value" if isinstance(node, syntax.Constant) else "name", ""))
        for node in inside
        if isinstance(node, (syntax.Constant, syntax.Attribute, syntax.Name))
    }
    found.ends = isinstance(last, (syntax.Return, syntax.Raise))
    return found


def is_wider(one: Side, other: Side) -> bool:
    """Whether one side asks the same function as the other with fewer arguments: for all records
    instead of those of somebody."""
    if one.answer is None or other.answer is None:
        return False
    name = trees.dotted(one.answer.function)
    given, more = len(one.answer.arguments), len(other.answer.arguments)
    return bool(name) and name == trees.dotted(other.answer.function) and given < more


def _unset(node: syntax.Node) -> tuple[syntax.Node, ...]:
    """What ``response.autoConfirmUser = false`` names, which lets nobody in."""
    is_false = isinstance(node, syntax.Assign) and (
        isinstance(node.value, syntax.Constant) and node.value.value is False
    )
    if not is_false or not isinstance(node, syntax.Assign):
        return ()
    key = node.target.key if isinstance(node.target, syntax.Index) else node.target
    return (key,)


def _approves(node: syntax.Node) -> bool:
    if isinstance(node, syntax.Assign):
        is_true = isinstance(node.value, syntax.Constant) and node.value.value is True
        return is_true and _WIDENS.match(getattr(node.target, "name", "")) is not None
    if isinstance(node, syntax.Constant):
        text = node.value if isinstance(node.value, str) else ""
        return any(words.match(text) is not None for words in (_APPROVED_TEXT, _APPROVED_NAME))
    return isinstance(node, syntax.Attribute) and _APPROVED_NAME.match(node.name) is not None


def _denies(node: syntax.Node) -> bool:
    if isinstance(node, syntax.Constant):
        if isinstance(node.value, str) and len(node.value) < 200:
            return node.value in _STATUS or _DENIED_TEXT.search(node.value) is not None
        return isinstance(node.value, int) and node.value in _STATUS
    if isinstance(node, (syntax.Name, syntax.Attribute)):
        return _DENIED_NAME.search(node.name) is not None
    return False


def _allows(node: syntax.Node) -> bool:
    return isinstance(node, syntax.Constant) and node.value in ("Allow", "allow")


def _says_no(last: syntax.Statement) -> bool:
    """``return {"ok": False}``, and nothing before it in the answer."""
    value = last.value if isinstance(last, syntax.Return) else None
    first = (
        value.entries[0].value if isinstance(value, syntax.MapLiteral) and value.entries else None
    )
    return isinstance(first, syntax.Constant) and first.value is False


def _gives_up(body: list[syntax.Statement], inside: list[syntax.Node]) -> bool:
    if not body or len(body) > 3:
        return False
    texts = [n.value for n in inside if isinstance(n, syntax.Constant) and isinstance(n.value, str)]
    if any(_CHECK.search(text) for text in texts):
        return False
    last = body[-1]
    if isinstance(last, syntax.Raise):
        return True
    if not isinstance(last, syntax.Return):
        return False
    if last.value is None:
        return True
    if isinstance(last.value, syntax.Constant):
        return last.value.value in (None, False)
    return any(
        isinstance(n, syntax.Constant) and type(n.value) is int and 400 <= n.value < 500
        for n in trees.nodes(last.value, into_functions=False)
    )
