"""Who a resource policy admits: anyone, an account, a principal, a service; and what narrows it.

Conditions of the statement and of explicit denies for everyone are weighed by the table
``rules/permissions/audience.toml``. A condition that is not in the table makes the exposure
unknown rather than open; one that is known not to narrow (transport, time, referer) is ignored.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from ringfence import late
from ringfence.model.policy import Condition, Pattern, PolicyDocument, Principal, Statement
from ringfence.model.record import record
from ringfence.model.severity import Exposure
from ringfence.model.value import Reference
from ringfence.permissions.comparisons import split_operator
from ringfence.permissions.globs import covers, matches
from ringfence.rules import packed

_DATA = "permissions/audience.toml"

#: Keys that every request carries, so that ``…IfExists`` narrows as much as the plain operator.
_VARIABLE = late.pattern(r"\$\{[^}]*\}")
_ALWAYS_PRESENT = {"aws:sourceip", "aws:principalisawsservice", "kms:calleraccount"}
_EVERY_ADDRESS = {"0.0.0.0/0", "::/0", "0.0.0.0/1", "*"}

_WIDTH = {
    "principal": Exposure.PRINCIPAL,
    "account": Exposure.ACCOUNT,
    "aws": Exposure.AUTHENTICATED,
    "unknown": Exposure.UNKNOWN,
}


@record(frozen=True)
class Audience:
    """Whom one statement admits to what.

    ``kind`` is everyone, account, principal, service, federated, canonical-user or unknown;
    ``name`` the account number, ARN or service. ``conditions`` are the ones that narrow, in words.
    ``needs_source`` is True for a service that may act for strangers and is not held to a source.
    """

    exposure: Exposure
    who: str
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    statement: Statement
    kind: str = ""
    name: str = ""
    needs_source: bool = False


def audience_of(document: PolicyDocument) -> list[Audience]:
    """The audiences of a resource policy or trust policy, the widest first."""
    denies = [s for s in document.statements if s.effect == "Deny" and _denies_everyone(s)]
    found: list[Audience] = []
    for statement in document.statements:
        if statement.effect != "Allow":
            continue
        limits = _limits(statement, denies)
        found.extend(_admitted(statement, principal, limits) for principal in statement.principals)
        if statement.not_principals:
            found.append(_not_principal(statement, limits))
    return sorted(found, key=lambda audience: -audience.exposure)


def service_name(principal: str) -> str:
    """What people call the service behind ``events.amazonaws.com``."""
    short = principal.removesuffix(".cn").removesuffix(".com")
    short = short.removesuffix(".amazonaws").removesuffix(".amazon")
    names: dict[str, str] = _table()["names"]
    found = names.get(short) or names.get(short.partition(".")[0])
    return found or (short if short else "a service")


def is_foreign_account(account: str) -> bool:
    """Whether the text is the number of one account (it may still be one's own)."""
    return len(account) == 12 and account.isdigit()


# --- principals -------------------------------------------------------------------------------


@record(frozen=True)
class _Limit:
    """One condition that narrows: how far, in words, and whether it names a source or account."""

    exposure: Exposure
    words: str
    key: str


def _admitted(statement: Statement, principal: Principal, limits: list[_Limit]) -> Audience:
    kind, who, name, exposure = _principal(principal)
    needs_source = False
    if kind == "service":
        held = any(limit.exposure <= Exposure.ACCOUNT for limit in limits)
        own: list[str] = _table()["services"]["own_account"]
        needs_source = not held and name not in own and principal.value.known
        if needs_source:
            exposure = Exposure.AUTHENTICATED
            who = f"any AWS account, through {who}"
    narrowed = min([exposure, *(limit.exposure for limit in limits)])
    words = tuple(limit.words for limit in limits)
    if not statement.certain and narrowed is Exposure.ANYONE:
        narrowed = Exposure.UNKNOWN
    if kind == "everyone" and limits:
        who = {
            Exposure.AUTHENTICATED: "anyone with an AWS account",
            Exposure.UNKNOWN: "anyone who meets a condition",
        }.get(narrowed, "those named by a condition")
    return Audience(narrowed, who, _actions(statement), words, statement, kind, name, needs_source)


def _principal(principal: Principal) -> tuple[str, str, str, Exposure]:
    """(kind, who, name, exposure) of a principal, conditions aside."""
    value = principal.value
    text = value.text
    if principal.kind == "*" or (text == "*" and principal.kind != "Service"):
        return "everyone", "anyone", "*", Exposure.ANYONE
    if not value.known and value.glob == "*":
        return "unknown", "a principal that is not known here", "", Exposure.UNKNOWN
    if principal.kind == "Service":
        return "service", service_name(text), text, Exposure.PRINCIPAL
    if principal.kind == "Federated":
        return "federated", f"users of {text}", text, Exposure.AUTHENTICATED
    if principal.kind == "CanonicalUser":
        return "canonical-user", "a canonical user", text, Exposure.PRINCIPAL
    return _aws(value)


def _aws(value: Pattern) -> tuple[str, str, str, Exposure]:
    text = value.text
    account = text if ":" not in text else (text.split(":")[4:5] or [""])[0]
    if "${AWS::AccountId}" in text and (
        text.endswith(":root") or ":" not in text.replace("::", "")
    ):
        return "account", "this account", "", Exposure.ACCOUNT
    if is_foreign_account(account) and (text == account or text.endswith(":root")):
        return "account", f"account {account}", account, Exposure.PRINCIPAL
    last = text.rpartition("/")[2] if "/" in text else text
    if value.parts is not None and len(value.parts.parts) == 1:
        part = value.parts.parts[0]
        last = part.logical_id if isinstance(part, Reference) else last
    return "principal", last, text, Exposure.PRINCIPAL


def _not_principal(statement: Statement, limits: list[_Limit]) -> Audience:
    excepted = ", ".join(principal.value.text for principal in statement.not_principals)
    exposure = min([Exposure.ANYONE, *(limit.exposure for limit in limits)])
    return Audience(
        exposure,
        f"anyone except {excepted}",
        _actions(statement),
        tuple(limit.words for limit in limits),
        statement,
        "everyone",
        "*",
    )


def _actions(statement: Statement) -> tuple[str, ...]:
    if statement.not_actions:
        return ("everything except " + ", ".join(p.text for p in statement.not_actions),)
    return tuple(pattern.text for pattern in statement.actions)


# --- conditions -------------------------------------------------------------------------------


def _limits(statement: Statement, denies: list[Statement]) -> list[_Limit]:
    found = [limit for c in statement.conditions if (limit := _limit(c, negated=False))]
    for deny in denies:
        does = all(_meant(deny, action) for action in statement.actions or deny.actions)
        if does and _on_all(deny, statement):
            found.extend(_limits_of_deny(deny))
    return found


def _on_all(deny: Statement, statement: Statement) -> bool:
    if deny.not_resources or not deny.resources:
        return not deny.not_resources
    return all(
        any(covers(theirs.text, pattern.text) for theirs in deny.resources)
        for pattern in statement.resources
    )


def _limits_of_deny(deny: Statement) -> list[_Limit]:
    """What remains after a deny for everyone: with one condition, those who do not meet it."""
    if deny.not_principals and not deny.conditions:
        return [_Limit(Exposure.PRINCIPAL, "a deny for everyone else", "")]
    if len(deny.conditions) != 1 or deny.not_principals:
        # Several conditions are joined by AND, so the deny strikes only those who meet them all.
        found = [_limit(condition, negated=True) for condition in deny.conditions]
        narrowing = [limit for limit in found if limit]
        if not narrowing or len(narrowing) != len(found):
            return []
        widest = max(narrowing, key=lambda limit: limit.exposure)
        return [
            _Limit(widest.exposure, " or ".join(limit.words for limit in narrowing), widest.key)
        ]
    limit = _limit(deny.conditions[0], negated=True)
    return [limit] if limit else []


def _denies_everyone(statement: Statement) -> bool:
    if statement.not_principals:
        return True
    return any(principal.kind == "*" for principal in statement.principals)


def _meant(deny: Statement, action: Pattern) -> bool:
    if deny.not_actions:
        return not any(covers(p.glob.lower(), action.glob.lower()) for p in deny.not_actions)
    return any(covers(p.glob.lower(), action.glob.lower()) for p in deny.actions)


def _limit(condition: Condition, negated: bool) -> _Limit | None:
    """How a condition narrows. ``negated`` asks about a deny: there only negated operators do."""
    qualifier, operator, if_exists = split_operator(condition.operator)
    key = condition.key.lower()
    if not key:
        return _Limit(Exposure.UNKNOWN, "a condition that is not known", "")
    if key == "lambda:functionurlauthtype":
        iam = any(pattern.text == "AWS_IAM" for pattern in condition.values)
        return _Limit(Exposure.AUTHENTICATED, "a signed request", key) if iam else None
    if operator == "null" or (("not" in operator) != negated and operator != "bool"):
        return None
    width = _width(key)
    if width == "nothing" or _admits_all(key, condition.values):
        return None
    # On a key that the request lacks, these forms are true: an anonymous request passes an allow.
    # In a deny they are what makes the lack of the key denied, so there they narrow fully.
    weak = qualifier == "forallvalues" or if_exists
    if weak and not negated and key not in _ALWAYS_PRESENT:
        return None
    shown = ", ".join(pattern.text for pattern in condition.values[:3])
    if not all(pattern.known for pattern in condition.values) and width != "unknown":
        width = width if width in ("account", "principal") else "unknown"
    return _Limit(_WIDTH[width], f"{condition.key} {shown}", key)


def _width(key: str) -> str:
    keys: dict[str, str] = _table()["keys"]
    found = keys.get(key)
    if found is not None:
        return found
    for pattern, width in keys.items():
        if pattern.endswith("*") and matches(pattern, key):
            return width
    # aud, sub, amr of an identity provider in a trust policy
    return "principal" if key.endswith((":aud", ":sub", ":amr", ":oaud")) else "unknown"


def _admits_all(key: str, values: Iterable[Pattern]) -> bool:
    """Whether one of the values lets everybody through."""
    for pattern in values:
        text = pattern.text
        if text in _EVERY_ADDRESS:
            return True
        if key.endswith("arn") and _is_any_account(_VARIABLE.sub("-", text)):
            return True
    return False


def _is_any_account(arn: str) -> bool:
    """Whether a source's ARN pattern fits sources of strangers: its account is a wildcard.

    Bucket names are unique in the world, so ``arn:aws:s3:::name`` names one owner.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn.endswith("*")
    return "*" in parts[4] or (not parts[4] and parts[5] == "*")


@functools.cache
def _table() -> dict[str, Any]:
    return packed.read(_DATA)
