"""The listening half of the relay: HTTP/1.1 on the loopback address, one thread a connection.

Bodies of which a parameter may come are read up to a limit; others, an object's content or what is
longer, pass through as they come. Whatever a client sends, it gets an answer or the end of its
connection, and never brings the relay down.
"""

from __future__ import annotations

import http.client
import itertools
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ringfence.relay.decode import Call, read_head
from ringfence.relay.denials import Answer, error, unsupported
from ringfence.relay.recording import Recorded, Recorder
from ringfence.relay.request import Request, make_request
from ringfence.relay.upstream import (
    BLOCK_BYTES,
    HOP_BY_HOP,
    Link,
    Unreachable,
    Upstream,
    blocks,
    is_loopback,
)

HOST = "127.0.0.1"
#: The longest body in which parameters are looked for; DynamoDB's and Lambda's greatest are below.
MAX_DECODED_BYTES = 20 * 1024 * 1024
#: So much of a refused body is still read, so that the client sees the refusal.
MAX_DRAINED_BYTES = 64 * 1024 * 1024
IDLE_S = 120
MAX_CHUNK_LINE = 1_024


class BadBody(ValueError):
    """A body whose framing is broken."""


class Relay(ThreadingHTTPServer):
    """A relay that listens; ``serve_forever`` runs it, ``shutdown`` and ``server_close`` end it."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, recorder: Recorder, upstream: Upstream | None = None, port: int = 0) -> None:
        """Listen on ``port`` of the loopback address (0: any that is free).

        Raises:
            OSError: the port is taken.
        """
        self.recorder = recorder
        self.upstream = upstream
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        """What ``AWS_ENDPOINT_URL`` is to be."""
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is nobody's mistake."""
        import sys

        problem = sys.exception()
        if problem is not None and not isinstance(problem, (OSError, http.client.HTTPException)):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    #: Else the body of an answer waits until the client has acknowledged the head (40 ms).
    disable_nagle_algorithm = True
    server_version = "ringfence-relay"
    sys_version = ""
    timeout = IDLE_S
    server: Relay

    def setup(self) -> None:
        super().setup()
        self._link = Link(self.server.upstream) if self.server.upstream else None

    def finish(self) -> None:
        if self._link is not None:
            self._link.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """What is worth telling is in the recording."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        try:
            self._answer_one()
        except BadBody as problem:
            self.close_connection = True
            self.send_error(400, str(problem))

    def _answer_one(self) -> None:
        if not _is_local(self.headers.get("Host", "")):
            self.close_connection = True
            self.send_error(403, "the relay serves this machine only")
            return
        length = self._length()
        body = self._body(length)
        request, rest = self._request(body)
        recorded = self.server.recorder.record(request, read_head(request))
        if recorded.refusal is not None:
            self._drain(rest)
            self._send(recorded.refusal)
        elif self._link is None:
            self._drain(rest)
            self._send(unsupported(recorded.call, _nobody(recorded)))
        else:
            self._forward(recorded, itertools.chain([request.body or b""], rest), length)

    def _request(self, body: Iterator[bytes]) -> tuple[Request, Iterator[bytes]]:
        """The request with as much of its body as decoding needs, and the rest of the body.

        A body that is cut here is given back whole: what was read is put before the rest.
        """
        try:
            bare = make_request(self.command, self.path, self.headers.items(), None)
        except ValueError:
            raise BadBody("the query has too many fields") from None
        head = read_head(bare)
        if head is not None and not head.body_matters:
            return bare, body
        read, whole = _read_up_to(body, MAX_DECODED_BYTES)
        if not whole:
            return bare, itertools.chain([read], body)
        return Request(bare.method, bare.path, bare.query, bare.headers, read), iter(())

    # --- bodies of requests

    def _length(self) -> int | None:
        """The length of the body; None when it comes in chunks."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return None
        text = self.headers.get("Content-Length", "0").strip()
        if not (text.isascii() and text.isdigit()) or len(text) > 15:
            raise BadBody("the length of the body is no number")
        return int(text)

    def _body(self, length: int | None) -> Iterator[bytes]:
        return self._chunks() if length is None else self._bytes(length)

    def _bytes(self, left: int) -> Iterator[bytes]:
        while left:
            block = self.rfile.read1(min(left, BLOCK_BYTES))
            if not block:
                raise BadBody("the body ends too early")
            left -= len(block)
            yield block

    def _chunks(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            yield from self._bytes(size)
            if self.rfile.readline(3) not in (b"\r\n", b"\n"):
                raise BadBody("a chunk of the body does not end")
        while self.rfile.readline(MAX_CHUNK_LINE) not in (b"\r\n", b"\n", b""):
            pass

    def _chunk_size(self) -> int:
        text = self.rfile.readline(MAX_CHUNK_LINE).partition(b";")[0].strip()
        try:
            size = int(text, 16) if text.isalnum() and len(text) < 12 else -1
        except ValueError:
            size = -1
        if size < 0:
            raise BadBody("the length of a chunk is no number")
        return size

    def _drain(self, body: Iterator[bytes]) -> None:
        """Read what a client still sends, so that it sees the answer; end the connection if that
        is too much."""
        done = 0
        for block in body:
            done += len(block)
            if done > MAX_DRAINED_BYTES:
                self.close_connection = True
                return

    # --- answers

    def _forward(self, recorded: Recorded, body: Iterator[bytes], length: int | None) -> None:
        assert self._link is not None
        try:
            answer = self._link.send(
                self.command, self.path, self.headers.items(), filter(None, body), length
            )
        except Unreachable as problem:
            self.close_connection = True
            call = recorded.call or Call("s3", "", "rest-xml")
            text = f"the relay's upstream does not answer: {problem}"
            self._send(error(call, 502, "BadGateway", text))
            return
        self._pass_on(answer)

    def _pass_on(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length")
        empty = self.command == "HEAD" or answer.status in (204, 304) or answer.status < 200
        chunked = length is None and not empty
        if length is not None:
            self.send_header("Content-Length", length)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if empty:
            return
        try:
            for block in blocks(answer):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
        except http.client.HTTPException:
            self.close_connection = True  # the client sees that the answer is cut
            return
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


def _read_up_to(body: Iterator[bytes], limit: int) -> tuple[bytes, bool]:
    """The body up to a limit, and whether that is all of it."""
    parts: list[bytes] = []
    done = 0
    for block in body:
        parts.append(block)
        done += len(block)
        if done > limit:
            return b"".join(parts), False
    return b"".join(parts), True


def _nobody(recorded: Recorded) -> str:
    called = recorded.call
    what = f"{called.service} {called.operation}" if called else "the request"
    return f"{what} was recorded; the relay has no upstream to forward it to"


def _is_local(host: str) -> bool:
    """Whether the host that a client asked for is this machine, or a provider's name that leads
    here; pages of the web, which a browser may send here, name other hosts."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if not name or is_loopback(name):
        return True
    return name.lower().endswith((".127.0.0.1", ".amazonaws.com", ".amazonaws.com.cn"))
