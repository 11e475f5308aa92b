"""A fake cloud over HTTP: moto's backends behind the standard library's server.

moto's own server needs packages that the tests do not; its backends answer a prepared request, so
all that is left is to give it the host name of the service that signed. A service whose backend
needs packages that the tests do not have (traces of X-Ray) takes everything and says nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ringfence.relay.request import make_request, signature_of

#: Names of signatures that are no host names of the service.
HOSTS = {"states": "states", "s3": "s3", "iotdata": "data.iot", "ses": "email"}
#: Services that share a signature with another: the beginning of the target that tells them.
TARGETS = {"DynamoDBStreams_": "streams.dynamodb"}
_LOCK = threading.Lock()


class FakeCloud(ThreadingHTTPServer):
    """``seen`` are (method, path) of all requests that arrived."""

    daemon_threads = True

    def __init__(self) -> None:
        from moto.core.botocore_stubber import BotocoreStubber

        self.stubber = BotocoreStubber()
        self.seen: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FakeCloud

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _serve(self) -> None:
        body = self._body()
        self.server.seen.append((self.command, self.path))
        with _LOCK:
            status, headers, content = self._answer(body)
        data = content.encode() if isinstance(content, str) else bytes(content or b"")
        self.send_response(int(status))
        for name, value in headers.items():
            if str(name).lower() not in ("content-length", "connection", "server", "date"):
                self.send_header(str(name), str(value))
        if self.command == "HEAD":
            self.send_header(
                "Content-Length",
                str(headers.get("Content-Length", headers.get("content-length", 0))),
            )
            self.end_headers()
            return
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = _serve

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> tuple[int, Any, Any]:
        from botocore.awsrequest import AWSPreparedRequest
        from botocore.compat import HTTPHeaders

        headers = HTTPHeaders()
        for name, value in self.headers.items():
            if name.lower() != "host":
                headers[name] = value
        found = signature_of(make_request(self.command, self.path, self.headers.items()))
        service = self._by_target() or HOSTS.get(found.service, found.service)
        host = (
            f"{service}.amazonaws.com"
            if service in ("s3", "iam", "sts")
            else f"{service}.{found.region}.amazonaws.com"
        )
        request = AWSPreparedRequest(
            self.command, f"https://{host}{self.path}", headers, body, False
        )
        try:
            answer = self.server.stubber.process_request(request)
        except ModuleNotFoundError:
            return 200, {"Content-Type": "application/json"}, "{}"
        assert answer is not None, f"the fake knows no {host}"
        return answer

    def _by_target(self) -> str:
        target = self.headers.get("X-Amz-Target", "")
        return next((host for start, host in TARGETS.items() if target.startswith(start)), "")


@contextmanager
def fake_cloud() -> Iterator[FakeCloud]:
    """A fake cloud that listens, empty at first."""
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()
    with FakeCloud() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
