"""Who asks, and which principals of a resource policy name them.

Sources: IAM User Guide, "AWS JSON policy elements: Principal", "AWS JSON policy elements:
NotPrincipal", "AWS global condition context keys" and the table "Principal key values" of "IAM
policy elements: Variables and tags".
"""

from __future__ import annotations

from collections.abc import Iterable

from ringfence import late
from ringfence.model.record import field, record
from ringfence.permissions.decision.reading import NOT_KNOWN

#: How closely a resource policy names the one who asks. An account only delegates; a role's ARN is
#: limited by what limits the session; a user, a session, a service or everyone is granted directly.
NOT_NAMED, AS_ACCOUNT, AS_ROLE, DIRECTLY = 0, 1, 2, 3

_ARN = late.pattern(r"arn:(aws[a-z0-9-]*):(iam|sts)::(\d{12}):(.+)", 16)  # 16: DOTALL
_ACCOUNT = late.pattern(r"\d{12}")
_SERVICE = late.pattern(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal)")


@record(frozen=True)
class Caller:
    """``kind`` is user, role, session, root, federated user, service, federated, canonical,
    anonymous or unknown. ``role`` is the account and name of the role behind a session.
    ``implied`` are the context keys that such a caller always has."""

    kind: str
    value: str = ""
    account: str = ""
    role: tuple[str, str] = ("", "")
    implied: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    @property
    def has_account(self) -> bool:
        """Whether its own account's policies are asked too."""
        return self.kind in _OF_ACCOUNTS or self.kind == "unknown"

    @property
    def service_linked(self) -> bool:
        """Whether it is a role that a service manages, which control policies do not bind."""
        if self.kind == "role":
            return ":role/aws-service-role/" in self.value
        return self.kind == "session" and self.role[1].startswith("AWSServiceRoleFor")


_OF_ACCOUNTS = ("user", "role", "session", "root", "federated user")

#: Keys that come from the principal, so that they are not known when it is not.
PRINCIPAL_KEYS = (
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:username", "aws:userid",
    "aws:principalisawsservice", "aws:principalservicename",
)  # fmt: skip

UNKNOWN = Caller("unknown", implied=dict.fromkeys(PRINCIPAL_KEYS))


def caller_of(principal: object) -> Caller | None:
    """Who a ``principal`` names: an ARN, an account, a service, ``*``, or an object such as
    ``{"Service": "…"}``. None when it cannot be read; a missing one is not known."""
    if principal is None:
        return UNKNOWN
    if isinstance(principal, dict):
        if len(principal) != 1:
            return None
        ((kind, value),) = principal.items()
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        return _of_kind(kind, value) if isinstance(value, str) and value else None
    return _of_text(principal) if isinstance(principal, str) else None


def _of_kind(kind: str, value: str) -> Caller | None:
    if kind == "Service":
        return _service(value)
    if kind == "Federated":
        return Caller("federated", value, _account_in(value), implied=_signed("false"))
    if kind == "CanonicalUser":
        return Caller("canonical", value)
    return _of_text(value) if kind in ("AWS", "*") else None


def _of_text(text: str) -> Caller | None:
    if text == "*":
        implied = _texts(**{"aws:principalaccount": "anonymous", "aws:principaltype": "Anonymous"})
        return Caller("anonymous", "*", implied=implied | _texts(**{"aws:userid": "anonymous"}))
    if _ACCOUNT.fullmatch(text):
        text = f"arn:aws:iam::{text}:root"
    found = _ARN.fullmatch(text)
    if found:
        return _of_arn(text, *found.groups())
    return _service(text) if _SERVICE.fullmatch(text) else None


def _of_arn(text: str, partition: str, service: str, account: str, name: str) -> Caller | None:
    kind, _, rest = name.partition("/")
    if service == "iam" and name == "root":
        return _root(text, account)
    if service == "iam" and kind == "user" and rest:
        keys = _person(text, account, "User") | _texts(**{"aws:username": rest.rpartition("/")[2]})
        return Caller("user", text, account, implied=keys)
    if service == "iam" and kind == "role" and rest:
        role = (account, rest.rpartition("/")[2])
        return Caller("role", text, account, role, _person(text, account, "AssumedRole"))
    if service == "sts" and kind == "assumed-role" and rest.count("/") == 1:
        return _session(text, partition, account, rest.partition("/")[0])
    if service == "sts" and kind == "federated-user" and rest:
        keys = _person(text, account, "FederatedUser") | _texts(
            **{"aws:userid": f"{account}:{rest}"}
        )
        return Caller("federated user", text, account, implied=keys)
    provider = kind in ("saml-provider", "oidc-provider")
    return _of_kind("Federated", text) if service == "iam" and provider else None


def _root(text: str, account: str) -> Caller:
    keys = _person(text, account, "Account") | _texts(**{"aws:userid": account})
    return Caller("root", text, account, implied=keys)


