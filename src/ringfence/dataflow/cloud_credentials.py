"""Whose credentials a client of a cloud SDK signs with, and whose endpoint it asks.

A call counts against the function's role only where the client takes the credentials that the
platform gave, and asks the provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.dataflow import members
from ringfence.dataflow.objects import CloudObject, External, Obj, Struct
from ringfence.dataflow.values import NOTHING, Hole, Mix, Value

if TYPE_CHECKING:
    from ringfence.dataflow.call_arguments import Arguments
    from ringfence.dataflow.machine import Machine

#: What names credentials in options, and what stands there where they are the role's own.
_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "profile_name",
          "profile", "credentials", "accessKeyId", "secretAccessKey")  # fmt: skip
_OWN_VARIABLES = frozenset(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
_OWN_MAKERS = (
    "fromEnv()", "fromNodeProviderChain()", "defaultProvider()", "fromContainerMetadata()",
    "EnvironmentCredentials()", "CredentialProviderChain()", "aws-sdk.config.credentials",
    "boto3.Credentials",
)  # fmt: skip
#: The first parameters of a session.
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
_ENDPOINTS = ("endpoint_url", "endpoint")
_PROVIDERS = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "on.aws", "amazonaws.eu")
_DEFAULT = ("default session",)


def of_keywords(machine: Machine, arguments: Arguments, session: bool = False) -> bool:
    """Whether a client or session of boto3 is the role's own; a session takes its credentials by
    position, too."""
    given = dict(zip(_KEYS, arguments.positional, strict=False)) if session else {}
    return is_own(machine, {**given, **arguments.keywords})


def of_options(machine: Machine, options: Value | None) -> bool:
    """Whether a client of the JavaScript SDK with these options is the role's own: where any of
    them may be, it is."""
    if options is None or options.open or options.taint or None in options.consts:
        return True
    given = [obj for obj in options.objects if isinstance(obj, Struct)]
    if len(given) != len(options.objects) or not given:
        return True
    return any(is_own(machine, obj.fields) for obj in given)


def is_own(machine: Machine, options: dict[str, Value] | dict[str | int, Value]) -> bool:
    """Whether these options leave the role's credentials and the provider's endpoint."""
    named = [options[name] for name in _NAMES if name in options]
    if any(not may_be_own(machine, value) for value in named):
        return False
    if any(is_foreign(options[name]) for name in _ENDPOINTS if name in options):
        return False
    return not (_is_unsigned(options.get("config")) or _signs_not(options.get("signer")))


def may_be_own(machine: Machine, value: Value, depth: int = 3) -> bool:
    """Whether credentials are none, or those that the platform gave."""
    if None in value.consts:
        return True
    for const in value.consts:
        parts = const.parts if isinstance(const, Mix) else ()
        names = {part.variable for part in parts if isinstance(part, Hole)}
        if names and names <= _OWN_VARIABLES:
            return not names & machine.function.environment.keys()
    return any(_holds_own(machine, obj, depth) for obj in value.objects)


def _holds_own(machine: Machine, obj: Obj, depth: int) -> bool:
    """Whether an object is the role's credentials, or holds some of them."""
    if isinstance(obj, External):
        return obj.path.endswith(_OWN_MAKERS) or "boto3.Credentials" in obj.path
    if not isinstance(obj, Struct) or not depth:
        return False
    named = [inner for key, inner in obj.fields.items() if key in _NAMES]
    return any(may_be_own(machine, inner, depth - 1) for inner in named)


def is_foreign(value: Value) -> bool:
    """Whether an endpoint is known to be another provider's in every case."""
    if value.open or value.taint or value.objects or not value.consts:
        return False
    return all(_is_foreign_host(const) for const in value.consts)


def _is_foreign_host(const: object) -> bool:
    text = const.text() if isinstance(const, Mix) else const
    if not isinstance(text, str) or not text:
        return False
    rest = text.partition("://")[2] if "://" in text else text
    host = rest.partition("/")[0].rpartition("@")[2]
    if not host.startswith("["):
        host = host.partition(":")[0]
    known = host.rpartition("*")[2].lower()
    is_open = "*" in host and "." not in known[1:]
    return bool(known) and not known.endswith(_PROVIDERS) and not is_open


def _is_unsigned(config: Value | None) -> bool:
    """``Config(signature_version=UNSIGNED)``."""
    for obj in config.objects if config is not None else ():
        version = (
            obj.keywords.get("signature_version", NOTHING) if isinstance(obj, External) else NOTHING
        )
        if any(isinstance(o, External) and o.path.endswith("UNSIGNED") for o in version.objects):
            return True
    return False


def _signs_not(signer: Value | None) -> bool:
    """``signer: { sign: async (request) => request }``."""
    return any(
        isinstance(obj, Struct) and "sign" in obj.fields
        for obj in (signer.objects if signer else ())
    )


# --- what holds for all clients that are made later ---


def set_default(machine: Machine, flavour: str, own: bool) -> None:
    """``boto3.setup_default_session``, ``AWS.config.update``: unless it is done in some cases
    only."""
    if machine.branch is machine.straight:
        machine.memo[(*_DEFAULT, flavour)] = own


def default_is_own(machine: Machine, flavour: str) -> bool:
    """Whether clients without credentials of their own are the role's."""
    if machine.memo.get((*_DEFAULT, flavour)) is False:
        return False
    if flavour == "v2":
        kept = members.kept(machine, "aws-sdk.config", "credentials")
        return kept is None or may_be_own(machine, kept)
    return True


def session_of(arguments: Arguments) -> CloudObject | None:
    """A session or client that is handed over (``boto3_session=``, ``client=``)."""
    for value in arguments.everything():
        for obj in value.objects:
            if isinstance(obj, CloudObject):
                return obj
    return None
