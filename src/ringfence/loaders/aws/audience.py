"""Who a resource policy lets perform an action, as a :class:`Sender` with its proof.

Allow statements open, their conditions narrow, and a deny for everyone *except* some narrows all
of them. Keys that a caller can forge (referer, user agent) or that every caller can meet
(transport) narrow nothing. Sources: IAM User Guide, "AWS global condition context keys" and
"The confused deputy problem".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ringfence.model.application import Sender
from ringfence.model.policy import Condition, Pattern, PolicyDocument, Principal, Statement
from ringfence.model.severity import Exposure

#: Condition keys that narrow who a caller is → words for those they leave.
_NARROWING = {
    "aws:principalorgid": "the organisation",
    "aws:principalorgpaths": "the organisation's units",
    "aws:sourceorgid": "the organisation",
    "aws:sourceorgpaths": "the organisation's units",
    "aws:resourceorgid": "the organisation",
    "aws:userid": "user id",
    "aws:username": "user",
    "aws:principaltag": "principals with a tag",
    "aws:sourceip": "addresses",
    "aws:vpcsourceip": "addresses",
    "aws:sourcevpc": "hosts in the VPC",
    "aws:sourcevpce": "hosts behind the VPC endpoint",
    "lambda:eventsourcetoken": "the holder of skill",
    "s3:dataaccesspointaccount": "access points of account",
}
_ACCOUNT_KEYS = frozenset(
    ("aws:sourceaccount", "aws:principalaccount", "aws:sourceowner", "kms:calleraccount")
)
_ARN_KEYS = frozenset(("aws:sourcearn", "aws:principalarn"))
_EVERY_ADDRESS = frozenset(("0.0.0.0/0", "::/0", "*"))


@dataclass(frozen=True, slots=True)
class Admitted:
    """Someone whom a policy lets in. ``sources`` are ARNs that the request must come from."""

    sender: Sender
    sources: tuple[Pattern, ...] = ()


def admitted(documents: Iterable[PolicyDocument], action: str) -> list[Admitted]:
    """Everyone whom these documents let perform ``action``, the widest first."""
    found: list[Admitted] = []
    denials: list[Admitted | None] = []
    for document in documents:
        for statement in document.statements:
            if not _covers(statement, action):
                continue
            if statement.effect == "Deny":
                denials.extend(_denied(statement))
            else:
                found.extend(_allowed(statement))
    if None in denials:
        return []
    for denial in denials:
        if denial is not None:
            found = [_narrowed(item, denial) for item in found]
    return sorted(found, key=lambda item: -item.sender.exposure)


def _narrowed(item: Admitted, denial: Admitted) -> Admitted:
    return denial if denial.sender.exposure < item.sender.exposure else item


def _covers(statement: Statement, action: str) -> bool:
    lowered = action.lower()
    if statement.not_actions:
        return not any(_matches(pattern, lowered) for pattern in statement.not_actions)
    return any(_matches(pattern, lowered) for pattern in statement.actions)


def _matches(pattern: Pattern, lowered_action: str) -> bool:
    return fnmatchcase(lowered_action, pattern.glob.lower())


def _allowed(statement: Statement) -> Iterator[Admitted]:
    if statement.not_principals:
        yield _conditioned(statement, Exposure.ANYONE, "everyone but a few principals")
    for principal in statement.principals:
        exposure, who = _principal(principal)
        yield _conditioned(statement, exposure, who)


def _denied(statement: Statement) -> Iterator[Admitted | None]:
    """What a deny leaves: None for nobody; nothing when it narrows nothing."""
    everyone = any(principal.kind == "*" for principal in statement.principals)
    if statement.not_principals and not statement.conditions:
        named = _listed(principal.value for principal in statement.not_principals)
        yield Admitted(
            Sender(Exposure.PRINCIPAL, named, "all others are denied", statement.location)
        )
    if not everyone:
        return
    if not statement.conditions:
        yield None
        return
    for condition in statement.conditions:
        operator = condition.operator.lower()
        if "not" not in operator:
            continue
        positive = Condition(operator.replace("not", ""), condition.key, condition.values)
        left = _left_by(positive)
        if left is not None:
            exposure, who, sources = left
            reason = f"all others are denied by {condition.key}"
            yield Admitted(Sender(exposure, who, reason, statement.location), sources)


def _principal(principal: Principal) -> tuple[Exposure, str]:
    value = principal.value
    if principal.kind == "*":
        return Exposure.ANYONE, "anyone"
    if principal.kind == "Service":
        return Exposure.AUTHENTICATED, f"any AWS account, through {value.text}"
    if principal.kind == "Federated":
        return Exposure.AUTHENTICATED, f"users of {value.text}"
    if principal.kind == "CanonicalUser":
        return Exposure.PRINCIPAL, f"canonical user {value.text}"
    if _is_own_account(value):
        return Exposure.ACCOUNT, "principals of this account"
    account = _account_in(value.text)
    if account:
        return Exposure.PRINCIPAL, f"account {account}"
    return (Exposure.PRINCIPAL if value.known else Exposure.UNKNOWN), value.text


def _conditioned(statement: Statement, exposure: Exposure, who: str) -> Admitted:
    sources: tuple[Pattern, ...] = ()
    keys = []
    for condition in statement.conditions:
        left = _left_by(condition)
        if left is None:
            continue
        keys.append(condition.key)
        sources = sources or left[2]
        if left[0] <= exposure:
            through = _through(statement)
            exposure, who = left[0], left[1] + through
    what = statement.origin or "the policy"
    sid = f" '{statement.sid}'" if statement.sid else ""
    reason = f"{what}{sid} allows it"
    if keys:
        reason += f" under {', '.join(dict.fromkeys(keys))}"
    if not statement.certain:
        reason += ", depending on a condition of the template"
    return Admitted(Sender(exposure, who, reason, statement.location), sources)


def _through(statement: Statement) -> str:
    for principal in statement.principals:
        if principal.kind == "Service":
            return f", through {principal.value.text}"
    return ""


def _left_by(condition: Condition) -> tuple[Exposure, str, tuple[Pattern, ...]] | None:
    """Whom a condition leaves; None when it narrows nobody."""
    operator, key = condition.operator.lower(), condition.key.lower()
    if "not" in operator or operator.endswith("ifexists") or operator.startswith("null"):
        return None
    values = condition.values
    if not values or any(_everything(pattern) for pattern in values):
        return None
    if key in _ACCOUNT_KEYS:
        if all(_is_own_account(pattern) for pattern in values):
            return Exposure.ACCOUNT, "principals of this account", ()
        return Exposure.PRINCIPAL, f"account {_listed(values)}", ()
    if key in _ARN_KEYS:
        return Exposure.PRINCIPAL, _listed(values), values
    name = key.partition("/")[0]
    if name not in _NARROWING:
        return None
    return Exposure.PRINCIPAL, f"{_NARROWING[name]} {_listed(values)}", ()


def _everything(pattern: Pattern) -> bool:
    """Whether a value matches all; a reference to one resource has the glob ``*`` and does not."""
    if pattern.parts is not None:
        return not pattern.known
    return not pattern.glob.strip("*:") or pattern.text in _EVERY_ADDRESS


def _is_own_account(pattern: Pattern) -> bool:
    return "${AWS::AccountId}" in pattern.text and _account_only(pattern)


def _account_only(pattern: Pattern) -> bool:
    text = pattern.text
    return text == "${AWS::AccountId}" or text.endswith(("::${AWS::AccountId}:root", ":root"))


def _account_in(text: str) -> str:
    if text.isdigit() and len(text) == 12:
        return text
    parts = text.split(":")
    return parts[4] if len(parts) == 6 and parts[5] == "root" else ""


def _listed(patterns: Iterable[Pattern]) -> str:
    texts = [pattern.text for pattern in patterns]
    shown = ", ".join(texts[:3])
    return f"{shown} and {len(texts) - 3} more" if len(texts) > 3 else shown
