"""What the text of an argument says of an ARN, where it is a name or an ARN.

An argument's text has ``*`` for unknown parts, ``⟦id⟧`` for the name or ARN of a resource of the
application and ``⟦$NAME⟧`` for an environment variable.
"""

from __future__ import annotations

import re
from typing import Protocol

from ringfence.model.contract import Condition
from ringfence.model.record import record

TOKEN = re.compile(r"⟦([^⟦⟧]*)⟧")
PSEUDO = {
    "AWS::Region": "${Region}",
    "AWS::AccountId": "${Account}",
    "AWS::Partition": "${Partition}",
    "AWS::URLSuffix": "amazonaws.com",
}


class Resolver(Protocol):
    """What a resource of the application is called; patterns, with ``*`` for unknown parts and
    ``${Partition}``, ``${Region}``, ``${Account}`` for the place of deployment."""

    def arn(self, resource_id: str) -> str:
        """The ARN pattern; "" for resources that have none."""

    def name(self, resource_id: str) -> str:
        """The pattern of the physical name or id."""

    def kind(self, resource_id: str) -> str:
        """The kind of resource, such as ``bucket``; "" when there is no such resource."""


@record(frozen=True)
class Value:
    """What stands in one place of an ARN. ``whole`` is True where ``text`` is an ARN that replaces
    everything before that place too, ``foreign`` where the argument names another kind of resource
    than the form is of."""

    text: str
    whole: bool = False
    unknown: bool = False
    foreign: bool = False
    conditions: tuple[Condition, ...] = ()


#: The value of an argument that nothing is known about.
ANYTHING = Value("*", unknown=True)


def plain(text: str, form: str, resolve: Resolver) -> Value:
    """A name, an ARN, or a resource of the application."""
    token = TOKEN.fullmatch(text)
    if token and not token[1].startswith("$") and token[1] not in PSEUDO:
        return of_resource(token[1], form, resolve)
    named = names(text, resolve)
    if named.startswith("arn:"):
        return _of_arn(named, form)
    return Value(named)


def names(text: str, resolve: Resolver) -> str:
    """The text with every resource's name in it, ``*`` for environment variables."""
    return TOKEN.sub(lambda match: _name(match[1], resolve), text)


def _name(token: str, resolve: Resolver) -> str:
    if token in PSEUDO:
        return PSEUDO[token]
    return "*" if token.startswith("$") else resolve.name(token) or "*"


def of_resource(resource_id: str, form: str, resolve: Resolver) -> Value:
    arn = resolve.arn(resource_id)
    if arn.startswith("arn:") and fits(arn, form):
        return Value(arn, whole=True)
    return Value(resolve.name(resource_id) or "*", foreign=arn.startswith("arn:"))


def _of_arn(arn: str, form: str) -> Value:
    """An ARN as a value: itself, or its last part where another kind of ARN is asked for."""
    if arn.count(":") < 5:
        return ANYTHING
    if fits(arn, form):
        return Value(arn, whole=True)
    return Value(re.split(r"[:/]", arn)[-1] or "*", foreign=True)


def fits(arn: str, form: str) -> bool:
    """Whether an ARN is of the kind of a form, judged by service and the fixed part of its path."""
    mine, theirs = arn.split(":", 5), form.split(":", 5)
    if len(mine) < 6 or len(theirs) < 6:
        return True
    if mine[2] != theirs[2] and "*" not in mine[2]:
        return False
    fixed = theirs[5].partition("{")[0].partition("*")[0].removesuffix("$")
    known = mine[5].partition("*")[0]
    return known.startswith(fixed) or ("*" in mine[5] and fixed.startswith(known)) or not fixed
