"""One request: who asks, for what, on which resource, and what is known of its context."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from ringfence.errors import UsageError
from ringfence.permissions.decision.principals import PRINCIPAL_KEYS, Caller, caller_of
from ringfence.permissions.decision.reading import text_of

#: A concrete resource's account, where its ARN has none, as with buckets.
ACCOUNT_KEY = "aws:resourceaccount"


class Request:
    """What a decision is about. All texts are concrete: ``*`` in a resource is a plain character.

    ``action``, ``resource`` and ``principal`` may be None: not known. A key that ``context`` lacks
    is missing from the request; one that is None, or a list with a None in it, is not known.
    Values are texts, numbers, truth values, or lists of such; an empty list is as good as missing.
    Keys that the principal implies (``aws:PrincipalArn`` and so on) need not be given.

    Raises:
        UsageError: the principal, or the value of a key, cannot be read.
    """

    __slots__ = ("_spelt", "account", "action", "caller", "keys", "resource", "role_arn")

    def __init__(
        self,
        action: str | None,
        resource: str | None = None,
        principal: object = None,
        context: Mapping[str, Any] | None = None,
        resource_account: str | None = None,
    ) -> None:
        self.action = None if action is None else action.lower()
        self.resource = resource
        self.caller = _caller(principal)
        keys = dict(self.caller.implied)
        self._spelt: dict[str, str] = {}
        for name, value in (context or {}).items():
            lowered = name.lower()
            if lowered in self._spelt:
                raise UsageError(
                    f"the key {name!r} is there twice: the case of keys does not count",
                    where="context",
                    cure="keep one of them",
                )
            keys[lowered] = (value,) if type(value) is str else _values(name, value)
            self._spelt[lowered] = name
        self.keys = keys
        self.role_arn = self._role_arn()
        self.account = self._account(resource_account)

    def _role_arn(self) -> str:
        """The role of a session as its context tells it, with its path."""
        if self.caller.kind != "session":
            return ""
        found = self.keys.get("aws:principalarn")
        given = "aws:principalarn" in self._spelt and found
        return found[0] if given and found and ":role/" in found[0] else ""

    def _account(self, given: str | None) -> str | None:
        """The resource's account: "" when nothing tells it, None when it is not known."""
        if given is not None:
            return given
        if ACCOUNT_KEY in self._spelt:
            found = self.keys[ACCOUNT_KEY]
            return None if found is None else found[0] if found else ""
        parts = self.resource.split(":", 5) if self.resource else []
        return parts[4] if len(parts) == 6 and parts[4].isdigit() else ""

    def name_of(self, key: str) -> str:
        """How to call a key that is not known: as the context spells it; ``principal`` for those
        that would follow from the principal."""
        if key in self._spelt:
            return self._spelt[key]
        return "principal" if key in PRINCIPAL_KEYS else key


def _caller(principal: object) -> Caller:
    found = _cached(principal) if isinstance(principal, str) else caller_of(principal)
    if found is None:
        raise UsageError(
            f"the principal is {_short(principal)}, which cannot ask",
            where="principal",
            cure="give the ARN of a user, role, session or account, a service such as"
            ' lambda.amazonaws.com, {"Federated": "…"}, or "*" for anyone',
        )
    return found


@functools.lru_cache(maxsize=1024)
def _cached(text: str) -> Caller | None:
    return caller_of(text)


def _values(name: str, value: object) -> tuple[str, ...] | None:
    found: list[str] = []
    unknown = False
    for item in value if isinstance(value, list | tuple) else [value]:
        text = text_of(item)
        if item is not None and text is None:
            raise UsageError(
                f"the value of {name!r} is {_short(item)}",
                where="context",
                cure="give a text, a number, true or false, a list of these, or null",
            )
        unknown = unknown or item is None
        found.append(text or "")
    return None if unknown else tuple(found)


def _short(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "…"
