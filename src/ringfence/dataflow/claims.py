"""Fields of an event by which a caller says what it may do, or who it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ringfence import late
from ringfence.dataflow import subjects, tokens, verdicts
from ringfence.dataflow.objects import External, Number, Struct
from ringfence.dataflow.values import Taint, Value
from ringfence.model import syntax

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ringfence.dataflow.machine import Machine

_CAMEL = late.pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_WHOSE = (
    r"^(x_)?((app|api|auth|my|request|current|caller|client|customer|member|requester|actor|user"
    r"|users|session|internal|account)_)*"
)
#: Names of a right itself; ``is_admin`` and its like are truths.
_RIGHT = late.pattern(
    _WHOSE + r"(roles?|permissions?|privileges?|act(ing)?_as"
    r"|(access|role|privilege|staff|auth|security)_level|clearance)$"
)
_TRUTH = late.pattern(
    _WHOSE
    + r"(admin|is_(site_|super_|sys_)?admin|super_?user|is_super_?user|is_root|is_staff|is_owner"
    r"|is_moderator|is_manager|is_privileged|has_admin)$"
)
#: Names that may be of a right, or of many other things.
_PERHAPS = late.pattern(
    _WHOSE + r"(groups?|teams?|departments?|divisions?|scopes?|user_type|account_type|plan|tier)$"
    r"|^(?!job_|iam_|aws_)\w+_roles?$|^(\w+_)?(rank|seniority)$"
)
_PERHAPS_TRUTH = late.pattern(
    _WHOSE + r"(is_(authenticated|authori[sz]ed|paid|premium|verified|support|employee|internal"
    r"|agent|operator|reviewer|approver|partner|trusted)|authenticated|authori[sz]ed"
    r"|paid|has_paid|premium|vetted|invited(_by)?|is_invited|allow_?listed|white_?listed|(\w+_)?(by|from)_(admin|staff|owner|manager)|pre_?approved|trusted)$"
)
_LEVEL = late.pattern(r"(level|clearance)$")
#: Constants that name a right which not everybody has ...
_HIGH = late.pattern(
    r"(^|[_\W])(admins?|administrators?|root|super_?(user|admin)|sys_?admin|owner|managers?"
    r"|moderator|staff|operator|employee|internal|supervisor|privileged|superadmin|premium"
    r"|enterprise|vip|teacher|doctor|librarian|director|treasurer|dispatcher|curator|board|officer"
    r"|lead|chief|head|approver|reviewer|auditor|editor|finance|accountant|agent|partner"
    r"|payroll|hr|coach|instructor|tutor|nurse|physician|pharmacist|organi[sz]er|registrar|trustee"
    r"|controller|caseworker|support)($|[_\W])",
    re.IGNORECASE,
)
#: ... that everybody has ...
_LOW = late.pattern(
    r"^(user|guest|customer|member|client|anonymous|anon|viewer|reader|public|basic|free|student"
    r"|patient|default|none|regular|standard|visitor|)$",
    re.IGNORECASE,
)
#: ... and of speakers in a dialogue with a language model.
_SPEAKERS = frozenset(("user", "assistant", "system", "tool", "human", "ai", "model", "function"))
_TRUE = frozenset((True, 1, "true", "True", "1", "yes", "TRUE"))
_FALSE = frozenset((False, 0, None, "false", "False", "0", "no", ""))
#: Where a caller's fields lie; a part of the path names what is worked on.
_OF_CALLER = frozenset(
    ("body", "headers", "multiValueHeaders", "queryStringParameters", "cookies", "arguments",
     "multiValueQueryStringParameters", "Records", "detail", "info", "query", "args", "form",
     "json", "get_json", "json_body", "values", "header", "rawHeaders", "clientMetadata",
     "validationData")
)  # fmt: skip
_PARTS_OF_PATH = frozenset(("pathParameters", "params", "view_args", "path parameter"))
#: Who something may be of, besides users, owners and customers.
_PARTIES = (
    r"(seller|vendor|buyer|patient|student|teacher|driver|host|guest|member|client|company|merchant"
    r"|supplier|landlord|publisher|holder|subscriber|applicant|employee|resident|partner|parent"
    r"|family|household|trainer|coach|doctor|courier|reporter|requester|sender|recipient|booker|skipper"
    r"|captain|pilot|manager|agent|operator|keeper|donor|visitor|learner|worker|staff|curator|gardener"
    r"|steward|tutor|mentor|organi[sz]er|moderator|editor|maker|artist|performer|grower|breeder|lessee"
    r"|renter|borrower|lender|lodger|pupil|rider|passenger|claimant|referee|contributor|collector"
    r"|custodian|guardian|caretaker|attendee|delegate|treasurer|secretary|writer|creator|petitioner)"
)
_IDENTITY = late.pattern(
    r"^(x_)?((current|caller|request|requester|requesting|auth|authenticated|acting|actor|my)_)*"
    r"(user_?(id|name|sub)?|sub|uid|owner(_(id|sub))?|tenant(_id)?|customer_id|account_id|author(_id)?|email"
    r"|org(anization)?_id|requester|caller|(requested|asked|closed|edited|acting)_by|"
    + _PARTIES
    + r"_?(id|email|sub))$"
)
_OWNER = late.pattern(
    r"^(owner(_?(id|email|name|sub))?|user_?(id|name|sub)|created_by|creator(_id)?|author(_id)?"
    r"|tenant(_?id)?|customer_id|account_id|uploaded_by|posted_by|belongs_to|uid|org(anization)?_id"
    r"|curator|custodian|" + _PARTIES + r"_?(id|email|sub))$"
)
#: Things that are looked up by a proof: what they say of the caller is verified.
#: Calls of databases that answer with what is stored.
_FOUND = late.pattern(
    r"\.(find(One|ById|Unique|First|ByPk)?\w*|fetch(one|all)|query|get_or_404|executeTakeFirst\w*)\(\)"
)
_CALLERS = late.pattern(r"^(my_?)?(self|user|caller|me|account|profile|member|requester|login)$")
_PROOFS = late.pattern(
    r"session|token|claim|auth(?!or(_?id)?$)|identity|current|principal|credential|api_?key", re.I
)


class Rank(NamedTuple):
    """Certainty lost; whether the constants alone tell a right; whether equality claims none."""

    lost: int
    telling: bool
    inverted: bool


def snake(name: str) -> str:
    return _CAMEL.sub("_", name).replace("-", "_").replace(" ", "_").replace(":", "_").lower()


def leaf(atom: Taint) -> str:
    """The name of the field that an atom was read from."""
    path = [part for part in atom.path if part != "!json"]
    while path and (path[-1] == "[]" or path[-1].isdigit()):
        path.pop()
    return snake(path[-1]) if path else ""


def lost_of(name: str) -> int | None:
    """How unsure it is that a field of this name is about rights; None where it is not."""
    if _RIGHT.match(name) or _TRUTH.match(name):
        return 0
    return 1 if _PERHAPS.match(name) or _PERHAPS_TRUTH.match(name) else None


def is_truth(name: str) -> bool:
    return _TRUTH.match(name) is not None or _PERHAPS_TRUTH.match(name) is not None


def authority_of(
    machine: Machine, value: Value, node: syntax.Expression
) -> tuple[Taint | None, int]:
    """The field of authority behind a compared expression, and certainty lost on the way to it."""
    key = _key_of(machine, node)
    if key is not None and not value.taint and subjects.is_simple(key):
        value, node = machine.evaluate(key), key
    for atom in (*value.taint, *_items(value)):
        if not _is_callers(machine, atom):
            continue
        name = leaf(atom)
        if lost_of(name) is not None:
            return atom, int(atom.derived)
        named = _header_name(machine, node)
        if named and lost_of(snake(named)) is not None:
            return atom.changed(derived=False).at(named, machine.location(node)), 0
    return None, 0


def _items(value: Value) -> tuple[Taint, ...]:
    """The taint of a list's items, such as the pieces of a text, and of a number."""
    return tuple(
        atom
        for obj in value.objects
        if isinstance(obj, Number) or (isinstance(obj, Struct) and obj.kind in ("list", "set"))
        for atom in (obj.taint if isinstance(obj, Number) else obj.items().taint)
    )


