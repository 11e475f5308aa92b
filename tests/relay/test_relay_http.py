"""HTTP as clients and strangers speak it: framing, streams, limits, and an upstream that fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from relay_harness import relay, signed

from ringfence.errors import UsageError
from ringfence.relay import server as relay_server
from ringfence.relay.upstream import parse_upstream


class _Echo(BaseHTTPRequestHandler):
    """Answers with what arrived: method, path, framing and length of the body."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_PUT(self) -> None:
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        length = self._chunks() if chunked else self._plain()
        text = f"{self.command} {self.path} {'chunked' if chunked else 'plain'} {length}".encode()
        self.send_response(200)
        if self.path.startswith("/in-chunks"):
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (text[:3], text[3:]):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_POST = do_GET = do_HEAD = do_DELETE = do_PUT

    def _plain(self) -> int:
        left = total = int(self.headers.get("Content-Length", 0))
        while left:
            left -= len(self.rfile.read(min(left, 65_536)))
        return total

    def _chunks(self) -> int:
        total = 0
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            total += len(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return total


@contextmanager
def echo() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with echo() as url:
        yield url


S3 = {"Authorization": signed("s3")}


def test_a_body_of_known_length_arrives(upstream: str) -> None:
    with relay(upstream) as session:
        answer = session.send("PUT", "/bucket/key", S3, b"x" * 100_000)
    assert answer == (200, b"PUT /bucket/key plain 100000")


def test_a_body_in_chunks_arrives_in_chunks(upstream: str) -> None:
    with relay(upstream) as session:
        answer = session.send("PUT", "/bucket/key", S3, iter([b"x" * 1_000] * 3))
    assert answer == (200, b"PUT /bucket/key chunked 3000")


def test_an_answer_in_chunks_arrives(upstream: str) -> None:
    with relay(upstream) as session:
        answer = session.send("GET", "/in-chunks/key", S3)
    assert answer == (200, b"GET /in-chunks/key plain 0")


def test_a_head_request_gets_the_length_and_no_body(upstream: str) -> None:
    with relay(upstream) as session:
        assert session.send("HEAD", "/bucket/key", S3) == (200, b"")


def test_an_object_passes_through_as_it_comes(
    upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_server, "MAX_DECODED_BYTES", 10)
    with relay(upstream) as session:
        answer = session.send("PUT", "/bucket/key", S3, b"x" * 3_000_000)
    assert answer == (200, b"PUT /bucket/key plain 3000000")
    assert session.recorded[0].call is not None
    assert session.recorded[0].call.complete


def test_a_body_too_long_to_be_read_is_recorded_without_its_parameters(
    upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_server, "MAX_DECODED_BYTES", 10)
    headers = {"Authorization": signed("dynamodb"), "X-Amz-Target": "DynamoDB_20120810.PutItem"}
    with relay(upstream) as session:
        answer = session.send("POST", "/", headers, b'{"TableName": "a table"}')
    assert answer == (200, b"POST / plain 24")
    call = session.recorded[0].call
    assert call is not None
    assert (call.operation, call.parameters, call.complete) == ("PutItem", {}, False)
    assert call.problem == "the body is too long to be read"


def _raw(url: str, data: bytes) -> bytes:
    """All that comes back for bytes."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def test_two_requests_of_one_connection_are_both_answered(upstream: str) -> None:
    one = b"GET /a/b HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with relay(upstream) as session:
        assert _raw(session.url, one + one).count(b"HTTP/1.1 200") == 2


def test_who_waits_for_a_word_to_go_on_gets_it(upstream: str) -> None:
    head = b"PUT /a/b HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"
    with relay(upstream) as session:
        answer = _raw(session.url, head)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


BROKEN = [
    (b"PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", b" 400 "),
    (b"PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", b" 400 "),
    (b"PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nshort", b""),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b""),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", b""),
    (b"GET /?" + b"a&" * 6_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b" 400 "),
    (b"\x00\xff\x16\x03\x01 \r\n\r\n", b" 400 "),
    (b"GET /a HTTP/1.1\r\nHost: example.com\r\n\r\n", b" 403 "),
]


@pytest.mark.parametrize(("data", "status"), BROKEN)
def test_what_is_broken_ends_only_its_own_connection(
    upstream: str, data: bytes, status: bytes
) -> None:
    with relay(upstream) as session:
        assert status in _raw(session.url, data)
        assert session.send("GET", "/a/b", S3)[0] == 200


def test_an_upstream_that_is_gone_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{free.getsockname()[1]}"
        with relay(gone) as session:
            status, body = session.send("GET", "/a/b", S3)
    assert status == 502
    assert (
        b"the relay&#x27;s upstream does not answer" in body or b"upstream does not answer" in body
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.com:80", "is not on this machine"),
        ("http://169.254.169.254", "is not on this machine"),
        ("ftp://localhost", "is no URL of a server"),
        ("localhost:5000", "is no URL of a server"),
        ("http://localhost:99999", "is no URL"),
        ("http://localhost/path", "has more than scheme, host and port"),
        ("http://me:secret@localhost", "has more than scheme, host and port"),
    ],
)
def test_upstreams_that_are_none_are_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse_upstream(url)


def test_an_upstream_elsewhere_must_be_asked_for() -> None:
    assert parse_upstream("https://fake.example", explicit=True).port == 443


def test_the_relay_listens_on_the_loopback_address_alone() -> None:
    with relay() as session:
        assert session.relay.server_address[0] == "127.0.0.1"


def test_many_clients_at_once_are_each_answered_and_recorded(upstream: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with relay(upstream) as session, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: session.send("PUT", f"/b/{n}", S3, b"x" * n), range(100)))
    assert answers == [(200, f"PUT /b/{n} plain {n}".encode()) for n in range(100)]
    assert {item.resource for item in session.observations} == {
        f"arn:aws:s3:::b/{n}" for n in range(100)
    }
