"""Forwarding to a fake cloud: a request out, its answer back, both as streams."""

from __future__ import annotations

import http.client
import ipaddress
import ssl
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ringfence.errors import UsageError
from ringfence.model.record import record

TIMEOUT_S = 900  # a function may wait this long for another one
BLOCK_BYTES = 65_536
#: Headers that speak of one connection only (RFC 9110, 7.6.1), and those that we set ourselves.
HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
     "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-length")
)  # fmt: skip


@record(frozen=True)
class Upstream:
    """Where requests are forwarded to."""

    host: str
    port: int
    tls: bool = False


def parse_upstream(url: str, *, explicit: bool = False) -> Upstream:
    """The upstream of a URL such as ``http://127.0.0.1:5000``.

    Raises:
        UsageError: it is no such URL, or it leads off this machine and nobody asked for that.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(url, "is no URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad(url, "is no URL of a server")
    if parts.path not in ("", "/") or parts.query or parts.username:
        raise _bad(url, "has more than scheme, host and port")
    if not explicit and not is_loopback(parts.hostname):
        raise _bad(url, "is not on this machine")
    tls = parts.scheme == "https"
    return Upstream(parts.hostname, port or (443 if tls else 80), tls)


def _bad(url: str, what: str) -> UsageError:
    cure = "give a fake cloud's address, such as http://127.0.0.1:5000"
    return UsageError(f"the upstream {url[:200]!r} {what}", cure=cure)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone; no name is looked up."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith((".localhost", ".localhost.localstack.cloud")):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name == "localhost.localstack.cloud"


class Unreachable(OSError):
    """The upstream does not answer."""


class Link:
    """A connection to the upstream that is kept between the requests of one client."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._connection: http.client.HTTPConnection | None = None

    def send(
        self,
        method: str,
        target: str,
        headers: Iterable[tuple[str, str]],
        body: Iterable[bytes],
        length: int | None,
    ) -> http.client.HTTPResponse:
        """Forward a request; ``length`` is None for a body of unknown length (sent in chunks).

        Raises:
            Unreachable: there is no answer.
        """
        given = [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]
        try:
            connection = self._open()
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            for name, value in given:
                connection.putheader(name, value.encode("latin-1", "replace"))
            _send_body(connection, body, length)
            return connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as problem:
            self.close()
            raise Unreachable(str(problem) or type(problem).__name__) from None

    def _open(self) -> http.client.HTTPConnection:
        """A connection; a new one for each request, since a fake may close an idle one any time
        and a body that is a stream cannot be sent twice."""
        self.close()
        at = self._upstream
        if at.tls:
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(
                at.host, at.port, timeout=TIMEOUT_S, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(at.host, at.port, timeout=TIMEOUT_S)
        return self._connection

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _send_body(
    connection: http.client.HTTPConnection, body: Iterable[bytes], length: int | None
) -> None:
    if length is None:
        connection.putheader("Transfer-Encoding", "chunked")
    else:
        connection.putheader("Content-Length", str(length))
    connection.endheaders()
    for block in body:
        connection.send(b"%x\r\n%s\r\n" % (len(block), block) if length is None else block)
    if length is None:
        connection.send(b"0\r\n\r\n")


def blocks(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body of an answer as it comes."""
    while block := response.read1(BLOCK_BYTES):
        yield block
