"""Whether a role lets itself be taken: its trust policy asked for a principal or a service.

Source: IAM User Guide, "Role trust policies" and "Policy evaluation logic": inside one account a
trust that names the account only delegates (the caller's own policies must allow
``sts:AssumeRole`` too), one that names the caller is enough; across accounts both sides must
allow. An explicit deny on either side wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum

from ringfence import late
from ringfence.model.policy import PolicyDocument, Principal, Statement
from ringfence.model.record import replace
from ringfence.permissions.conditions import Context
from ringfence.permissions.escalation.access import PolicyAccess, Prefixes
from ringfence.permissions.evaluate import Verdict

_REGIONAL = late.pattern(r"^([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$")


class Trust(IntEnum):
    """What a trust policy says of somebody: no, yes if the account's own policies allow it too,
    yes."""

    NO = 0
    DELEGATED = 1
    NAMED = 2


def admits_service(
    trust: PolicyDocument, service: str, context: Context, source: str
) -> bool | None:
    """Whether ``service`` may assume the role on behalf of the resource ``source`` (an ARN or "").

    None when that hangs on a condition that is not known.
    """
    known = {
        **context,
        "aws:principalarn": (),
        "aws:principalservicename": (service,),
        "aws:principalisawsservice": ("true",),
        "aws:sourceaccount": context.get("aws:principalaccount", ()),
    }
    known.pop("aws:sourcearn", None)
    if source:
        known["aws:sourcearn"] = (source,)

    def names(principal: Principal) -> bool:
        return principal.kind == "*" or (
            principal.kind == "Service" and same_service(principal.value.text, service)
        )

    return _decided(trust, names, known)


def admits_principal(
    trust: PolicyDocument, arn: str, context: Context, free: Prefixes = ()
) -> tuple[Trust, bool | None]:
    """What the trust policy says of the user or role ``arn``; True when surely so, None when it
    hangs on a condition that is not known. ``free`` as in :class:`Access`."""
    account = arn.split(":")[4]

    def named(principal: Principal) -> bool:
        return principal.kind in ("AWS", "*") and _is(principal.value.text, arn)

    def delegated(principal: Principal) -> bool:
        text = principal.value.text
        whole = re.fullmatch(rf"(?:arn:[a-z-]+:iam::)?{account}(?::root)?", text)
        return principal.kind == "AWS" and whole is not None

    answer = _decided(trust, named, context, free)
    if answer:
        return Trust.NAMED, answer
    other = _decided(trust, lambda one: named(one) or delegated(one), context, free)
    if other:
        return Trust.DELEGATED, other
    if answer is None:
        return Trust.NAMED, None
    return (Trust.DELEGATED, None) if other is None else (Trust.NO, False)


def same_service(text: str, service: str) -> bool:
    """Whether a service principal, perhaps a regional one, is that of ``service``."""
    match = _REGIONAL.match(text)
    plain = f"{match.group(1)}.amazonaws.com" if match else text.removesuffix(".cn")
    return plain.lower() == service


def _is(text: str, arn: str) -> bool:
    if text in ("*", arn):
        return True
    parts, mine = text.split(":", 5), arn.split(":", 5)
    if len(parts) != 6 or parts[2] != "sts" or not parts[5].startswith("assumed-role/"):
        return False
    role = mine[5].rpartition("/")[2] if mine[5].startswith("role/") else ""
    return parts[4] == mine[4] and bool(role) and parts[5].split("/")[1] == role


def _decided(
    trust: PolicyDocument,
    names: Callable[[Principal], bool],
    context: Context,
    free: Prefixes = (),
) -> bool | None:
    """The trust policy reduced to the statements about somebody, and asked."""
    allows = [_bare(one) for one in trust.statements if one.effect == "Allow" and _on(one, names)]
    denies = [_bare(one) for one in trust.statements if one.effect == "Deny" and _on(one, names)]
    policies = PolicyAccess([PolicyDocument((*allows, *denies))], [], context)
    verdict = policies.may("sts:AssumeRole", "*", context, free).verdict
    return None if verdict is Verdict.DEPENDS else verdict is Verdict.ALLOWED


def _on(statement: Statement, names: Callable[[Principal], bool]) -> bool:
    if statement.not_principals:
        return not any(names(one) for one in statement.not_principals)
    return any(names(one) for one in statement.principals)


def _bare(statement: Statement) -> Statement:
    return replace(statement, principals=(), not_principals=(), resources=(), not_resources=())