def looks_up(machine: Machine, node: syntax.Expression) -> bool:
    """Whether a value is one of a table, and depends on a key."""
    key = _key_of(machine, node)
    return key is not None and not isinstance(key, syntax.Constant)


def _behind(machine: Machine, node: syntax.Expression) -> syntax.Expression:
    """The expression that a variable was set to, as far as that is remembered."""
    if isinstance(node, syntax.Name):
        node = machine.frame.scope.conditions.get(node.name, node)
    while isinstance(node, syntax.Logical) and node.operator in ("or", "??"):
        node = node.operands[0]
    return node


def _key_of(machine: Machine, node: syntax.Expression) -> syntax.Expression | None:
    """The key of ``TABLE[key]`` and ``TABLE.get(key, …)``."""
    node = _behind(machine, node)
    if isinstance(node, syntax.Index) and not isinstance(node.key, syntax.Slice):
        return node.key
    if (
        isinstance(node, syntax.Call)
        and isinstance(node.function, syntax.Attribute)
        and node.function.name == "get"
        and node.arguments
    ):
        return node.arguments[0].value
    return None


def _header_name(machine: Machine, node: syntax.Expression) -> str:
    """The constant in ``request.header("x-role")``, and the name in ``cookies.role``; the call may
    stand behind a variable."""
    node = _behind(machine, node)
    if isinstance(node, syntax.Attribute) and node.name == "value":
        node = node.value
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
        if node.function.name in ("get", "header", "getHeader", "get_header") and node.arguments:
            first = node.arguments[0].value
            if isinstance(first, syntax.Constant) and isinstance(first.value, str):
                return first.value
        return ""
    owner: syntax.Expression | None = None
    name = ""
    if isinstance(node, syntax.Attribute):
        owner, name = node.value, node.name
    elif isinstance(node, syntax.Index) and isinstance(node.key, syntax.Constant):
        owner, name = node.value, str(node.key.value)
    word = getattr(owner, "name", "")
    return name if isinstance(word, str) and "cookie" in word.lower() else ""


