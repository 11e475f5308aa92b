"""URLs and hosts that a connection is made to, as far as they are known."""

from __future__ import annotations

import re

from ringfence import late
from ringfence.dataflow.values import Mix, Value

_SCHEME = late.pattern(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?://)?")
_AUTHORITY = late.pattern(r"[a-zA-Z][a-zA-Z0-9+.-]*://([^/?#]*)")
#: A parameter of a PostgreSQL connection string (libpq's key/value form).
_PARAMETER = late.pattern(r"(?:^|\s)host\s*=\s*(\S+)")
_KEY = late.pattern(
    r"[?&](api_?key|access_?token|auth|token|key|sig|appid|app_?key)=", re.IGNORECASE
)
#: Schemes of files and of what is kept in memory.
_FILES = ("sqlite", "file", "data", "blob", "duckdb", "unix")
_UNKNOWN = "\0"

_OWN_MACHINE = late.pattern(
    r"localhost$|.*\.localhost$|127\.|0\.0\.0\.0|\[?::1|169\.254\.|fd00:ec2|host\.docker|/"
    r"|docker\.for\.|.*\blocalstack\b",
    re.IGNORECASE,
)
_PRIVATE = late.pattern(
    r"10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\."
    r"|[^.*:]+$|.*\.(internal|local|lan|test|invalid)$",
    re.IGNORECASE,
)


class Address:
    """What is known of a URL.

    ``schemes`` are those it may have, "" for none that is known; ``hosts`` have ``*`` for unknown
    parts. ``credentials`` are ``password`` for user information, ``token`` for a key in the query,
    or "". ``is_known`` tells that it holds no settings but those that are seen.
    """

    __slots__ = ("credentials", "hosts", "is_known", "schemes")

    def __init__(self) -> None:
        self.schemes: list[str] = []
        self.hosts: list[str] = []
        self.credentials = ""
        self.is_known = True

    @property
    def is_local_file(self) -> bool:
        return bool(self.schemes) and all(
            scheme.partition("+")[0] in _FILES for scheme in self.schemes
        )


def address_of(values: list[Value]) -> Address:
    """The address that these values are; of a value that is no text nothing is known."""
    found = Address()
    for value in values:
        texts = [
            const.text(_UNKNOWN) if isinstance(const, Mix) else const
            for const in value.consts
            if isinstance(const, (str, Mix))
        ]
        if not texts:
            found.is_known = False
        for text in texts:
            add(found, text)
    return found


def add(address: Address, text: str) -> None:
    if text.startswith("/") and not text.startswith("//"):
        return  # a path at a host that is told elsewhere
    scheme = _SCHEME.match(text) if "://" in text or text.startswith(_FILES) else None
    address.schemes.append(scheme.group(1).lower() if scheme else "")
    authority = _AUTHORITY.match(text)
    inside = authority.group(1) if authority else host_alone(text)
    user, sign, host = inside.rpartition("@")
    if sign and (":" in user or _UNKNOWN in user):
        address.credentials = "password"
    elif _KEY.search(text):
        address.credentials = "token"
    if host:
        address.hosts.append(host.replace(_UNKNOWN, "*"))
    if text.endswith(_UNKNOWN) or not host:
        address.is_known = False


def host_alone(text: str) -> str:
    """The host of a text without a scheme: ``db.example.com:5432``, ``host=db.example.com``."""
    named = _PARAMETER.search(text)
    if named is not None:
        return named.group(1)
    return "" if "=" in text or "//" in text else re.split(r"[/?#]", text)[0]


def is_own_machine(host: str) -> bool:
    """Loopback, the runtime's link-local endpoints, sockets in the file system, emulators."""
    return _OWN_MACHINE.match(name_of(host)) is not None


def is_private(host: str) -> bool:
    """A name or number that means something inside a network only."""
    return _PRIVATE.match(name_of(host)) is not None


def name_of(host: str) -> str:
    """Without the port."""
    return re.sub(r":\d*$", "", host) if host.count(":") == 1 else host