def _session(text: str, partition: str, account: str, role: str) -> Caller:
    arn = f"arn:{partition}:iam::{account}:role/{role}"
    return Caller("session", text, account, (account, role), _person(arn, account, "AssumedRole"))


def _service(value: str) -> Caller:
    keys = _signed("true") | _texts(**{"aws:principalservicename": value})
    return Caller("service", value, implied=keys)


def _person(arn: str, account: str, kind: str) -> dict[str, tuple[str, ...] | None]:
    return _signed("false") | _texts(
        **{"aws:principalarn": arn, "aws:principalaccount": account, "aws:principaltype": kind}
    )


def _signed(by_service: str) -> dict[str, tuple[str, ...] | None]:
    return _texts(**{"aws:principalisawsservice": by_service})


def _texts(**keys: str) -> dict[str, tuple[str, ...] | None]:
    return {key: (value,) for key, value in keys.items()}


def _account_in(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""


class Named:
    """The principals of one statement."""

    __slots__ = ("_accounts", "_everyone", "_others", "_roles", "_texts", "_unsure")

    def __init__(self, principals: Iterable[tuple[str, str]]) -> None:
        self._everyone = self._unsure = False
        self._accounts: set[str] = set()
        self._roles: set[tuple[str, str]] = set()
        self._texts: set[str] = set()
        self._others: set[tuple[str, str]] = set()
        for kind, value in principals:
            self._add(kind, value)

    def _add(self, kind: str, value: str) -> None:
        if kind == NOT_KNOWN:
            self._unsure = True
            return
        if kind not in ("AWS", "*"):
            self._others.add((kind, value))
        elif value == "*":
            self._everyone = True
        elif _ACCOUNT.fullmatch(value):
            self._accounts.add(value)
        else:
            self._texts.add(value)
            found = _ARN.fullmatch(value)
            if found and found[2] == "iam" and found[4] == "root":
                self._accounts.add(found[3])
            if found and found[2] == "iam" and found[4].startswith("role/"):
                self._roles.add((found[3], found[4].rpartition("/")[2]))

    def closeness(self, caller: Caller, role_arn: str = "") -> tuple[int, int]:
        """How closely they name the caller: surely, and at most."""
        if self._everyone:
            return DIRECTLY, DIRECTLY
        kind = caller.kind
        if kind == "unknown":
            return NOT_NAMED, DIRECTLY
        if kind not in _OF_ACCOUNTS:
            return self._other(caller)
        if self._direct(caller):
            return DIRECTLY, DIRECTLY
        sure = NOT_NAMED
        if self._names_role(caller, role_arn):
            sure = AS_ROLE
        elif caller.account in self._accounts:
            sure = AS_ACCOUNT
        return sure, self._most(caller, sure)

    def _direct(self, caller: Caller) -> bool:
        if caller.kind == "root":
            return caller.account in self._accounts
        return caller.kind != "role" and caller.value in self._texts

    def _names_role(self, caller: Caller, role_arn: str) -> bool:
        """By its ARN; a session's ARN does not tell the path of its role."""
        if caller.kind == "role":
            return caller.value in self._texts
        if caller.kind != "session":
            return False
        return role_arn in self._texts if role_arn else caller.role in self._roles

    def _most(self, caller: Caller, sure: int) -> int:
        """A role asks in some session, a federated user for some user: their names are unknown."""
        if self._unsure or any(kind == "CanonicalUser" for kind, _ in self._others):
            return DIRECTLY
        if caller.kind == "role":
            start = f":sts::{caller.account}:assumed-role/{caller.role[1]}/"
        elif caller.kind == "federated user":
            start = f":iam::{caller.account}:user/"
        else:
            return sure
        return DIRECTLY if any(start in text for text in self._texts) else sure

    def _other(self, caller: Caller) -> tuple[int, int]:
        kind = {"service": "Service", "federated": "Federated", "canonical": "CanonicalUser"}
        wanted = kind.get(caller.kind, "")
        named = bool({(wanted, caller.value), (wanted, "*")} & self._others)
        most = DIRECTLY if named or self._unsure else NOT_NAMED
        return (DIRECTLY if named else NOT_NAMED), most

    def excepts(self, caller: Caller, role_arn: str = "") -> bool | None:
        """Whether a ``NotPrincipal`` with these leaves the caller out.

        Every principal that the caller acts as must be listed: the account, the role, the session.
        """
        sure, most = self.closeness(caller, role_arn)
        if caller.kind not in _OF_ACCOUNTS or self._everyone or caller.kind == "root":
            return True if sure else None if most else False
        if self._unsure:
            return None
        if caller.account not in self._accounts:
            return False
        if caller.kind == "session" and not self._names_role(caller, role_arn):
            return False
        if sure == DIRECTLY:
            return True
        return None if most == DIRECTLY else False