def _is_callers(machine: Machine, atom: Taint) -> bool:
    """Whether a caller sets the field plainly: not inside a token, nor one of a list's items."""
    if atom.source.kind != "event" or atom.marks >= tokens.MARKS:
        return False
    path = way_of(atom)
    while path and path[0] in ("request", "req"):
        path = path[1:]
    if path and path[0] not in _OF_CALLER and not path[0].lower().startswith("x-"):
        return False
    if path[:1] == ("Records",):
        path = path[2:]
    if "[]" in path[:-1]:
        return False
    return verdicts.judge(machine, atom) is not None


def rank_of(name: str, constants: Iterable[object], ordered: bool) -> Rank | None:
    """What a comparison with these constants says of a field's right; None for nothing."""
    lost = lost_of(name)
    known = list(constants)
    if lost is None:
        return None
    numbers = all(isinstance(const, (int, float)) for const in known)
    if ordered or (numbers and not is_truth(name)):
        return Rank(lost, False, False) if _LEVEL.search(name) and numbers else None
    if is_truth(name) and all(_is_one_of(const, _TRUE) for const in known):
        return Rank(lost, True, False)
    if is_truth(name) and all(_is_one_of(const, _FALSE) for const in known):
        return Rank(lost, True, True)
    texts = [const for const in known if isinstance(const, str)]
    if len(texts) != len(known) or not all(texts) or set(texts) <= _SPEAKERS - {"user"}:
        return None
    high = [text for text in texts if _HIGH.search(_CAMEL.sub("_", text))]
    if is_truth(name):
        return Rank(lost, True, False) if high else None
    low = [text for text in texts if _LOW.match(text)]
    if len(low) == len(texts):
        return Rank(lost, False, True)
    if low:
        return Rank(1, False, False)
    return Rank(lost, bool(high), False)


def _is_one_of(const: object, among: frozenset[object]) -> bool:
    return isinstance(const, (str, int, bool, type(None))) and const in among


# --- owners ---


def is_identity(machine: Machine, atom: Taint) -> bool:
    """Whether a field says who calls, in the caller's own words."""
    if atom.source.kind != "event" or atom.derived or not atom.path or is_kept(atom):
        return False
    if not {*_OF_CALLER, *_PARTS_OF_PATH}.intersection(way_of(atom)[:2]):
        return False
    if "[]" in atom.path or _IDENTITY.match(leaf(atom)) is None:
        return False
    return verdicts.judge(machine, atom) is not None


def says_owner(node: syntax.Expression) -> bool:
    """Whether an expression reads what can only be the owner of something."""
    names = [snake(name) for name in names_of(node)]
    return bool(names) and re.match(r"owner(_?(id|sub|email))?$|created_by$", names[-1]) is not None


def is_plain_field(machine: Machine, atom: Taint) -> bool:
    """Whether the caller sends a field beside others, as it is, and no proof of anything."""
    return (
        atom.source.kind == "event"
        and not atom.derived
        and bool(atom.path)
        and not is_kept(atom)
        and "[]" not in atom.path
        and way_of(atom)[:1] in (("body",), ("arguments",), ("queryStringParameters",))
        and _PROOFS.search(leaf(atom)) is None
        and verdicts.judge(machine, atom) is not None
    )


def way_of(atom: Taint) -> tuple[str, ...]:
    """The path of data with the part of the request that its source is (``request.query``)."""
    label = atom.source.label.split(".")
    return (*(label if label[0] in _OF_CALLER else label[1:]), *atom.path)


def is_owner(name: str) -> bool:
    """Whether a field of a record says whose it is."""
    return _OWNER.match(snake(name)) is not None


def is_part_of_path(atom: Taint) -> bool:
    return bool(_PARTS_OF_PATH.intersection(way_of(atom)[:2]))


def stored_owner(value: Value, node: syntax.Expression) -> str | None:
    """The name of a stored item's owner field, if that is what an expression reads."""
    found = any(isinstance(o, External) and _FOUND.search(o.path) for o in value.objects)
    if not (value.taint or found) or not all(map(_may_be_stored, value.taint)):
        return None
    names = [snake(name) for name in names_of(node)]
    if not names or any(_PROOFS.search(name) for name in names):
        return None
    of_caller = any(_CALLERS.match(name) for name in names[:-1])
    if of_caller and not names[-1].startswith("owner_"):
        return None
    read = [atom for atom in value.taint if not is_kept(atom)]  # the others say who wrote it
    fields = [leaf(atom) for atom in read if atom.path]
    if any(_PROOFS.search(part) for atom in read for part in atom.path):
        return None
    for name in (names[-1], *fields):
        if _OWNER.match(name):
            return name
    return None


def _may_be_stored(atom: Taint) -> bool:
    """Whether data was read from a store, or made with what the caller sent beside credentials."""
    if atom.source.kind == "response" or is_kept(atom):
        return True
    beside = {"headers", "multiValueHeaders", "cookies", "header"}
    return atom.source.kind == "event" and atom.derived and not beside.intersection(atom.path)


def is_metadata(atom: Taint) -> bool:
    """Whether a client sent it beside a sign-up or sign-in; nobody checks it."""
    return atom.source.kind == "event" and not _METADATA.isdisjoint(atom.path)


_METADATA = frozenset(("clientMetadata", "validationData"))


#: Channels that lead through a store.
STORED_BY = ("table", "bucket", "parameter", "document")


def is_kept(atom: Taint) -> bool:
    """Whether data was read from a store of the application, whoever sent it there."""
    return bool(atom.source.via) and atom.source.via[-1].kind in STORED_BY


def is_login(name: str) -> bool:
    """Whether who signs in says it together with a proof."""
    return name in ("username", "user_name", "email")


def names_of(node: syntax.Expression) -> list[str]:
    """The names of a chain of reads, outermost owner first."""
    found: list[str] = []
    while True:
        if isinstance(node, syntax.Attribute):
            found.append(node.name)
            node = node.value
        elif isinstance(node, syntax.Index):
            if isinstance(node.key, syntax.Constant) and isinstance(node.key.value, str):
                found.append(node.key.value)
            node = node.value
        elif isinstance(node, syntax.Call) and isinstance(node.function, syntax.Attribute):
            if node.arguments and isinstance(node.arguments[0].value, syntax.Constant):
                found.append(str(node.arguments[0].value.value))
            node = node.function.value
        elif isinstance(node, syntax.Await):
            node = node.value
        else:
            break
    if isinstance(node, syntax.Name):
        found.append(node.name)
    wire = {"S", "N", "get", "Item"}
    return [name for name in reversed(found) if name not in wire]


def may_be_verified(machine: Machine, value: Value) -> bool:
    """Whether a value may be an identity that somebody checked: of an authoriser, or of a library
    that read a token."""
    if value.taint:
        return all(
            atom.source.kind == "event" and verdicts.judge(machine, atom) is None
            for atom in value.taint
        )
    return value.open and not value.consts
